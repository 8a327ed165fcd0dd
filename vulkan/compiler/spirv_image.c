/* SPIR-V reader: sampling, gathering, fetching, reading and writing images.
 *
 * Every operation becomes one IR operation whose sources are descriptors and the scalars of the image address. What the
 * machine lacks is built here: projection, offsets of texel coordinates, one gather per offset, and MinLod. Compute
 * shaders have no derivatives: implicit level of detail is level 0.
 */
#include "spirv_reader.h"

#include <string.h>

#include "gfx_stage.h"

#include "image.h"

enum { DREF = 1, PROJ = 2, EXPLICIT = 4 }; /* variants of sampling */

/* ---- operands ---------------------------------------------------------------------------------- */

/* Ids of the image operands, 0 = absent. */
typedef struct operands {
   uint32_t mask, bias, lod, grad[2], const_offset, offset, const_offsets, sample, min_lod;
} operands;

#define KNOWN_OPERANDS                                                                                              \
   (SpvImageOperandsBiasMask | SpvImageOperandsLodMask | SpvImageOperandsGradMask | SpvImageOperandsConstOffsetMask | \
    SpvImageOperandsOffsetMask | SpvImageOperandsConstOffsetsMask | SpvImageOperandsSampleMask |                      \
    SpvImageOperandsMinLodMask | SpvImageOperandsMakeTexelAvailableMask | SpvImageOperandsMakeTexelVisibleMask |      \
    SpvImageOperandsNonPrivateTexelMask | SpvImageOperandsVolatileTexelMask | SpvImageOperandsSignExtendMask |        \
    SpvImageOperandsZeroExtendMask | SpvImageOperandsNontemporalMask)

/* The mask, if any, stands at word `at`, its ids behind it in order of the bits. */
static operands read_operands(spv_reader *r, const spv_inst *i, uint32_t at)
{
   operands o = {0};
   uint32_t scope[2];
   struct { uint32_t bit, count, *ids; } const order[] = {
      {SpvImageOperandsBiasMask, 1, &o.bias},
      {SpvImageOperandsLodMask, 1, &o.lod},
      {SpvImageOperandsGradMask, 2, o.grad},
      {SpvImageOperandsConstOffsetMask, 1, &o.const_offset},
      {SpvImageOperandsOffsetMask, 1, &o.offset},
      {SpvImageOperandsConstOffsetsMask, 1, &o.const_offsets},
      {SpvImageOperandsSampleMask, 1, &o.sample},
      {SpvImageOperandsMinLodMask, 1, &o.min_lod},
      {SpvImageOperandsMakeTexelAvailableMask, 1, &scope[0]},
      {SpvImageOperandsMakeTexelVisibleMask, 1, &scope[1]},
   };
   if (i->n <= at)
      return o;
   o.mask = i->w[at++];
   if (o.mask & ~(uint32_t)KNOWN_OPERANDS)
      spv_fail(r, SC_E_UNSUPPORTED, "image operands 0x%x are not supported", o.mask & ~(uint32_t)KNOWN_OPERANDS);
   for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
      if (!(o.mask & order[k].bit))
         continue;
      spv_need(r, i, at + order[k].count);
      for (uint32_t n = 0; n < order[k].count; n++)
         order[k].ids[n] = i->w[at++];
   }
   if (at != i->n)
      spv_fail(r, SC_E_INVALID, "%u words too many behind the image operands", i->n - at);
   if (o.const_offset && o.offset)
      spv_fail(r, SC_E_INVALID, "image operands ConstOffset and Offset exclude each other");
   return o;
}

static void refuse(spv_reader *r, const operands *o, uint32_t mask)
{
   if (o->mask & mask)
      spv_fail(r, SC_E_INVALID, "image operands 0x%x are not allowed here", o->mask & mask);
}

static bool is_coherent(const operands *o)
{
   return o->mask & (SpvImageOperandsMakeTexelAvailableMask | SpvImageOperandsMakeTexelVisibleMask |
                     SpvImageOperandsNonPrivateTexelMask | SpvImageOperandsVolatileTexelMask);
}

const spv_image_type *spv_use_image(spv_reader *r, uint32_t id, bool want_sampler, spv_handle **h, const spv_type **sampled)
{
   const spv_value *v = spv_raw(r, id);
   if (!v->handle || v->type->kind == SPV_T_SAMPLER)
      spv_fail(r, SC_E_INVALID, "id %u is not an image", id);
   if (!v->handle->image || (v->type->kind == SPV_T_SAMPLED_IMAGE && want_sampler && !v->handle->sampler))
      spv_fail(r, SC_E_UNSUPPORTED, "id %u is undefined", id);
   const spv_type *t = v->type->kind == SPV_T_SAMPLED_IMAGE ? v->type->elem : v->type;
   if (want_sampler && v->type->kind != SPV_T_SAMPLED_IMAGE)
      spv_fail(r, SC_E_INVALID, "id %u is not a sampled image", id);
   if (want_sampler && (t->image->multisampled || t->image->dim == GPU_DIM_BUFFER))
      spv_fail(r, SC_E_INVALID, "multisampled images and texel buffers cannot be sampled");
   *h = spv_reach_handle(r, v->handle);
   *sampled = t->elem;
   return t->image;
}

/* ---- addresses ----------------------------------------------------------------------------------- */

static void add_part(spv_texel_address *a, ir_inst *part)
{
   if (a->count < SPV_IMAGE_PARTS)
      a->part[a->count++] = part;
}

/* At least `count` components of a kind, working forms of 32 bits. */
static void add_components(spv_reader *r, spv_texel_address *a, uint32_t id, char kind, unsigned count)
{
   const spv_value *v = spv_use_kind(r, id, kind, 0);
   if (spv_components(v->type) < count)
      spv_fail(r, SC_E_INVALID, "operand %u has %u components, %u are needed", id, spv_components(v->type), count);
   for (unsigned k = 0; k < count; k++) {
      ir_inst *c = spv_get_component(r, v, k, spv_component(v->type)->is_signed);
      if (c->ncomp == 2 && kind == 'f')
         spv_fail(r, SC_E_INVALID, "operand %u has 64-bit floats", id);
      add_part(a, c->ncomp == 2 ? spv_half(r, c, 0) : c);
   }
}

void spv_image_integers(spv_reader *r, spv_texel_address *a, uint32_t id, unsigned count)
{
   add_components(r, a, id, 'i', count);
}

ir_inst *spv_image_op(spv_reader *r, enum ir_op op, const spv_texel_address *a, ir_inst *const *fixed, unsigned count)
{
   ir_inst *src[SPV_IMAGE_PARTS + 3];
   unsigned n = 0;
   for (unsigned k = 0; k < count; k++)
      src[n++] = fixed[k];
   for (unsigned k = 0; k < a->count; k++)
      src[n++] = a->part[k];
   bool store = op == IR_img_store;
   return ir_emit(&r->b, op, store ? IR_T_NONE : IR_T_I32, store ? 1 : 4, isa_img_pack(&a->img), n, src);
}

/* Bytes of the offset's components, packed. */
static ir_inst *packed_offset(spv_reader *r, ir_inst *const *c, unsigned count)
{
   ir_inst *packed = E2(r, and, c[0], spv_c32(r, 0xff));
   for (unsigned k = 1; k < count; k++)
      packed = E2(r, or, packed, E2(r, shl, E2(r, and, c[k], spv_c32(r, 0xff)), spv_c32(r, 8 * k)));
   return packed;
}

static void add_offset(spv_reader *r, spv_texel_address *a, uint32_t id)
{
   spv_texel_address offset = {.count = 0};
   unsigned coords = isa_img_coords(a->img.dim);
   if (gpu_dim_is_cube((enum gpu_dim)a->img.dim))
      spv_fail(r, SC_E_INVALID, "offsets are not allowed on cubes");
   spv_image_integers(r, &offset, id, coords);
   add_part(a, packed_offset(r, offset.part, coords));
   a->img.offset = true;
}

/* ---- results --------------------------------------------------------------------------------------- */

/* Everything is resident: the code that says so is 0. */
static const spv_type *texel_type(spv_reader *r, const spv_inst *i)
{
   const spv_type *t = spv_get(r, i->w[2])->type;
   if (!i->sparse)
      return t;
   if (!t || t->kind != SPV_T_STRUCT || t->count != 2 || t->members[0].type->kind != SPV_T_INT)
      spv_fail(r, SC_E_INVALID, "the result is not a residency code and a texel");
   return t->members[1].type;
}

static void set_with_code(spv_reader *r, const spv_inst *i, const spv_value *texel)
{
   const spv_type *t = spv_get(r, i->w[2])->type;
   spv_value *v = spv_new_value(r, t);
   for (uint32_t k = 0; k < t->members[0].type->scalars; k++)
      v->c[t->members[0].first + k] = spv_c32(r, 0);
   memcpy(v->c + t->members[1].first, texel->c, texel->type->scalars * sizeof texel->c[0]);
   spv_set(r, i->w[2], v);
}

static void emit_resident(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   const spv_value *code = spv_use_kind(r, i->w[3], 'i', 1);
   spv_value *v = spv_new_value(r, spv_get(r, i->w[2])->type);
   if (v->type->kind != SPV_T_BOOL)
      spv_fail(r, SC_E_INVALID, "the result is not a bool");
   v->c[0] = E2(r, ieq, code->c[0], spv_c32(r, 0));
   spv_set(r, i->w[2], v);
}

/* The result of the instruction at hand: as many components of the texel as its type has. A texel of 64 bits is the two
 * halves of its only component; alpha is what the machine says of a format without one: 1, and 0 of an empty descriptor. */
void spv_set_texel(spv_reader *r, const spv_inst *i, ir_inst *texel, const spv_type *sampled)
{
   const spv_type *t = texel_type(r, i);
   const spv_type *c = t ? spv_component(t) : NULL;
   if (!c || t->kind == SPV_T_MATRIX || c->kind != sampled->kind || c->width != sampled->width)
      spv_fail(r, SC_E_INVALID, "the result is not of the image's sampled type");
   spv_value *v = spv_new_value(r, t);
   ir_inst *parts[4], *zero = spv_c32(r, 0);
   for (unsigned k = 0; k < spv_components(t); k++) {
      if (sampled->slots == 1)
         parts[k] = ir_extract(&r->b, texel, k);
      else if (k == 0)
         parts[k] = spv_pair(r, ir_extract(&r->b, texel, 0), ir_extract(&r->b, texel, 1));
      else
         parts[k] = spv_pair(r, k == 3 ? ir_extract(&r->b, texel, 3) : zero, zero);
   }
   for (unsigned k = 0; k < spv_components(t); k++)
      spv_put_component(r, c, v->c + k * t->slots, parts[k]);
   if (i->sparse)
      set_with_code(r, i, v);
   else
      spv_set(r, i->w[2], v);
}

/* ---- sampling -------------------------------------------------------------------------------------- */

static void add_coordinates(spv_reader *r, spv_texel_address *a, uint32_t id, ir_inst **q, bool proj)
{
   unsigned coords = isa_img_coords(a->img.dim);
   bool arrayed = gpu_dim_is_array((enum gpu_dim)a->img.dim);
   if (proj && (arrayed || gpu_dim_is_cube((enum gpu_dim)a->img.dim)))
      spv_fail(r, SC_E_INVALID, "projection of an array or cube");
   add_components(r, a, id, 'f', coords + (arrayed || proj));
   if (!proj)
      return;
   *q = a->part[--a->count];
   for (unsigned k = 0; k < coords; k++)
      a->part[k] = E2(r, fdiv, a->part[k], *q);
}

static void add_level(spv_texel_address *a, ir_inst *level)
{
   if (level->op == IR_const && !level->imm)
      return; /* the mode without an operand is level 0 */
   add_part(a, level);
   a->img.lod = ISA_LOD_LEVEL;
}

/* Replaces where the level comes from by a level that is at least MinLod: what the machine would compute from it, less
 * the sampler's bias, which it will add. */
static void clamp_level(spv_reader *r, spv_texel_address *a, unsigned before, uint32_t id, ir_inst *const *desc)
{
   spv_texel_address least = {.count = 0};
   add_components(r, &least, id, 'f', 1);
   ir_inst *lod = ir_extract(&r->b, spv_image_op(r, IR_img_lod, a, desc, 2), 1);
   ir_inst *level = E2(r, fsub, E2(r, fmax, lod, least.part[0]), ir_extract(&r->b, desc[1], 1));
   a->count = before;
   add_part(a, level);
   a->img.lod = ISA_LOD_LEVEL;
}

/* Fragments come in quads, whose differences the machine takes by itself. */
bool spv_has_derivatives(const spv_reader *r)
{
   return r->in->stage == SC_STAGE_FRAGMENT;
}

static void add_lod(spv_reader *r, spv_texel_address *a, const operands *o, unsigned variant, ir_inst *const *desc)
{
   spv_texel_address level = {.count = 0};
   unsigned before = a->count, coords = isa_img_coords(a->img.dim);
   if (!!(variant & EXPLICIT) != (o->lod || o->grad[0]) || (o->lod && o->grad[0]))
      spv_fail(r, SC_E_INVALID, "image operands Lod or Grad do not suit the instruction");
   if ((o->grad[0] && o->bias) || (o->lod && o->min_lod))
      spv_fail(r, SC_E_INVALID, "image operands exclude each other");
   if (o->bias) /* where there are no derivatives the bias is all there is; glslang adds Lod 0 to it */
      add_components(r, &level, o->bias, 'f', 1);
   if (o->lod)
      add_components(r, &level, o->lod, 'f', 1);
   if (spv_has_derivatives(r) && !o->lod && !o->grad[0]) {
      a->img.lod = level.count ? ISA_LOD_BIAS : ISA_LOD_QUAD;
      if (level.count)
         add_part(a, level.part[0]);
   } else if (level.count) {
      add_level(a, level.count == 1 ? level.part[0] : E2(r, fadd, level.part[0], level.part[1]));
   } else if (o->grad[0]) {
      add_components(r, a, o->grad[0], 'f', coords);
      add_components(r, a, o->grad[1], 'f', coords);
      a->img.lod = ISA_LOD_GRAD;
   }
   if (o->min_lod)
      clamp_level(r, a, before, o->min_lod, desc);
}

static void add_reference(spv_reader *r, spv_texel_address *a, uint32_t id, ir_inst *q)
{
   spv_texel_address reference = {.count = 0};
   add_components(r, &reference, id, 'f', 1);
   add_part(a, q ? E2(r, fdiv, reference.part[0], q) : reference.part[0]);
   a->img.compare = true;
}

static void emit_sample(spv_reader *r, const spv_inst *i, unsigned variant)
{
   unsigned at = variant & DREF ? 6 : 5;
   spv_need(r, i, at);
   spv_handle *h;
   const spv_type *sampled;
   const spv_image_type *image = spv_use_image(r, i->w[3], true, &h, &sampled);
   operands o = read_operands(r, i, at);
   refuse(r, &o, SpvImageOperandsConstOffsetsMask | SpvImageOperandsSampleMask);
   spv_texel_address a = {.img = {.dim = image->dim}};
   ir_inst *q = NULL, *desc[2] = {spv_resource(r, h->image, false), spv_resource(r, h->sampler, true)};
   add_coordinates(r, &a, i->w[4], &q, variant & PROJ);
   add_lod(r, &a, &o, variant, desc);
   if (o.offset || o.const_offset)
      add_offset(r, &a, o.offset ? o.offset : o.const_offset);
   if (variant & DREF)
      add_reference(r, &a, i->w[5], q);
   spv_set_texel(r, i, spv_image_op(r, IR_img_sample, &a, desc, 2), sampled);
}

/* ---- gathering ------------------------------------------------------------------------------------- */

/* One gather with each of four offsets; of each its texel (x0, y0). */
static ir_inst *gather_offsets(spv_reader *r, const spv_texel_address *base, uint32_t id, uint32_t reference,
                               ir_inst *const *desc)
{
   const spv_value *v = spv_use(r, id);
   const spv_type *c = v->type->kind == SPV_T_ARRAY ? v->type->elem : v->type;
   ir_inst *parts[4];
   if (v->type->scalars != 8 || c->kind != SPV_T_VECTOR || c->count != 2 || c->elem->kind != SPV_T_INT)
      spv_fail(r, SC_E_INVALID, "offsets %u are not an array of four vectors of two integers", id);
   if (gpu_dim_is_cube((enum gpu_dim)base->img.dim))
      spv_fail(r, SC_E_INVALID, "offsets are not allowed on cubes");
   for (unsigned k = 0; k < 4; k++) {
      spv_texel_address a = *base;
      add_part(&a, packed_offset(r, v->c + 2 * k, 2));
      a.img.offset = true;
      if (reference)
         add_reference(r, &a, reference, NULL);
      parts[k] = ir_extract(&r->b, spv_image_op(r, IR_img_gather, &a, desc, 2), 3);
   }
   return ir_vec(&r->b, 4, parts);
}

static void emit_gather(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 6);
   bool dref = i->op == SpvOpImageDrefGather;
   uint32_t component = 0;
   spv_handle *h;
   const spv_type *sampled;
   const spv_image_type *image = spv_use_image(r, i->w[3], true, &h, &sampled);
   operands o = read_operands(r, i, 6);
   refuse(r, &o, SpvImageOperandsSampleMask | SpvImageOperandsBiasMask | SpvImageOperandsLodMask |
                    SpvImageOperandsGradMask | SpvImageOperandsMinLodMask);
   if (image->dim == GPU_DIM_1D || image->dim == GPU_DIM_1D_ARRAY || image->dim == GPU_DIM_3D)
      spv_fail(r, SC_E_INVALID, "gather from an image that is not 2D or a cube");
   if (!dref && (!spv_try_const_u32(r, i->w[5], &component) || component > 3))
      spv_fail(r, SC_E_INVALID, "component %u is not a constant in 0..3", i->w[5]);
   if (o.const_offsets && (o.const_offset || o.offset))
      spv_fail(r, SC_E_INVALID, "image operands exclude each other");
   spv_texel_address a = {.img = {.dim = image->dim, .component = (uint8_t)component}};
   ir_inst *desc[2] = {spv_resource(r, h->image, false), spv_resource(r, h->sampler, true)}, *texels;
   add_coordinates(r, &a, i->w[4], NULL, false);
   if (o.const_offsets) {
      texels = gather_offsets(r, &a, o.const_offsets, dref ? i->w[5] : 0, desc);
   } else {
      if (o.offset || o.const_offset)
         add_offset(r, &a, o.offset ? o.offset : o.const_offset);
      if (dref)
         add_reference(r, &a, i->w[5], NULL);
      texels = spv_image_op(r, IR_img_gather, &a, desc, 2);
   }
   spv_set_texel(r, i, texels, sampled);
}

/* ---- texels ------------------------------------------------------------------------------------------ */

/* Input attachments are read where the fragment is: pixel plus operand, its layer or view. */
static void add_pixel(spv_reader *r, spv_texel_address *a, uint32_t id)
{
   spv_texel_address offset = {.count = 0};
   if (r->in->stage != SC_STAGE_FRAGMENT)
      spv_fail(r, SC_E_INVALID, "input attachments are for fragment shaders");
   spv_image_integers(r, &offset, id, 2);
   for (unsigned k = 0; k < 2; k++)
      add_part(a, E2(r, iadd, E1(r, f2i, ir_op0(&r->b, IR_launch_v, GPU_FS_COORD + k)), offset.part[k]));
   add_part(a, E3(r, ubfe, ir_op0(&r->b, IR_launch_v, GPU_FS_LAYER), spv_c32(r, 0), spv_c32(r, 16)));
}

static void add_texel(spv_reader *r, spv_texel_address *a, const spv_image_type *image, uint32_t id, const operands *o)
{
   unsigned coords = isa_img_coords(image->texel_dim);
   a->img.dim = image->texel_dim;
   if (image->multisampled != (o->sample != 0))
      spv_fail(r, SC_E_INVALID, "image operand Sample is for multisampled images, which need it");
   if (o->lod && (image->multisampled || image->dim == GPU_DIM_BUFFER))
      spv_fail(r, SC_E_INVALID, "image operand Lod on an image without levels");
   if (image->subpass)
      add_pixel(r, a, id);
   else
      spv_image_integers(r, a, id, coords + gpu_dim_is_array((enum gpu_dim)image->texel_dim));
   if (o->offset || o->const_offset) {
      spv_texel_address offset = {.count = 0};
      spv_image_integers(r, &offset, o->offset ? o->offset : o->const_offset, coords);
      for (unsigned k = 0; k < coords; k++)
         a->part[k] = E2(r, iadd, a->part[k], offset.part[k]);
   }
   if (o->sample) {
      spv_image_integers(r, a, o->sample, 1);
      a->img.sample = true;
   }
   if (o->lod) {
      spv_texel_address level = {.count = 0};
      spv_image_integers(r, &level, o->lod, 1);
      add_level(a, level.part[0]);
   }
}

static void emit_texel_load(spv_reader *r, const spv_inst *i)
{
   bool fetch = i->op == SpvOpImageFetch;
   spv_need(r, i, 5);
   spv_handle *h;
   const spv_type *sampled;
   const spv_image_type *image = spv_use_image(r, i->w[3], false, &h, &sampled);
   operands o = read_operands(r, i, 5);
   if (image->storage == fetch && !(image->subpass && !fetch))
      spv_fail(r, SC_E_INVALID, fetch ? "fetch from a storage image" : "read of an image that is not a storage image");
   if (fetch && gpu_dim_is_cube((enum gpu_dim)image->dim))
      spv_fail(r, SC_E_INVALID, "fetch from a cube");
   refuse(r, &o, SpvImageOperandsBiasMask | SpvImageOperandsGradMask | SpvImageOperandsConstOffsetsMask |
                    SpvImageOperandsMinLodMask);
   spv_texel_address a = {.count = 0};
   add_texel(r, &a, image, i->w[4], &o);
   ir_inst *desc = spv_resource(r, h->image, false);
   r->b.coherent = is_coherent(&o) || h->image->coherent;
   ir_inst *texel = spv_image_op(r, IR_img_load, &a, &desc, 1);
   r->b.coherent = false;
   spv_set_texel(r, i, texel, sampled);
}

static void emit_texel_store(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   spv_handle *h;
   const spv_type *sampled;
   const spv_image_type *image = spv_use_image(r, i->w[1], false, &h, &sampled);
   operands o = read_operands(r, i, 4);
   if (!image->storage)
      spv_fail(r, SC_E_INVALID, "write to an image that is not a storage image");
   refuse(r, &o, SpvImageOperandsBiasMask | SpvImageOperandsGradMask | SpvImageOperandsConstOffsetsMask |
                    SpvImageOperandsMinLodMask);
   const spv_value *v = spv_use_kind(r, i->w[3], sampled->kind == SPV_T_INT ? 'i' : 'f', 0);
   if (spv_component(v->type)->width != sampled->width)
      spv_fail(r, SC_E_INVALID, "the texel is not of the image's sampled type");
   spv_texel_address a = {.count = 0};
   add_texel(r, &a, image, i->w[2], &o);
   ir_inst *texel[4], *fixed[2] = {spv_resource(r, h->image, false), NULL};
   for (unsigned k = 0, n = 0; k < 4; k++) {
      bool there = n < spv_components(v->type);
      ir_inst *c = there ? spv_get_component(r, v, n, true) : spv_c32(r, 0);
      texel[k] = c->ncomp == 2 ? spv_half(r, c, k & 1) : c;
      n += c->ncomp != 2 || k & 1;
   }
   fixed[1] = ir_vec(&r->b, 4, texel);
   r->b.coherent = is_coherent(&o) || h->image->coherent;
   spv_image_op(r, IR_img_store, &a, fixed, 2);
   r->b.coherent = false;
}

/* ---- handles ------------------------------------------------------------------------------------------- */

static void emit_handle(spv_reader *r, const spv_inst *i)
{
   bool combine = i->op == SpvOpSampledImage;
   spv_need(r, i, combine ? 5 : 4);
   const spv_value *image = spv_raw(r, i->w[3]), *sampler = combine ? spv_raw(r, i->w[4]) : NULL;
   const spv_type *t = spv_get(r, i->w[2])->type;
   if (!image->handle || image->type->kind != (combine ? SPV_T_IMAGE : SPV_T_SAMPLED_IMAGE))
      spv_fail(r, SC_E_INVALID, "id %u is not %s", i->w[3], combine ? "an image" : "a sampled image");
   if (combine && (!sampler->handle || sampler->type->kind != SPV_T_SAMPLER))
      spv_fail(r, SC_E_INVALID, "id %u is not a sampler", i->w[4]);
   if (!t || (combine ? t->kind != SPV_T_SAMPLED_IMAGE || t->elem != image->type : t != image->type->elem))
      spv_fail(r, SC_E_INVALID, "the result has another type than the image");
   spv_handle *h = spv_alloc(r, sizeof *h);
   h->image = image->handle->image;
   h->sampler = combine ? sampler->handle->sampler : NULL;
   spv_value *v = spv_alloc(r, sizeof *v);
   v->type = t;
   v->handle = h;
   spv_set(r, i->w[2], v);
}

/* The instruction of which this is the sparse form, or 0. */
static uint32_t dense_op(uint32_t op)
{
   switch (op) {
   case SpvOpImageSparseSampleImplicitLod: return SpvOpImageSampleImplicitLod;
   case SpvOpImageSparseSampleExplicitLod: return SpvOpImageSampleExplicitLod;
   case SpvOpImageSparseSampleDrefImplicitLod: return SpvOpImageSampleDrefImplicitLod;
   case SpvOpImageSparseSampleDrefExplicitLod: return SpvOpImageSampleDrefExplicitLod;
   case SpvOpImageSparseFetch: return SpvOpImageFetch;
   case SpvOpImageSparseGather: return SpvOpImageGather;
   case SpvOpImageSparseDrefGather: return SpvOpImageDrefGather;
   case SpvOpImageSparseRead: return SpvOpImageRead;
   default: return 0;
   }
}

static bool emit_sparse(spv_reader *r, const spv_inst *i)
{
   spv_inst dense = *i;
   dense.op = dense_op(i->op);
   dense.sparse = true;
   return dense.op && spv_emit_image(r, &dense);
}

bool spv_emit_image(spv_reader *r, const spv_inst *i)
{
   switch (i->op) {
   case SpvOpSampledImage: case SpvOpImage:
      emit_handle(r, i);
      return true;
   case SpvOpImageSampleImplicitLod: emit_sample(r, i, 0); return true;
   case SpvOpImageSampleExplicitLod: emit_sample(r, i, EXPLICIT); return true;
   case SpvOpImageSampleDrefImplicitLod: emit_sample(r, i, DREF); return true;
   case SpvOpImageSampleDrefExplicitLod: emit_sample(r, i, DREF | EXPLICIT); return true;
   case SpvOpImageSampleProjImplicitLod: emit_sample(r, i, PROJ); return true;
   case SpvOpImageSampleProjExplicitLod: emit_sample(r, i, PROJ | EXPLICIT); return true;
   case SpvOpImageSampleProjDrefImplicitLod: emit_sample(r, i, PROJ | DREF); return true;
   case SpvOpImageSampleProjDrefExplicitLod: emit_sample(r, i, PROJ | DREF | EXPLICIT); return true;
   case SpvOpImageGather: case SpvOpImageDrefGather:
      emit_gather(r, i);
      return true;
   case SpvOpImageFetch: case SpvOpImageRead:
      emit_texel_load(r, i);
      return true;
   case SpvOpImageWrite:
      emit_texel_store(r, i);
      return true;
   case SpvOpImageTexelPointer:
      spv_emit_texel_pointer(r, i);
      return true;
   case SpvOpImageSparseTexelsResident:
      emit_resident(r, i);
      return true;
   default:
      return emit_sparse(r, i);
   }
}
