/* SPIR-V reader: what a shader can ask about an image, and atomics on its texels.
 *
 * A pointer to a texel is the image's pointer with coordinates; spirv_sync.c hands atomics on it to this file.
 */
#include "spirv_reader.h"

#include "image.h"

/* ---- queries ----------------------------------------------------------------------------------- */

/* Components of a size: cubes have two, arrays one more. */
static unsigned size_components(const spv_image_type *image)
{
   bool cube = gpu_dim_is_cube((enum gpu_dim)image->dim);
   return (cube ? 2 : isa_img_coords(image->dim)) + gpu_dim_is_array((enum gpu_dim)image->dim);
}

static void set_result(spv_reader *r, const spv_inst *i, ir_inst *tuple, unsigned first, unsigned count, char kind)
{
   const spv_type *t = spv_get(r, i->w[2])->type;
   ir_inst *parts[4];
   if (!t || spv_kind(t) != kind || t->kind == SPV_T_MATRIX || spv_components(t) != count)
      spv_fail(r, SC_E_INVALID, "the result is not %u x %s", count, kind == 'i' ? "integer" : "float");
   spv_value *v = spv_new_value(r, t);
   for (unsigned k = 0; k < count; k++) {
      parts[k] = ir_extract(&r->b, tuple, first + k);
      if (t->slots == 2)
         parts[k] = kind == 'i' ? spv_pair(r, parts[k], spv_c32(r, 0)) : E1(r, f2d, parts[k]);
   }
   spv_set_components(r, i->w[2], v, parts);
}

static void emit_size(spv_reader *r, const spv_inst *i)
{
   bool level = i->op == SpvOpImageQuerySizeLod;
   spv_handle *h;
   const spv_type *sampled;
   spv_need(r, i, level ? 5 : 4);
   const spv_image_type *image = spv_use_image(r, i->w[3], false, &h, &sampled);
   if (level && (image->multisampled || image->dim == GPU_DIM_BUFFER))
      spv_fail(r, SC_E_INVALID, "the image has no levels");
   spv_texel_address a = {.img = {.dim = image->dim}};
   if (level)
      spv_image_integers(r, &a, i->w[4], 1);
   else
      a.part[a.count++] = spv_c32(r, 0);
   ir_inst *desc = spv_resource(r, h->image, false);
   set_result(r, i, spv_image_op(r, IR_img_size, &a, &desc, 1), 0, size_components(image), 'i');
}

static void emit_info(spv_reader *r, const spv_inst *i)
{
   spv_handle *h;
   const spv_type *sampled;
   spv_need(r, i, 4);
   const spv_image_type *image = spv_use_image(r, i->w[3], false, &h, &sampled);
   spv_texel_address a = {.img = {.dim = image->dim}};
   ir_inst *desc = spv_resource(r, h->image, false);
   set_result(r, i, spv_image_op(r, IR_img_info, &a, &desc, 1), i->op == SpvOpImageQuerySamples, 1, 'i');
}

/* Level of detail; without derivatives that of level 0. */
static void emit_lod(spv_reader *r, const spv_inst *i)
{
   spv_handle *h;
   const spv_type *sampled;
   spv_need(r, i, 5);
   const spv_image_type *image = spv_use_image(r, i->w[3], true, &h, &sampled);
   spv_texel_address a = {.img = {.dim = image->dim}};
   if (spv_has_derivatives(r))
      a.img.lod = ISA_LOD_QUAD;
   unsigned coords = isa_img_coords(image->dim);
   const spv_value *v = spv_use_kind(r, i->w[4], 'f', 0);
   if (spv_components(v->type) < coords || v->type->slots == 2)
      spv_fail(r, SC_E_INVALID, "coordinate %u has too few components or 64 bits", i->w[4]);
   for (unsigned k = 0; k < coords; k++)
      a.part[a.count++] = spv_get_component(r, v, k, false);
   if (gpu_dim_is_array((enum gpu_dim)image->dim))
      a.part[a.count++] = spv_c32(r, 0);
   ir_inst *desc[2] = {spv_resource(r, h->image, false), spv_resource(r, h->sampler, true)};
   set_result(r, i, spv_image_op(r, IR_img_lod, &a, desc, 2), 0, 2, 'f');
}

bool spv_emit_image_query(spv_reader *r, const spv_inst *i)
{
   switch (i->op) {
   case SpvOpImageQuerySizeLod: case SpvOpImageQuerySize:
      emit_size(r, i);
      return true;
   case SpvOpImageQueryLevels: case SpvOpImageQuerySamples:
      emit_info(r, i);
      return true;
   case SpvOpImageQueryLod:
      emit_lod(r, i);
      return true;
   default:
      return false;
   }
}

/* ---- atomics ----------------------------------------------------------------------------------- */

void spv_emit_texel_pointer(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 6);
   spv_pointer *p = spv_use_pointer(r, i->w[3]);
   const spv_type *t = spv_get(r, i->w[2])->type;
   if (p->kind != SPV_P_RESOURCE || p->type->kind != SPV_T_IMAGE || !p->type->image->storage)
      spv_fail(r, SC_E_INVALID, "id %u is not a pointer to a storage image", i->w[3]);
   if (!t || t->kind != SPV_T_POINTER || t->storage != SpvStorageClassImage || t->elem != p->type->elem)
      spv_fail(r, SC_E_INVALID, "the result is not a pointer to the image's sampled type");
   const spv_image_type *image = p->type->image;
   spv_texel_address a = {.img = {.dim = image->texel_dim}};
   spv_image_integers(r, &a, i->w[4],
                      isa_img_coords(image->texel_dim) + gpu_dim_is_array((enum gpu_dim)image->texel_dim));
   spv_image_integers(r, &a, i->w[5], 1);
   for (unsigned k = 0; k + !image->multisampled < a.count; k++)
      p->texel_at[k] = a.part[k];
   p->kind = SPV_P_TEXEL;
   p->texel_image = image;
   p->type = t->elem;
   spv_value *v = spv_alloc(r, sizeof *v);
   v->type = t;
   v->ptr = p;
   spv_set(r, i->w[2], v);
}

static spv_texel_address texel_address(const spv_pointer *p)
{
   spv_texel_address a = {.img = {.dim = p->texel_image->texel_dim, .sample = p->texel_image->multisampled}};
   for (unsigned k = 0; k < 4 && p->texel_at[k]; k++)
      a.part[a.count++] = p->texel_at[k];
   return a;
}

ir_inst *spv_texel_load(spv_reader *r, const spv_pointer *p)
{
   spv_texel_address a = texel_address(p);
   ir_inst *desc = spv_resource(r, p, false), *texel = spv_image_op(r, IR_img_load, &a, &desc, 1);
   texel->coherent = true;
   return ir_extract(&r->b, texel, 0);
}

void spv_texel_store(spv_reader *r, const spv_pointer *p, ir_inst *data)
{
   spv_texel_address a = texel_address(p);
   ir_inst *zero = spv_c32(r, 0), *fixed[2] = {spv_resource(r, p, false), NULL};
   fixed[1] = ir_vec(&r->b, 4, (ir_inst *[]){data, zero, zero, zero});
   spv_image_op(r, IR_img_store, &a, fixed, 2)->coherent = true;
}

ir_inst *spv_texel_atomic(spv_reader *r, const spv_pointer *p, enum ir_atomic kind, ir_inst *data, ir_inst *compare)
{
   spv_texel_address a = texel_address(p);
   ir_inst *fixed[3] = {spv_resource(r, p, false), data, compare};
   if (kind > IR_ATOM_CMPSWAP)
      spv_fail(r, SC_E_UNSUPPORTED, "atomic arithmetic on floats of images is not supported");
   ir_inst *old = spv_image_op(r, IR_img_atomic, &a, fixed, compare ? 3 : 2);
   old->ncomp = data->ncomp;
   old->aux = (uint8_t)kind;
   old->coherent = true;
   return old;
}
