/* Cycles of shader cores, worked out on paper, and what must hold for any trace. */
#include "time_core_rig.h"
#include <cmocka.h>

/* Cycles before the first instruction of a wave that is launched at 0: its code. */
#define FIRST RIG_CODE_CYCLES

static uint64_t counter(const rig_job *r, enum gpu_counter c)
{
   return r->job.counters[c];
}

static void check_slots(const emu_profile *p, const rig_job *r)
{
   uint64_t sum = 0;
   for (unsigned c = GPU_COUNTER_ISSUE_ACTIVE; c <= GPU_COUNTER_STALL_IDLE; c++)
      sum += r->job.counters[c];
   assert_int_equal(sum, counter(r, GPU_COUNTER_ISSUE_SLOTS));
   assert_int_equal(sum, counter(r, GPU_COUNTER_CORE_CYCLES) * p->schedulers_per_core);
   assert_int_equal(r->units.released, r->units.count);
}

static uint64_t cycles_of(const emu_profile *p, bool detailed, const char *text, uint32_t groups, uint32_t waves)
{
   rig_job *r = rig_job_create(rig_assemble(p, text, 16), groups, waves, 0);
   uint64_t c = rig_cycles(p, detailed, r);
   check_slots(p, r);
   rig_job_destroy(r);
   return c;
}

/* n instructions in a text buffer, then the end */
static const char *repeat(const char *line, unsigned n)
{
   static char text[65536];
   size_t at = 0;
   for (unsigned i = 0; i < n; i++)
      at += (size_t)snprintf(text + at, sizeof text - at, "%s\n", line);
   snprintf(text + at, sizeof text - at, "s_endpgm\n");
   return text;
}

static void dependent_chain(void **state)
{
   (void)state;
   emu_profile p = rig_profile();
   for (unsigned detailed = 0; detailed < 2; detailed++) {
      /* ten adds of latency 4, each needs the one before; the end is issued behind the last one's issue, and waits for its result */
      assert_int_equal(cycles_of(&p, detailed, repeat("v_add_u32 v1, v1, v2", 10), 1, 1), FIRST + 10 * 4);
   }
}

static void independent(void **state)
{
   (void)state;
   emu_profile p = rig_profile();
   for (unsigned detailed = 0; detailed < 2; detailed++) {
      /* ten issued back to back, the end behind them; the last result is there 4 cycles after its issue at 9 */
      assert_int_equal(cycles_of(&p, detailed, repeat("v_add_u32 v1, v2, v3", 10), 1, 1), FIRST + 9 + 4);
      assert_int_equal(cycles_of(&p, detailed, repeat("v_div_u32 v1, v2, v3", 10), 1, 1), FIRST + 9 * 8 + 28);
   }
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(dependent_chain),
      cmocka_unit_test(independent),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
