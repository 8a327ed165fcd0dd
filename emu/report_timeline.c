/* What the machines of a device's rings did over time, for the report: a few hundred stretches of the same
 * length from time 0 on. When a ring's time goes beyond the last, neighbours are joined, so that a report has
 * the same size however long the program ran.
 */
#include "counters.h"
#include "report.h"
#include "time/sink.h"
#include <stdlib.h>
#include <string.h>

#define STRETCHES 256u
#define SHORTEST_CYCLES 256u
#define MOST_ROWS 64u /* of cores: more share rows */

struct report_timeline {
   uint64_t period;
   uint32_t used, rows, cores_in_row;
   uint64_t (*counters)[GPU_COUNTER_COUNT]; /* [STRETCHES] */
   uint64_t *wave_cycles;                   /* [STRETCHES][rows] */
};

static void release(report_timeline *t)
{
   free(t->counters);
   free(t->wave_cycles);
   free(t);
}

static report_timeline *make(uint32_t cores)
{
   report_timeline *t = calloc(1, sizeof *t);
   if (!t)
      return NULL;
   t->period = SHORTEST_CYCLES;
   t->cores_in_row = (cores + MOST_ROWS - 1) / MOST_ROWS;
   t->rows = (cores + t->cores_in_row - 1) / t->cores_in_row;
   t->counters = calloc(STRETCHES, sizeof *t->counters);
   t->wave_cycles = calloc(STRETCHES * t->rows, sizeof *t->wave_cycles);
   if (t->counters && t->wave_cycles)
      return t;
   release(t);
   return NULL;
}

static void add(report_timeline *t, uint32_t to, uint32_t from)
{
   for (unsigned c = 0; c < GPU_COUNTER_COUNT; c++)
      t->counters[to][c] += t->counters[from][c];
   for (uint32_t r = 0; r < t->rows; r++)
      t->wave_cycles[to * t->rows + r] += t->wave_cycles[from * t->rows + r];
}

static void clear(report_timeline *t, uint32_t i)
{
   memset(t->counters[i], 0, sizeof t->counters[i]);
   memset(t->wave_cycles + i * t->rows, 0, t->rows * sizeof *t->wave_cycles);
}

static void join(report_timeline *t)
{
   for (uint32_t i = 1; i < t->used; i++) {
      if (i % 2 == 0)
         clear(t, i / 2);
      add(t, i / 2, i);
   }
   for (uint32_t i = (t->used + 1) / 2; i < t->used; i++)
      clear(t, i);
   t->used = (t->used + 1) / 2;
   t->period *= 2;
}

void report_timeline_add(report_entry *e, const struct time_sample *x)
{
   report_timeline **at = &e->timeline[x->ring], *t = *at;
   if (!t && !(t = *at = make(e->profile.cores)))
      return;
   while (x->from / t->period >= STRETCHES)
      join(t);
   uint32_t i = (uint32_t)(x->from / t->period);
   t->used = i >= t->used ? i + 1 : t->used;
   for (unsigned c = 0; c < GPU_COUNTER_COUNT; c++)
      t->counters[i][c] += x->counters[c];
   for (uint32_t k = 0; k < e->profile.cores; k++)
      t->wave_cycles[i * t->rows + k / t->cores_in_row] += x->core_waves[k] * (x->to - x->from);
}

uint64_t report_timeline_period(const report_entry *e, uint32_t ring)
{
   return e->timeline[ring] ? e->timeline[ring]->period : SHORTEST_CYCLES;
}

/* ---- JSON ---- */
static void put_list(FILE *f, const uint64_t *first, size_t stride, uint32_t count)
{
   fputc('[', f);
   for (uint32_t i = 0; i < count; i++)
      fprintf(f, "%s%llu", i ? "," : "", (unsigned long long)first[i * stride]);
   fputc(']', f);
}

static bool any(const uint64_t *first, size_t stride, uint32_t count)
{
   for (uint32_t i = 0; i < count; i++)
      if (first[i * stride])
         return true;
   return false;
}

static void put_ring(FILE *f, const report_timeline *t, uint32_t ring)
{
   const counter_info *known = counter_table();
   const char *comma = "";
   fprintf(f, "{\"ring\":%u,\"period\":%llu,\"first\":0,\"count\":%u,\"counters\":{", ring,
           (unsigned long long)t->period, t->used);
   for (unsigned c = 0; c < GPU_COUNTER_COUNT; c++)
      if (any(&t->counters[0][c], GPU_COUNTER_COUNT, t->used)) {
         fprintf(f, "%s\n\"%s\":", comma, known[c].name);
         put_list(f, &t->counters[0][c], GPU_COUNTER_COUNT, t->used);
         comma = ",";
      }
   fprintf(f, "},\n\"cores_in_row\":%u,\"wave_cycles\":[", t->cores_in_row);
   for (uint32_t r = 0; r < t->rows; r++) {
      fputs(r ? ",\n" : "\n", f);
      put_list(f, t->wave_cycles + r, t->rows, t->used);
   }
   fputs("]}", f);
}

void report_timeline_json(FILE *f, const report_entry *e)
{
   const char *comma = "";
   for (uint32_t n = 0; n < GPU_RINGS; n++)
      if (e->timeline[n]) {
         fprintf(f, "%s\n", comma);
         put_ring(f, e->timeline[n], n);
         comma = ",";
      }
}
