/* Render targets: registers of the back half decoded, and the tile's part of each target.
 *
 * Where a tile of the screen is one tile of a tiled image inside one page, pixels are worked on where they
 * lie; else in a copy of the same order, whose changed elements are written back when the tile is done.
 * Pointers die when the worker gives way: gfx_surface_map is asked again before each use and is free while
 * nothing has changed.
 */
#include <stdlib.h>
#include "back.h"

static uint32_t bits(uint32_t value, unsigned low, unsigned count)
{
   return value >> low & ((1u << count) - 1);
}

/* ---- decoding
 * -------------------------------------------------------------------------------------------------------------------
 */
static bool is_unorm8(const fmt_info *f)
{
   if (f->type != FMT_UNORM || f->layout != FMT_PLAIN)
      return false;
   for (unsigned c = 0; c < f->components; c++)
      if (f->component[c].bits != 8)
         return false;
   return true;
}

static void decode_writes(gfx_target *t, uint32_t blend)
{
   uint32_t mask = blend >> 31 ? 0 : bits(blend, 27, 4);
   t->blend = blend;
   t->integer = t->format->type == FMT_UINT || t->format->type == FMT_SINT;
   t->blends = (blend & 1) && !t->integer;
   t->unorm8 = is_unorm8(t->format);
   t->all = true;
   for (unsigned c = 0; c < t->format->components; c++) {
      fmt_component k = t->format->component[c];
      t->shift8[c] = k.shift / 8;
      if (!(mask >> c & 1)) {
         t->all = false;
         continue;
      }
      t->writes = true;
      for (unsigned b = k.shift; b < (unsigned)k.shift + k.bits; b++)
         t->write_bits[b / 8] |= (uint8_t)(1u << b % 8);
   }
   t->rgba8 = t->unorm8 && t->format->components == 4 && t->shift8[1] == 1 && t->shift8[3] == 3;
   t->swapped = t->shift8[0] == 2;
}

bool gfx_target_decode(const uint32_t *dw, bool depth, gfx_target *t)
{
   if (!gpu_image_decode(dw, &t->image))
      return true;
   gpu_image *i = &t->image;
   t->format = fmt_lookup(i->format);
   if (!t->format || t->format->layout != (depth ? FMT_DEPTH : FMT_PLAIN) || t->format->block_B > 16 ||
       i->dim == GPU_DIM_BUFFER || i->base_level >= GPU_IMAGE_LEVELS_MAX)
      return false;
   gpu_image_shape shape = {.tiling = i->tiling,
                            .is_1d = i->dim == GPU_DIM_1D || i->dim == GPU_DIM_1D_ARRAY,
                            .element_B = (uint32_t)t->format->block_B << i->samples_log2,
                            .block_w_px = 1,
                            .block_h_px = 1,
                            .width = i->width,
                            .height = i->height,
                            .depth = i->depth,
                            .row_pitch_B = i->row_pitch_B,
                            .slice_pitch_B = i->slice_pitch_B};
   gpu_image_level_of(&shape, i->base_level, &t->level);
   t->layers = i->dim == GPU_DIM_3D ? t->level.depth : i->layers;
   t->on = true;
   return true;
}

static bool decode_target(const uint32_t *dw, uint32_t samples_log2, bool depth, gfx_target *t)
{
   return gfx_target_decode(dw, depth, t) && (!t->on || t->image.samples_log2 == samples_log2);
}

static gfx_stencil decode_stencil(const gfx_state *s, uint32_t at)
{
   uint32_t ops = gfx_reg(s, at), values = gfx_reg(s, at + 4);
   return (gfx_stencil){(enum gpu_compare)bits(ops, 0, 3),
                        (uint8_t)bits(ops, 3, 3),
                        (uint8_t)bits(ops, 6, 3),
                        (uint8_t)bits(ops, 9, 3),
                        (uint8_t)values,
                        (uint8_t)(values >> 8),
                        (uint8_t)(values >> 16)};
}

static void decode_tests(const gfx_state *s, gfx_back *k)
{
   uint32_t depth = gfx_reg(s, GPU_OFF_GFX_DEPTH);
   const fmt_info *f = k->depth.format;
   k->has_depth = k->depth.on && f->component[0].bits;
   k->has_stencil = k->depth.on && f->component[1].bits;
   k->depth_bits = k->has_depth && f->type == FMT_UNORM ? f->component[0].bits : 0;
   k->depth_test = bits(depth, 0, 1) && k->has_depth;
   k->depth_write = bits(depth, 1, 1) && k->depth_test;
   k->compare = (enum gpu_compare)bits(depth, 2, 3);
   k->bounds_test = bits(depth, 5, 1) && k->has_depth;
   k->stencil_test = bits(depth, 6, 1) && k->has_stencil;
   k->tests = k->depth_test || k->bounds_test || k->stencil_test;
   k->depth_clamp = gfx_reg(s, GPU_OFF_GFX_CLIP) >> 17 & 1;
   k->bounds[0] = gfx_reg_f32(s, GPU_OFF_GFX_BOUNDS_MIN);
   k->bounds[1] = gfx_reg_f32(s, GPU_OFF_GFX_BOUNDS_MAX);
   k->stencil[0] = decode_stencil(s, GPU_OFF_GFX_STENCIL_FRONT);
   k->stencil[1] = decode_stencil(s, GPU_OFF_GFX_STENCIL_BACK);
}

static void decode_rest(const gfx_state *s, gfx_back *k)
{
   uint32_t size = gfx_reg(s, GPU_OFF_GFX_FB_SIZE), samples = gfx_reg(s, GPU_OFF_GFX_SAMPLES);
   uint32_t least = gfx_reg(s, GPU_OFF_GFX_RENDER_AREA_MIN), most = gfx_reg(s, GPU_OFF_GFX_RENDER_AREA_MAX);
   uint32_t logic = gfx_reg(s, GPU_OFF_GFX_LOGIC_OP);
   k->width = size & 0xffff;
   k->height = size >> 16;
   k->area[0] = (int32_t)(least & 0xffff);
   k->area[1] = (int32_t)(least >> 16);
   k->area[2] = (int32_t)((most & 0xffff) < k->width ? most & 0xffff : k->width);
   k->area[3] = (int32_t)(most >> 16 < k->height ? most >> 16 : k->height);
   k->samples_log2 = bits(samples, 0, 2);
   k->samples = 1u << k->samples_log2;
   k->sample_mask = samples >> 16 & ((1u << k->samples) - 1);
   k->sample_shading = bits(samples, 8, 1) && k->samples > 1;
   k->alpha_to_coverage = bits(samples, 9, 1);
   k->alpha_to_one = bits(samples, 10, 1);
   k->logic = logic >> 4 & 1 ? logic & 15 : 16;
   for (unsigned c = 0; c < 4; c++)
      k->constant[c] = gfx_reg_f32(s, GPU_OFF_GFX_BLEND_CONSTANT + 4 * c);
}

static int bad_back(const gfx_state *s)
{
   uint32_t size = gfx_reg(s, GPU_OFF_GFX_FB_SIZE);
   if ((size & 0xffff) > GPU_GFX_SIZE_MAX || size >> 16 > GPU_GFX_SIZE_MAX)
      return GPU_OFF_GFX_FB_SIZE;
   if (gfx_reg(s, GPU_OFF_GFX_FB_LAYERS) > GPU_GFX_LAYERS_MAX)
      return GPU_OFF_GFX_FB_LAYERS;
   for (uint32_t n = 0; n < GPU_GFX_TARGETS; n++) {
      uint32_t b = gfx_reg(s, GPU_OFF_GFX_BLEND + 4 * n);
      if (bits(b, 1, 5) >= GPU_FACTOR_COUNT || bits(b, 6, 5) >= GPU_FACTOR_COUNT ||
          bits(b, 11, 3) >= GPU_BLEND_OP_COUNT || bits(b, 14, 5) >= GPU_FACTOR_COUNT ||
          bits(b, 19, 5) >= GPU_FACTOR_COUNT || bits(b, 24, 3) >= GPU_BLEND_OP_COUNT)
         return (int)(GPU_OFF_GFX_BLEND + 4 * n);
   }
   return -1;
}

/* Targets that are written, and what gfx_lanes may do: usual formats, and every pixel of the area is one of the target. */
static void set_fast(gfx_back *k)
{
   static const uint8_t depths[] = {124, 125, 126, 129}; /* D16, X8_D24, D32, D24_S8: one number at the element's start */
   for (unsigned n = 0; n < GPU_GFX_TARGETS; n++) {
      gfx_target *t = &k->colour[n];
      k->written |= (uint32_t)(t->on && t->writes) << n;
      t->fast = t->on && t->rgba8 && k->logic == 16 && k->width <= t->level.width_px && k->height <= t->level.height_px;
   }
   k->fast_depth = false;
   for (unsigned n = 0; n < sizeof depths && k->depth_test && !k->stencil_test && !k->bounds_test; n++)
      k->fast_depth |= k->depth.format->number == depths[n] && k->width <= k->depth.level.width_px &&
                       k->height <= k->depth.level.height_px;
}

bool gfx_back_prepare(gfx_worker *wk, gfx_draw *d)
{
   const gfx_state *s = &d->state;
   gfx_back *k = d->back;
   int bad = bad_back(s);
   decode_rest(s, k);
   for (uint32_t n = 0; n < GPU_GFX_TARGETS && bad < 0; n++) {
      uint32_t at = GPU_OFF_GFX_TARGET + 32 * n;
      if (!decode_target(&s->regs[at / 4], k->samples_log2, false, &k->colour[n]))
         bad = (int)at;
      else if (k->colour[n].on)
         decode_writes(&k->colour[n], gfx_reg(s, GPU_OFF_GFX_BLEND + 4 * n));
   }
   if (bad < 0 && !decode_target(&s->regs[GPU_OFF_GFX_DEPTH_TARGET / 4], k->samples_log2, true, &k->depth))
      bad = GPU_OFF_GFX_DEPTH_TARGET;
   if (bad >= 0)
      return gfx_stop(wk, d, &(emu_fault_info){.type = GPU_FAULT_BAD_DRAW, .info = (uint32_t)bad});
   decode_tests(s, k);
   k->fragments = s->stage[GPU_STAGE_FS].on;
   k->fs_flags = k->fragments ? s->stage[GPU_STAGE_FS].flags : 0;
   uint32_t late = GPU_STAGE_FS_WRITES_DEPTH | GPU_STAGE_FS_WRITES_STENCIL | GPU_STAGE_FS_WRITES_MASK |
                   GPU_STAGE_FS_KILLS | GPU_STAGE_FS_SIDE_EFFECTS;
   set_fast(k);
   k->early = (k->fs_flags & GPU_STAGE_FS_EARLY) || (!(k->fs_flags & late) && !k->alpha_to_coverage);
   return true;
}

/* ---- the tile's part
 * -----------------------------------------------------------------------------------------------------------------
 */
static bool fault(gfx_tile *t, enum gpu_fault f, uint64_t va)
{
   t->failed = true;
   return gfx_stop(t->wk, t->d, &(emu_fault_info){.type = f, .access = GPU_ACCESS_WRITE, .va = va});
}

/* All elements of the tile, or those that are dirty, between the copy and memory. */
static bool transfer(gfx_tile *t, gfx_surface *s, bool write)
{
   const gfx_target *g = s->target;
   uint32_t size = g->level.element_B, w = g->level.width_px, h = g->level.height_px;
   uint64_t fault_va = 0;
   for (uint32_t y = 0; y < GFX_TILE && (uint32_t)t->y + y < h; y++)
      for (uint32_t x = 0; x < GFX_TILE && (uint32_t)t->x + x < w; x++) {
         uint8_t *at = s->buffer + (size_t)gfx_morton((int32_t)x, (int32_t)y) * size;
         if (write && !(s->dirty[y] >> x & 1))
            continue;
         uint64_t va = gfx_element_va(t, g, (uint32_t)t->x + x, (uint32_t)t->y + y);
         enum gpu_fault f = write ? emu_mem_write(&t->wk->tlb, va, at, size, &fault_va)
                                  : emu_mem_read(&t->wk->tlb, va, at, size, &fault_va);
         if (f)
            return fault(t, f, fault_va);
      }
   return true;
}

static bool map_direct(gfx_tile *t, gfx_surface *s)
{
   const gpu_image_level *l = &s->target->level;
   uint64_t size = (uint64_t)GFX_TILE * GFX_TILE * l->element_B, avail_B = 0;
   void *host;
   if (l->tile_log2 != GFX_TILE_LOG2 || (s->va & 0xffff) + size > 0x10000)
      return false;
   if (emu_tlb_translate(&t->wk->tlb, s->va, GPU_ACCESS_WRITE, &host, &avail_B) || avail_B < size ||
       (uintptr_t)host % 4)
      return false;
   s->base = host;
   s->generation = t->wk->tlb.generation;
   return true;
}

static bool map_copy(gfx_tile *t, gfx_surface *s)
{
   size_t size = (size_t)GFX_TILE * GFX_TILE * s->target->level.element_B;
   if (size > s->buffer_B) {
      free(s->buffer);
      s->buffer = malloc(size);
      s->buffer_B = s->buffer ? size : 0;
      if (!s->buffer) {
         t->failed = true;
         return gfx_stop_memory(t->wk, t->d);
      }
   }
   s->base = s->buffer;
   memset(s->dirty, 0, sizeof s->dirty);
   return transfer(t, s, false);
}

bool gfx_surface_map(gfx_tile *t, gfx_surface *s, const gfx_target *target)
{
   if (s->mapped && (!s->direct || s->generation == t->wk->tlb.generation))
      return true;
   s->target = target;
   s->va = gfx_element_va(t, target, (uint32_t)t->x, (uint32_t)t->y);
   bool direct = (!s->mapped || s->direct) && map_direct(t, s);
   if (s->mapped && s->direct && !direct)
      return fault(t, GPU_FAULT_UNMAPPED, s->va); /* memory has gone while it was drawn to */
   s->direct = direct;
   s->mapped = direct || map_copy(t, s);
   return s->mapped;
}

bool gfx_surface_flush(gfx_tile *t, gfx_surface *s)
{
   bool ok = !s->mapped || s->direct || transfer(t, s, true);
   s->mapped = false;
   return ok;
}
