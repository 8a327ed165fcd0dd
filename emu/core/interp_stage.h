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
STAGE(o_store)
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

H(f_interp)
{
   const float *i = row(w, u->a), *j = row(w, u->b);
   float(*t)[ISA_WAVE_LANES] = (float(*)[ISA_WAVE_LANES])x->temp;
   if (x->stage && x->stage->fragment) {
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
