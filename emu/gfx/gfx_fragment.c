/* Quads and fragment waves: quads that pass the early tests gather, eight to a wave and from any primitives
 * of the tile in order; what the wave puts out goes through the late tests and into the targets, quad by
 * quad.
 *
 * A wave runs to its end before anything of it is written, so that the order of quads is all that counts.
 */
#include "back.h"

static double sample_x(const gfx_back *k, unsigned n)
{
   return gpu_sample_at(k->samples_log2, n)[0] / 16.0;
}

static double sample_y(const gfx_back *k, unsigned n)
{
   return gpu_sample_at(k->samples_log2, n)[1] / 16.0;
}

/* ---- weights
 * ----------------------------------------------------------------------------------------------------------------------
 */
/* Centre of the pixel if it is covered as a whole or not at all, else the first covered sample. */
static void centroid(const gfx_back *k, uint8_t cover, double *x, double *y)
{
   *x = *y = 0.5;
   if (k->samples > 1 && cover && cover != (1u << k->samples) - 1) {
      *x = sample_x(k, (unsigned)__builtin_ctz(cover));
      *y = sample_y(k, (unsigned)__builtin_ctz(cover));
   }
}

static void place(const gfx_tile *t, const gfx_quad *q, unsigned l, unsigned what, const float *dx,
                  const float *dy, const uint32_t *sample, double *x, double *y)
{
   const gfx_back *k = t->k;
   unsigned n = sample ? sample[l] & (k->samples - 1) : q->sample;
   *x = *y = 0.5;
   if (k->sample_shading || (what & 3) == 2 || sample) {
      *x = sample_x(k, n);
      *y = sample_y(k, n);
   }
   if ((what & 3) == 1 && !k->sample_shading)
      centroid(k, q->cover[l % 4], x, y);
   if ((what & 3) == 3) {
      *x = 0.5 + (double)dx[l];
      *y = 0.5 + (double)dy[l];
   }
   *x += q->x + (int32_t)(l & 1) - q->shape->ox;
   *y += q->y + (int32_t)(l >> 1 & 1) - q->shape->oy;
}

static void weights(const emu_stage *st, unsigned what, const float *dx, const float *dy,
                    const uint32_t *sample, float *i, float *j)
{
   const gfx_tile *t = st->quads;
   for (unsigned l = 0; l < ISA_WAVE_LANES; l++) {
      const gfx_quad *q = &t->quad[l / 4];
      double x, y;
      i[l] = j[l] = 0;
      if (l / 4 >= t->quads)
         continue;
      place(t, q, l, what, dx, dy, sample, &x, &y);
      double w = what & 4 ? 1 : 1 / gfx_at(&q->shape->inv_w, x, y);
      i[l] = (float)(gfx_at(what & 4 ? &q->shape->li : &q->shape->i, x, y) * w);
      j[l] = (float)(gfx_at(what & 4 ? &q->shape->lj : &q->shape->j, x, y) * w);
   }
}

/* ---- launch
 * ------------------------------------------------------------------------------------------------------------------------
 */
static void set_quad(const gfx_tile *t, unsigned n, float *const row[9])
{
   const gfx_quad *q = &t->quad[n];
   const gfx_back *k = t->k;
   const gfx_shape *s = q->shape;
   const gfx_prim *p = s->prim;
   double ox = k->sample_shading ? sample_x(k, q->sample) : 0.5,
          oy = k->sample_shading ? sample_y(k, q->sample) : 0.5;
   uint32_t where = p->layer | p->viewport << 16;
   for (unsigned l = 4 * n; l < 4 * n + 4; l++) {
      double x = q->x + (int32_t)(l & 1) + ox, y = q->y + (int32_t)(l >> 1 & 1) + oy;
      uint32_t bits = (uint32_t)p->front | (uint32_t)q->sample << 4 | (uint32_t)q->cover[l % 4] << 8;
      row[0][l] = (float)x;
      row[1][l] = (float)y;
      row[2][l] = gfx_depth_at(k, s, x, y);
      row[3][l] = (float)gfx_at(&s->inv_w, x - s->ox, y - s->oy);
      memcpy(&row[4][l], &bits, 4);
      memcpy(&row[5][l], &p->id, 4);
      memcpy(&row[6][l], &where, 4);
      if (p->kind == GFX_POINT && p->point_size > 0) {
         row[7][l] = (float)((x - (s->ox - p->point_size / 2.0)) / p->point_size);
         row[8][l] = (float)((y - (s->oy - p->point_size / 2.0)) / p->point_size);
      }
   }
}

/* Outputs that somebody looks at start as zeros. */
static void clear_records(gfx_tile *t, unsigned lanes)
{
   unsigned targets = GPU_GFX_TARGETS;
   bool rest =
       t->k->fs_flags & (GPU_STAGE_FS_WRITES_DEPTH | GPU_STAGE_FS_WRITES_STENCIL | GPU_STAGE_FS_WRITES_MASK);
   while (targets > 1 && !t->k->colour[targets - 1].on)
      targets--;
   for (unsigned n = 0; n < targets; n++)
      rest |= t->k->colour[n].blends;
   for (unsigned l = 0; l < lanes; l++) {
      for (unsigned n = 0; n < targets; n++)
         memset(t->record[l] + 4 * n, 0, 16);
      if (rest)
         memset(t->record[l] + GPU_FRAGMENT_SECOND, 0, (GPU_FRAGMENT_DW - GPU_FRAGMENT_SECOND) * 4);
   }
}

static bool shade(gfx_tile *t)
{
   gfx_worker *wk = t->wk;
   uint32_t lanes = 4 * t->quads, exec = lanes < ISA_WAVE_LANES ? (1u << lanes) - 1 : 0xffffffffu, live = 0;
   emu_wave *w = gfx_wave_start(wk, t->d, GPU_STAGE_FS, exec, 0);
   float *row[9];
   if (!w)
      return false;
   for (unsigned n = 0; n < 9; n++)
      row[n] = (float *)gfx_wave_row(wk, t->d, GPU_STAGE_FS, w, n);
   emu_stage *st = &wk->stage;
   memset(st->vertex, 0, sizeof st->vertex);
   for (unsigned l = 0; l < lanes; l++) {
      live |= t->quad[l / 4].cover[l % 4] ? 1u << l : 0;
      st->out[l] = t->record[l];
   }
   for (unsigned n = 0; n < t->quads; n++) {
      const gfx_prim *p = t->quad[n].shape->prim;
      set_quad(t, n, row);
      st->provoking[n] = p->provoking;
      for (unsigned c = 0; c < 3; c++)
         st->vertex[n][c] = p->record[c];
   }
   clear_records(t, lanes);
   st->out_stride = GPU_FRAGMENT_DW;
   st->out_dw = GPU_FRAGMENT_DW;
   st->in_dw = gfx_last_stage(&t->d->state)->out_dw;
   st->fragment = true;
   st->live = live;
   st->bary = weights;
   st->quads = t;
   GFX_COUNT(t->counters, FS_INVOCATIONS, (unsigned)__builtin_popcount(live));
   return gfx_wave_run(wk, t->d, GPU_STAGE_FS);
}

/* ---- output
 * -------------------------------------------------------------------------------------------------------------------------
 */
static uint8_t alpha_mask(const gfx_back *k, uint8_t cover, const uint32_t *record)
{
   float alpha;
   memcpy(&alpha, &record[3], 4);
   double a = !(alpha > 0) ? 0 : alpha < 1 ? alpha : 1;
   return cover & (uint8_t)((1u << (unsigned)(a * k->samples + 0.5)) - 1);
}

/* What is left of a lane's samples behind the wave and the late tests. */
static uint8_t late_cover(gfx_tile *t, const gfx_quad *q, unsigned l)
{
   const gfx_back *k = t->k;
   const uint32_t *record = t->record[l];
   uint8_t cover = q->cover[l % 4];
   float z[8], depth;
   if (!cover || !(t->wk->stage.live >> l & 1))
      return 0;
   if (k->fs_flags & GPU_STAGE_FS_WRITES_MASK)
      cover &= (uint8_t)record[GPU_FRAGMENT_MASK];
   if (k->alpha_to_coverage)
      cover = alpha_mask(k, cover, record);
   if (k->early)
      return cover;
   memcpy(&depth, &record[GPU_FRAGMENT_DEPTH], 4);
   for (unsigned n = 0; n < k->samples; n++)
      z[n] = gfx_depth_limit(k, q->shape, depth);
   cover = gfx_depth_test(
       t, q, l % 4, cover, k->fs_flags & GPU_STAGE_FS_WRITES_DEPTH ? z : NULL,
       k->fs_flags & GPU_STAGE_FS_WRITES_STENCIL ? (int32_t)(record[GPU_FRAGMENT_STENCIL] & 0xff) : -1);
   GFX_COUNT(t->counters, SAMPLES_PASSED, (unsigned)__builtin_popcount(cover));
   return cover;
}

static void output(gfx_tile *t)
{
   uint8_t cover[ISA_WAVE_LANES], any = 0;
   for (unsigned l = 0; l < 4 * t->quads; l++)
      any |= cover[l] = late_cover(t, &t->quad[l / 4], l);
   if (any && !t->failed)
      gfx_blend_quads(t, cover);
}

void gfx_quads_flush(gfx_tile *t)
{
   if (t->quads && !t->failed && !gfx_killed(t->d)) {
      if (shade(t))
         output(t);
      else
         t->failed = true;
   }
   t->quads = 0;
}

/* ---- input
 * ----------------------------------------------------------------------------------------------------------------------------
 */
static void push(gfx_tile *t, const gfx_quad *q)
{
   t->quad[t->quads++] = *q;
   if (t->quads == EMU_STAGE_QUADS)
      gfx_quads_flush(t);
}

/* Sample shading: a quad for each sample that any of the pixels has. */
static void push_samples(gfx_tile *t, const gfx_quad *q)
{
   for (unsigned n = 0; n < t->k->samples; n++) {
      gfx_quad one = *q;
      uint8_t any = 0;
      for (unsigned p = 0; p < 4; p++)
         any |= one.cover[p] &= (uint8_t)(1u << n);
      one.sample = (uint8_t)n;
      if (any)
         push(t, &one);
   }
}

void gfx_quad_add(gfx_tile *t, const gfx_quad *in)
{
   const gfx_back *k = t->k;
   gfx_quad q = *in;
   uint8_t any = 0;
   if (t->failed)
      return;
   for (unsigned p = 0; p < 4; p++) {
      q.cover[p] &= (uint8_t)k->sample_mask;
      if (k->early || !k->fragments) {
         if (k->tests)
            q.cover[p] = gfx_depth_test(t, &q, p, q.cover[p], NULL, -1);
         GFX_COUNT(t->counters, SAMPLES_PASSED, (unsigned)__builtin_popcount(q.cover[p]));
      }
      any |= q.cover[p];
   }
   if (!any || !k->fragments)
      return;
   if (k->sample_shading)
      push_samples(t, &q);
   else
      push(t, &q);
}
