/* Quads and fragment waves: quads that pass the early tests gather, eight to a wave and from any primitives
 * of the tile in order; what the wave puts out goes through the late tests and into the targets, quad by
 * quad.
 *
 * A wave runs to its end before anything of it is written, so that the order of quads is all that counts.
 */
#include "lanes.h"

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
   if (!dx && !sample && !t->k->sample_shading && ((what & 3) == 0 || ((what & 3) == 1 && t->k->samples == 1))) {
      t->lanes->weights(t, what & 4, i, j);
      return;
   }
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
static void set_bits(const gfx_tile *t, unsigned n, float *const row[9])
{
   const gfx_quad *q = &t->quad[n];
   const gfx_prim *p = q->shape->prim;
   uint32_t where = p->layer | p->viewport << 16;
   for (unsigned l = 4 * n; l < 4 * n + 4; l++) {
      uint32_t bits = (uint32_t)p->front | (uint32_t)q->sample << 4 | (uint32_t)q->cover[l % 4] << 8;
      memcpy(&row[4][l], &bits, 4);
      memcpy(&row[5][l], &p->id, 4);
      memcpy(&row[6][l], &where, 4);
   }
}

static void set_point(const gfx_tile *t, unsigned n, float *const row[9])
{
   const gfx_quad *q = &t->quad[n];
   const gfx_shape *s = q->shape;
   const gfx_prim *p = s->prim;
   double ox = t->k->sample_shading ? sample_x(t->k, q->sample) : 0.5,
          oy = t->k->sample_shading ? sample_y(t->k, q->sample) : 0.5;
   for (unsigned l = 4 * n; l < 4 * n + 4 && p->point_size > 0; l++) {
      double x = q->x + (int32_t)(l & 1) + ox, y = q->y + (int32_t)(l >> 1 & 1) + oy;
      row[7][l] = (float)((x - (s->ox - p->point_size / 2.0)) / p->point_size);
      row[8][l] = (float)((y - (s->oy - p->point_size / 2.0)) / p->point_size);
   }
}

/* Sample shading: at the sample instead of the centre. */
static void set_positions(const gfx_tile *t, unsigned n, float *const row[9])
{
   const gfx_quad *q = &t->quad[n];
   const gfx_shape *s = q->shape;
   for (unsigned l = 4 * n; l < 4 * n + 4; l++) {
      double x = q->x + (int32_t)(l & 1) + sample_x(t->k, q->sample),
             y = q->y + (int32_t)(l >> 1 & 1) + sample_y(t->k, q->sample);
      row[0][l] = (float)x;
      row[1][l] = (float)y;
      row[2][l] = gfx_depth_at(t->k, s, x, y);
      row[3][l] = (float)gfx_at(&s->inv_w, x - s->ox, y - s->oy);
   }
}

/* Initial registers that the program looks at; all if the wave is not full. */
static void set_rows(gfx_tile *t, emu_wave *w)
{
   const emu_program *p = t->d->state.stage[GPU_STAGE_FS].program;
   uint32_t needs = t->quads == EMU_STAGE_QUADS ? p->entry[0] & 0x1ff : 0x1ff;
   float *row[9];
   for (unsigned n = 0; n < 9 && needs; n++)
      row[n] = (float *)gfx_wave_row(t->wk, t->d, GPU_STAGE_FS, w, n);
   if ((needs & 0xf) && !t->k->sample_shading)
      t->lanes->positions(t, row[0], row[1], row[2], row[3]);
   for (unsigned n = 0; n < t->quads && needs; n++) {
      if (t->k->sample_shading)
         set_positions(t, n, row);
      if (needs & 0x70)
         set_bits(t, n, row);
      if (t->quad[n].shape->prim->kind == GFX_POINT)
         set_point(t, n, row);
   }
}

/* Outputs that somebody looks at start as zeros. */
static void clear_records(gfx_tile *t)
{
   unsigned targets = GPU_GFX_TARGETS;
   bool rest =
       t->k->fs_flags & (GPU_STAGE_FS_WRITES_DEPTH | GPU_STAGE_FS_WRITES_STENCIL | GPU_STAGE_FS_WRITES_MASK);
   while (targets > 1 && !t->k->colour[targets - 1].on)
      targets--;
   for (unsigned n = 0; n < targets; n++)
      rest |= t->k->colour[n].blends;
   memset(t->record[GPU_FRAGMENT_COLOUR], 0, 4 * targets * sizeof t->record[0]);
   if (rest)
      memset(t->record[GPU_FRAGMENT_SECOND], 0, (GPU_FRAGMENT_DW - GPU_FRAGMENT_SECOND) * sizeof t->record[0]);
}

/* Records of the quads' vertices, lanes that are no helpers. */
static uint32_t set_stage(gfx_tile *t, emu_stage *st)
{
   uint32_t live = 0;
   if (t->regular && t->staged == t->quad[0].shape)
      return 0xffffffffu;
   if (t->quads < EMU_STAGE_QUADS)
      memset(st->vertex, 0, sizeof st->vertex);
   for (unsigned n = 0; n < t->quads; n++) {
      const gfx_quad *q = &t->quad[n];
      const gfx_prim *p = q->shape->prim;
      st->provoking[n] = p->provoking;
      for (unsigned c = 0; c < 3; c++)
         st->vertex[n][c] = p->record[c];
      uint32_t some = (((q->all & 0x7f7f7f7fu) + 0x7f7f7f7fu) | q->all) >> 7 & 0x01010101u; /* bytes that are not 0 */
      live |= (some * 0x01020408u >> 24 & 15) << 4 * n;
   }
   st->one_shape = t->quads == EMU_STAGE_QUADS;
   for (unsigned n = 1; n < t->quads; n++)
      st->one_shape &= t->quad[n].shape == t->quad[0].shape;
   t->staged = st->one_shape ? t->quad[0].shape : NULL;
   return live;
}

static void note_places(gfx_tile *t)
{
   t->shaded_quads += t->quads;
   for (unsigned n = 0; n < t->quads; n++)
      t->shaded[t->quad[n].y / 2 % (GFX_TILE / 2)] |= (uint16_t)(1u << t->quad[n].x / 2 % (GFX_TILE / 2));
}

static bool shade(gfx_tile *t)
{
   gfx_worker *wk = t->wk;
   uint32_t lanes = 4 * t->quads, exec = lanes < ISA_WAVE_LANES ? (1u << lanes) - 1 : 0xffffffffu;
   emu_wave *w = gfx_wave_start(wk, t->d, GPU_STAGE_FS, exec, 0);
   if (!w)
      return false;
   set_rows(t, w);
   clear_records(t);
   emu_stage *st = &wk->stage;
   st->live = set_stage(t, st);
   st->fragment_out = t->record;
   st->out_dw = GPU_FRAGMENT_DW;
   st->in_dw = gfx_last_stage(&t->d->state)->out_dw;
   st->fragment = true;
   st->bary = weights;
   st->quads = t;
   GFX_COUNT(t->counters, FS_INVOCATIONS, (unsigned)__builtin_popcount(st->live));
   note_places(t);
   return gfx_wave_run(wk, t->d, GPU_STAGE_FS);
}

/* ---- output
 * -------------------------------------------------------------------------------------------------------------------------
 */
static uint8_t alpha_mask(const gfx_back *k, uint8_t cover, uint32_t bits)
{
   float alpha;
   memcpy(&alpha, &bits, 4);
   double a = !(alpha > 0) ? 0 : alpha < 1 ? alpha : 1;
   return cover & (uint8_t)((1u << (unsigned)(a * k->samples + 0.5)) - 1);
}

/* What is left of a lane's samples behind the wave. */
static uint8_t late_cover(const gfx_tile *t, const gfx_quad *q, unsigned l)
{
   const gfx_back *k = t->k;
   uint8_t cover = q->cover[l % 4];
   if (!cover || !(t->wk->stage.live >> l & 1))
      return 0;
   if (k->fs_flags & GPU_STAGE_FS_WRITES_MASK)
      cover &= (uint8_t)t->record[GPU_FRAGMENT_MASK][l];
   if (k->alpha_to_coverage)
      cover = alpha_mask(k, cover, t->record[GPU_FRAGMENT_COLOUR + 3][l]);
   return cover;
}

/* The tests behind the wave, with what it put out. */
static uint8_t late_test(gfx_tile *t, const gfx_quad *q, unsigned l, uint8_t cover)
{
   const gfx_back *k = t->k;
   float z[8], depth;
   memcpy(&depth, &t->record[GPU_FRAGMENT_DEPTH][l], 4);
   for (unsigned n = 0; n < k->samples; n++)
      z[n] = gfx_depth_limit(k, q->shape, depth);
   return gfx_depth_test(
       t, q, l % 4, cover, k->fs_flags & GPU_STAGE_FS_WRITES_DEPTH ? z : NULL,
       k->fs_flags & GPU_STAGE_FS_WRITES_STENCIL ? (int32_t)(t->record[GPU_FRAGMENT_STENCIL][l] & 0xff) : -1);
}

static void late_tests(gfx_tile *t)
{
   bool own_depth = t->k->fs_flags & (GPU_STAGE_FS_WRITES_DEPTH | GPU_STAGE_FS_WRITES_STENCIL);
   if (t->fast_depth && !own_depth) {
      if (!gfx_surface_map(t, &t->depth, &t->k->depth))
         return;
      for (unsigned n = 0; n < t->quads; n++)
         t->lanes->depth(t, t->quad[n].shape, t->quad[n].x, t->quad[n].y, &t->quad[n].all, 1);
   } else {
      for (unsigned l = 0; l < 4 * t->quads; l++)
         if (t->quad[l / 4].cover[l % 4])
            t->quad[l / 4].cover[l % 4] = late_test(t, &t->quad[l / 4], l, t->quad[l / 4].cover[l % 4]);
   }
   for (unsigned n = 0; n < t->quads; n++)
      GFX_COUNT(t->counters, SAMPLES_PASSED, (unsigned)__builtin_popcount(t->quad[n].all));
}

static void output(gfx_tile *t)
{
   const gfx_back *k = t->k;
   uint8_t cover[ISA_WAVE_LANES];
   uint32_t any = 0;
   bool same = t->wk->stage.live == 0xffffffffu && !(k->fs_flags & GPU_STAGE_FS_WRITES_MASK) && !k->alpha_to_coverage;
   for (unsigned l = 0; l < 4 * t->quads && !same; l++)
      t->quad[l / 4].cover[l % 4] = late_cover(t, &t->quad[l / 4], l);
   if (!k->early) {
      uint32_t tested = 0;
      for (unsigned n = 0; n < t->quads && k->tests; n++)
         tested |= (uint32_t)(t->quad[n].all != 0) << n;
      late_tests(t);
      if (t->traced && tested)
         gfx_trace_late(t, tested);
   }
   t->regular &= k->early && same;
   for (unsigned n = 0; n < t->quads; n++) {
      any |= t->quad[n].all;
      memcpy(cover + 4 * n, t->quad[n].cover, 4);
   }
   if (any && !t->failed)
      gfx_blend_quads(t, cover);
   if (any && t->traced)
      gfx_trace_colour(t, cover);
}

void gfx_quads_flush(gfx_tile *t)
{
   if (t->quads && !t->failed && !gfx_killed(t->d)) {
      if (t->traced)
         gfx_trace_gathered(t);
      if (shade(t))
         output(t);
      else
         t->failed = true;
   }
   t->quads = 0;
   t->regular = false;
}

/* ---- input
 * ----------------------------------------------------------------------------------------------------------------------------
 */
static void push(gfx_tile *t, const gfx_shape *s, int32_t x, int32_t y, uint32_t cover, uint8_t sample)
{
   gfx_quad *q = &t->quad[t->quads++];
   q->shape = s;
   q->x = x;
   q->y = y;
   q->all = cover;
   q->sample = sample;
   if (t->quads == EMU_STAGE_QUADS)
      gfx_quads_flush(t);
}

/* Eight quads at once, which are a wave by themselves. */
static void push_half(gfx_tile *t, const gfx_shape *s, int32_t x, int32_t y, uint32_t full)
{
   for (unsigned n = 0; n < EMU_STAGE_QUADS; n++) {
      gfx_quad *q = &t->quad[n];
      q->shape = s;
      q->x = x + (int32_t)(n % 4) * 2;
      q->y = y + (int32_t)(n / 4) * 2;
      q->all = full;
      q->sample = 0;
   }
   t->quads = EMU_STAGE_QUADS;
   t->regular = true;
   gfx_quads_flush(t);
}

/* Sample shading: a quad for each sample that any of the pixels has. */
static void push_samples(gfx_tile *t, const gfx_shape *s, int32_t x, int32_t y, uint32_t cover)
{
   for (unsigned n = 0; n < t->k->samples; n++) {
      uint32_t one = cover & 0x01010101u << n;
      if (one)
         push(t, s, x, y, one, (uint8_t)n);
   }
}

static void slow_test(gfx_tile *t, const gfx_shape *s, int32_t x, int32_t y, uint32_t *cover)
{
   gfx_quad q = {.shape = s, .x = x, .y = y};
   q.all = *cover;
   for (unsigned p = 0; p < 4; p++)
      q.cover[p] = gfx_depth_test(t, &q, p, q.cover[p], NULL, -1);
   *cover = q.all;
}

/* All samples of a quad. */
static uint32_t full_cover(const gfx_back *k)
{
   return ((1u << k->samples) - 1) * 0x01010101u;
}

/* Tests before the wave. */
static void early_tests(gfx_tile *t, const gfx_shape *s, int32_t x, int32_t y, uint32_t *cover, unsigned count)
{
   const gfx_back *k = t->k;
   uint64_t passed = 0;
   if (k->tests && t->fast_depth) {
      if (!gfx_surface_map(t, &t->depth, &k->depth))
         return;
      t->lanes->depth(t, s, x, y, cover, count);
   } else if (k->tests) {
      for (unsigned n = 0; n < count; n++)
         slow_test(t, s, x + (int32_t)(n % 4) * 2, y + (int32_t)(n / 4) * 2, &cover[n]);
   }
   for (unsigned n = 0; n < count; n++)
      passed += cover[n] == full_cover(k) ? 4 * k->samples : (unsigned)__builtin_popcount(cover[n]);
   GFX_COUNT(t->counters, SAMPLES_PASSED, passed);
}

/* The same, and the timing model is told. */
static void traced_tests(gfx_tile *t, const gfx_shape *s, int32_t x, int32_t y, uint32_t *cover, unsigned count)
{
   uint32_t before[GFX_BLOCK_QUADS];
   memcpy(before, cover, count * sizeof *before);
   early_tests(t, s, x, y, cover, count);
   if (t->k->tests)
      gfx_trace_early(t, s, x, y, before, cover, count);
   else
      gfx_trace_untested(t, before, count);
}

/* Are the quads from `first` on half a block, all of it covered? */
static bool is_half(const gfx_back *k, const uint32_t *cover, unsigned first, unsigned count)
{
   uint32_t differ = 0, full = full_cover(k);
   if (count != GFX_BLOCK_QUADS || first % EMU_STAGE_QUADS || k->sample_shading)
      return false;
   for (unsigned n = first; n < first + EMU_STAGE_QUADS; n++)
      differ |= cover[n] ^ full;
   return !differ;
}

void gfx_quads_add(gfx_tile *t, const gfx_shape *s, int32_t x, int32_t y, uint32_t *cover, unsigned count)
{
   const gfx_back *k = t->k;
   if (t->failed)
      return;
   for (unsigned n = 0; n < count; n++)
      cover[n] &= k->sample_mask * 0x01010101u;
   bool early = k->early || !k->fragments;
   if (early && !t->traced)
      early_tests(t, s, x, y, cover, count);
   else if (early)
      traced_tests(t, s, x, y, cover, count);
   else if (t->traced)
      gfx_trace_untested(t, cover, count);
   for (unsigned n = 0; n < count && k->fragments && !t->failed; n++) {
      int32_t qx = x + (int32_t)(n % 4) * 2, qy = y + (int32_t)(n / 4) * 2;
      if (!t->quads && is_half(k, cover, n, count)) {
         push_half(t, s, qx, qy, cover[n]);
         n += EMU_STAGE_QUADS - 1;
      } else if (cover[n] && k->sample_shading)
         push_samples(t, s, qx, qy, cover[n]);
      else if (cover[n])
         push(t, s, qx, qy, cover[n], 0);
   }
}
