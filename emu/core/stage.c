/* Instructions of graphics stages: records, patch memory, emitted vertices, fragments.
 *
 * A lane's part of these is plain host memory that the pipeline has laid out (stage.h); every access is
 * checked against its size here, so no shader reaches beyond. Who lays it out and who reads it is emu/gfx.
 */
#include <string.h>
#include "arith_f32.h"
#include "stage.h"

static uint32_t *row(emu_wave *w, uint32_t offset)
{
   return (uint32_t *)(void *)((uint8_t *)w + offset);
}

/* Dword number of byte b + imm; huge if it wraps. */
static uint64_t dword_of(const emu_uop *u, uint32_t b)
{
   return ((uint64_t)b + u->imm) / 4;
}

#define ACTIVE(lane, exec)                                                                                   \
   for (uint32_t mask_ = (exec); mask_; mask_ &= mask_ - 1)                                                  \
      for (unsigned lane = (unsigned)__builtin_ctz(mask_), once_ = 1; once_; once_ = 0)

static void zero(const emu_uop *u, emu_wave *w, unsigned rows)
{
   uint32_t *d = row(w, u->d);
   for (unsigned k = 0; k < rows; k++)
      ACTIVE(l, w->exec) d[k * ISA_WAVE_LANES + l] = 0;
}

/* ---- records and patch memory
 * ------------------------------------------------------------------------------------------------ */
static bool is_uniform(const uint32_t *row)
{
   uint32_t differ = 0;
   for (unsigned l = 1; l < ISA_WAVE_LANES; l++)
      differ |= row[l] ^ row[0];
   return !differ;
}

void emu_stage_o_store(const emu_uop *u, emu_wave *w, emu_core_ctx *x)
{
   const emu_stage *s = x->stage;
   const uint32_t *b = row(w, u->b), *c = row(w, u->c);
   if (!s)
      return;
   if (s->fragment) {
      ACTIVE(l, w->exec)
      if (dword_of(u, b[l]) < s->out_dw)
         s->fragment_out[dword_of(u, b[l])][l] = c[l];
      return;
   }
   ACTIVE(l, w->exec)
   {
      uint64_t dw = dword_of(u, b[l]);
      if (s->out[l] && dw < s->out_dw)
         s->out[l][dw] = c[l];
   }
}

void emu_stage_i_load(const emu_uop *u, emu_wave *w, emu_core_ctx *x)
{
   const emu_stage *s = x->stage;
   const uint32_t *a = row(w, u->a), *b = row(w, u->b);
   uint32_t *d = row(w, u->d);
   if (!s) {
      zero(u, w, 1);
      return;
   }
   ACTIVE(l, w->exec)
   {
      uint64_t dw = dword_of(u, b[l]);
      d[l] = s->in[l] && a[l] < s->in_vertices && dw < s->in_dw ? s->in[l][a[l]][dw] : 0;
   }
}

void emu_stage_t_load(const emu_uop *u, emu_wave *w, emu_core_ctx *x)
{
   const emu_stage *s = x->stage;
   const uint32_t *b = row(w, u->b);
   uint32_t *d = row(w, u->d);
   if (!s) {
      zero(u, w, 1);
      return;
   }
   ACTIVE(l, w->exec)
   {
      uint64_t dw = dword_of(u, b[l]);
      d[l] = s->patch[l] && dw < s->patch_dw ? s->patch[l][dw] : 0;
   }
}

void emu_stage_t_store(const emu_uop *u, emu_wave *w, emu_core_ctx *x)
{
   const emu_stage *s = x->stage;
   const uint32_t *b = row(w, u->b), *c = row(w, u->c);
   if (!s)
      return;
   ACTIVE(l, w->exec)
   {
      uint64_t dw = dword_of(u, b[l]);
      if (s->patch[l] && dw < s->patch_dw)
         s->patch[l][dw] = c[l];
   }
}

/* ---- geometry
 * ----------------------------------------------------------------------------------------------------------------
 */
void emu_stage_gs_emit(const emu_uop *u, emu_wave *w, emu_core_ctx *x)
{
   emu_stage *s = x->stage;
   unsigned stream = u->imm & EMU_VERTEX_STREAM;
   if (!s || !s->max_vertices)
      return;
   ACTIVE(l, w->exec)
   {
      if (!s->emitted[l] || s->count[l] >= s->max_vertices)
         continue;
      s->tags[l][s->count[l]++] = (uint8_t)stream;
      s->last[l][stream] = s->count[l];
      memcpy(s->out[l] + s->out_dw, s->out[l], s->out_dw * sizeof(uint32_t));
      s->out[l] += s->out_dw;
   }
}

void emu_stage_gs_cut(const emu_uop *u, emu_wave *w, emu_core_ctx *x)
{
   emu_stage *s = x->stage;
   unsigned stream = u->imm & EMU_VERTEX_STREAM;
   if (!s || !s->max_vertices)
      return;
   ACTIVE(l, w->exec)
   if (s->emitted[l] && s->last[l][stream])
      s->tags[l][s->last[l][stream] - 1] |= EMU_VERTEX_CUT;
}

/* ---- fragments
 * ---------------------------------------------------------------------------------------------------------------
 */
static bool is_fragment(const emu_core_ctx *x)
{
   return x->stage && x->stage->fragment;
}

static void put_weights(const emu_uop *u, emu_wave *w, emu_core_ctx *x)
{
   uint32_t *d = row(w, u->d);
   ACTIVE(l, w->exec)
   {
      d[l] = x->temp[0][l];
      d[ISA_WAVE_LANES + l] = x->temp[1][l];
   }
}

static void weights(const emu_uop *u, emu_wave *w, emu_core_ctx *x, unsigned what, const float *dx,
                    const float *dy, const uint32_t *sample)
{
   if (!is_fragment(x)) {
      zero(u, w, 2);
      return;
   }
   if (w->exec == 0xffffffffu && !dx && !sample) { /* nothing that it reads stands where it writes */
      float *d = (float *)row(w, u->d);
      x->stage->bary(x->stage, what, NULL, NULL, NULL, d, d + ISA_WAVE_LANES);
      return;
   }
   x->stage->bary(x->stage, what, dx, dy, sample, (float *)x->temp[0], (float *)x->temp[1]);
   put_weights(u, w, x);
}

void emu_stage_f_bary(const emu_uop *u, emu_wave *w, emu_core_ctx *x)
{
   unsigned where = u->imm & 3;
   weights(u, w, x, (where == 3 ? 0 : where) | (u->imm & 4), NULL, NULL, NULL);
}

void emu_stage_f_bary_at(const emu_uop *u, emu_wave *w, emu_core_ctx *x)
{
   weights(u, w, x, 3 | (u->imm & 4), (const float *)row(w, u->a), (const float *)row(w, u->b), NULL);
}

void emu_stage_f_bary_sample(const emu_uop *u, emu_wave *w, emu_core_ctx *x)
{
   weights(u, w, x, 2 | (u->imm & 4), NULL, NULL, row(w, u->a));
}

static uint32_t record_dword(const emu_stage *s, unsigned quad, unsigned vertex, uint64_t dw)
{
   const uint32_t *record = s->vertex[quad][vertex];
   return record && dw < s->in_dw ? record[dw] : 0;
}

void emu_stage_f_flat(const emu_uop *u, emu_wave *w, emu_core_ctx *x)
{
   const emu_stage *s = x->stage;
   const uint32_t *b = row(w, u->b);
   uint32_t *d = row(w, u->d);
   if (!is_fragment(x)) {
      zero(u, w, 1);
      return;
   }
   if (w->exec == 0xffffffffu && is_uniform(b)) {
      uint64_t dw = dword_of(u, b[0]);
      for (unsigned q = 0; q < EMU_STAGE_QUADS; q++) {
         uint32_t value = record_dword(s, q, s->provoking[q], dw);
         for (unsigned l = 4 * q; l < 4 * q + 4; l++)
            d[l] = value;
      }
      return;
   }
   ACTIVE(l, w->exec) d[l] = record_dword(s, l / 4, s->provoking[l / 4], dword_of(u, b[l]));
}

void emu_stage_f_vertex(const emu_uop *u, emu_wave *w, emu_core_ctx *x)
{
   const emu_stage *s = x->stage;
   const uint32_t *a = row(w, u->a), *b = row(w, u->b);
   uint32_t *d = row(w, u->d);
   if (!is_fragment(x)) {
      zero(u, w, 1);
      return;
   }
   ACTIVE(l, w->exec) d[l] = a[l] < 3 ? record_dword(s, l / 4, a[l], dword_of(u, b[l])) : 0;
}

static void interp_lane(const emu_stage *s, emu_core_ctx *x, unsigned l, uint64_t dw)
{
   uint32_t p0 = record_dword(s, l / 4, 0, dw), p1 = record_dword(s, l / 4, 1, dw),
            p2 = record_dword(s, l / 4, 2, dw);
   x->temp[0][l] = p0;
   x->temp[1][l] = arith_bits(arith_add(arith_float(p1), -arith_float(p0)));
   x->temp[2][l] = arith_bits(arith_add(arith_float(p2), -arith_float(p0)));
}

void emu_stage_interp_rows(const emu_uop *u, emu_wave *w, emu_core_ctx *x)
{
   const emu_stage *s = x->stage;
   const uint32_t *c = row(w, u->c);
   bool differ = !is_uniform(c);
   for (unsigned q = 0; q < EMU_STAGE_QUADS; q++) {
      interp_lane(s, x, 4 * q, dword_of(u, c[4 * q]));
      for (unsigned l = 4 * q + 1; l < 4 * q + 4; l++)
         if (differ)
            interp_lane(s, x, l, dword_of(u, c[l]));
         else
            for (unsigned k = 0; k < 3; k++)
               x->temp[k][l] = x->temp[k][4 * q];
   }
}
