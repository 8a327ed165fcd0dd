/* Units on their way from writers to the model: taken apart from blobs, found by number, given out in order.
 *
 * Writers work on units in any order; the model takes them by number, one after the other, also those that are still being worked on,
 * and polls these for more. A blob lives until every unit that has a piece in it has been released. All under the timing unit's lock,
 * but for reading a taken unit's pieces, which nobody else changes.
 */
#include <stdlib.h>
#include <string.h>
#include "queue.h"

/* What a UNIT record needs: the unit, if it is its first piece, and the piece. */
typedef struct time_part {
   time_unit unit;
   time_piece piece;
} time_part;

struct time_job_queue {
   time_unit **slot;     /* by number modulo capacity, from `base` on */
   uint64_t capacity, base, beyond; /* beyond: the greatest number seen, plus one */
   time_unit *open;      /* taken, not complete */
   time_unit *held;      /* taken, not released: what a machine leaves that stops in the middle */
   bool ended, killed;
   uint64_t units;
};

#define FEW_UNITS 64u /* slots that a queue begins with, and keeps */

struct time_job_queue *time_units_create(void)
{
   return calloc(1, sizeof(struct time_job_queue));
}

static void drop_reference(emu_time *t, time_blob *b)
{
   if (--b->references)
      return;
   t->backlog_B -= b->dwords * 4u;
   if (!t->backlog_B)
      t->backlog_limit_B = TIME_BACKLOG_LEAST_B;
   time_blob_leave(t, b);
}

static void release(emu_time *t, time_unit *u)
{
   time_blob *home = u->home;
   time_piece *lists[2] = {u->first, u->arrived};
   for (unsigned i = 0; i < 2; i++)
      for (time_piece *p = lists[i], *next; p; p = next) {
         next = p->next;
         drop_reference(t, p->blob);
      }
   drop_reference(t, home);
}

void time_units_clear(emu_time *t, struct time_job_queue *q)
{
   for (uint64_t i = 0; i < q->capacity; i++)
      if (q->slot[i])
         release(t, q->slot[i]);
   while (q->held) {
      time_unit *u = q->held;
      q->held = u->held_next;
      release(t, u);
   }
   if (q->capacity > FEW_UNITS) {
      free(q->slot);
      *q = (struct time_job_queue){0};
      return;
   }
   *q = (struct time_job_queue){.slot = q->slot, .capacity = q->capacity};
   if (q->capacity)
      memset(q->slot, 0, q->capacity * sizeof *q->slot);
}

void time_units_destroy(emu_time *t, struct time_job_queue *q)
{
   if (!q)
      return;
   time_units_clear(t, q);
   free(q->slot);
   free(q);
}

/* ---- arrival ------------------------------------------------------------------------------------------------------------ */
static bool reserve(struct time_job_queue *q, uint64_t number)
{
   uint64_t need = number - q->base + 1, capacity = q->capacity ? q->capacity : FEW_UNITS;
   if (need <= q->capacity)
      return true;
   while (capacity < need)
      capacity *= 2;
   time_unit **slot = calloc(capacity, sizeof *slot);
   if (!slot)
      return false;
   for (uint64_t n = q->base; n < q->base + q->capacity; n++)
      slot[n % capacity] = q->slot[n % q->capacity];
   free(q->slot);
   q->slot = slot;
   q->capacity = capacity;
   return true;
}

static time_unit *find(struct time_job_queue *q, uint64_t number)
{
   if (number >= q->base)
      return number - q->base < q->capacity ? q->slot[number % q->capacity] : NULL;
   time_unit *u = q->open;
   while (u && u->number != number)
      u = u->next;
   return u;
}

static time_unit *make(struct time_job_queue *q, time_blob *b, time_part *part, const uint32_t *record, uint64_t number)
{
   if (!reserve(q, number))
      return NULL;
   time_unit *u = &part->unit;
   *u = (time_unit){.number = number, .kind = (enum emu_unit)(record[0] & 15), .home = b};
   b->references++;
   q->slot[number % q->capacity] = u;
   if (number >= q->beyond)
      q->beyond = number + 1;
   return u;
}

static void append(time_unit *u, time_piece *p)
{
   time_piece **first = u->taken ? &u->arrived : &u->first, **last = u->taken ? &u->arrived_last : &u->last;
   p->next = NULL;
   *(*first ? &(*last)->next : first) = p;
   *last = p;
}

static uint32_t count_records(const time_blob *b)
{
   uint32_t n = 0;
   for (uint32_t at = 0; at + EMU_UNIT_DW <= b->dwords; at += EMU_UNIT_DW + b->data[at + 3])
      n++;
   return n;
}

/* Parts stay with a blob that is used again. */
bool time_units_prepare(time_blob *b)
{
   uint32_t n = count_records(b);
   b->units = n;
   if (n > b->part_capacity) {
      uint32_t capacity = b->capacity ? 2 * n : n;
      free(b->parts);
      b->parts = malloc(capacity * sizeof *b->parts);
      b->part_capacity = b->parts ? capacity : 0;
      b->units = b->parts ? n : 0;
   }
   return b->units == n;
}

bool time_units_add(emu_time *t, emu_time_job *j, time_blob *b)
{
   struct time_job_queue *q = j->queue;
   uint32_t at = 0;
   bool ok = true;
   b->references = 1; /* ours, until it has been taken apart */
   t->backlog_B += b->dwords * 4u;
   for (uint32_t i = 0; i < b->units; i++) {
      const uint32_t *record = b->data + at;
      time_part *part = &b->parts[i];
      uint64_t number = record[1] | (uint64_t)record[2] << 32;
      time_unit *u = find(q, number);
      bool gone = !u && number < q->base; /* the engine let it go when the job was killed */
      if (!u && !gone)
         u = make(q, b, part, record, number);
      if (u) {
         part->piece = (time_piece){.data = record + EMU_UNIT_DW, .dwords = record[3], .blob = b};
         b->references++;
         append(u, &part->piece);
         *(u->taken ? &u->arrived_complete : &u->complete) = record[0] >> 4 & 1;
         *(u->taken ? &u->arrived_instructions : &u->instructions) += record[4];
      }
      ok &= u || gone;
      at += EMU_UNIT_DW + record[3];
   }
   drop_reference(t, b);
   return ok;
}

void time_units_end(struct time_job_queue *q, uint64_t units, bool killed)
{
   q->ended = true;
   q->killed = killed;
   q->units = killed ? q->beyond : units;
}

static void hold(struct time_job_queue *q, time_unit *u)
{
   u->held_next = q->held;
   u->held_at = &q->held;
   if (q->held)
      q->held->held_at = &u->held_next;
   q->held = u;
}

static void let_go(time_unit *u)
{
   *u->held_at = u->held_next;
   if (u->held_next)
      u->held_next->held_at = u->held_at;
}

/* ---- the model's side ------------------------------------------------------------------------------------------------------ */
static void skip_missing(struct time_job_queue *q)
{
   while (q->killed && q->base < q->units && !q->slot[q->base % q->capacity])
      q->base++;
}

time_unit *time_job_take(emu_time_job *j, bool *starved)
{
   emu_time *t = j->dev->time;
   struct time_job_queue *q = j->queue;
   pthread_mutex_lock(&t->lock);
   skip_missing(q);
   time_unit *u = q->capacity ? q->slot[q->base % q->capacity] : NULL;
   *starved = !u && !(q->ended && q->base >= q->units);
   if (u) {
      const time_machine *m = t->ring[j->ring].machine;
      if (!j->begun && m)
         j->begin = time_clock(m);
      j->begun = true;
      q->slot[q->base++ % q->capacity] = NULL;
      u->taken = true;
      hold(q, u);
      u->complete |= q->ended && q->killed;
      if (!u->complete) {
         u->next = q->open;
         q->open = u;
      }
   }
   pthread_mutex_unlock(&t->lock);
   return u;
}

static void close_unit(struct time_job_queue *q, time_unit *u)
{
   time_unit **at = &q->open;
   while (*at && *at != u)
      at = &(*at)->next;
   if (*at)
      *at = u->next;
   u->next = NULL;
}

bool time_unit_poll(emu_time_job *j, time_unit *u)
{
   emu_time *t = j->dev->time;
   struct time_job_queue *q = j->queue;
   if (u->complete)
      return false;
   pthread_mutex_lock(&t->lock);
   bool complete = u->arrived_complete || (q->ended && q->killed), some = u->arrived || complete;
   u->instructions += u->arrived_instructions;
   u->arrived_instructions = 0;
   if (u->arrived) {
      *(u->first ? &u->last->next : &u->first) = u->arrived;
      u->last = u->arrived_last;
      u->arrived = u->arrived_last = NULL;
   }
   if (complete) {
      close_unit(q, u);
      u->complete = true;
   }
   pthread_mutex_unlock(&t->lock);
   return some;
}

/* Writers that wait for room go on once there is some. */
static void make_room(emu_time *t, bool was_full)
{
   if (was_full && t->backlog_B <= t->backlog_limit_B)
      pthread_cond_broadcast(&t->room);
}

void time_unit_drop(emu_time_job *j, time_unit *u, time_piece *p)
{
   emu_time *t = j->dev->time;
   time_piece **at = &u->first, *before = NULL;
   pthread_mutex_lock(&t->lock);
   bool full = t->backlog_B > t->backlog_limit_B;
   while (*at != p) {
      before = *at;
      at = &before->next;
   }
   *at = p->next;
   if (u->last == p)
      u->last = before;
   drop_reference(t, p->blob);
   make_room(t, full);
   pthread_mutex_unlock(&t->lock);
}

void time_unit_release(emu_time_job *j, time_unit *u)
{
   emu_time *t = j->dev->time;
   pthread_mutex_lock(&t->lock);
   bool full = t->backlog_B > t->backlog_limit_B;
   if (!u->complete)
      close_unit(j->queue, u);
   let_go(u);
   release(t, u);
   make_room(t, full);
   pthread_mutex_unlock(&t->lock);
}
