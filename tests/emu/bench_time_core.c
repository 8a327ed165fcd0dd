/* The two engines side by side: cycles, and how fast they are themselves. bench_time_core [random programs]
 */
#include <time.h>
#include "time_core_set.h"

static double seconds(void)
{
   return (double)clock() / CLOCKS_PER_SEC; /* of this process */
}

typedef struct sums {
   double error, worst, time[2], instructions;
   unsigned n;
} sums;

static void compare(const set_entry *e, sums *s)
{
   emu_profile p = set_profile();
   rig_job *r = set_job(&p, e);
   uint64_t cycles[2];
   double time[2];
   for (unsigned detailed = 0; detailed < 2; detailed++) {
      double start = seconds();
      cycles[detailed] = rig_cycles(&p, detailed, r);
      time[detailed] = seconds() - start;
      s->time[detailed] += time[detailed];
   }
   double error = 100 * ((double)cycles[0] / (double)cycles[1] - 1), m = (double)r->instructions * 1e-6;
   printf(
       "%-24s %3u x %u waves %9llu instructions  detailed %8llu  approx %8llu  %+6.1f %%   %6.1f %6.1f M/s\n",
       e->name, e->groups, e->waves, (unsigned long long)r->instructions, (unsigned long long)cycles[1],
       (unsigned long long)cycles[0], error, m / time[1], m / time[0]);
   error = error < 0 ? -error : error;
   s->error += error;
   s->worst = error > s->worst ? error : s->worst;
   s->instructions += m;
   s->n++;
   rig_job_destroy(r);
}

int main(int argc, char **argv)
{
   static char text[65536];
   sums s = {0};
   unsigned count = argc > 1 ? (unsigned)atoi(argv[1]) : 20;
   for (size_t i = 0; i < SET_ENTRIES; i++)
      compare(&set_entries[i], &s);
   for (unsigned i = 0; i < count; i++) {
      set_entry e = set_random(i, text, sizeof text);
      compare(&e, &s);
   }
   printf("approx against detailed: %.1f %% on average, %.1f %% at worst; detailed %.1f, approx %.1f M "
          "instructions/s\n",
          s.error / s.n, s.worst, s.instructions / s.time[1], s.instructions / s.time[0]);
   return 0;
}
