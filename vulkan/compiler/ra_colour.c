/* Register assignment: groups in order of their first definition, each into the lowest registers that are
 * free over all its segments.
 *
 * A group that finds no place either is spilled itself or takes the place whose occupants cost least, which
 * are spilled then. Temporaries of spill code never are; they span one instruction, so that the procedure
 * ends.
 */
#include <stdlib.h>
#include <string.h>

#include "ra.h"

#define MAX_REGS 256u
#define MAX_MAP_B ((size_t)384 << 20)

struct colour {
   ra_ctx *r;
   mach *m;
   enum mach_class cls;
   uint32_t limit, words;
   uint64_t *busy[MAX_REGS];      /* one bit per position */
   uint32_t *users[MAX_REGS];     /* group heads that hold the register */
   uint32_t user_count[MAX_REGS], user_capacity[MAX_REGS];
};

static bool range_busy(const uint64_t *map, uint32_t start, uint32_t end)
{
   uint32_t first = start / 64, last = (end - 1) / 64;
   uint64_t head = ~UINT64_C(0) << (start % 64), tail = ~UINT64_C(0) >> (63 - (end - 1) % 64);
   if (first == last)
      return map[first] & head & tail;
   if ((map[first] & head) || (map[last] & tail))
      return true;
   for (uint32_t w = first + 1; w < last; w++) {
      if (map[w])
         return true;
   }
   return false;
}

static void range_set(uint64_t *map, uint32_t start, uint32_t end, bool value)
{
   for (uint32_t w = start / 64; w <= (end - 1) / 64; w++) {
      uint64_t mask = ~UINT64_C(0);
      if (w == start / 64)
         mask &= ~UINT64_C(0) << (start % 64);
      if (w == (end - 1) / 64)
         mask &= ~UINT64_C(0) >> (63 - (end - 1) % 64);
      map[w] = value ? map[w] | mask : map[w] & ~mask;
   }
}

static bool unit_fits(const struct colour *c, const mach_unit *u, uint32_t reg)
{
   if (!c->busy[reg])
      return true;
   for (uint32_t s = 0; s < u->seg_count; s++) {
      if (range_busy(c->busy[reg], u->segs[s].start, u->segs[s].end))
         return false;
   }
   return true;
}

static bool group_fits(const struct colour *c, uint32_t head, uint32_t base)
{
   for (unsigned k = 0; k < c->m->units[head].size; k++) {
      if (!unit_fits(c, &c->m->units[head + k], base + k))
         return false;
   }
   return true;
}

static void mark(struct colour *c, uint32_t head, uint32_t base, bool value)
{
   for (unsigned k = 0; k < c->m->units[head].size; k++) {
      const mach_unit *u = &c->m->units[head + k];
      if (!c->busy[base + k]) {
         c->busy[base + k] = calloc(c->words, sizeof(uint64_t));
         if (!c->busy[base + k]) {
            c->m->out_of_memory = true;
            return;
         }
      }
      for (uint32_t s = 0; s < u->seg_count; s++)
         range_set(c->busy[base + k], u->segs[s].start, u->segs[s].end, value);
   }
}

static void assign(struct colour *c, uint32_t head, uint32_t base)
{
   mark(c, head, base, true);
   for (unsigned k = 0; k < c->m->units[head].size; k++) {
      uint32_t reg = base + k;
      c->m->units[head + k].reg = (int16_t)reg;
      if (mach_grow(c->m, &c->users[reg], &c->user_capacity[reg], c->user_count[reg] + 1, sizeof(uint32_t)))
         c->users[reg][c->user_count[reg]++] = head;
   }
}

static void unassign(struct colour *c, uint32_t head)
{
   uint32_t base = (uint32_t)c->m->units[head].reg;
   mark(c, head, base, false);
   for (unsigned k = 0; k < c->m->units[head].size; k++) {
      uint32_t reg = base + k, n = 0;
      c->m->units[head + k].reg = -1;
      for (uint32_t i = 0; i < c->user_count[reg]; i++) {
         if (c->users[reg][i] != head)
            c->users[reg][n++] = c->users[reg][i];
      }
      c->user_count[reg] = n;
   }
}

static void spill(struct colour *c, uint32_t head)
{
   ra_ctx *r = c->r;
   if (mach_grow(c->m, &r->spilled, &r->spilled_capacity, r->spilled_count + 1, sizeof(uint32_t)))
      r->spilled[r->spilled_count++] = head;
}

/* Cost of spilling per position that is freed. */
static float group_weight(const mach *m, uint32_t head)
{
   float cost = 0, length = 1;
   for (unsigned k = 0; k < m->units[head].size; k++) {
      const mach_unit *u = &m->units[head + k];
      if (u->spill_temp || u->fixed >= 0)
         return 1e30f;
      cost += u->weight;
      for (uint32_t s = 0; s < u->seg_count; s++)
         length += (float)(u->segs[s].end - u->segs[s].start);
   }
   return cost / length;
}

/* What it costs to clear [base, base + size) for the group; each occupant counts once. */
static float eviction_cost(struct colour *c, uint32_t head, uint32_t base)
{
   float cost = 0;
   uint32_t last = UINT32_MAX;
   for (unsigned k = 0; k < c->m->units[head].size; k++) {
      uint32_t reg = base + k;
      for (uint32_t i = 0; i < c->user_count[reg] && cost < 1e29f; i++) {
         uint32_t other = c->users[reg][i];
         const mach_unit *u = &c->m->units[other];
         if (other == last || !ra_segments_meet(&c->m->units[head + k], u + (reg - (uint32_t)u->reg)))
            continue;
         last = other;
         cost += group_weight(c->m, other);
      }
   }
   return cost;
}

static void evict(struct colour *c, uint32_t head, uint32_t base)
{
   for (unsigned k = 0; k < c->m->units[head].size; k++) {
      uint32_t reg = base + k;
      for (uint32_t i = c->user_count[reg]; i-- > 0;) {
         uint32_t other = c->users[reg][i];
         const mach_unit *u = &c->m->units[other];
         if (!ra_segments_meet(&c->m->units[head + k], u + (reg - (uint32_t)u->reg)))
            continue;
         unassign(c, other);
         spill(c, other);
      }
   }
}

static void make_room(struct colour *c, uint32_t head)
{
   unsigned size = c->m->units[head].size;
   float own = group_weight(c->m, head), best = 2e30f;
   uint32_t best_base = UINT32_MAX;
   for (uint32_t base = 0; base + size <= c->limit; base++) {
      float cost = eviction_cost(c, head, base);
      if (cost < best) {
         best = cost;
         best_base = base;
      }
   }
   if (own < 1e29f && own <= best) {
      spill(c, head);
   } else if (best < 1e29f) {
      evict(c, head, best_base);
      assign(c, head, best_base);
   } else if (own < 1e29f) {
      spill(c, head);
   } else {
      c->r->error = "too few registers for one instruction";
   }
}

static void place_group(struct colour *c, uint32_t head)
{
   const mach_unit *u = &c->m->units[head];
   if (u->fixed >= 0) {
      assign(c, head, (uint32_t)u->fixed);
      return;
   }
   if (u->hint >= 0 && (uint32_t)u->hint + u->size <= c->limit && group_fits(c, head, (uint32_t)u->hint)) {
      assign(c, head, (uint32_t)u->hint);
      return;
   }
   for (uint32_t base = 0; base + u->size <= c->limit; base++) {
      if (group_fits(c, head, base)) {
         assign(c, head, base);
         return;
      }
   }
   make_room(c, head);
}

struct item {
   uint32_t head, start;
};

static int by_start(const void *a, const void *b)
{
   const struct item *x = a, *y = b;
   if (x->start != y->start)
      return x->start < y->start ? -1 : 1;
   return x->head < y->head ? -1 : x->head > y->head;
}

/* Group heads that are live somewhere, in order of allocation: what hardware placed comes first. */
static struct item *list_groups(struct colour *c, uint32_t *count)
{
   mach *m = c->m;
   struct item *items = malloc((m->unit_count + 1) * sizeof *items);
   *count = 0;
   if (!items)
      return NULL;
   for (uint32_t u = 0; u < m->unit_count; u += m->units[u].size) {
      uint32_t start = UINT32_MAX;
      if (m->units[u].cls != c->cls)
         continue;
      for (unsigned k = 0; k < m->units[u].size; k++) {
         m->units[u + k].reg = -1;
         if (m->units[u + k].seg_count && m->units[u + k].segs[0].start + 1 < start)
            start = m->units[u + k].segs[0].start + 1;
      }
      if (start != UINT32_MAX)
         items[(*count)++] = (struct item){u, m->units[u].fixed >= 0 ? 0 : start};
   }
   qsort(items, *count, sizeof *items, by_start);
   return items;
}

void ra_colour(ra_ctx *r, enum mach_class cls, uint32_t limit)
{
   struct colour *c = calloc(1, sizeof *c);
   uint32_t count;
   r->spilled_count = 0;
   if (!c) {
      r->m->out_of_memory = true;
      return;
   }
   c->r = r;
   c->m = r->m;
   c->cls = cls;
   c->limit = limit;
   c->words = (2 * r->m->inst_count + 64) / 64 + 1;
   struct item *items = list_groups(c, &count);
   if ((size_t)c->words * 8 * (cls == MACH_V ? 256 : 128) > MAX_MAP_B)
      r->error = "program too long";
   for (uint32_t i = 0; items && i < count && !r->error && !r->m->out_of_memory; i++)
      place_group(c, items[i].head);
   if (!items)
      r->m->out_of_memory = true;
   for (uint32_t reg = 0; reg < MAX_REGS; reg++) {
      free(c->busy[reg]);
      free(c->users[reg]);
   }
   free(items);
   free(c);
}
