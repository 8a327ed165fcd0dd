/* SPIR-V reader: inputs and outputs of graphics stages.
 *
 * Every input and output has a fixed place in the record of its vertex, patch or fragment (gpu/manual, "Graphics
 * pipeline"), found from Location, Component and BuiltIn alone, so that stages need no linking. Vertex attributes come
 * in registers; what a fragment reads is interpolated where it is loaded; arrays by vertex are read through record
 * pointers (SPV_P_RECORD). Other outputs are ordinary variables that are copied to the record when the shader ends or
 * emits a vertex (spv_emit_outputs). Instructions of graphics stages: spirv_stage_ops.c.
 */
#include "spirv_reader.h"

#include "gfx_stage.h"

enum mode { FLAT = 1, LINEAR = 2, CENTROID = 4, SAMPLE = 8 };

/* A part of a variable: where it lies and how. */
struct part {
   uint32_t dword;   /* of the record */
   bool compact;     /* arrays of scalars take a dword each, not a location */
   uint8_t mode;     /* FLAT ... */
   uint32_t builtin; /* SPV_UNKNOWN: none; inputs that stand in no record */
};

/* What every scalar of an input variable is. */
struct spv_stage_input {
   struct part *scalars;
};

/* ---- places ------------------------------------------------------------------------------------ */

static uint32_t locations(spv_reader *r, const spv_type *t)
{
   uint64_t n = 0;
   switch (t->kind) {
   case SPV_T_VECTOR:
      return t->scalars > 4 ? 2 : 1;
   case SPV_T_MATRIX:
   case SPV_T_ARRAY:
      n = (uint64_t)t->count * locations(r, t->elem);
      break;
   case SPV_T_STRUCT:
      for (uint32_t k = 0; k < t->count; k++)
         n += locations(r, t->members[k].type);
      break;
   default:
      return 1;
   }
   if (n > GPU_RECORD_LOCATIONS * 8)
      spv_fail(r, SC_E_LIMIT, "an input or output takes %llu locations", (unsigned long long)n);
   return (uint32_t)n;
}

static const spv_decoration *decoration(spv_reader *r, uint32_t id, uint32_t member, uint32_t what)
{
   return spv_find_decoration(spv_get(r, id), what, member);
}

static uint32_t argument(spv_reader *r, uint32_t id, uint32_t member, uint32_t what, uint32_t otherwise)
{
   const spv_decoration *d = decoration(r, id, member, what);
   return d && d->arg_count ? d->args[0] : otherwise;
}

static uint8_t modes(spv_reader *r, uint32_t id, uint32_t member)
{
   return (uint8_t)((decoration(r, id, member, SpvDecorationFlat) ? FLAT : 0) |
                    (decoration(r, id, member, SpvDecorationNoPerspective) ? LINEAR : 0) |
                    (decoration(r, id, member, SpvDecorationCentroid) ? CENTROID : 0) |
                    (decoration(r, id, member, SpvDecorationSample) ? SAMPLE : 0));
}

/* Dword of a built-in in the records that vertices hand on; SPV_UNKNOWN if it has none. Cull distances count down. */
static uint32_t builtin_dword(uint32_t builtin)
{
   switch (builtin) {
   case SpvBuiltInPosition: return GPU_RECORD_POSITION;
   case SpvBuiltInPointSize: return GPU_RECORD_POINT_SIZE;
   case SpvBuiltInLayer: return GPU_RECORD_LAYER;
   case SpvBuiltInViewportIndex: return GPU_RECORD_VIEWPORT;
   case SpvBuiltInPrimitiveId: return GPU_RECORD_PRIMITIVE_ID;
   case SpvBuiltInClipDistance: return GPU_RECORD_DISTANCE;
   case SpvBuiltInCullDistance: return GPU_RECORD_CULL_LAST;
   default: return SPV_UNKNOWN;
   }
}

static uint32_t output_dword(spv_reader *r, uint32_t builtin)
{
   if (r->in->stage != SC_STAGE_FRAGMENT)
      return builtin_dword(builtin);
   switch (builtin) {
   case SpvBuiltInFragDepth: return GPU_FRAGMENT_DEPTH;
   case SpvBuiltInFragStencilRefEXT: return GPU_FRAGMENT_STENCIL;
   case SpvBuiltInSampleMask: return GPU_FRAGMENT_MASK;
   default: return SPV_UNKNOWN;
   }
}

static uint32_t patch_dword(uint32_t builtin)
{
   return builtin == SpvBuiltInTessLevelOuter   ? GPU_PATCH_OUTER
          : builtin == SpvBuiltInTessLevelInner ? GPU_PATCH_INNER
                                                : SPV_UNKNOWN;
}

/* Of a block it may be the members that say so. */
static bool is_patch(spv_reader *r, const spv_variable *v)
{
   const spv_type *t = v->type;
   while (t->kind == SPV_T_ARRAY || t->kind == SPV_T_RUNTIME_ARRAY)
      t = t->elem;
   if (t->kind == SPV_T_STRUCT && t->count && decoration(r, t->id, 0, SpvDecorationPatch))
      return true;
   uint32_t builtin = argument(r, v->id, SPV_UNKNOWN, SpvDecorationBuiltIn, SPV_UNKNOWN);
   return decoration(r, v->id, SPV_UNKNOWN, SpvDecorationPatch) != NULL || patch_dword(builtin) != SPV_UNKNOWN;
}

/* Fragments: an array over the vertices of the primitive. */
static bool is_per_vertex(spv_reader *r, const spv_variable *v)
{
   const spv_type *t = v->type->kind == SPV_T_ARRAY ? v->type->elem : v->type;
   return decoration(r, v->id, SPV_UNKNOWN, SpvDecorationPerVertexKHR) ||
          (t->kind == SPV_T_STRUCT && t->count && decoration(r, t->id, 0, SpvDecorationPerVertexKHR));
}

static uint32_t location_dword(spv_reader *r, const spv_variable *v, uint32_t location, uint32_t component)
{
   bool output = v->storage == SpvStorageClassOutput, fragment = r->in->stage == SC_STAGE_FRAGMENT;
   uint32_t limit = output && fragment ? GPU_FRAGMENT_COLOURS : GPU_RECORD_LOCATIONS;
   if (location >= limit || component > 3)
      spv_fail(r, SC_E_INVALID, "location %u, component %u of variable %u: the limit is %u", location, component, v->id,
               limit);
   if (output && fragment)
      return argument(r, v->id, SPV_UNKNOWN, SpvDecorationIndex, 0) ? GPU_FRAGMENT_SECOND + component
                                                                    : 4 * location + component;
   return (is_patch(r, v) ? GPU_PATCH_LOCATION : GPU_RECORD_LOCATION) + 4 * location + component;
}

static void set_builtin(spv_reader *r, const spv_variable *v, uint32_t builtin, struct part *p)
{
   p->builtin = builtin;
   p->compact = true;
   p->dword = v->storage == SpvStorageClassOutput ? output_dword(r, builtin) : builtin_dword(builtin);
   if (patch_dword(builtin) != SPV_UNKNOWN)
      p->dword = patch_dword(builtin);
   if (builtin == SpvBuiltInBaryCoordNoPerspKHR)
      p->mode |= LINEAR;
   if (builtin == SpvBuiltInLayer || builtin == SpvBuiltInViewportIndex || builtin == SpvBuiltInPrimitiveId)
      p->mode |= FLAT;
}

/* The variable as a whole, its array over vertices left out. */
static struct part root_part(spv_reader *r, const spv_variable *v)
{
   struct part p = {.dword = SPV_UNKNOWN, .mode = modes(r, v->id, SPV_UNKNOWN), .builtin = SPV_UNKNOWN};
   uint32_t builtin = argument(r, v->id, SPV_UNKNOWN, SpvDecorationBuiltIn, SPV_UNKNOWN);
   uint32_t location = argument(r, v->id, SPV_UNKNOWN, SpvDecorationLocation, SPV_UNKNOWN);
   if (builtin != SPV_UNKNOWN)
      set_builtin(r, v, builtin, &p);
   else if (location != SPV_UNKNOWN)
      p.dword = location_dword(r, v, location, argument(r, v->id, SPV_UNKNOWN, SpvDecorationComponent, 0));
   return p;
}

/* Member of a struct that is `whole`: by its own decorations, else behind the members before it. */
static struct part member_part(spv_reader *r, const spv_variable *v, const spv_type *t, uint32_t member,
                               const struct part *whole)
{
   struct part p = *whole;
   uint32_t builtin = argument(r, t->id, member, SpvDecorationBuiltIn, SPV_UNKNOWN);
   uint32_t location = argument(r, t->id, member, SpvDecorationLocation, SPV_UNKNOWN);
   p.mode |= modes(r, t->id, member);
   if (builtin != SPV_UNKNOWN) {
      set_builtin(r, v, builtin, &p);
   } else if (location != SPV_UNKNOWN) {
      p.dword = location_dword(r, v, location, argument(r, t->id, member, SpvDecorationComponent, 0));
   } else if (p.dword == SPV_UNKNOWN) {
      spv_fail(r, SC_E_INVALID, "member %u of type %u has neither Location nor BuiltIn", member, t->id);
   } else {
      for (uint32_t k = 0; k < member; k++)
         p.dword += 4 * locations(r, t->members[k].type);
   }
   return p;
}

static uint32_t stride_dw(spv_reader *r, const struct part *p, const spv_type *elem)
{
   return p->compact && elem->kind != SPV_T_STRUCT ? elem->scalars : 4 * locations(r, elem);
}

static struct part advanced(const struct part *p, uint32_t dwords)
{
   struct part q = *p;
   if (q.dword != SPV_UNKNOWN)
      q.dword = q.builtin == SpvBuiltInCullDistance ? q.dword - dwords : q.dword + dwords;
   return q;
}

/* The parts of all scalars of type t, which as a whole is p. */
static void spread(spv_reader *r, const spv_variable *v, const spv_type *t, const struct part *p, struct part *out)
{
   switch (t->kind) {
   case SPV_T_STRUCT:
      for (uint32_t k = 0; k < t->count; k++) {
         struct part m = member_part(r, v, t, k, p);
         spread(r, v, t->members[k].type, &m, out + t->members[k].first);
      }
      break;
   case SPV_T_ARRAY:
   case SPV_T_MATRIX:
      for (uint32_t k = 0; k < t->count; k++) {
         struct part e = advanced(p, k * stride_dw(r, p, t->elem));
         spread(r, v, t->elem, &e, out + k * t->elem->scalars);
      }
      break;
   default:
      for (uint32_t k = 0; k < t->scalars; k++) {
         out[k] = advanced(p, k);
         if (out[k].dword != SPV_UNKNOWN && out[k].dword >= GPU_GFX_RECORD_DW_MAX)
            spv_fail(r, SC_E_LIMIT, "variable %u reaches beyond the last location", v->id);
      }
   }
}

static struct part *all_parts(spv_reader *r, const spv_variable *v, const spv_type *t)
{
   spv_type_classes(r, t); /* limits the size */
   struct part whole = root_part(r, v), *parts = spv_alloc(r, (t->scalars + 1) * sizeof *parts);
   if (t->kind != SPV_T_STRUCT && whole.dword == SPV_UNKNOWN && whole.builtin == SPV_UNKNOWN)
      spv_fail(r, SC_E_INVALID, "variable %u has neither Location nor BuiltIn", v->id);
   spread(r, v, t, &whole, parts);
   return parts;
}

/* ---- variables --------------------------------------------------------------------------------- */

static bool by_vertex(spv_reader *r, const spv_variable *v)
{
   bool input = v->storage == SpvStorageClassInput;
   if (v->type->kind != SPV_T_ARRAY && v->type->kind != SPV_T_RUNTIME_ARRAY)
      return false;
   switch (r->in->stage) {
   case SC_STAGE_GEOMETRY:
      return input;
   case SC_STAGE_FRAGMENT:
      return input && is_per_vertex(r, v);
   case SC_STAGE_TESS_CONTROL:
   case SC_STAGE_TESS_EVAL:
      return (input || r->in->stage == SC_STAGE_TESS_CONTROL) && !is_patch(r, v) &&
             argument(r, v->id, SPV_UNKNOWN, SpvDecorationBuiltIn, SPV_UNKNOWN) != SpvBuiltInSampleMask;
   default:
      return false;
   }
}

/* Built-ins that come in registers may be decorated Patch, too. */
static bool in_patch(spv_reader *r, const spv_variable *v)
{
   uint32_t builtin = argument(r, v->id, SPV_UNKNOWN, SpvDecorationBuiltIn, SPV_UNKNOWN);
   return is_patch(r, v) && (builtin == SPV_UNKNOWN || patch_dword(builtin) != SPV_UNKNOWN);
}

static bool in_record(spv_reader *r, const spv_variable *v)
{
   if (v->storage == SpvStorageClassOutput)
      return r->in->stage == SC_STAGE_TESS_CONTROL;
   return by_vertex(r, v) || (r->in->stage == SC_STAGE_TESS_EVAL && in_patch(r, v));
}

static spv_pointer *record_pointer(spv_reader *r, spv_variable *v, spv_pointer *p)
{
   struct part whole = root_part(r, v);
   p->kind = SPV_P_RECORD;
   p->variable = v;
   p->by_vertex = by_vertex(r, v);
   p->compact = whole.compact;
   p->imm = whole.dword == SPV_UNKNOWN ? 0 : 4 * (uint64_t)whole.dword;
   p->placed = whole.dword != SPV_UNKNOWN;
   return p;
}

spv_pointer *spv_stage_pointer(spv_reader *r, spv_variable *v, spv_pointer *p)
{
   if (in_record(r, v))
      return record_pointer(r, v, p);
   if (v->storage == SpvStorageClassOutput) {
      const spv_id *e = spv_get(r, v->id);
      spv_pointer *storage = spv_make_storage(r, v->type, e->needs_memory, e->name);
      if (storage->kind == SPV_P_SCRATCH)
         r->scratch_floor_B = r->scratch_B;
      return storage;
   }
   struct spv_stage_input *in = spv_alloc(r, sizeof *in);
   in->scalars = all_parts(r, v, v->type);
   p->kind = SPV_P_INPUT;
   p->stage = in;
   return p;
}

/* SampleId or SamplePosition in the interface of the entry point means an invocation per sample, whether or not the code comes to read
 * it (specification: built-in variables). */
void spv_find_sample_shading(spv_reader *r)
{
   if (r->in->stage != SC_STAGE_FRAGMENT)
      return;
   for (const spv_variable *v = r->variables; v; v = v->next) {
      if (v->storage != SpvStorageClassInput || !(v->ptr || spv_get(r, v->id)->in_interface))
         continue;
      uint32_t builtin = argument(r, v->id, SPV_UNKNOWN, SpvDecorationBuiltIn, SPV_UNKNOWN);
      r->s->stage->per_sample |= builtin == SpvBuiltInSampleId || builtin == SpvBuiltInSamplePosition;
   }
}

/* ---- inputs that are read scalar by scalar ------------------------------------------------------- */

static ir_inst *launch_v(spv_reader *r, uint32_t reg)
{
   return ir_op0(&r->b, IR_launch_v, reg);
}

static ir_inst *bits_of(spv_reader *r, ir_inst *v, uint32_t first, uint32_t count)
{
   return E3(r, ubfe, v, spv_c32(r, first), spv_c32(r, count));
}

static ir_inst *vertex_builtin(spv_reader *r, uint32_t builtin)
{
   switch (builtin) {
   case SpvBuiltInVertexIndex: return launch_v(r, GPU_VS_VERTEX);
   case SpvBuiltInInstanceIndex: return launch_v(r, GPU_VS_INSTANCE);
   default: return NULL;
   }
}

static ir_inst *patch_builtin(spv_reader *r, uint32_t builtin, uint32_t c)
{
   bool control = r->in->stage == SC_STAGE_TESS_CONTROL;
   switch (builtin) {
   case SpvBuiltInInvocationId: return control ? launch_v(r, GPU_TCS_INVOCATION) : NULL;
   case SpvBuiltInPrimitiveId: return launch_v(r, control ? GPU_TCS_PRIMITIVE : GPU_TES_PRIMITIVE);
   case SpvBuiltInTessCoord: return control ? NULL : launch_v(r, GPU_TES_COORD + (c < 3 ? c : 2));
   case SpvBuiltInPatchVertices:
      return ir_op0(&r->b, IR_launch_s, control ? GPU_SREG_GFX_INPUT_POINTS : GPU_SREG_GFX_OUTPUT_POINTS);
   default: return NULL;
   }
}

static ir_inst *geometry_builtin(spv_reader *r, uint32_t builtin)
{
   switch (builtin) {
   case SpvBuiltInPrimitiveId: return launch_v(r, GPU_GS_PRIMITIVE);
   case SpvBuiltInInvocationId: return launch_v(r, GPU_GS_INVOCATION);
   default: return NULL;
   }
}

static ir_inst *fragment_builtin(spv_reader *r, uint32_t builtin, uint32_t c)
{
   ir_inst *bits = launch_v(r, GPU_FS_BITS);
   switch (builtin) {
   case SpvBuiltInFragCoord: return launch_v(r, GPU_FS_COORD + (c < 4 ? c : 3));
   case SpvBuiltInFrontFacing: return E2(r, ine, bits_of(r, bits, 0, 1), spv_c32(r, 0));
   case SpvBuiltInSampleId:
      r->s->stage->per_sample = true;
      return bits_of(r, bits, 4, 4);
   case SpvBuiltInSamplePosition: /* window position within the pixel, which is that of the sample then */
      r->s->stage->per_sample = true;
      return E1(r, ffract, launch_v(r, GPU_FS_COORD + (c < 2 ? c : 1)));
   case SpvBuiltInSampleMask: return c ? spv_c32(r, 0) : bits_of(r, bits, 8, 8);
   case SpvBuiltInPrimitiveId: return launch_v(r, GPU_FS_PRIMITIVE);
   case SpvBuiltInLayer: return bits_of(r, launch_v(r, GPU_FS_LAYER), 0, 16);
   case SpvBuiltInViewportIndex: return bits_of(r, launch_v(r, GPU_FS_LAYER), 16, 16);
   case SpvBuiltInPointCoord: return launch_v(r, GPU_FS_POINT + (c < 2 ? c : 1));
   case SpvBuiltInHelperInvocation: return E1(r, bnot, ir_op0(&r->b, IR_live, 0));
   default: return NULL;
   }
}

static ir_inst *any_builtin(spv_reader *r, uint32_t builtin, uint32_t c)
{
   switch (builtin) {
   case SpvBuiltInBaseVertex: return ir_op0(&r->b, IR_launch_s, GPU_SREG_GFX_VERTEX_OFFSET);
   case SpvBuiltInBaseInstance: return ir_op0(&r->b, IR_launch_s, GPU_SREG_GFX_FIRST_INSTANCE);
   case SpvBuiltInDrawIndex: return ir_op0(&r->b, IR_launch_s, GPU_SREG_GFX_DRAW_INDEX);
   case SpvBuiltInViewIndex: return ir_op0(&r->b, IR_launch_s, GPU_SREG_GFX_VIEW_INDEX);
   case SpvBuiltInDeviceIndex:
   case SpvBuiltInSubgroupSize:
   case SpvBuiltInSubgroupLocalInvocationId:
      return spv_input_scalar(r, builtin, 0);
   case SpvBuiltInSubgroupEqMask:
   case SpvBuiltInSubgroupGeMask:
   case SpvBuiltInSubgroupGtMask:
   case SpvBuiltInSubgroupLeMask:
   case SpvBuiltInSubgroupLtMask:
      return spv_input_scalar(r, builtin, c);
   default: return NULL;
   }
}

static ir_inst *stage_builtin(spv_reader *r, uint32_t builtin, uint32_t c)
{
   ir_inst *v = NULL;
   switch (r->in->stage) {
   case SC_STAGE_VERTEX: v = vertex_builtin(r, builtin); break;
   case SC_STAGE_TESS_CONTROL:
   case SC_STAGE_TESS_EVAL: v = patch_builtin(r, builtin, c); break;
   case SC_STAGE_GEOMETRY: v = geometry_builtin(r, builtin); break;
   default: v = fragment_builtin(r, builtin, c); break;
   }
   return v ? v : any_builtin(r, builtin, c);
}

/* Weights of vertices 1 and 2: where the instruction at hand says, or the variable. */
static void weights(spv_reader *r, const struct part *p, ir_inst *w[2])
{
   ir_inst *where = r->barycentrics;
   if (!where) {
      uint32_t at = p->mode & SAMPLE ? GPU_BARY_SAMPLE : p->mode & CENTROID ? GPU_BARY_CENTROID : GPU_BARY_CENTRE;
      r->s->stage->per_sample |= at == GPU_BARY_SAMPLE;
      where = ir_emit(&r->b, IR_bary, IR_T_I32, 2, at | (p->mode & LINEAR ? GPU_BARY_LINEAR : 0), 0, NULL);
   }
   w[0] = ir_extract(&r->b, where, 0);
   w[1] = ir_extract(&r->b, where, 1);
}

static ir_inst *interpolated(spv_reader *r, const struct part *p)
{
   ir_inst *w[2];
   if (p->mode & FLAT)
      return ir_op0(&r->b, IR_flat, p->dword);
   weights(r, p, w);
   return ir_emit(&r->b, IR_interp, IR_T_I32, 1, p->dword, 2, w);
}

static bool is_weight(uint32_t builtin)
{
   return builtin == SpvBuiltInBaryCoordKHR || builtin == SpvBuiltInBaryCoordNoPerspKHR;
}

/* Weight of vertex c. */
static ir_inst *weight(spv_reader *r, const struct part *p, uint32_t c)
{
   ir_inst *w[2];
   weights(r, p, w);
   return c ? w[c - 1 < 1 ? 0 : 1] : E2(r, fsub, E2(r, fsub, spv_c32(r, 0x3f800000), w[0]), w[1]);
}

ir_inst *spv_stage_scalar(spv_reader *r, const spv_pointer *p, uint32_t at)
{
   const struct part *part = &p->stage->scalars[at];
   if (part->builtin != SPV_UNKNOWN) {
      /* Which component of the built-in: all of them are flat lists that begin at the variable's or the member's first scalar. */
      uint32_t c = 0;
      while (c < at && p->stage->scalars[at - c - 1].builtin == part->builtin)
         c++;
      bool is_bary = r->in->stage == SC_STAGE_FRAGMENT && is_weight(part->builtin);
      ir_inst *v = is_bary ? weight(r, part, c) : stage_builtin(r, part->builtin, c);
      if (v)
         return v;
      if (r->in->stage != SC_STAGE_FRAGMENT || part->dword == SPV_UNKNOWN)
         spv_fail(r, SC_E_UNSUPPORTED, "built-in %s (%u) is not an input of this stage", spv_builtin_name(part->builtin),
                  part->builtin);
   }
   if (r->in->stage == SC_STAGE_VERTEX) {
      uint32_t index = part->dword - GPU_RECORD_LOCATION;
      if (part->dword < GPU_RECORD_LOCATION)
         spv_fail(r, SC_E_INVALID, "a vertex attribute that is no location's");
      r->s->stage->attributes |= 1u << index / 4;
      return launch_v(r, SC_ATTRIBUTE_REG(0) + index);
   }
   return interpolated(r, part);
}

bool spv_stage_is_linear(const spv_pointer *p)
{
   return p->kind == SPV_P_INPUT && p->stage && p->stage->scalars[p->first].mode & LINEAR;
}

/* ---- records ------------------------------------------------------------------------------------- */

static void add_index(spv_reader *r, spv_pointer *p, uint32_t id, uint32_t stride_B, bool down)
{
   uint32_t index;
   if (spv_try_const_u32(r, id, &index)) {
      uint64_t offset = (uint64_t)index * stride_B;
      if (offset > GPU_RECORD_B)
         offset = GPU_RECORD_B; /* out of bounds: beyond every record */
      p->imm = down ? (p->imm > offset ? p->imm - offset : 0) : p->imm + offset;
      return;
   }
   ir_inst *offset = E2(r, imul, spv_use_index(r, id), spv_c32(r, stride_B));
   if (down) { /* offsets are unsigned: count from the other end of the eight distances */
      offset = E2(r, isub, spv_c32(r, 7 * 4), offset);
      p->imm -= 7 * 4;
   }
   p->base = p->base ? E2(r, iadd, p->base, offset) : offset;
}

static void step_vertex(spv_reader *r, spv_pointer *p, uint32_t id)
{
   p->vertex = spv_use_index(r, id);
   p->by_vertex = false;
}

static void step_record_member(spv_reader *r, spv_pointer *p, uint32_t id)
{
   uint32_t index;
   const spv_type *t = p->type;
   if (!spv_try_const_u32(r, id, &index) || index >= t->count)
      spv_fail(r, SC_E_INVALID, "member index %u is not a constant in 0..%u", id, t->count - 1);
   struct part whole = {.dword = p->placed ? (uint32_t)(p->imm / 4) : SPV_UNKNOWN, .compact = p->compact,
                        .builtin = SPV_UNKNOWN};
   struct part m = member_part(r, p->variable, t, index, &whole);
   if (m.dword == SPV_UNKNOWN)
      spv_fail(r, SC_E_UNSUPPORTED, "built-in %s (%u) stands in no record", spv_builtin_name(m.builtin), m.builtin);
   p->imm = 4 * (uint64_t)m.dword;
   p->downwards = m.builtin == SpvBuiltInCullDistance;
   p->placed = true;
   p->compact = m.compact;
   p->type = t->members[index].type;
}

void spv_stage_step(spv_reader *r, spv_pointer *p, uint32_t id)
{
   const spv_type *t = p->type;
   if (t->kind == SPV_T_STRUCT) {
      step_record_member(r, p, id);
      return;
   }
   if (t->kind != SPV_T_ARRAY && t->kind != SPV_T_RUNTIME_ARRAY && t->kind != SPV_T_MATRIX && t->kind != SPV_T_VECTOR)
      spv_fail(r, SC_E_INVALID, "index into a scalar");
   if (p->by_vertex) {
      step_vertex(r, p, id);
   } else {
      struct part part = {.compact = p->compact};
      add_index(r, p, id, t->kind == SPV_T_VECTOR ? 4u * t->slots : 4 * stride_dw(r, &part, t->elem), p->downwards);
   }
   p->type = t->elem;
}

/* Byte offsets of the pointee's scalars from its own place. */
static struct part *record_parts(spv_reader *r, const spv_pointer *p)
{
   struct part whole = {.dword = p->placed ? (uint32_t)(p->imm / 4) : SPV_UNKNOWN, .compact = p->compact,
                        .builtin = p->downwards ? (uint32_t)SpvBuiltInCullDistance : SPV_UNKNOWN};
   spv_type_classes(r, p->type); /* limits the size */
   struct part *parts = spv_alloc(r, (p->type->scalars + 1) * sizeof *parts);
   spread(r, p->variable, p->type, &whole, parts);
   return parts;
}

static ir_inst *record_base(spv_reader *r, const spv_pointer *p, bool patch)
{
   ir_inst *base = p->base ? p->base : spv_c32(r, 0);
   if (!patch || !p->vertex)
      return base;
   ir_inst *point = E2(r, imul, p->vertex, spv_c32(r, GPU_RECORD_B));
   return E2(r, iadd, base, E2(r, iadd, point, spv_c32(r, GPU_GFX_PATCH_B_MAX)));
}

static ir_inst *record_access(spv_reader *r, const spv_pointer *p, const struct part *part, ir_inst *value)
{
   bool patch = p->variable->storage == SpvStorageClassOutput || r->in->stage == SC_STAGE_TESS_EVAL;
   ir_inst *base = record_base(r, p, patch);
   if (part->dword == SPV_UNKNOWN)
      spv_fail(r, SC_E_INVALID, "variable %u has neither Location nor BuiltIn", p->variable->id);
   if (value)
      return ir_emit(&r->b, IR_patch_store, IR_T_NONE, 1, 4 * part->dword, 2, (ir_inst *[]){base, value});
   if (patch)
      return ir_emit(&r->b, IR_patch_load, IR_T_I32, 1, 4 * part->dword, 1, &base);
   enum ir_op op = r->in->stage == SC_STAGE_FRAGMENT ? IR_corner_load : IR_in_load;
   return ir_emit(&r->b, op, IR_T_I32, 1, 4 * part->dword, 2, (ir_inst *[]){p->vertex, base});
}

/* Loads (out given) or stores all scalars; an array over vertices that nobody has indexed goes vertex by vertex. */
static void record_move(spv_reader *r, const spv_pointer *p, ir_inst **out, ir_inst *const *in)
{
   if (p->by_vertex) {
      spv_pointer one = *p;
      one.by_vertex = false;
      one.type = p->type->elem;
      for (uint32_t k = 0; k < p->type->count; k++) {
         one.vertex = spv_c32(r, k);
         record_move(r, &one, out ? out + k * one.type->scalars : NULL, in ? in + k * one.type->scalars : NULL);
      }
      return;
   }
   const struct part *parts = record_parts(r, p);
   for (uint32_t k = 0; k < p->type->scalars; k++) {
      ir_inst *v = record_access(r, p, &parts[k], in ? in[k] : NULL);
      if (out)
         out[k] = v;
   }
}

void spv_stage_load(spv_reader *r, const spv_pointer *p, spv_value *v)
{
   record_move(r, p, v->c, NULL);
}

void spv_stage_store(spv_reader *r, const spv_pointer *p, const spv_value *v)
{
   if (p->variable->storage != SpvStorageClassOutput)
      spv_fail(r, SC_E_INVALID, "store to an input");
   record_move(r, p, NULL, v->c);
}

/* ---- outputs ------------------------------------------------------------------------------------- */

static bool is_written(const spv_variable *v, uint32_t scalar)
{
   const spv_type *t = v->type;
   if (t->kind != SPV_T_STRUCT || v->initializer)
      return true;
   for (uint32_t k = 0; k < t->count; k++)
      if (scalar >= t->members[k].first && scalar < t->members[k].first + t->members[k].type->scalars)
         return v->written >> k % 64 & 1;
   return true;
}

void spv_emit_outputs(spv_reader *r)
{
   ir_inst *zero = spv_c32(r, 0);
   for (spv_variable *v = r->variables; v; v = v->next) {
      if (v->storage != SpvStorageClassOutput || !v->ptr || v->ptr->kind == SPV_P_RECORD)
         continue;
      const struct part *parts = all_parts(r, v, v->type);
      const spv_value *value = spv_load(r, v->ptr, false);
      for (uint32_t k = 0; k < v->type->scalars; k++) {
         if (parts[k].dword == SPV_UNKNOWN || !is_written(v, k))
            continue;
         ir_inst *store =
            ir_emit(&r->b, IR_out_store, IR_T_NONE, 1, 4 * parts[k].dword, 2, (ir_inst *[]){zero, value->c[k]});
         store->aux = parts[k].builtin == SpvBuiltInCullDistance;
      }
   }
}

/* Outputs with an initializer exist even if nobody writes them. */
void spv_emit_output_init(spv_reader *r)
{
   for (spv_variable *v = r->variables; v; v = v->next)
      if (v->storage == SpvStorageClassOutput && v->initializer)
         spv_store(r, spv_global_pointer(r, v), spv_raw(r, v->initializer), false);
}

/* ---- for transform feedback (spirv_capture.c) ------------------------------------------------------- */

void spv_output_dwords(spv_reader *r, const spv_variable *v, const spv_type *t, uint32_t *dwords)
{
   const struct part *parts = all_parts(r, v, t);
   for (uint32_t k = 0; k < t->scalars; k++)
      dwords[k] = parts[k].dword;
}
