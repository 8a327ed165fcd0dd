/* img_load and img_store of the usual kind, all lanes at once. Part of interp.c, behind interp_sample.h, whose ways of reading
 * and rules they share: as the texture unit does it lane by lane, or not at all.
 */

typedef struct texels {
   const tex_view *v;
   uint64_t page_va;
   uint32_t offset[ISA_WAVE_LANES], valid[ISA_WAVE_LANES]; /* bytes from page_va; all ones where the texel exists */
   uint32_t mask;                                          /* valid lanes */
} texels;

static inline bool texel_uniform(const uint32_t *v, const uint32_t *active, uint32_t first)
{
   uint32_t differ = 0;
   LANES differ |= (v[l] ^ first) & active[l];
   return !differ;
}

/* False: for the texture unit. Layer and level must be the same in all lanes. */
static bool texel_places(const emu_uop *u, emu_wave *w, emu_core_ctx *x, texels *t)
{
   leave_vector_state();
   const tex_view *v = t->v = emu_tex_view(u, w, x, false);
   if (!v)
      return false;
   const isa_img inst = isa_img_unpack(u->imm);
   const uint32_t(*c)[ISA_WAVE_LANES] = (const uint32_t(*)[ISA_WAVE_LANES])row(w, u->c);
   const uint32_t *cx = c[0], *cy = c[1], *active = x->exec_row, *samples = NULL;
   const unsigned any = (unsigned)__builtin_ctz(w->exec);
   uint32_t layer = 0, level = 0;
   c += 2;
   if (inst.dim == GPU_DIM_2D_ARRAY) {
      layer = (*c)[any];
      if (!texel_uniform(*c++, active, layer))
         return false;
   }
   if (inst.sample)
      samples = *c++;
   if (inst.lod == ISA_LOD_LEVEL) {
      level = (*c)[any];
      if (!texel_uniform(*c, active, level))
         return false;
   }
   if (layer >= v->layers || level >= v->levels)
      return false;
   const uint64_t va = v->va + layer * v->layer_stride_B + v->offset_B[level];
   const uint32_t width = (uint32_t)v->width[level], height = (uint32_t)v->height[level], n = v->tile_log2[level],
                  low = (1u << n) - 1, element = v->element_log2, row_B = v->row_B[level], inside = va & 0xffff,
                  texel_log2 = element - v->samples_log2, count = 1u << v->samples_log2;
   t->page_va = va & ~UINT64_C(0xffff);
   LANES
   {
      uint32_t px = cx[l], py = cy[l];
      t->valid[l] = active[l] & (px < width && py < height ? ~0u : 0);
      t->offset[l] = inside + ((((px >> n) << 2 * n) + sample_spread(px & low) + (sample_spread(py & low) << 1)) << element) +
                     (py >> n) * row_B;
   }
   if (samples)
      LANES
      {
         t->valid[l] &= samples[l] < count ? ~0u : 0;
         t->offset[l] += samples[l] << texel_log2;
      }
   t->mask = row_to_mask(t->valid);
   return true;
}

static uint32_t texel_quads(uint32_t exec)
{
   uint32_t any = exec | exec >> 1;
   any |= any >> 2;
   return (uint32_t)__builtin_popcount(any & 0x11111111u);
}

/* 32 texels fit the set of sectors. */
static void texel_count(const emu_uop *u, const emu_wave *w, const texels *t, emu_core_ctx *x, uint64_t *bytes, bool filtered)
{
   const unsigned texel_B = 1u << (t->v->element_log2 - t->v->samples_log2);
   *bytes += (uint64_t)(unsigned)__builtin_popcount(t->mask) * texel_B;
   if (x->trace) {
      core_sectors_begin(x);
      sectors_add(x, t->page_va, (const uint32_t(*)[ISA_WAVE_LANES])t->offset, (const uint32_t(*)[ISA_WAVE_LANES])t->valid, 1);
      core_sectors_end(u, x, filtered ? texel_quads(w->exec) * (texel_B <= 4 ? 1 : texel_B <= 8 ? 2 : 4) : 0);
   }
}

static bool load_fast(const emu_uop *u, emu_wave *w, emu_core_ctx *x)
{
   texels t;
   uint32_t texel[4][ISA_WAVE_LANES];
   sample_row result[4];
   if (!texel_places(u, w, x, &t))
      return false;
   const tex_view *v = t.v;
   const unsigned dwords = v->raw_dw ? v->raw_dw : 1;
   const sampler s = {.v = v, .x = x, .exec = t.mask, .active = t.valid, .page_va = t.page_va};
   for (unsigned k = 0; k < dwords; k++) {
      uint32_t *one = texel[k];
      if (t.mask && !sample_read(&s, t.offset, one))
         return false;
      LANES one[l] = t.valid[l] ? one[l] : 0;
      LANES t.offset[l] += 4;
   }
   LANES t.offset[l] -= 4 * dwords;
   for (unsigned k = 0; k < 4; k++) {
      uint32_t *to = (uint32_t *)result[k];
      const uint32_t *one = texel[k];
      if (!v->raw_dw)
         sample_decode(v, k, texel[0], result[k]);
      else if (k < dwords)
         LANES to[l] = one[l];
      else
         LANES to[l] = k == 3 ? v->one : 0;
   }
   texel_count(u, w, &t, x, &x->sums.bytes_read, true);
   sample_write(v, u, w, x, result);
   return true;
}

static inline void store_bytes(const float *in, unsigned shift, uint32_t *out)
{
   LANES
   {
      float c = in[l] > 0.0f ? in[l] : 0.0f; /* NaN too */
      c = c < 1.0f ? c : 1.0f;
#if defined(__FMA__) /* the sum's last place is 1: the exact product, rounded once */
      out[l] |= (arith_bits(__builtin_fmaf(c, 255.0f, 0x1p23f)) & 0xff) << shift;
#else
      out[l] |= (uint32_t)(arith_bits64((double)c * 255.0 + 0x1p52) & 0xff) << shift;
#endif
   }
}

/* Every page that the lanes write to must be at hand. */
static bool store_pages(const texels *t, emu_core_ctx *x)
{
   uint32_t known = UINT32_MAX;
   for (uint32_t mask = t->mask; mask; mask &= mask - 1) {
      uint32_t offset = t->offset[__builtin_ctz(mask)];
      if (offset >> 16 != known && !emu_tlb_fast(x->tlb, t->page_va + (offset & ~0xffffu), true))
         return false;
      known = offset >> 16;
   }
   return true;
}

static bool store_fast(const emu_uop *u, emu_wave *w, emu_core_ctx *x)
{
   texels t;
   const float(*data)[ISA_WAVE_LANES] = (const float(*)[ISA_WAVE_LANES])row(w, u->b);
   uint32_t packed[ISA_WAVE_LANES];
   if (!texel_places(u, w, x, &t) || t.v->srgb || !store_pages(&t, x))
      return false;
   const tex_view *v = t.v;
   LANES packed[l] = 0;
   for (unsigned k = 0; k < 4 && !v->raw_dw; k++)
      store_bytes(data[k], v->shift[k], packed);
   for (uint32_t mask = t.mask; mask; mask &= mask - 1) { /* in the order of lanes */
      unsigned l = (unsigned)__builtin_ctz(mask);
      uint8_t *to = emu_tlb_fast(x->tlb, t.page_va + t.offset[l], true);
      if (!v->raw_dw)
         memcpy(to, &packed[l], 4);
      for (unsigned k = 0; k < v->raw_dw; k++)
         memcpy(to + 4 * k, &data[k][l], 4);
   }
   texel_count(u, w, &t, x, &x->sums.bytes_written, false);
   return true;
}
