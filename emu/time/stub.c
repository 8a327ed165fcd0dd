#include <stdlib.h>
#include "model.h"
struct stub { time_actor a; emu_time_job *j; };
static void act(time_machine *m, time_actor *a)
{
   struct stub *s = (struct stub *)a; bool st; time_unit *u;
   while ((u = time_job_take(s->j, &st))) { time_unit_release(s->j, u); }
   if (st) { time_starve(m, a); return; }
   time_job_over(m, s->j, time_now(m));
}
static bool begin(time_machine *m, emu_time_job *j, uint64_t start)
{ struct stub *s = calloc(1, sizeof *s); s->j = j; time_actor_init(m, &s->a, act); time_at(m, &s->a, start + 1000); return true; }
__attribute__((weak)) bool time_draw_begin(time_machine *m, emu_time_job *j, uint64_t start) { return begin(m, j, start); }
__attribute__((weak)) bool time_copy_begin(time_machine *m, emu_time_job *j, uint64_t start) { return begin(m, j, start); }
