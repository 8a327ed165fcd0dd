/* img_sample of the usual kind, all lanes at once. Part of interp.c.
 *
 * Step by step what tex_lod.c and tex_sample.c do for one lane, so results, counts and traces are the same; texels that those
 * would skip have weight 0 here, and as all components are finite and not negative, adding them changes nothing. Nothing is
 * written or counted before every texel has been found in the TLB: where one is not, or a view does not fit (tex_view.h), the
 * texture unit does the instruction from the start.
 */
#include "fmt_block.h"
#include "fmt_srgb.h"
#include "tex_view.h"

typedef float sample_row[ISA_WAVE_LANES];

typedef struct sample_lod {
   uint32_t fixed[ISA_WAVE_LANES]; /* clamped to the view, 8 fraction bits */
   sample_row clamped;
   uint32_t points[ISA_WAVE_LANES], most_points;
   double step[2][ISA_WAVE_LANES];
} sample_lod;

typedef struct sampler {
   const tex_view *v;
   emu_core_ctx *x;
   uint32_t exec;
   const uint32_t *active; /* all ones in active lanes */
   uint64_t page_va;       /* of the page that the view begins in */
   uint64_t texels;        /* read by active lanes */
   bool traced;            /* their lines are put down */
} sampler;

/* ---- level of detail ------------------------------------------------------------------------- */
static inline float sample_clamp(float x, float low, float high)
{
   x = x < low ? low : x;
   return x > high ? high : x;
}

/* Gradients of both coordinates in x and y: of quads, or as given. */
static inline void sample_gradients(const isa_img *inst, const float *s, const float *t, const uint32_t (*given)[ISA_WAVE_LANES],
                                    sample_row g[4])
{
   if (inst->lod == ISA_LOD_GRAD) {
      memcpy(g, given, 4 * sizeof(sample_row));
      return;
   }
   for (unsigned q = 0; q < ISA_WAVE_LANES; q += 4) {
      float d[4] = {s[q + 1] - s[q], t[q + 1] - t[q], s[q + 2] - s[q], t[q + 2] - t[q]};
      for (unsigned k = 0; k < 4; k++)
         for (unsigned l = q; l < q + 4; l++)
            g[k][l] = d[k];
   }
}

static inline void sample_lambda(const tex_view *v, sample_row g[4], sample_lod *o, float *lambda)
{
   double max[ISA_WAVE_LANES], min[ISA_WAVE_LANES];
   const double w = v->width[0], h = v->height[0];
   LANES
   {
      double xs = g[0][l] * w, xt = g[1][l] * h, ys = g[2][l] * w, yt = g[3][l] * h;
      double x = xs * xs + xt * xt, y = ys * ys + yt * yt;
      max[l] = x >= y ? x : y;
      min[l] = x >= y ? y : x;
      o->step[0][l] = x >= y ? g[0][l] : g[2][l];
      o->step[1][l] = x >= y ? g[1][l] : g[3][l];
   }
   if (v->anisotropy >= 2) {
      const double limit = v->anisotropy;
      LANES
      {
         double ratio = __builtin_ceil(__builtin_sqrt(max[l] / min[l]));
         ratio = ratio >= limit ? limit : ratio > 1 ? ratio : 1;
         ratio = max[l] > 0 ? ratio : 1;
         o->points[l] = (uint32_t)(int32_t)ratio;
         max[l] = max[l] / (ratio * ratio);
      }
   }
   LANES lambda[l] = 0.5f * arith_log2((float)max[l]);
}

static inline void sample_lod_of(const tex_view *v, const isa_img *inst, const uint32_t (*c)[ISA_WAVE_LANES], sample_lod *o)
{
   sample_row g[4], lambda, bias;
   const float *given = (const float *)c[2];
   const float low = v->min_lod, high = v->max_lod, last = (float)(v->levels - 1), own = v->bias;
   LANES lambda[l] = 0;
   LANES o->points[l] = 1;
   LANES bias[l] = own;
   /* where it decides nothing it is not computed */
   bool matters = v->anisotropy >= 2 || !(low == high);
   if (inst->lod == ISA_LOD_LEVEL) {
      LANES lambda[l] = given[l];
   } else if (inst->lod != ISA_LOD_ZERO && matters) {
      sample_gradients(inst, (const float *)c[0], (const float *)c[1], c + 2, g);
      sample_lambda(v, g, o, lambda);
   }
   if (inst->lod == ISA_LOD_BIAS)
      LANES bias[l] = own + given[l];
   LANES
   {
      float b = bias[l], x = lambda[l] + (b == b ? sample_clamp(b, -16, 16) : 0);
      x = x == x ? x : 0;
      o->clamped[l] = x = sample_clamp(x, low, high);
      o->fixed[l] = (uint32_t)(int32_t)arith_rndne(sample_clamp(x, 0, last) * 256.0f);
   }
   o->most_points = 1;
   for (unsigned l = 0; l < ISA_WAVE_LANES && v->anisotropy >= 2; l++)
      o->most_points = o->points[l] > o->most_points ? o->points[l] : o->most_points;
}

/* ---- one axis -------------------------------------------------------------------------------- */
static inline void sample_axis(enum gpu_address_mode mode, const double *s, const int32_t *size, bool linear,
                               int32_t (*i)[ISA_WAVE_LANES], float *alpha)
{
   double u[ISA_WAVE_LANES];
   LANES u[l] = s[l] == s[l] ? s[l] : 0;
   if (mode == GPU_ADDRESS_REPEAT)
      LANES u[l] = u[l] - __builtin_floor(u[l]);
   else if (mode == GPU_ADDRESS_MIRROR)
      LANES u[l] = u[l] - 2 * __builtin_floor(0.5 * u[l]);
   LANES
   {
      double p = (u[l] == u[l] ? u[l] : 0) * size[l];
      u[l] = p < -0x1p30 ? -0x1p30 : p > 0x1p30 ? 0x1p30 : p;
   }
   if (linear) {
      LANES
      {
         double fixed = __builtin_floor(u[l] * 256 + 0.5) - 128, whole = __builtin_floor(fixed * 0x1p-8);
         i[0][l] = (int32_t)whole;
         alpha[l] = (float)(fixed - whole * 256) * 0x1p-8f;
      }
   } else {
      LANES i[0][l] = (int32_t)__builtin_floor(u[l]);
      LANES alpha[l] = 0;
   }
   for (unsigned k = 0; k <= linear; k++) {
      int32_t *at = i[k];
      if (k)
         LANES at[l] = i[0][l] + 1;
   }
   for (unsigned k = 0; k <= linear; k++) {
      int32_t *at = i[k];
      if (mode == GPU_ADDRESS_REPEAT) {
         /* from -1 to size + 1 */
         LANES at[l] += at[l] < 0 ? size[l] : 0;
         LANES at[l] -= at[l] >= size[l] ? size[l] : 0;
         LANES at[l] -= at[l] >= size[l] ? size[l] : 0;
      } else if (mode == GPU_ADDRESS_MIRROR) {
         /* from -1 to 2 size + 1 */
         LANES at[l] += at[l] < 0 ? 2 * size[l] : 0;
         LANES at[l] -= at[l] >= 2 * size[l] ? 2 * size[l] : 0;
         LANES at[l] = at[l] < size[l] ? at[l] : 2 * size[l] - 1 - at[l];
      } else {
         LANES at[l] = at[l] < 0 ? 0 : at[l] >= size[l] ? size[l] - 1 : at[l];
      }
   }
}

/* ---- texels ---------------------------------------------------------------------------------- */
static inline uint32_t sample_spread(uint32_t x)
{
   x = (x | x << 4) & 0x10f;
   x = (x | x << 2) & 0x133;
   return (x | x << 1) & 0x155;
}

/* From `page_va` on: dwords at these offsets in active lanes; false: some page is not at hand. */
static bool sample_read(const sampler *s, const uint32_t *offset, uint32_t *out)
{
   uint32_t first = offset[__builtin_ctz(s->exec)], differ = 0;
   LANES differ |= (offset[l] ^ first) & s->active[l];
   const uint8_t *page = emu_tlb_fast(s->x->tlb, s->page_va + (first & ~0xffffu), false);
   if (!page)
      return false;
   if (!(differ >> 16)) {
      uint32_t at[ISA_WAVE_LANES];
      LANES at[l] = (s->active[l] ? offset[l] : first) & 0xffff;
#if defined(__AVX512F__)
      for (unsigned l = 0; l < ISA_WAVE_LANES; l += 16)
         _mm512_storeu_si512(out + l, _mm512_i32gather_epi32(_mm512_loadu_si512(at + l), page, 1));
#elif defined(__AVX2__)
      for (unsigned l = 0; l < ISA_WAVE_LANES; l += 8)
         _mm256_storeu_si256((__m256i *)(out + l),
                             _mm256_i32gather_epi32((const int *)page, _mm256_loadu_si256((const __m256i *)(at + l)), 1));
#else
      for (unsigned l = 0; l < ISA_WAVE_LANES; l++)
         memcpy(&out[l], page + at[l], 4);
#endif
      return true;
   }
   for (uint32_t mask = s->exec, known = first >> 16; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      if (offset[l] >> 16 != known) {
         known = offset[l] >> 16;
         page = emu_tlb_fast(s->x->tlb, s->page_va + (offset[l] & ~0xffffu), false);
         if (!page)
            return false;
      }
      memcpy(&out[l], page + (offset[l] & 0xffff), 4);
   }
   return true;
}

static inline void sample_decode(const tex_view *v, unsigned component, const uint32_t *texel, float *out)
{
   const unsigned shift = v->shift[component];
   if (v->srgb && component < 3) {
      const float *table = (const float *)fmt_srgb_linear;
      LANES out[l] = table[texel[l] >> shift & 0xff];
      return;
   }
#if defined(__FMA__) /* equal to the division for every byte */
   LANES out[l] = __builtin_fmaf((float)(int32_t)(texel[l] >> shift & 0xff), 0x1.010102p-8f,
                                 (float)(int32_t)(texel[l] >> shift & 0xff) * -0x1.fdfdfep-33f);
#else
   LANES out[l] = (float)(int32_t)(texel[l] >> shift & 0xff) / 255.0f;
#endif
}

static inline void sample_lookup(const int32_t *table, const uint32_t *level, int32_t *out)
{
   LANES out[l] = table[level[l]];
}

/* Out of the way of those who do not ask for time. */
static __attribute__((noinline)) bool sample_trace(const sampler *s, const uint32_t (*place)[ISA_WAVE_LANES],
                                                   const uint32_t (*has)[ISA_WAVE_LANES], bool linear)
{
   return linear ? sectors_add(s->x, s->page_va, place, has, 4) : sectors_add(s->x, s->page_va, place, has, 1);
}

/* One level of each lane. `counted`: lanes for which this is asked at all; the others get any value. */
static bool sample_level(sampler *s, const double (*at)[ISA_WAVE_LANES], const uint32_t *level, bool linear, const uint32_t *counted,
                         sample_row out[4])
{
   const tex_view *v = s->v;
   int32_t size[2][ISA_WAVE_LANES], i[2][2][ISA_WAVE_LANES];
   uint32_t start[ISA_WAVE_LANES], row_B[ISA_WAVE_LANES], n[ISA_WAVE_LANES], part[2][2][ISA_WAVE_LANES];
   uint32_t texel[4][ISA_WAVE_LANES], has[4][ISA_WAVE_LANES];
   sample_row alpha[2], weight[4];
   sample_lookup(v->width, level, size[0]);
   sample_lookup(v->height, level, size[1]);
   sample_lookup((const int32_t *)v->offset_B, level, (int32_t *)start);
   sample_lookup((const int32_t *)v->row_B, level, (int32_t *)row_B);
   sample_lookup((const int32_t *)v->tile_log2, level, (int32_t *)n);
   const uint32_t inside = (uint32_t)(v->va & 0xffff);
   for (unsigned k = 0; k < 2; k++)
      sample_axis(v->address[k], at[k], size[k], linear, i[k], alpha[k]);
   for (unsigned k = 0; k <= linear; k++) {
      LANES
      {
         uint32_t x = (uint32_t)i[0][k][l], y = (uint32_t)i[1][k][l], low = (1u << n[l]) - 1;
         part[0][k][l] = (((x >> n[l]) << 2 * n[l]) + sample_spread(x & low)) * 4 + start[l] + inside;
         part[1][k][l] = (y >> n[l]) * row_B[l] + sample_spread(y & low) * 8;
      }
   }
   uint32_t place[4][ISA_WAVE_LANES];
   for (unsigned k = 0; k < (linear ? 4 : 1); k++) {
      uint32_t *offset = place[k];
      LANES offset[l] = part[0][k & 1][l] + part[1][k >> 1][l];
      LANES has[k][l] = counted[l] & s->active[l] & (k & 1 && alpha[0][l] == 0 ? 0 : ~0u) & (k >> 1 && alpha[1][l] == 0 ? 0 : ~0u);
      if (!sample_read(s, offset, texel[k]))
         return false;
      uint32_t sum = 0;
      LANES sum += has[k][l] & 1;
      s->texels += sum;
   }
   if (s->traced && !sample_trace(s, (const uint32_t(*)[ISA_WAVE_LANES])place, (const uint32_t(*)[ISA_WAVE_LANES])has, linear))
      return false;
   if (!linear) {
      for (unsigned c = 0; c < 4; c++)
         sample_decode(v, c, texel[0], out[c]);
      return true;
   }
   LANES
   {
      float a = alpha[0][l], b = alpha[1][l];
      weight[0][l] = (1 - a) * (1 - b);
      weight[1][l] = a * (1 - b);
      weight[2][l] = (1 - a) * b;
      weight[3][l] = a * b;
   }
   for (unsigned c = 0; c < 4; c++) {
      sample_row t[4];
      for (unsigned k = 0; k < 4; k++)
         sample_decode(v, c, texel[k], t[k]);
      LANES out[c][l] =
         ((weight[0][l] * t[0][l] + weight[1][l] * t[1][l]) + weight[2][l] * t[2][l]) + weight[3][l] * t[3][l];
   }
   return true;
}

/* ---- filters --------------------------------------------------------------------------------- */
static bool sample_point(sampler *s, const double (*at)[ISA_WAVE_LANES], const sample_lod *o, bool linear, const uint32_t *counted,
                         sample_row out[4])
{
   const tex_view *v = s->v;
   uint32_t level[ISA_WAVE_LANES], next[ISA_WAVE_LANES], any = 0;
   sample_row low[4], delta;
   if (!v->mip_linear) {
      LANES level[l] = (o->fixed[l] + 127) >> 8;
      return sample_level(s, at, level, linear, counted, out);
   }
   const uint32_t last = v->levels - 1;
   LANES level[l] = o->fixed[l] >> 8;
   LANES delta[l] = (float)(int32_t)(o->fixed[l] & 255) * 0x1p-8f;
   LANES any |= o->fixed[l] & 255 & s->active[l];
   if (!sample_level(s, at, level, linear, counted, out))
      return false;
   if (!any)
      return true;
   LANES next[l] = level[l] < last ? level[l] + 1 : last;
   uint32_t between[ISA_WAVE_LANES];
   LANES between[l] = counted[l] & (o->fixed[l] & 255 ? ~0u : 0);
   if (!sample_level(s, at, next, linear, between, low))
      return false;
   for (unsigned c = 0; c < 4; c++)
      LANES out[c][l] = out[c][l] * (1 - delta[l]) + delta[l] * low[c][l];
   return true;
}

static bool sample_anisotropic(sampler *s, const double (*at)[ISA_WAVE_LANES], const sample_lod *o, bool linear, sample_row out[4])
{
   sample_row sum[4];
   for (unsigned i = 0; i < o->most_points; i++) {
      double p[2][ISA_WAVE_LANES];
      uint32_t counted[ISA_WAVE_LANES];
      LANES counted[l] = i < o->points[l] ? ~0u : 0;
      for (unsigned k = 0; k < 2; k++)
         LANES p[k][l] = i < o->points[l] && o->points[l] > 1
                            ? at[k][l] + o->step[k][l] * ((i + 0.5) / (double)(int32_t)o->points[l] - 0.5)
                            : at[k][l];
      if (!sample_point(s, (const double(*)[ISA_WAVE_LANES])p, o, linear, counted, out))
         return false;
      for (unsigned c = 0; c < 4; c++)
         LANES sum[c][l] = i == 0 ? out[c][l] : sum[c][l] + (counted[l] ? out[c][l] : 0);
   }
   for (unsigned c = 0; c < 4; c++)
      LANES out[c][l] = sum[c][l] * (1.0f / (float)(int32_t)o->points[l]);
   return true;
}

/* As steps_of() in tex_sample.c: of each quad the greatest number. */
static uint32_t sample_cycles(const sampler *s, const sample_lod *o)
{
   uint32_t steps[ISA_WAVE_LANES], sum = 0;
   const uint32_t between = s->v->mip_linear ? 255 : 0;
   LANES steps[l] = s->active[l] & (o->points[l] << (o->fixed[l] & between ? 1 : 0));
   for (unsigned l = 0; l < ISA_WAVE_LANES; l += PART_LANES) {
      sector_part n = part_load(steps + l);
      n = PART(max_epu32)(n, PART(shuffle_epi32)(n, 0xb1));
      part_store(steps + l, PART(max_epu32)(n, PART(shuffle_epi32)(n, 0x4e)));
   }
   LANES sum += steps[l];
   return sum / 4;
}

static void sample_write(const tex_view *v, const emu_uop *u, emu_wave *w, const emu_core_ctx *x, sample_row result[4])
{
   uint32_t *d = row(w, u->d);
   for (unsigned c = 0; c < 4; c++) {
      uint32_t constant[ISA_WAVE_LANES];
      const unsigned from = v->swizzle[c];
      const uint32_t *bits = constant, *m = x->exec_row, one = from == GPU_SWIZZLE_1 ? v->one : 0;
      if (from <= GPU_SWIZZLE_A)
         bits = (const uint32_t *)result[from];
      else
         LANES constant[l] = one;
      uint32_t *to = d + c * ISA_WAVE_LANES;
      LANES to[l] = m[l] ? bits[l] : to[l];
   }
}

/* False: nothing has been done. */
static bool sample_fast(const emu_uop *u, emu_wave *w, emu_core_ctx *x)
{
   leave_vector_state();
   const tex_view *v = emu_tex_view(u, w, x, true);
   if (!v)
      return false;
   const uint32_t(*c)[ISA_WAVE_LANES] = (const uint32_t(*)[ISA_WAVE_LANES])row(w, u->c);
   const isa_img inst = isa_img_unpack(u->imm);
   double at[2][ISA_WAVE_LANES];
   sample_lod o;
   sample_row result[4];
   sampler s = {.v = v, .x = x, .exec = w->exec, .active = x->exec_row, .page_va = v->va & ~UINT64_C(0xffff)};
   s.traced = x->trace;
   if (s.traced)
      core_sectors_begin(x);
   sample_lod_of(v, &inst, c, &o);
   bool linear = v->min_linear;
   if (v->min_linear != v->mag_linear) {
      uint32_t small = 0;
      for (unsigned l = 0; l < ISA_WAVE_LANES; l++)
         small |= o.clamped[l] > 0 ? 1u << l : 0;
      small &= w->exec;
      if (small && small != w->exec)
         return false;
      linear = small ? v->min_linear : v->mag_linear;
   }
   for (unsigned k = 0; k < 2; k++) {
      const float *from = (const float *)c[k];
      LANES at[k][l] = (double)from[l];
   }
   const double(*place)[ISA_WAVE_LANES] = (const double(*)[ISA_WAVE_LANES])at;
   if (!(o.most_points > 1 ? sample_anisotropic(&s, place, &o, linear, result)
                           : sample_point(&s, place, &o, linear, x->exec_row, result)))
      return false;
   x->sums.bytes_read += 4 * s.texels;
   if (s.traced)
      core_sectors_end(u, x, sample_cycles(&s, &o));
   sample_write(v, u, w, x, result);
   return true;
}
