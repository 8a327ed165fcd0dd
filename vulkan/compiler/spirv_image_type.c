/* SPIR-V reader: image and sampler types, the variables that hold them, and handles.
 *
 * Images and samplers never become IR values. A loaded one is a handle: the pointers that it was loaded through, which
 * say where its descriptor lies. Only an operation turns them into descriptors, so copies, function arguments and
 * combinations of image and sampler cost nothing. Sizes of such types are unknown, which keeps them out of everything
 * that handles scalars.
 */
#include "spirv_reader.h"

#include "image.h"

/* ---- types ------------------------------------------------------------------------------------- */

static const spv_type *sampled_type(spv_reader *r, uint32_t id)
{
   const spv_type *t = spv_get_type(r, id);
   if (t->kind != SPV_T_INT && t->kind != SPV_T_FLOAT)
      spv_fail(r, SC_E_INVALID, "sampled type %u is not a number", id);
   if (t->width != 32 && t->width != (t->kind == SPV_T_INT ? 64 : 16))
      spv_fail(r, SC_E_UNSUPPORTED, "images of %u-bit %s are not supported", t->width,
               t->kind == SPV_T_INT ? "integers" : "floats");
   return t;
}

static uint8_t dimension(spv_reader *r, uint32_t dim, bool arrayed)
{
   switch (dim) {
   case SpvDim1D:
      return arrayed ? GPU_DIM_1D_ARRAY : GPU_DIM_1D;
   case SpvDimSubpassData:
      return GPU_DIM_2D_ARRAY;
   case SpvDim2D:
      return arrayed ? GPU_DIM_2D_ARRAY : GPU_DIM_2D;
   case SpvDimCube:
      return arrayed ? GPU_DIM_CUBE_ARRAY : GPU_DIM_CUBE;
   case SpvDim3D:
   case SpvDimBuffer:
      if (arrayed)
         spv_fail(r, SC_E_INVALID, "array of 3D images or texel buffers");
      return dim == SpvDim3D ? GPU_DIM_3D : GPU_DIM_BUFFER;
   default:
      spv_fail(r, SC_E_UNSUPPORTED, "image dimension %u is not supported", dim);
   }
}

static void parse_image(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 9);
   const uint32_t *w = i->w;
   if (w[4] > 2 || w[5] > 1 || w[6] > 1 || w[7] > 2)
      spv_fail(r, SC_E_INVALID, "image type with depth %u, arrayed %u, multisampled %u, sampled %u", w[4], w[5], w[6], w[7]);
   if (!w[7])
      spv_fail(r, SC_E_INVALID, "image type does not say whether it is sampled");
   if (w[6] && w[3] != SpvDim2D && w[3] != SpvDimSubpassData)
      spv_fail(r, SC_E_INVALID, "multisampled image that is not 2D");
   const spv_type *elem = sampled_type(r, w[2]);
   spv_image_type *image = spv_alloc(r, sizeof *image);
   image->dim = dimension(r, w[3], w[5] != 0);
   image->texel_dim = gpu_dim_is_cube((enum gpu_dim)image->dim) ? GPU_DIM_2D_ARRAY : image->dim;
   image->multisampled = w[6] != 0;
   image->subpass = w[3] == SpvDimSubpassData;
   image->storage = w[7] == 2 && !image->subpass;
   spv_type *t = spv_new_type(r, i, SPV_T_IMAGE);
   t->elem = elem;
   t->image = image;
   t->scalars = t->packed_B = SPV_UNKNOWN;
}

void spv_parse_image_type(spv_reader *r, const spv_inst *i)
{
   if (i->op == SpvOpTypeImage) {
      parse_image(r, i);
   } else if (i->op == SpvOpTypeSampler) {
      spv_type *t = spv_new_type(r, i, SPV_T_SAMPLER);
      t->scalars = t->packed_B = SPV_UNKNOWN;
   } else {
      spv_need(r, i, 3);
      const spv_type *image = spv_get_type(r, i->w[2]);
      if (image->kind != SPV_T_IMAGE || image->image->storage)
         spv_fail(r, SC_E_INVALID, "type %u is not a sampled image's", i->w[2]);
      spv_type *t = spv_new_type(r, i, SPV_T_SAMPLED_IMAGE);
      t->elem = image;
      t->scalars = t->packed_B = SPV_UNKNOWN;
   }
}

/* ---- variables --------------------------------------------------------------------------------- */

static const spv_type *resource_type(const spv_type *t)
{
   while (t->kind == SPV_T_ARRAY || t->kind == SPV_T_RUNTIME_ARRAY)
      t = t->elem;
   return t;
}

/* May a variable of this type stand for a binding of this kind? */
static bool kind_fits(const spv_type *t, uint32_t kind)
{
   const spv_image_type *image = t->kind == SPV_T_SAMPLED_IMAGE ? t->elem->image : t->image;
   bool combined = kind == SC_BINDING_COMBINED_IMAGE_SAMPLER;
   if (t->kind == SPV_T_SAMPLER)
      return kind == SC_BINDING_SAMPLER || combined;
   if (image->dim == GPU_DIM_BUFFER)
      return kind == (image->storage ? SC_BINDING_STORAGE_TEXEL_BUFFER : SC_BINDING_UNIFORM_TEXEL_BUFFER);
   if (image->subpass)
      return kind == SC_BINDING_INPUT_ATTACHMENT;
   if (t->kind == SPV_T_SAMPLED_IMAGE)
      return combined;
   return image->storage ? kind == SC_BINDING_STORAGE_IMAGE : kind == SC_BINDING_SAMPLED_IMAGE || combined;
}

static uint32_t decoration(spv_reader *r, const spv_variable *v, uint32_t which, const char *name)
{
   const spv_decoration *d = spv_find_decoration(spv_get(r, v->id), which, SPV_UNKNOWN);
   if (!d || !d->arg_count)
      spv_fail(r, SC_E_INVALID, "variable %u has no %s", v->id, name);
   return d->args[0];
}

spv_pointer *spv_resource_pointer(spv_reader *r, const spv_variable *v, spv_pointer *p)
{
   const spv_type *t = resource_type(v->type);
   if (t->kind != SPV_T_IMAGE && t->kind != SPV_T_SAMPLER && t->kind != SPV_T_SAMPLED_IMAGE)
      spv_fail(r, SC_E_UNSUPPORTED, "variable %u of storage class UniformConstant is no image or sampler", v->id);
   uint32_t set = decoration(r, v, SpvDecorationDescriptorSet, "DescriptorSet");
   uint32_t binding = decoration(r, v, SpvDecorationBinding, "Binding");
   for (size_t k = 0; k < r->in->binding_count; k++) {
      const sc_binding *b = &r->in->bindings[k];
      if (b->set != set || b->binding != binding)
         continue;
      if (!kind_fits(t, b->kind))
         spv_fail(r, SC_E_INVALID, "set %u binding %u is of another kind in the pipeline layout than in the shader", set,
                  binding);
      p->binding = (uint32_t)k;
      return p;
   }
   spv_fail(r, SC_E_INVALID, "set %u binding %u is not in the pipeline layout", set, binding);
}

/* ---- handles ----------------------------------------------------------------------------------- */

spv_value *spv_load_handle(spv_reader *r, const spv_pointer *p)
{
   if (p->type->kind == SPV_T_ARRAY || p->type->kind == SPV_T_RUNTIME_ARRAY)
      spv_fail(r, SC_E_UNSUPPORTED, "an array of images or samplers cannot be loaded as a whole");
   spv_value *v = spv_alloc(r, sizeof *v);
   spv_handle *h = spv_alloc(r, sizeof *h);
   if (p->type->kind != SPV_T_SAMPLER)
      h->image = p;
   if (p->type->kind == SPV_T_SAMPLER || r->in->bindings[p->binding].kind == SC_BINDING_COMBINED_IMAGE_SAMPLER)
      h->sampler = p;
   v->type = p->type;
   v->handle = h;
   return v;
}

spv_value *spv_undefined_handle(spv_reader *r, const spv_type *t)
{
   spv_value *v = spv_alloc(r, sizeof *v);
   v->type = t;
   v->handle = spv_alloc(r, sizeof *v->handle);
   return v;
}

static const spv_pointer *reach(spv_reader *r, const spv_pointer *p)
{
   if (!p || !p->element)
      return p;
   spv_pointer *copy = spv_alloc(r, sizeof *copy);
   *copy = *p;
   copy->element = spv_reach(r, p->element);
   return copy;
}

spv_handle *spv_reach_handle(spv_reader *r, const spv_handle *h)
{
   spv_handle *copy = spv_alloc(r, sizeof *copy);
   copy->image = reach(r, h->image);
   copy->sampler = reach(r, h->sampler);
   return copy;
}

ir_inst *spv_resource(spv_reader *r, const spv_pointer *p, bool sampler)
{
   ir_inst *element = spv_c32(r, p->element_imm);
   if (p->element)
      element = p->element_imm ? E2(r, iadd, p->element, element) : p->element;
   ir_inst *desc = ir_emit(&r->b, IR_res_desc, IR_T_I32, 8, p->binding, 1, &element);
   desc->aux = sampler && r->in->bindings[p->binding].kind == SC_BINDING_COMBINED_IMAGE_SAMPLER;
   return desc;
}
