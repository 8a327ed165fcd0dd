/* Copies: a ring's channel of the copy engine, job after job, slice after slice. What a copy takes is the
 * memory system's answer (time_memory_copy): a fixed time for each job, longer across the bus, then the rate
 * of the slower side. A slice goes in pieces, so that what runs beside it on the cores finds the memory
 * between them.
 */
#include "engine.h"
#include "sample.h"

#define PIECE_B 65536u
#define FLAGS 7u

typedef struct time_copy {
   struct time_copy *next;
   emu_time_job *job;
   uint64_t start, end;
   time_unit *unit;
   const time_piece *piece; /* of the unit, and where in it */
   uint32_t at;
   uint64_t moved; /* bytes of the record there */
   bool begun;     /* the job's fixed time has passed */
} time_copy;

typedef struct time_copier {
   time_actor actor;
   time_copy *first, *last, *free;
} time_copier;

static uint64_t qword(const uint32_t *r)
{
   return r[0] | (uint64_t)r[1] << 32;
}

static void over(time_machine *m, time_copier *c)
{
   time_copy *k = c->first;
   c->first = k->next;
   if (!c->first)
      c->last = NULL;
   k->next = c->free;
   c->free = k;
   time_job_over(m, k->job, k->end > time_now(m) ? k->end : time_now(m));
}

/* The record to go on with; NULL and *starved, or NULL: the job is at its end. */
static const uint32_t *next_record(time_copy *k, bool *starved)
{
   *starved = false;
   for (;;) {
      if (!k->unit && !(k->unit = time_job_take(k->job, starved)))
         return NULL;
      if (!k->unit->complete)
         time_unit_poll(k->job, k->unit);
      if (!k->unit->complete) {
         *starved = true;
         return NULL;
      }
      if (!k->piece)
         k->piece = k->unit->first;
      for (; k->piece; k->piece = k->piece->next, k->at = 0)
         if (k->at + 7 <= k->piece->dwords && k->piece->data[k->at] >> 28 == EMU_REC_COPY)
            return k->piece->data + k->at;
      time_unit_release(k->job, k->unit);
      k->unit = NULL;
   }
}

/* Up to a piece of the record; when the engine takes more. */
static uint64_t move(time_machine *m, time_copy *k, const uint32_t *r)
{
   uint64_t now = time_now(m), left = qword(r + 1) - k->moved, n = left < PIECE_B ? left : PIECE_B;
   uint32_t flags = (*r & FLAGS) | (k->begun ? (uint32_t)TIME_COPY_MORE : 0);
   time_result t = time_memory_copy(time_machine_memory(m), n, qword(r + 3) + k->moved,
                                    qword(r + 5) + k->moved, flags, now, k->job->counters);
   k->begun = true;
   k->moved += n;
   if (k->moved == qword(r + 1)) {
      k->moved = 0;
      k->at += 7;
   }
   k->end = t.done > k->end ? t.done : k->end;
   TIME_COUNT(k->job, COPY_CYCLES, t.accepted - now);
   return t.accepted;
}

static void copier_act(time_machine *m, time_actor *a)
{
   time_copier *c = (time_copier *)(void *)((char *)a - offsetof(time_copier, actor));
   while (c->first) {
      time_copy *k = c->first;
      bool starved;
      if (k->start > time_now(m)) {
         time_at(m, a, k->start);
         return;
      }
      const uint32_t *r = next_record(k, &starved);
      if (starved) {
         time_starve(m, a);
         return;
      }
      if (!r) {
         over(m, c);
         continue;
      }
      uint64_t next = move(m, k, r);
      if (next > time_now(m)) {
         time_at(m, a, next);
         return;
      }
   }
}

bool time_copy_busy(const time_machine *m)
{
   return m->copier && m->copier->first;
}

bool time_copy_begin(time_machine *m, emu_time_job *j, uint64_t start)
{
   time_copier *c = m->copier;
   if (!c && (c = m->copier = time_machine_alloc(m, sizeof *c)))
      time_actor_init(m, &c->actor, copier_act);
   if (!c)
      return false;
   time_copy *k = c->free;
   if (k)
      c->free = k->next;
   else if (!(k = time_machine_alloc(m, sizeof *k)))
      return false;
   start = time_at_clock(m, start);
   *k = (time_copy){.job = j, .start = start, .end = start};
   *(c->last ? &c->last->next : &c->first) = k;
   c->last = k;
   if (c->first == k)
      time_at(m, &c->actor, start);
   return true;
}
