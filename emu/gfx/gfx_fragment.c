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
static void set_lane(const gfx_tile *t, const gfx_quad *q, unsigned l, uint32_t *const row[9])
{
   const gfx_back *k = t->k;
   const gfx_prim *p = q->shape->prim;
   double x = q->x + (int32_t)(l & 1) + (k->sample_shading ? sample_x(k, q->sample) : 0.5);
   double y = q->y + (int32_t)(l >> 1 & 1) + (k->sample_shading ? sample_y(k, q->sample) : 0.5);
   float values[9] = {(float)x, (float)y, gfx_depth_at(k, q->shape, x, y),
                      (float)gfx_at(&q->shape->inv_w, x - q->shape->ox, y - q->shape->oy)};
   uint32_t bits = (uint32_t)p->front | (uint32_t)q->sample << 4 | (uint32_t)q->cover[l % 4] << 8;
   uint32_t where = p->layer | p->viewport << 16;
   memcpy(&values[4], &bits, 4);
   memcpy(&values[5], &p->id, 4);
   memcpy(&values[6], &where, 4);
   if (p->kind == GFX_POINT && p->point_size > 0) {
      values[7] = (float)((x - (q->shape->ox - p->point_size / 2.0)) / p->point_size);
      values[8] = (float)((y - (q->shape->oy - p->point_size / 2.0)) / p->point_size);
   }
   for (unsigned n = 0; n < 9; n++)
      memcpy(&row[n][l], &values[n], 4);
}

static bool shade(gfx_tile *t)
{
   gfx_worker *wk = t->wk;
   uint32_t lanes = 4 * t->quads, exec = lanes < ISA_WAVE_LANES ? (1u << lanes) - 1 : 0xffffffffu, live = 0;
   emu_wave *w = gfx_wave_start(wk, t->d, GPU_STAGE_FS, exec, 0);
   uint32_t *row[9];
   if (!w)
      return false;
   for (unsigned n = 0; n < 9; n++)
      row[n] = n < t->d->state.stage[GPU_STAGE_FS].program->vregs ? w->rows[n] : wk->spare_row;
   emu_stage *st = &wk->stage;
   memset(st->vertex, 0, sizeof st->vertex);
   for (unsigned l = 0; l < lanes; l++) {
      const gfx_quad *q = &t->quad[l / 4];
      set_lane(t, q, l, row);
      live |= q->cover[l % 4] ? 1u << l : 0;
      st->out[l] = t->record[l];
   }
   for (unsigned n = 0; n < t->quads; n++) {
      const gfx_prim *p = t->quad[n].shape->prim;
      st->provoking[n] = p->provoking;
      for (unsigned c = 0; c < 3; c++)
         st->vertex[n][c] = p->record[c];
   }
   memset(t->record, 0, sizeof t->record);
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

static void output_pixel(gfx_tile *t, const gfx_quad *q, unsigned l)
{
   const gfx_back *k = t->k;
   const uint32_t *record = t->record[l];
   uint8_t cover = q->cover[l % 4];
   float z[8], depth;
   if (!cover || !(t->wk->stage.live >> l & 1))
      return;
   if (k->fs_flags & GPU_STAGE_FS_WRITES_MASK)
      cover &= (uint8_t)record[GPU_FRAGMENT_MASK];
   if (k->alpha_to_coverage)
      cover = alpha_mask(k, cover, record);
   if (!k->early) {
      memcpy(&depth, &record[GPU_FRAGMENT_DEPTH], 4);
      for (unsigned n = 0; n < k->samples; n++)
         z[n] = gfx_depth_limit(k, q->shape, depth);
      cover = gfx_depth_test(
          t, q, l % 4, cover, k->fs_flags & GPU_STAGE_FS_WRITES_DEPTH ? z : NULL,
          k->fs_flags & GPU_STAGE_FS_WRITES_STENCIL ? (int32_t)(record[GPU_FRAGMENT_STENCIL] & 0xff) : -1);
      GFX_COUNT(t->counters, SAMPLES_PASSED, (unsigned)__builtin_popcount(cover));
   }
   if (cover)
      gfx_blend_pixel(t, q->x + (int32_t)(l & 1), q->y + (int32_t)(l >> 1 & 1), cover, record);
}

void gfx_quads_flush(gfx_tile *t)
{
   if (t->quads && !t->failed && !gfx_killed(t->d)) {
      if (shade(t))
         for (unsigned l = 0; l < 4 * t->quads && !t->failed; l++)
            output_pixel(t, &t->quad[l / 4], l);
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
