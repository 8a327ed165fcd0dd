/* TEMPORARY: stand-ins for the memory system and fixed function until they land. */
#include <stdlib.h>
#include "engine.h"
#define WEAK __attribute__((weak))
WEAK time_memory *time_memory_create(const emu_profile *p) { (void)p; return calloc(1, 64); }
WEAK void time_memory_destroy(time_memory *m) { free(m); }
WEAK void time_memory_invalidate(time_memory *m) { (void)m; }
WEAK time_result time_memory_record(time_memory *m, uint32_t core, enum time_path path, enum time_op op, const uint32_t *record, uint64_t now, uint64_t *counters)
{ (void)m; (void)core; (void)path; (void)op; (void)record; (void)counters; return (time_result){now + 1, now + 100}; }
WEAK time_result time_memory_line(time_memory *m, uint32_t core, enum time_path path, enum time_op op, uint64_t va, uint32_t sectors, uint32_t flags, uint64_t now, uint64_t *counters)
{ (void)m; (void)core; (void)path; (void)op; (void)va; (void)sectors; (void)flags; (void)counters; return (time_result){now + 1, now + 4}; }
WEAK time_result time_memory_lds(time_memory *m, uint32_t core, uint32_t passes, uint64_t now, uint64_t *counters)
{ (void)m; (void)core; (void)counters; return (time_result){now + passes, now + 24}; }
typedef struct drain { time_actor a; emu_time_job *j; } drain;
static void drain_act(time_machine *m, time_actor *a)
{
   emu_time_job *j = ((drain *)a)->j;
   bool starved = false;
   time_unit *u;
   while ((u = time_job_take(j, &starved))) {
      while (!u->complete && time_unit_poll(j, u))
         ;
      time_unit_release(j, u);
   }
   if (starved)
      time_starve(m, a);
   else
      time_job_over(m, j, time_now(m));
}
static bool begin(time_machine *m, emu_time_job *j, uint64_t start)
{
   drain *d = time_machine_alloc(m, sizeof *d);
   if (!d)
      return false;
   time_actor_init(m, &d->a, drain_act);
   d->j = j;
   time_at(m, &d->a, start + 4000);
   return true;
}
WEAK bool time_draw_begin(time_machine *m, emu_time_job *j, uint64_t start) { return begin(m, j, start); }
WEAK bool time_copy_begin(time_machine *m, emu_time_job *j, uint64_t start) { return begin(m, j, start); }
