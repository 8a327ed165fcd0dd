/* SPIR-V reader, first step: the module's header, ids, decorations, capabilities, entry point and modes.
 *
 * Also the reader's error exit, arena and the public entry spirv_to_ir. Every word read later was checked
 * here to lie in the module; an id is looked up only through spv_get, which checks the bound. Functions are
 * tabulated by spirv_function_table.c, types by spirv_types.c, constants by spirv_const.c.
 */
#include "spirv_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_B 65536u
#define MAX_WORDS (1u << 24)
#define MAX_BOUND (1u << 22) /* SPIR-V's universal limit */
#define ARENA_LIMIT_B ((size_t)256 << 20)

struct spv_chunk {
   struct spv_chunk *next;
   size_t used, size;
   _Alignas(16) unsigned char bytes[];
};

/* ---- errors, memory, time ---------------------------------------------------------------------- */

_Noreturn void spv_fail(spv_reader *r, int result, const char *fmt, ...)
{
   r->result = result;
   if (r->err && r->err_size) {
      int len = 0;
      if (r->current && r->current < r->word_count)
         len = snprintf(r->err, r->err_size, "%s (%u) at word %u: ", spv_op_name(r->w[r->current] & 0xffff),
                        r->w[r->current] & 0xffff, r->current);
      if (len >= 0 && (size_t)len < r->err_size) {
         va_list ap;
         va_start(ap, fmt);
         vsnprintf(r->err + len, r->err_size - (size_t)len, fmt, ap);
         va_end(ap);
      }
   }
   longjmp(r->fail, 1);
}

_Noreturn void spv_unsupported_op(spv_reader *r, const spv_inst *i)
{
   const char *reason = spv_op_reason(i->op);
   r->current = i->word;
   spv_fail(r, SC_E_UNSUPPORTED, "%s", reason ? reason : "not supported in compute shaders");
}

void *spv_alloc(spv_reader *r, size_t size)
{
   if (size > r->arena_limit_B)
      spv_fail(r, SC_E_LIMIT, "the module needs too much memory");
   size = (size + 15) & ~(size_t)15;
   struct spv_chunk *c = r->chunks;
   if (!c || c->size - c->used < size) {
      size_t want = size > CHUNK_B / 2 ? size : CHUNK_B;
      if (r->arena_B + want > r->arena_limit_B)
         spv_fail(r, SC_E_LIMIT, "the module needs too much memory");
      struct spv_chunk *fresh = calloc(1, sizeof *fresh + want);
      if (!fresh)
         spv_fail(r, SC_E_NO_MEMORY, "out of memory");
      fresh->size = want;
      r->arena_B += want;
      if (c && want != CHUNK_B) { /* a big block of its own: go on filling the current chunk */
         fresh->next = c->next;
         c->next = fresh;
      } else {
         fresh->next = c;
         r->chunks = fresh;
      }
      c = fresh;
   }
   void *p = c->bytes + c->used;
   c->used += size;
   return p;
}

void spv_work(spv_reader *r, uint32_t steps)
{
   r->work += steps;
   if (r->work > SPV_MAX_WORK)
      spv_fail(r, SC_E_LIMIT, "the module is too large for this compiler");
}

/* ---- instructions and ids ---------------------------------------------------------------------- */

spv_inst spv_read(spv_reader *r, uint32_t word)
{
   const uint32_t *w = r->w + word;
   spv_inst i = {.w = w, .word = word, .op = w[0] & 0xffff, .n = w[0] >> 16};
   r->current = word;
   if (!i.n || i.n > r->word_count - word)
      spv_fail(r, SC_E_INVALID, "word count %u does not fit the module", i.n);
   return i;
}

void spv_need(spv_reader *r, const spv_inst *i, uint32_t words)
{
   if (i->n < words) {
      r->current = i->word;
      spv_fail(r, SC_E_INVALID, "instruction has %u words, needs %u", i->n, words);
   }
}

spv_id *spv_get(spv_reader *r, uint32_t id)
{
   if (!id || id >= r->bound)
      spv_fail(r, SC_E_INVALID, "id %u is out of bounds", id);
   spv_id *e = r->ids[id];
   if (!e) {
      e = r->ids[id] = spv_alloc(r, sizeof *e);
      e->id = id;
   }
   return e;
}

void spv_define(spv_reader *r, spv_id *e, uint8_t kind)
{
   if (e->kind != SPV_K_NONE)
      spv_fail(r, SC_E_INVALID, "id %u is defined twice", e->id);
   e->kind = kind;
   e->word = r->current;
}

const spv_type *spv_get_type(spv_reader *r, uint32_t id)
{
   spv_id *e = spv_get(r, id);
   if (e->kind != SPV_K_TYPE)
      spv_fail(r, SC_E_INVALID, "id %u is not a type", id);
   return e->type;
}

spv_function *spv_get_function(spv_reader *r, uint32_t id)
{
   spv_id *e = spv_get(r, id);
   if (e->kind != SPV_K_FUNCTION)
      spv_fail(r, SC_E_INVALID, "id %u is not a function", id);
   return e->fn;
}

const char *spv_string(spv_reader *r, const spv_inst *i, uint32_t first, uint32_t *words)
{
   spv_need(r, i, first + 1);
   const char *s = (const char *)(i->w + first);
   size_t room = (size_t)(i->n - first) * 4, len = strnlen(s, room);
   if (len == room)
      spv_fail(r, SC_E_INVALID, "string is not terminated");
   if (words)
      *words = (uint32_t)(len / 4 + 1);
   return s;
}

/* ---- decorations ------------------------------------------------------------------------------- */

const spv_decoration *spv_find_decoration(const spv_id *e, uint32_t decoration, uint32_t member)
{
   for (const spv_decoration *d = e->decorations; d; d = d->next)
      if (d->decoration == decoration && d->member == member)
         return d;
   return NULL;
}

static void add_decoration(spv_reader *r, uint32_t target, uint32_t member, uint32_t decoration,
                           const uint32_t *args, uint32_t arg_count)
{
   spv_id *e = spv_get(r, target);
   spv_work(r, 1);
   if (e->kind != SPV_K_NONE && e->kind != SPV_K_GROUP)
      spv_fail(r, SC_E_INVALID, "decoration of id %u, which is already defined", target);
   if (decoration == SpvDecorationNoContraction && member == SPV_UNKNOWN)
      e->no_contraction = true;
   if (decoration == SpvDecorationBuiltIn && member == SPV_UNKNOWN && arg_count &&
       args[0] == SpvBuiltInWorkgroupSize)
      r->workgroup_size_id = target;
   spv_decoration *d = spv_alloc(r, sizeof *d);
   *d = (spv_decoration){e->decorations, decoration, member, args, arg_count};
   e->decorations = d;
}

static void copy_group(spv_reader *r, const spv_id *group, uint32_t target, uint32_t member)
{
   if (group->kind != SPV_K_GROUP)
      spv_fail(r, SC_E_INVALID, "id %u is not a decoration group", group->id);
   for (const spv_decoration *d = group->decorations; d; d = d->next)
      add_decoration(r, target, member, d->decoration, d->args, d->arg_count);
}

static void parse_decoration(spv_reader *r, const spv_inst *i)
{
   switch (i->op) {
   case SpvOpDecorate:
   case SpvOpDecorateId:
   case SpvOpDecorateString:
      spv_need(r, i, 3);
      add_decoration(r, i->w[1], SPV_UNKNOWN, i->w[2], i->w + 3, i->n - 3);
      break;
   case SpvOpMemberDecorate:
   case SpvOpMemberDecorateString:
      spv_need(r, i, 4);
      add_decoration(r, i->w[1], i->w[2], i->w[3], i->w + 4, i->n - 4);
      break;
   case SpvOpDecorationGroup:
      spv_need(r, i, 2);
      spv_define(r, spv_get(r, i->w[1]), SPV_K_GROUP);
      break;
   case SpvOpGroupDecorate:
      spv_need(r, i, 2);
      for (uint32_t k = 2; k < i->n; k++)
         copy_group(r, spv_get(r, i->w[1]), i->w[k], SPV_UNKNOWN);
      break;
   default: /* OpGroupMemberDecorate */
      spv_need(r, i, 2);
      for (uint32_t k = 2; k + 1 < i->n; k += 2)
         copy_group(r, spv_get(r, i->w[1]), i->w[k], i->w[k + 1]);
      break;
   }
}

/* ---- module-level instructions ----------------------------------------------------------------- */

static bool knows_capability(uint32_t capability)
{
   switch (capability) {
   case SpvCapabilityGeometry:
   case SpvCapabilityTessellation:
   case SpvCapabilityGeometryPointSize:
   case SpvCapabilityTessellationPointSize:
   case SpvCapabilityGeometryStreams:
   case SpvCapabilityTransformFeedback:
   case SpvCapabilityMultiViewport:
   case SpvCapabilityShaderViewportIndex:
   case SpvCapabilityShaderLayer:
   case SpvCapabilityShaderViewportIndexLayerEXT:
   case SpvCapabilityClipDistance:
   case SpvCapabilityCullDistance:
   case SpvCapabilitySampleRateShading:
   case SpvCapabilityInterpolationFunction:
   case SpvCapabilityDerivativeControl:
   case SpvCapabilityInputAttachment:
   case SpvCapabilityDrawParameters:
   case SpvCapabilityMultiView:
   case SpvCapabilityStencilExportEXT:
   case SpvCapabilityDemoteToHelperInvocationEXT:
   case SpvCapabilityFragmentBarycentricKHR:
   case SpvCapabilityMatrix:
   case SpvCapabilityShader:
   case SpvCapabilityDeviceGroup:
   case SpvCapabilityUniformBufferArrayDynamicIndexing:
   case SpvCapabilityStorageBufferArrayDynamicIndexing:
   case SpvCapabilityShaderNonUniform:
   case SpvCapabilityRuntimeDescriptorArray:
   case SpvCapabilityUniformBufferArrayNonUniformIndexing:
   case SpvCapabilityStorageBufferArrayNonUniformIndexing:
   case SpvCapabilityVulkanMemoryModel:
   case SpvCapabilityVulkanMemoryModelDeviceScope:
   case SpvCapabilitySampled1D:
   case SpvCapabilityImage1D:
   case SpvCapabilitySampledBuffer:
   case SpvCapabilityImageBuffer:
   case SpvCapabilitySampledCubeArray:
   case SpvCapabilityImageCubeArray:
   case SpvCapabilityImageMSArray:
   case SpvCapabilityStorageImageMultisample:
   case SpvCapabilityImageQuery:
   case SpvCapabilityImageGatherExtended:
   case SpvCapabilityStorageImageExtendedFormats:
   case SpvCapabilityStorageImageReadWithoutFormat:
   case SpvCapabilityStorageImageWriteWithoutFormat:
   case SpvCapabilityMinLod:
   case SpvCapabilitySparseResidency:
   case SpvCapabilityInt64ImageEXT:
   case SpvCapabilitySampledImageArrayDynamicIndexing:
   case SpvCapabilityStorageImageArrayDynamicIndexing:
   case SpvCapabilityUniformTexelBufferArrayDynamicIndexing:
   case SpvCapabilityStorageTexelBufferArrayDynamicIndexing:
   case SpvCapabilitySampledImageArrayNonUniformIndexing:
   case SpvCapabilityStorageImageArrayNonUniformIndexing:
   case SpvCapabilityUniformTexelBufferArrayNonUniformIndexing:
   case SpvCapabilityStorageTexelBufferArrayNonUniformIndexing:
   case SpvCapabilityInt64:
   case SpvCapabilityFloat64:
   case SpvCapabilityInt16:
   case SpvCapabilityInt8:
   case SpvCapabilityFloat16:
   case SpvCapabilityStorageBuffer16BitAccess:
   case SpvCapabilityUniformAndStorageBuffer16BitAccess:
   case SpvCapabilityStoragePushConstant16:
   case SpvCapabilityStorageBuffer8BitAccess:
   case SpvCapabilityUniformAndStorageBuffer8BitAccess:
   case SpvCapabilityStoragePushConstant8:
   case SpvCapabilityInt64Atomics:
   case SpvCapabilityAtomicFloat32AddEXT:
   case SpvCapabilityAtomicFloat64AddEXT:
   case SpvCapabilityAtomicFloat32MinMaxEXT:
   case SpvCapabilityDotProductKHR:
   case SpvCapabilityDotProductInputAllKHR:
   case SpvCapabilityDotProductInput4x8BitKHR:
   case SpvCapabilityDotProductInput4x8BitPackedKHR:
   case SpvCapabilityDenormPreserve: /* f16, f32 and f64 do what these three ask for, whether they are asked or not */
   case SpvCapabilitySignedZeroInfNanPreserve:
   case SpvCapabilityRoundingModeRTE:
   case SpvCapabilityVariablePointersStorageBuffer:
   case SpvCapabilityVariablePointers:
   case SpvCapabilityPhysicalStorageBufferAddresses:
   case SpvCapabilityWorkgroupMemoryExplicitLayoutKHR:
   case SpvCapabilityWorkgroupMemoryExplicitLayout8BitAccessKHR:
   case SpvCapabilityWorkgroupMemoryExplicitLayout16BitAccessKHR:
   case SpvCapabilityGroupNonUniform:
   case SpvCapabilityGroupNonUniformVote:
   case SpvCapabilityGroupNonUniformArithmetic:
   case SpvCapabilityGroupNonUniformBallot:
   case SpvCapabilityGroupNonUniformShuffle:
   case SpvCapabilityGroupNonUniformShuffleRelative:
   case SpvCapabilityGroupNonUniformClustered:
   case SpvCapabilityGroupNonUniformQuad:
   case SpvCapabilityGroupNonUniformPartitionedNV:
   case SpvCapabilityGroupNonUniformRotateKHR:
   case SpvCapabilitySubgroupBallotKHR:
   case SpvCapabilitySubgroupVoteKHR:
      return true;
   default:
      return false;
   }
}

static void check_capability(spv_reader *r, uint32_t capability)
{
   const char *name = spv_capability_name(capability);
   if (!knows_capability(capability))
      spv_fail(r, SC_E_UNSUPPORTED, "capability %s (%u) is not supported", name, capability);
   if (r->in->offers && !r->in->offers(capability))
      spv_fail(r, SC_E_UNSUPPORTED, "capability %s (%u) is not a feature of this device", name, capability);
}

static void parse_memory_model(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 3);
   if (i->w[1] != SpvAddressingModelLogical && i->w[1] != SpvAddressingModelPhysicalStorageBuffer64)
      spv_fail(r, SC_E_UNSUPPORTED, "addressing model %u is not supported", i->w[1]);
   if (i->w[2] != SpvMemoryModelGLSL450 && i->w[2] != SpvMemoryModelVulkan)
      spv_fail(r, SC_E_UNSUPPORTED, "memory model %u is not supported", i->w[2]);
}

static void parse_ext_import(spv_reader *r, const spv_inst *i)
{
   spv_id *e = spv_get(r, i->n > 1 ? i->w[1] : 0);
   const char *name = spv_string(r, i, 2, NULL);
   spv_define(r, e, SPV_K_EXT_SET);
   e->name = name;
   if (!strcmp(name, "GLSL.std.450"))
      e->ext_set = SPV_EXT_GLSL450;
   else if (!strncmp(name, "NonSemantic.", 12) || !strcmp(name, "OpenCL.DebugInfo.100") ||
            !strcmp(name, "DebugInfo"))
      e->ext_set = SPV_EXT_IGNORED;
   else
      e->ext_set = SPV_EXT_UNKNOWN;
}

static void parse_entry_point(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   uint32_t words;
   const char *name = spv_string(r, i, 3, &words);
   if (i->w[1] != spv_execution_models[r->in->stage] || !r->in->entry || strcmp(name, r->in->entry))
      return;
   r->entry = i->w[2];
   for (uint32_t k = 3 + words; k < i->n; k++)
      spv_get(r, i->w[k])->in_interface = true;
}

static void parse_execution_mode(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 3);
   if (!r->entry || i->w[1] != r->entry)
      return;
   if (r->in->stage != SC_STAGE_COMPUTE && spv_stage_mode(r, &r->stage, i))
      return;
   if (i->w[2] == SpvExecutionModeLocalSize || i->w[2] == SpvExecutionModeLocalSizeId) {
      spv_need(r, i, 6);
      r->has_local_size = true;
      r->local_size_by_id = i->w[2] == SpvExecutionModeLocalSizeId;
      memcpy(r->local_size, i->w + 3, sizeof r->local_size);
   }
}

static void parse_name(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 3);
   const char *name = spv_string(r, i, 2, NULL);
   spv_get(r, i->w[1])->name = name;
}

static void parse_global_variable(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   spv_id *e = spv_get(r, i->w[2]);
   const spv_type *t = spv_get_type(r, i->w[1]);
   spv_define(r, e, SPV_K_GLOBAL);
   if (t->kind != SPV_T_POINTER || t->storage != i->w[3])
      spv_fail(r, SC_E_INVALID, "type %u is not a pointer of this storage class", i->w[1]);
   if (i->w[3] == SpvStorageClassFunction)
      spv_fail(r, SC_E_INVALID, "function variable outside of a function");
   if (!t->elem)
      spv_fail(r, SC_E_INVALID, "pointer type %u was announced only", i->w[1]);
   r->lds_explicit |= i->w[3] == SpvStorageClassWorkgroup && t->elem->block;
   spv_variable *v = spv_alloc(r, sizeof *v);
   v->id = i->w[2];
   v->type = t->elem;
   v->storage = i->w[3];
   v->initializer = i->n > 4 ? i->w[4] : 0;
   v->next = r->variables;
   r->variables = v;
   e->type = t;
   e->var = v;
}

/* An extended instruction outside of functions can only be debug information. */
static void parse_global_ext(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 5);
   spv_id *set = spv_get(r, i->w[3]);
   if (set->kind != SPV_K_EXT_SET || set->ext_set != SPV_EXT_IGNORED)
      spv_fail(r, SC_E_INVALID, "extended instruction outside of a function");
   spv_define(r, spv_get(r, i->w[2]), SPV_K_STRING);
}

/* False if the function section begins here. */
static bool parse_global(spv_reader *r, const spv_inst *i)
{
   switch (i->op) {
   case SpvOpNop:
   case SpvOpLine:
   case SpvOpNoLine:
   case SpvOpSource:
   case SpvOpSourceContinued:
   case SpvOpSourceExtension:
   case SpvOpModuleProcessed:
   case SpvOpMemberName:
   case SpvOpExtension: /* what an extension adds is gated by capabilities */
      return true;
   case SpvOpName:
      parse_name(r, i);
      return true;
   case SpvOpString:
      spv_need(r, i, 3);
      spv_define(r, spv_get(r, i->w[1]), SPV_K_STRING);
      return true;
   case SpvOpCapability:
      spv_need(r, i, 2);
      check_capability(r, i->w[1]);
      return true;
   case SpvOpExtInstImport:
      parse_ext_import(r, i);
      return true;
   case SpvOpExtInst:
      parse_global_ext(r, i);
      return true;
   case SpvOpMemoryModel:
      parse_memory_model(r, i);
      return true;
   case SpvOpEntryPoint:
      parse_entry_point(r, i);
      return true;
   case SpvOpExecutionMode:
   case SpvOpExecutionModeId:
      parse_execution_mode(r, i);
      return true;
   case SpvOpDecorate:
   case SpvOpDecorateId:
   case SpvOpDecorateString:
   case SpvOpMemberDecorate:
   case SpvOpMemberDecorateString:
   case SpvOpDecorationGroup:
   case SpvOpGroupDecorate:
   case SpvOpGroupMemberDecorate:
      parse_decoration(r, i);
      return true;
   case SpvOpVariable:
      parse_global_variable(r, i);
      return true;
   case SpvOpFunction:
      return false;
   default:
      if (spv_parse_type(r, i) || spv_parse_constant(r, i))
         return true;
      spv_unsupported_op(r, i);
   }
}

static void parse_header(spv_reader *r)
{
   if (r->in->word_count < 5 || !r->w)
      spv_fail(r, SC_E_INVALID, "SPIR-V header is missing");
   if (r->in->word_count > MAX_WORDS)
      spv_fail(r, SC_E_LIMIT, "module of %zu words is too large", r->in->word_count);
   if (r->w[0] != SpvMagicNumber)
      spv_fail(r, SC_E_INVALID, "magic number is 0x%08x, not 0x%08x", r->w[0], SpvMagicNumber);
   r->version = r->w[1];
   if (r->version < 0x10000 || r->version > 0x106ff)
      spv_fail(r, SC_E_UNSUPPORTED, "SPIR-V version %u.%u is not supported", r->version >> 16 & 0xff,
               r->version >> 8 & 0xff);
   if (!r->w[3] || r->w[3] > MAX_BOUND)
      spv_fail(r, SC_E_INVALID, "id bound %u is not in 1..%u", r->w[3], MAX_BOUND);
   r->bound = r->w[3];
   r->word_count = (uint32_t)r->in->word_count;
   r->ids = calloc(r->bound, sizeof *r->ids);
   if (!r->ids)
      spv_fail(r, SC_E_NO_MEMORY, "out of memory");
}

/* Pointer types that were announced must have come. */
static void check_forward_pointers(spv_reader *r)
{
   for (uint32_t id = 1; id < r->bound; id++) {
      const spv_id *e = r->ids[id];
      if (e && e->kind == SPV_K_TYPE && e->type->kind == SPV_T_POINTER && !e->type->elem)
         spv_fail(r, SC_E_INVALID, "pointer type %u was announced only", id);
   }
}

static void parse_module(spv_reader *r)
{
   parse_header(r);
   for (uint32_t word = 5; word < r->word_count;) {
      spv_inst i = spv_read(r, word);
      if (!parse_global(r, &i)) {
         check_forward_pointers(r);
         spv_parse_functions(r, word);
         break;
      }
      word += i.n;
   }
   r->current = 0;
   if (!r->entry)
      spv_fail(r, SC_E_INVALID, "no %s entry point named \"%.100s\"", spv_model_names[r->in->stage], r->in->entry ? r->in->entry : "");
}

/* ---- workgroup size ---------------------------------------------------------------------------- */

static void set_group_size(spv_reader *r)
{
   uint32_t size[3];
   uint64_t total = 1;
   if (r->workgroup_size_id) { /* overrides the execution mode */
      const spv_id *e = spv_get(r, r->workgroup_size_id);
      if (e->kind != SPV_K_CONST || e->type->scalars != 3)
         spv_fail(r, SC_E_INVALID, "WorkgroupSize decorates id %u, which is not a constant of 3 components",
                  e->id);
      memcpy(size, e->bits, sizeof size);
   } else if (r->has_local_size) {
      for (unsigned k = 0; k < 3; k++)
         size[k] = r->local_size_by_id ? spv_const_u32(r, r->local_size[k]) : r->local_size[k];
   } else {
      spv_fail(r, SC_E_INVALID, "the entry point has no workgroup size");
   }
   for (unsigned k = 0; k < 3; k++) {
      if (!size[k] || size[k] > r->in->max_group_size[k])
         spv_fail(r, SC_E_LIMIT, "workgroup size %u x %u x %u: dimension %u is not in 1..%u", size[0],
                  size[1], size[2], k, r->in->max_group_size[k]);
      total *= size[k];
      r->s->group_size[k] = size[k];
   }
   if (total > r->in->max_group_invocations)
      spv_fail(r, SC_E_LIMIT, "workgroup of %llu invocations, the limit is %u", (unsigned long long)total,
               r->in->max_group_invocations);
}

/* A wave of a graphics stage is all there is of it. */
static void set_stage(spv_reader *r)
{
   r->s->stage = ir_alloc(r->s, sizeof *r->s->stage);
   *r->s->stage = r->stage;
   r->s->group_size[0] = ISA_WAVE_LANES;
   r->s->group_size[1] = r->s->group_size[2] = 1;
}

static void check_shader(spv_reader *r)
{
   r->current = 0;
   if (r->s->out_of_memory)
      spv_fail(r, SC_E_NO_MEMORY, "out of memory");
   if (r->s->too_deep)
      spv_fail(r, SC_E_LIMIT, "control flow is nested too deeply");
}

/* Returns the result code; errors arrive by longjmp. */
static int read_module(spv_reader *r)
{
   if (setjmp(r->fail))
      return r->result;
   parse_module(r);
   r->s = ir_shader_create(r->in);
   if (!r->s)
      spv_fail(r, SC_E_NO_MEMORY, "out of memory");
   if (r->in->stage == SC_STAGE_COMPUTE)
      set_group_size(r);
   else
      set_stage(r);
   spv_mark_memory_variables(r);
   spv_emit_entry(r);
   check_shader(r);
   r->s->lds_B = r->lds_B;
   r->s->scratch_B = r->scratch_max_B;
   return SC_OK;
}

static void reader_destroy(spv_reader *r)
{
   for (struct spv_chunk *c = r->chunks, *next; c; c = next) {
      next = c->next;
      free(c);
   }
   free(r->ids);
   free(r->repair);
   free(r);
}

int spirv_to_ir(const struct sc_input *in, ir_shader **out, char *err, size_t err_size)
{
   *out = NULL;
   if (err && err_size)
      err[0] = 0;
   spv_reader *r = calloc(1, sizeof *r);
   if (!r) {
      if (err && err_size)
         snprintf(err, err_size, "out of memory");
      return SC_E_NO_MEMORY;
   }
   r->in = in;
   if (in->stage >= SC_STAGE_COUNT) {
      free(r);
      return SC_E_INVALID;
   }
   r->w = in->words;
   r->err = err;
   r->err_size = err_size;
   r->arena_limit_B = in->max_memory_B && in->max_memory_B < ARENA_LIMIT_B ? in->max_memory_B : ARENA_LIMIT_B;
   int result = read_module(r);
   if (result == SC_OK)
      *out = r->s;
   else
      ir_shader_destroy(r->s);
   reader_destroy(r);
   return result;
}
