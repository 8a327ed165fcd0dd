/* Image instructions, all lanes: descriptors, image addresses, load, store, atomics, queries.
 *
 * Descriptors are uniform and decoded once per instruction. Results are written when every lane has its own,
 * so a destination may overlap the address, and a fault leaves it alone. Sampling is tex_sample.c's.
 */
#include <string.h>
#include "core_sectors.h"
#include "tex.h"

static uint32_t (*row_at(const tex_unit *t, uint32_t offset))[ISA_WAVE_LANES]
{
   return (uint32_t(*)[ISA_WAVE_LANES])(void *)((uint8_t *)t->w + offset);
}

/* ---- descriptors ----------------------------------------------------------------------------------------- */
enum kind { KIND_NONE, KIND_1D, KIND_2D, KIND_3D, KIND_BUFFER };

static enum kind kind_of(unsigned dim)
{
   static const uint8_t kinds[GPU_DIM_COUNT] = {
      [GPU_DIM_1D] = KIND_1D,       [GPU_DIM_2D] = KIND_2D,       [GPU_DIM_3D] = KIND_3D,         [GPU_DIM_CUBE] = KIND_2D,
      [GPU_DIM_1D_ARRAY] = KIND_1D, [GPU_DIM_2D_ARRAY] = KIND_2D, [GPU_DIM_CUBE_ARRAY] = KIND_2D, [GPU_DIM_BUFFER] = KIND_BUFFER,
   };
   return dim < GPU_DIM_COUNT ? (enum kind)kinds[dim] : KIND_NONE;
}

static bool is_integer(const tex_unit *t)
{
   enum fmt_type type = t->format->type;
   return t->kind == TEX_STENCIL || t->kind == TEX_WIDE || (t->kind != TEX_DEPTH && (type == FMT_UINT || type == FMT_SINT));
}

/* The aspect must exist: S8 has no depth, colour no stencil. */
static bool has_aspect(const tex_unit *t)
{
   const fmt_info *f = t->format;
   if (f->layout != FMT_DEPTH)
      return !t->image.stencil;
   return f->component[t->image.stencil].bits != 0;
}

static bool decode_image(tex_unit *t)
{
   uint32_t dw[GPU_IMAGE_DESC_DW];
   memcpy(dw, (const uint8_t *)t->w + t->u->a, sizeof dw);
   if (!gpu_image_decode(dw, &t->image) || kind_of(t->image.dim) != kind_of(t->inst.dim))
      return false;
   t->format = fmt_lookup(t->image.format);
   if (!t->format || !has_aspect(t))
      return false;
   t->kind = tex_kind_of(t->format, t->image.stencil);
   t->integer = is_integer(t);
   t->one = t->integer ? 1 : TEX_ONE;
   t->shape = (gpu_image_shape){
      .tiling = t->image.tiling,
      .is_1d = kind_of(t->image.dim) == KIND_1D,
      .element_B = (uint32_t)t->format->block_B << t->image.samples_log2,
      .block_w_px = t->format->block_w_px,
      .block_h_px = t->format->block_h_px,
      .width = t->image.width,
      .height = t->image.height,
      .depth = t->image.depth,
      .row_pitch_B = t->image.row_pitch_B,
      .slice_pitch_B = t->image.slice_pitch_B,
   };
   return t->kind != TEX_BLOCK || t->image.dim != GPU_DIM_BUFFER;
}

static void open_unit(tex_unit *t, const emu_uop *u, emu_wave *w, emu_core_ctx *x)
{
   t->x = x;
   t->u = u;
   t->w = w;
   t->inst = isa_img_unpack(u->imm);
   memset(t->steps, 0, sizeof t->steps);
   t->levels_known = 0;
   t->null = !decode_image(t);
   for (unsigned i = 0; i < TEX_BLOCKS; i++)
      t->block[i].va = UINT64_MAX;
}

static void open_sampler(tex_unit *t)
{
   uint32_t dw[GPU_SAMPLER_DESC_DW];
   memcpy(dw, (const uint8_t *)t->w + t->u->b, sizeof dw);
   gpu_sampler_decode(dw, &t->sampler);
   if (!t->null)
      tex_border(t);
}

tex_address tex_address_of(const tex_unit *t)
{
   const uint32_t(*r)[ISA_WAVE_LANES] = (const uint32_t(*)[ISA_WAVE_LANES])row_at(t, t->u->c);
   tex_address a = {.coord = r, .coords = isa_img_coords(t->inst.dim)};
   unsigned lod = t->inst.lod == ISA_LOD_GRAD                                     ? 2 * a.coords
                  : t->inst.lod == ISA_LOD_LEVEL || t->inst.lod == ISA_LOD_BIAS ? 1
                                                                                  : 0;
   r += a.coords;
   if (gpu_dim_is_array((enum gpu_dim)t->inst.dim))
      a.layer = *r++;
   if (t->inst.sample)
      a.sample = *r++;
   a.lod = lod ? r : NULL;
   r += lod;
   if (t->inst.offset)
      a.offset = *r++;
   if (t->inst.compare)
      a.reference = *r++;
   return a;
}

/* ---- results ---------------------------------------------------------------------------------------------- */
static void write_rows(const tex_unit *t, uint32_t (*result)[ISA_WAVE_LANES], unsigned n)
{
   uint32_t(*d)[ISA_WAVE_LANES] = row_at(t, t->u->d);
   for (uint32_t mask = t->w->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      for (unsigned k = 0; k < n; k++)
         d[k][l] = result[k][l];
   }
}

static void put(uint32_t (*result)[ISA_WAVE_LANES], unsigned lane, const tex_texel *texel)
{
   for (unsigned k = 0; k < 4; k++)
      result[k][lane] = texel->u[k];
}

/* ---- integer coordinates ------------------------------------------------------------------------------------- */
/* Whether the lane's texel exists. */
static bool place_of(tex_unit *t, const tex_address *a, unsigned l, tex_place *p)
{
   enum kind kind = kind_of(t->inst.dim);
   bool cube = gpu_dim_is_cube((enum gpu_dim)t->inst.dim);
   uint32_t c[3] = {a->coord[0][l], a->coords > 1 ? a->coord[1][l] : 0, a->coords > 2 ? a->coord[2][l] : 0};
   uint64_t layer = (cube ? c[2] : 0) + (uint64_t)(a->layer ? a->layer[l] : 0) * (cube ? 6 : 1);

   if (kind == KIND_BUFFER) {
      *p = (tex_place){.x = c[0]};
      return c[0] < t->image.elements;
   }
   *p = (tex_place){c[0], c[1], cube ? 0 : c[2], (uint32_t)layer, a->lod ? a->lod[0][l] : 0, a->sample ? a->sample[l] : 0};
   if (p->level >= t->image.levels || layer >= t->image.layers || (cube && c[2] >= 6) || p->sample >> t->image.samples_log2)
      return false;
   const gpu_image_level *level = tex_level(t, p->level);
   return p->x < level->width_px && p->y < level->height_px && p->z < level->depth;
}

static bool load(tex_unit *t)
{
   uint32_t result[4][ISA_WAVE_LANES];
   tex_address a = tex_address_of(t);
   tex_texel zero = {{0}};

   if (!t->null) {
      tex_zero(t, &zero);
      tex_swizzle(t, &zero);
   }
   for (uint32_t mask = t->w->exec; mask; mask &= mask - 1) {
      tex_place p;
      tex_texel texel = zero;
      t->lane = (unsigned)__builtin_ctz(mask);
      tex_take_steps(t, 1);
      if (!t->null && place_of(t, &a, t->lane, &p)) {
         if (!tex_read(t, &p, &texel))
            return false;
         tex_swizzle(t, &texel);
      }
      put(result, t->lane, &texel);
   }
   write_rows(t, result, 4);
   return true;
}

static bool store(tex_unit *t)
{
   const uint32_t(*data)[ISA_WAVE_LANES] = (const uint32_t(*)[ISA_WAVE_LANES])row_at(t, t->u->b);
   tex_address a = tex_address_of(t);

   for (uint32_t mask = t->null ? 0 : t->w->exec; mask; mask &= mask - 1) {
      tex_place p;
      unsigned l = t->lane = (unsigned)__builtin_ctz(mask);
      tex_texel texel = {.u = {data[0][l], data[1][l], data[2][l], data[3][l]}};
      if (place_of(t, &a, l, &p) && !tex_write(t, &p, &texel))
         return false;
   }
   return true;
}

/* ---- atomics --------------------------------------------------------------------------------------------------- */
static bool atomic64(tex_unit *t, const emu_lanes *m, enum emu_atomic op, uint32_t (*data)[ISA_WAVE_LANES],
                     uint32_t (*old)[ISA_WAVE_LANES])
{
   bool two = op == EMU_ATOMIC_CMPSWAP;
   for (uint32_t mask = m->exec; mask; mask &= mask - 1) {
      unsigned l = t->lane = (unsigned)__builtin_ctz(mask);
      uint64_t c = data[0][l] | (uint64_t)data[1][l] << 32, c2 = 0, was = 0;
      if (two)
         c2 = data[2][l] | (uint64_t)data[3][l] << 32;
      if (m->valid[l] && !tex_atomic64(t, m->va[l], op, c, c2, &was))
         return false;
      old[0][l] = (uint32_t)was;
      old[1][l] = (uint32_t)(was >> 32);
   }
   return true;
}

static bool atomic(tex_unit *t, enum emu_atomic op, bool wide)
{
   tex_address a = tex_address_of(t);
   uint32_t(*data)[ISA_WAVE_LANES] = row_at(t, t->u->b);
   uint32_t old[2][ISA_WAVE_LANES] = {{0}};
   emu_lanes m = {.exec = t->w->exec};
   bool fits = !t->null && t->kind != TEX_BLOCK && t->format->block_B == (wide ? 8 : 4);

   for (uint32_t mask = m.exec; mask; mask &= mask - 1) {
      tex_place p;
      unsigned l = (unsigned)__builtin_ctz(mask);
      m.valid[l] = fits && place_of(t, &a, l, &p);
      m.va[l] = m.valid[l] ? tex_va(t, &p) : 0;
   }
   bool ok = wide ? atomic64(t, &m, op, data, old) : emu_core_atomic(t->x, &m, op, data, old[0], false);
   if (ok && t->x->trace)
      core_trace_atomic(t->u, t->x, &m);
   if (ok && (t->u->flags & EMU_UOP_RET))
      write_rows(t, old, wide ? 2 : 1);
   return ok;
}

/* ---- queries ---------------------------------------------------------------------------------------------------- */
static void size_of_level(tex_unit *t, uint32_t level, tex_texel *out)
{
   unsigned n = 0, dim = t->inst.dim;

   *out = (tex_texel){{0}};
   if (t->null || (dim != GPU_DIM_BUFFER && level >= t->image.levels))
      return;
   if (dim == GPU_DIM_BUFFER) {
      out->u[0] = t->image.elements;
      out->u[3] = 1;
      return;
   }
   const gpu_image_level *l = tex_level(t, level);
   out->u[n++] = l->width_px;
   if (kind_of(dim) != KIND_1D)
      out->u[n++] = l->height_px;
   if (dim == GPU_DIM_3D)
      out->u[n++] = l->depth;
   if (gpu_dim_is_array((enum gpu_dim)dim))
      out->u[n++] = dim == GPU_DIM_CUBE_ARRAY ? t->image.layers / 6 : t->image.layers;
   out->u[3] = t->image.levels;
}

static bool size(tex_unit *t)
{
   uint32_t result[4][ISA_WAVE_LANES];
   const uint32_t *level = *row_at(t, t->u->c);
   for (uint32_t mask = t->w->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      tex_texel texel;
      size_of_level(t, level[l], &texel);
      put(result, l, &texel);
   }
   write_rows(t, result, 4);
   return true;
}

static bool info(tex_unit *t)
{
   uint32_t result[4][ISA_WAVE_LANES];
   tex_texel texel = {{0}};
   if (!t->null)
      texel = (tex_texel){.u = {t->image.dim == GPU_DIM_BUFFER ? 1 : t->image.levels, 1u << t->image.samples_log2,
                                t->image.format, t->image.dim}};
   for (unsigned l = 0; l < ISA_WAVE_LANES; l++)
      put(result, l, &texel);
   write_rows(t, result, 4);
   return true;
}

/* ---- sampling ------------------------------------------------------------------------------------------------------ */
static bool query_lod(tex_unit *t, const tex_address *a, tex_texel *out)
{
   tex_lod l = tex_lod_of(t, a, t->lane);
   float level = t->sampler.mip_linear ? (float)l.fixed * 0x1p-8f : (float)((l.fixed + 127) >> 8);
   *out = (tex_texel){.f = {level, l.lambda, 0, 0}};
   return true;
}

typedef bool sample_fn(tex_unit *t, const tex_address *a, tex_texel *out);

static bool sample(tex_unit *t, sample_fn *one_lane)
{
   uint32_t result[4][ISA_WAVE_LANES];

   open_sampler(t);
   tex_address a = tex_address_of(t);
   bool cube = gpu_dim_is_cube((enum gpu_dim)t->inst.dim);
   bool null = t->null || (cube && t->image.layers < 6);
   for (uint32_t mask = t->w->exec; mask; mask &= mask - 1) {
      tex_texel texel = {{0}};
      t->lane = (unsigned)__builtin_ctz(mask);
      if (!null && !one_lane(t, &a, &texel))
         return false;
      put(result, t->lane, &texel);
   }
   write_rows(t, result, 4);
   return true;
}

/* ---- dispatch -------------------------------------------------------------------------------------------------------- */
static bool execute_atomic(tex_unit *t, uint32_t opcode)
{
   static const uint8_t op[] = {EMU_ATOMIC_ADD, EMU_ATOMIC_MIN_I32, EMU_ATOMIC_MAX_I32, EMU_ATOMIC_MIN_U32, EMU_ATOMIC_MAX_U32,
                                EMU_ATOMIC_AND, EMU_ATOMIC_OR,      EMU_ATOMIC_XOR,     EMU_ATOMIC_SWAP,    EMU_ATOMIC_CMPSWAP};
   bool wide = opcode >= ISA_OP_img_atom64_add;
   return atomic(t, (enum emu_atomic)op[opcode - (wide ? ISA_OP_img_atom64_add : ISA_OP_img_atom_add)], wide);
}

static bool execute(tex_unit *t, uint32_t opcode)
{
   switch (opcode) {
   case ISA_OP_img_load:
      return load(t);
   case ISA_OP_img_store:
      return store(t);
   case ISA_OP_img_size:
      return size(t);
   case ISA_OP_img_info:
      return info(t);
   case ISA_OP_img_lod:
      return sample(t, query_lod);
   case ISA_OP_img_sample:
      return sample(t, tex_sample);
   case ISA_OP_img_gather:
      return sample(t, tex_gather);
   default:
      return execute_atomic(t, opcode);
   }
}

/* ---- traces ---------------------------------------------------------------------------------------------------------- */
static unsigned filter_cycles(const tex_unit *t)
{
   bool plain = !t->null && t->kind != TEX_BLOCK && t->kind != TEX_DEPTH && t->kind != TEX_STENCIL;
   unsigned n = 0;
   for (unsigned q = 0; q < ISA_WAVE_LANES / 4; q++)
      n += t->steps[q];
   return n * (plain ? tex_steps_of_bytes(t->format->block_B) : 1);
}

/* Whether the instruction reads or writes texels one by one: queries touch no memory, atomics have written their record. */
static bool touches_texels(uint32_t opcode)
{
   return opcode == ISA_OP_img_load || opcode == ISA_OP_img_store || opcode == ISA_OP_img_sample || opcode == ISA_OP_img_gather;
}

bool emu_tex_execute(const emu_uop *u, emu_wave *w, emu_core_ctx *x, uint32_t opcode)
{
   tex_unit t; /* not cleared: it is large, and open_unit sets what counts */

   open_unit(&t, u, w, x);
   t.traced = x->trace && touches_texels(opcode);
   if (t.traced)
      core_sectors_begin(x);
   if (!execute(&t, opcode)) {
      if (t.traced)
         core_sectors_drop(x);
      return false;
   }
   if (t.traced)
      core_sectors_end(u, x, filter_cycles(&t));
   return true;
}
