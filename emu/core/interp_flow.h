/* Handlers of the scalar unit, of program control and of the helpers that decoding inserts. Part of interp.c.
 */

/* ---- scalar unit ----------------------------------------------------------------------------- */
#define SCALAR(name, expr)                                                                                   \
   H(name)                                                                                                   \
   {                                                                                                         \
      set_scalar(w, u->d, (expr));                                                                           \
      NEXT;                                                                                                  \
   }
#define SA scalar(w, u->a)
#define SB scalar(w, u->b)
#define SC scalar(w, u->c)
#define ONES(cond) ((cond) ? 0xffffffffu : 0)

SCALAR(s_mov, SA)
SCALAR(s_not, ~SA)
SCALAR(s_and, SA &SB)
SCALAR(s_or, SA | SB)
SCALAR(s_xor, SA ^ SB)
SCALAR(s_andn, SA & ~SB)
SCALAR(s_shl, arith_shl(SA, SB))
SCALAR(s_shr, arith_shr(SA, SB))
SCALAR(s_sar, arith_sar(SA, SB))
SCALAR(s_add, SA + SB)
SCALAR(s_sub, SA - SB)
SCALAR(s_mul, SA *SB)
SCALAR(s_min_i32, arith_min_i32(SA, SB))
SCALAR(s_max_i32, arith_max_i32(SA, SB))
SCALAR(s_min_u32, arith_min_u32(SA, SB))
SCALAR(s_max_u32, arith_max_u32(SA, SB))
SCALAR(s_bcnt, (uint32_t)__builtin_popcount(SA))
SCALAR(s_ctz, arith_ctz(SA))
SCALAR(s_msb_u32, arith_msb_u32(SA))
SCALAR(s_addc, (uint32_t)(((uint64_t)SA + SB) >> 32))
SCALAR(s_cmp_eq, ONES(SA == SB))
SCALAR(s_cmp_ne, ONES(SA != SB))
SCALAR(s_cmp_lt_i32, ONES((int32_t)SA < (int32_t)SB))
SCALAR(s_cmp_le_i32, ONES((int32_t)SA <= (int32_t)SB))
SCALAR(s_cmp_lt_u32, ONES(SA < SB))
SCALAR(s_cmp_le_u32, ONES(SA <= SB))
SCALAR(s_sel, SC != 0 ? SB : SA)

H(s_nop)
{
   NEXT;
}

/* ---- helpers --------------------------------------------------------------------------------- */
H(seg)
{
   if (x->budget < (int64_t)u->imm) {
      w->resume = u;
      return stop(u, x, EMU_STOP_QUANTUM);
   }
   x->budget -= u->imm;
   emu_segment_count *s = &x->segments[u->a];
   s->runs++;
   s->lanes += (unsigned)__builtin_popcount(w->exec);
   if (x->trace && u->a <= 0xfffff) /* what lies beyond only faults */
      emu_trace_segment(x->trace, u->a);
   return u + 1;
}

static inline const emu_uop *jump(const emu_uop *u, emu_wave *w, emu_core_ctx *x)
{
   const emu_uop *t = u + (int32_t)u->imm;
   return t->fn(t, w, x);
}

H(jump)
{
   return jump(u, w, x);
}

H(fault)
{
   emu_core_fault(x, (enum gpu_fault)u->d, GPU_ACCESS_EXECUTE, 0, w->exec, u->a);
   return stop(u, x, EMU_STOP_FAULT);
}

H(broadcast)
{
   uint32_t v = scalar(w, u->a), *d = row(w, u->d);
   LANES d[l] = v;
   NEXT;
}

H(broadcast_imm)
{
   uint32_t v = u->imm, *d = row(w, u->d);
   LANES d[l] = v;
   NEXT;
}

H(exec_changed)
{
   mask_to_row(w->exec, x->exec_row);
   NEXT;
}

/* ---- program control ------------------------------------------------------------------------- */
H(s_br)
{
   return jump(u, w, x);
}

H(s_brz)
{
   if (SA == 0)
      return jump(u, w, x);
   NEXT;
}

H(s_brnz)
{
   if (SA != 0)
      return jump(u, w, x);
   NEXT;
}

H(s_endpgm)
{
   return stop(u, x, EMU_STOP_END);
}

H(s_barrier)
{
   w->resume = u + 1;
   return stop(u, x, EMU_STOP_BARRIER);
}

H(s_yield)
{
   w->resume = u + 1;
   return stop(u, x, EMU_STOP_YIELD);
}

H(s_fence)
{
   atomic_thread_fence(memory_order_seq_cst);
   NEXT;
}

H(s_trap)
{
   emu_core_fault(x, GPU_FAULT_SHADER_TRAP, GPU_ACCESS_EXECUTE, 0, w->exec, SA);
   return stop(u, x, EMU_STOP_FAULT);
}
