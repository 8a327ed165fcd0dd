/* The event loop: a ring's actors by time.
 *
 * Two wheels and a list: the cycles of the present block of 4096, one bucket each; the blocks of the present
 * 4096 blocks; what is later still. Actors of one cycle act in the order in which they were put there: every
 * bucket is first in, first out, and a block is dealt out to the cycles before anything is put into these.
 * That happens when its first actor is due before the limit of the run, so that whatever may still be
 * launched lies in the present block or later. An actor whose trace has not arrived stops the loop and is the
 * first to act when it goes on: nothing else of the machine can tell that it had to wait.
 */
#include <string.h>
#include "engine.h"

static uint64_t block_of(uint64_t at)
{
   return at >> TIME_WHEEL_LOG2;
}

static void mark(uint64_t *bits, uint32_t i)
{
   bits[i / 64] |= UINT64_C(1) << i % 64;
}

static void unmark(uint64_t *bits, uint32_t i)
{
   bits[i / 64] &= ~(UINT64_C(1) << i % 64);
}

/* First marked bucket not before `from`, or TIME_WHEEL. */
static uint32_t first_marked(const uint64_t *bits, uint32_t from)
{
   uint32_t w = from / 64;
   if (from >= TIME_WHEEL)
      return TIME_WHEEL;
   uint64_t rest = bits[w] & UINT64_MAX << from % 64;
   while (!rest && ++w < TIME_WHEEL / 64)
      rest = bits[w];
   return rest ? w * 64 + (uint32_t)__builtin_ctzll(rest) : TIME_WHEEL;
}

/* Lists are rings known by their last actor: what is put goes behind it. */
static void append(time_actor **list, time_actor *a)
{
   time_actor *last = *list;
   if (last) {
      a->next = last->next;
      last->next = a;
   } else {
      a->next = a;
   }
   *list = a;
}

static time_actor *take_first(time_actor **list)
{
   time_actor *last = *list, *first = last->next;
   if (first == last)
      *list = NULL;
   else
      last->next = first->next;
   return first;
}

static void put(time_loop *l, time_actor *a)
{
   uint64_t block = block_of(a->at);
   if (block == l->block) {
      uint32_t i = (uint32_t)(a->at % TIME_WHEEL);
      append(&l->cycle[i], a);
      mark(l->cycle_used, i);
   } else if (block_of(block) == block_of(l->block)) {
      uint32_t i = (uint32_t)(block % TIME_WHEEL);
      append(&l->blocks[i], a);
      mark(l->block_used, i);
   } else {
      append(&l->beyond, a);
   }
}

static void take(time_loop *l, time_actor *a)
{
   uint64_t block = block_of(a->at);
   uint32_t i = 0;
   time_actor **list = &l->beyond;
   uint64_t *used = NULL;
   if (block == l->block) {
      i = (uint32_t)(a->at % TIME_WHEEL);
      list = &l->cycle[i];
      used = l->cycle_used;
   } else if (block_of(block) == block_of(l->block)) {
      i = (uint32_t)(block % TIME_WHEEL);
      list = &l->blocks[i];
      used = l->block_used;
   }
   time_actor *before = *list;
   while (before->next != a)
      before = before->next;
   before->next = a->next;
   if (before == a)
      *list = NULL;
   else if (*list == a)
      *list = before;
   if (used && !*list)
      unmark(used, i);
}

void time_actor_init(time_machine *m, time_actor *a, void (*act)(time_machine *, time_actor *))
{
   (void)m;
   *a = (time_actor){.act = act};
}

void time_at(time_machine *m, time_actor *a, uint64_t at)
{
   time_loop *l = &m->loop;
   if (at < l->now)
      at = l->now;
   if (a->queued && a->at <= at)
      return;
   if (a->queued)
      take(l, a);
   a->at = at;
   a->queued = true;
   put(l, a);
}

void time_forget(time_machine *m, time_actor *a)
{
   if (a->queued)
      take(&m->loop, a);
   a->queued = false;
   if (m->loop.starving == a)
      m->loop.starving = NULL;
}

uint64_t time_now(const time_machine *m)
{
   return m->loop.now;
}

uint64_t time_clock(const time_machine *m)
{
   return m->loop.now + m->passed;
}

uint64_t time_at_clock(const time_machine *m, uint64_t clock)
{
   return clock > time_clock(m) ? clock - m->passed : m->loop.now;
}

void time_starve(time_machine *m, time_actor *a)
{
   m->loop.starving = a;
}

/* ---- what is next --------------------------------------------------------------------------- */
static uint64_t earliest(const time_actor *last)
{
   uint64_t t = last ? last->at : UINT64_MAX;
   for (const time_actor *a = last ? last->next : NULL; a != last; a = a->next)
      t = a->at < t ? a->at : t;
   return t;
}

uint64_t time_next(const time_machine *m)
{
   const time_loop *l = &m->loop;
   uint32_t i =
       first_marked(l->cycle_used, block_of(l->now) == l->block ? (uint32_t)(l->now % TIME_WHEEL) : 0);
   if (l->starving)
      return l->now;
   if (i < TIME_WHEEL)
      return (l->block << TIME_WHEEL_LOG2) + i;
   i = first_marked(l->block_used, (uint32_t)(l->block % TIME_WHEEL) + 1);
   return earliest(i < TIME_WHEEL ? l->blocks[i] : l->beyond);
}

static void deal(time_loop *l, time_actor *list)
{
   while (list)
      put(l, take_first(&list));
}

/* The present block has nothing left: make the next one present if it begins to act before `until`. */
static bool next_block(time_loop *l, uint64_t until)
{
   uint32_t i = first_marked(l->block_used, (uint32_t)(l->block % TIME_WHEEL) + 1);
   uint64_t t = i < TIME_WHEEL ? earliest(l->blocks[i]) : earliest(l->beyond);
   if (t >= until)
      return false;
   time_actor *list = i < TIME_WHEEL ? l->blocks[i] : l->beyond;
   l->block = block_of(t);
   if (i < TIME_WHEEL) {
      l->blocks[i] = NULL;
      unmark(l->block_used, i);
   } else {
      l->beyond = NULL;
   }
   deal(l, list);
   return true;
}

/* Time of the next actor before `until`, now dealt out; UINT64_MAX: there is none. */
static uint64_t next_cycle(time_loop *l, uint64_t until)
{
   do {
      uint32_t from = block_of(l->now) == l->block ? (uint32_t)(l->now % TIME_WHEEL) : 0;
      uint32_t i = first_marked(l->cycle_used, from);
      if (i < TIME_WHEEL) {
         uint64_t t = (l->block << TIME_WHEEL_LOG2) + i;
         return t < until ? t : UINT64_MAX;
      }
   } while (next_block(l, until));
   return UINT64_MAX;
}

enum time_progress time_loop_run(time_machine *m, uint64_t until)
{
   time_loop *l = &m->loop;
   m->ended = false;
   if (l->starving) {
      time_actor *a = l->starving;
      l->starving = NULL;
      a->act(m, a);
   }
   while (!l->starving && !m->ended) {
      uint64_t t = next_cycle(l, until);
      if (t == UINT64_MAX && !m->jobs)
         return TIME_IDLE;
      if (t == UINT64_MAX) {
         l->now = until < TIME_NEVER ? time_later(l->now, until) : l->now;
         return TIME_REACHED;
      }
      uint32_t i = (uint32_t)(t % TIME_WHEEL);
      l->now = t;
      while (l->cycle[i] && !l->starving && !m->ended) {
         time_actor *a = take_first(&l->cycle[i]);
         if (!l->cycle[i])
            unmark(l->cycle_used, i);
         a->queued = false;
         a->act(m, a);
      }
   }
   return l->starving ? TIME_STARVED : TIME_REACHED;
}
