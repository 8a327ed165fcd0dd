/* Handlers of graphics stage instructions. Part of interp.c. Record accesses are compiled once for all levels
 * (stage.c); the interpolation itself is vector code. */
#include "stage.h"

#define STAGE(name)                                                                                          \
   H(name)                                                                                                   \
   {                                                                                                         \
      leave_vector_state();                                                                                  \
      emu_stage_##name(u, w, x);                                                                             \
      return u + 1;                                                                                          \
   }
STAGE(i_load)
STAGE(t_load)
STAGE(t_store)
STAGE(gs_emit)
STAGE(gs_cut)
STAGE(f_bary)
STAGE(f_bary_at)
STAGE(f_bary_sample)
STAGE(f_flat)
STAGE(f_vertex)

static inline bool is_uniform(const uint32_t *v)
{
   uint32_t differ = 0;
   for (unsigned l = 0; l < ISA_WAVE_LANES; l++)
      differ |= v[l] ^ v[0];
   return !differ;
}

/* A fragment's outputs are rows, those of a full wave of vertices evenly spaced records. */
H(o_store)
{
   const emu_stage *s = x->stage;
   const uint32_t *b = row(w, u->b), *c = row(w, u->c);
   if (!s || !is_uniform(b) || (!s->fragment && (w->exec != 0xffffffffu || !s->out_stride))) {
      leave_vector_state();
      emu_stage_o_store(u, w, x);
      return u + 1;
   }
   uint64_t dw = ((uint64_t)b[0] + u->imm) / 4;
   if (dw >= s->out_dw)
      NEXT;
   if (s->fragment) {
      uint32_t *out = s->fragment_out[dw];
      const uint32_t *m = x->exec_row;
      if (w->exec == 0xffffffffu)
         memcpy(out, c, EMU_ROW_B);
      else
         LANES out[l] = m[l] ? c[l] : out[l];
   } else {
      uint32_t *out = s->out[0] + dw;
      const size_t stride = s->out_stride;
      for (unsigned l = 0; l < ISA_WAVE_LANES; l++, out += stride)
         *out = c[l];
   }
   NEXT;
}

/* The dword of the three vertices, as value and differences. */
static inline void quad_values(const emu_stage *s, unsigned quad, uint64_t dw, float out[3])
{
   float p[3];
   for (unsigned k = 0; k < 3; k++) {
      const uint32_t *record = s->vertex[quad][k];
      p[k] = arith_float(record && dw < s->in_dw ? record[dw] : 0);
   }
   out[0] = p[0];
   out[1] = arith_add(p[1], -p[0]);
   out[2] = arith_add(p[2], -p[0]);
}

H(f_interp)
{
   const float *i = row(w, u->a), *j = row(w, u->b);
   const uint32_t *c = row(w, u->c);
   float(*t)[ISA_WAVE_LANES] = (float(*)[ISA_WAVE_LANES])x->temp;
   const emu_stage *s = x->stage;
   if (s && s->fragment && is_uniform(c)) {
      uint64_t dw = ((uint64_t)c[0] + u->imm) / 4;
      float v[3];
      if (s->one_shape) {
         quad_values(s, 0, dw, v);
         if (is_full(u, w)) {
            float *d = row(w, u->d);
            LANES d[l] = arith_fma(j[l], v[2], arith_fma(i[l], v[1], v[0]));
            NEXT;
         }
         LANES t[0][l] = arith_fma(i[l], v[1], v[0]);
         LANES t[0][l] = arith_fma(j[l], v[2], t[0][l]);
      } else {
         for (unsigned q = 0; q < EMU_STAGE_QUADS; q++) {
            quad_values(s, q, dw, v);
            for (unsigned k = 0; k < 3; k++)
               for (unsigned l = 4 * q; l < 4 * q + 4; l++)
                  t[k][l] = v[k];
         }
         LANES t[0][l] = arith_fma(i[l], t[1][l], t[0][l]);
         LANES t[0][l] = arith_fma(j[l], t[2][l], t[0][l]);
      }
   } else if (s && s->fragment) {
      leave_vector_state();
      emu_stage_interp_rows(u, w, x);
      LANES t[0][l] = arith_fma(i[l], t[1][l], t[0][l]);
      LANES t[0][l] = arith_fma(j[l], t[2][l], t[0][l]);
   } else {
      LANES x->temp[0][l] = 0;
   }
   store_row(u, w, x, x->temp[0]);
   NEXT;
}

H(f_demote)
{
   if (x->stage && x->stage->fragment)
      x->stage->live &= ~scalar(w, u->a);
   NEXT;
}

H(f_live)
{
   set_scalar(w, u->d, x->stage && x->stage->fragment ? x->stage->live : 0);
   NEXT;
}

/* Around stores and atomics of fragment programs: helpers take no part. What they see as old value is
 * undefined. */
H(live_enter)
{
   x->exec_saved = w->exec;
   if (x->stage && (w->exec & ~x->stage->live)) {
      w->exec &= x->stage->live;
      mask_to_row(w->exec, x->exec_row);
   }
   NEXT;
}

H(live_leave)
{
   if (w->exec != x->exec_saved) {
      w->exec = x->exec_saved;
      mask_to_row(w->exec, x->exec_row);
   }
   NEXT;
}
