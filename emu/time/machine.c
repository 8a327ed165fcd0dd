/* A ring's machine: its parts, its jobs.
 *
 * Host memory that runs out never stops a ring: from then on its jobs end when their traces have been handed
 * over, in no time, and the queue reports the loss.
 */
#include <stdlib.h>
#include <string.h>
#include "../blocks.h"
#include "engine.h"
#include "plan.h"
#include "sample.h"
#include "sink.h"

/* Waves, tiles and cores come from blocks so large that the host hands them out cleared, a page when it is first used: most programs
 * use little of a machine. */
#define BLOCK_B ((size_t)256 << 10)
#define ALIGNED_B 16u

typedef struct time_allocation {
   struct time_allocation *next;
   uint64_t unused; /* aligns what follows */
   uint8_t room[];
} time_allocation;

static size_t aligned(size_t size_B)
{
   return (size_B + ALIGNED_B - 1) / ALIGNED_B * ALIGNED_B;
}

static uint8_t *allocate(time_machine *m, size_t size_B)
{
   time_allocation *a = calloc(1, sizeof *a + size_B);
   if (!a) {
      time_machine_fail(m);
      return NULL;
   }
   a->next = m->allocations;
   m->allocations = a;
   return a->room;
}

void *time_machine_alloc(time_machine *m, size_t size_B)
{
   size_B = aligned(size_B);
   if (size_B > BLOCK_B / 8)
      return allocate(m, size_B);
   if ((size_t)(m->room_end - m->room) < size_B) {
      uint8_t *block = allocate(m, BLOCK_B);
      if (!block)
         return NULL;
      m->room = block;
      m->room_end = block + BLOCK_B;
   }
   m->room += size_B;
   return m->room - size_B;
}

void time_machine_fail(time_machine *m)
{
   m->failed = true;
   m->ended = true; /* out of the loop */
}

bool time_machine_failed(const time_machine *m)
{
   return m->failed;
}

bool time_machine_ended(const time_machine *m)
{
   return m->ended;
}

time_machine *time_machine_create(const emu_profile *p, bool detailed)
{
   uint8_t *block = calloc(1, aligned(sizeof(time_machine)) + BLOCK_B);
   if (!block)
      return NULL;
   time_machine *m = (time_machine *)(void *)block;
   m->room = block + aligned(sizeof *m);
   m->room_end = m->room + BLOCK_B;
   m->profile = *p;
   m->detailed = detailed;
   m->port_queue = p->port_queue < TIME_QUEUE_MAX ? p->port_queue : TIME_QUEUE_MAX;
   m->memory = time_memory_create(&m->profile);
   if (!m->memory || !time_cores_create(m) || !time_sample_create(m)) {
      time_machine_destroy(m);
      return NULL;
   }
   return m;
}

void time_machine_destroy(time_machine *m)
{
   if (!m)
      return;
   time_memory_destroy(m->memory);
   time_observe_end(m);
   while (m->allocations) {
      time_allocation *a = m->allocations;
      m->allocations = a->next;
      free(a);
   }
   free(m);
}

const emu_profile *time_profile(const time_machine *m)
{
   return &m->profile;
}

time_memory *time_machine_memory(time_machine *m)
{
   return m->memory;
}

/* ---- jobs ----------------------------------------------------------------------------------- */
/* Whoever prepares a job may say what its stages are after it was launched here, but before its first unit.
 */
time_program *time_job_program(time_machine *m, emu_time_job *j, unsigned stage)
{
   time_program *t = j->program[stage];
   if (!t && j->stage[stage].program) {
      t = time_program_get(j->stage[stage].program, &m->profile);
      if (!t || (!m->detailed && !time_plan_get(t)))
         return NULL;
      if (j->dev && !t->cost)
         t->cost = emu_report_shader(j->dev, j->stage[stage].program, t,
                                     j->kind == EMU_JOB_DISPATCH ? GPU_STAGE_COUNT : stage);
      j->program[stage] = t;
   }
   return t;
}

void time_machine_launch(time_machine *m, emu_time_job *j, uint64_t start)
{
   bool ok = false;
   start = time_later(start, time_clock(m));
   j->start = j->end = start;
   j->launched_before = m->jobs;
   j->launched_at = &m->jobs;
   if (m->jobs)
      m->jobs->launched_at = &j->launched_before;
   m->jobs = j;
   if (m->observer)
      time_observe_launch(m, start);
   switch (j->kind) {
   case EMU_JOB_DISPATCH:
      ok = time_group_begin(m, j, start);
      break;
   case EMU_JOB_DRAW:
   case EMU_JOB_CLEAR:
      ok = time_draw_begin(m, j, start);
      break;
   case EMU_JOB_COPY:
      ok = time_copy_begin(m, j, start);
      break;
   }
   if (!ok)
      time_machine_fail(m);
}

void time_job_over(time_machine *m, emu_time_job *j, uint64_t end)
{
   time_sample_over(m, j);
   *j->launched_at = j->launched_before;
   if (j->launched_before)
      j->launched_before->launched_at = j->launched_at;
   j->end = time_later(time_later(end, j->written) + m->passed, j->start);
   j->done = true;
   m->ended = true;
   if (m->observer)
      time_observe_over(m, j);
}

/* The machine has failed: jobs are over when all their units have come. */
static enum time_progress drain(time_machine *m)
{
   for (emu_time_job *j = m->jobs, *before; j; j = before) {
      bool starved = false;
      time_unit *u;
      before = j->launched_before;
      while ((u = time_job_take(j, &starved)))
         time_unit_release(j, u);
      if (!starved)
         time_job_over(m, j, 0);
   }
   return m->jobs ? TIME_STARVED : TIME_IDLE;
}

enum time_progress time_machine_run(time_machine *m, uint64_t until)
{
   enum time_progress p = m->failed ? TIME_IDLE : time_loop_run(m, until);
   return m->failed ? drain(m) : p;
}
