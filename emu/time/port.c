/* Ports: rates of the memory system's shared parts. A service takes the first free time at or after the one
 * asked for; what that costs depends on the bookings alone. Capacity is counted slot by slot
 * (memory_units.h), so that requests which a full unit upstream has put off do not block those that come in
 * time.
 */
#include "memory_units.h"

void time_port_init(time_port *p, uint32_t *used, uint32_t cost)
{
   *p = (time_port){.log2 = 5 + TIME_FRAC_LOG2, .used = used};
   while (p->log2 < 31 && cost > UINT32_C(1) << (p->log2 - 2))
      p->log2++;
   p->capacity = UINT32_C(1) << p->log2;
}

uint32_t time_cost(uint64_t num, uint64_t den)
{
   uint64_t whole = num / den, rest = num % den;
   while (rest > UINT64_MAX >> TIME_FRAC_LOG2) { /* a profile's products stay below this */
      rest >>= 1;
      den >>= 1;
   }
   uint64_t cost = (whole << TIME_FRAC_LOG2) + ((rest << TIME_FRAC_LOG2) + den / 2) / den;
   return cost < 1 ? 1 : cost > UINT32_C(1) << 29 ? UINT32_C(1) << 29 : (uint32_t)cost;
}

/* The slot lies outside of what is kept: the window moves up to it, or it becomes the oldest one kept. */
static uint64_t move_window(time_port *p, uint64_t slot)
{
   if (slot < p->base)
      return p->base;
   uint64_t step = slot - (p->base + TIME_PORT_SLOTS - 1);
   for (uint64_t i = 0; i < step && i < TIME_PORT_SLOTS; i++)
      p->used[(p->base + i) % TIME_PORT_SLOTS] = 0;
   p->base += step;
   return slot;
}

static inline uint64_t kept(time_port *p, uint64_t slot)
{
   return slot - p->base < TIME_PORT_SLOTS ? slot : move_window(p, slot);
}

/* What did not fit its slot takes room in those behind. */
static void spill(time_port *p, uint64_t slot, uint32_t rest)
{
   while (rest) {
      slot = kept(p, slot + 1);
      uint32_t *used = &p->used[slot % TIME_PORT_SLOTS], room = p->capacity - *used;
      uint32_t take = rest < room ? rest : room;
      *used += take;
      rest -= take;
   }
}

/* The first slot from `slot` on with room. */
static uint64_t skip_full(time_port *p, uint64_t slot)
{
   uint64_t from = slot;
   if (slot >= p->full_from && slot < p->full_to)
      slot = kept(p, p->full_to);
   while (p->used[slot % TIME_PORT_SLOTS] >= p->capacity)
      slot = kept(p, slot + 1);
   if (from >= p->full_from && from <= p->full_to)
      p->full_to = slot;
   else if (slot - from > p->full_to - p->full_from || p->full_to <= p->base) {
      p->full_from = from;
      p->full_to = slot;
   }
   return slot;
}

uint64_t time_port_book(time_port *p, uint64_t at, uint32_t cost)
{
   uint64_t start = at >= p->run_from && at < p->run_to ? p->run_to : at;
   uint64_t slot = kept(p, start >> p->log2);
   uint32_t *used = &p->used[slot % TIME_PORT_SLOTS];
   if (*used >= p->capacity) {
      slot = skip_full(p, slot);
      used = &p->used[slot % TIME_PORT_SLOTS];
   }
   uint64_t begin = slot << p->log2;
   if (start < begin)
      start = begin;
   if (*used + cost <= p->capacity) {
      *used += cost;
   } else {
      uint32_t rest = *used + cost - p->capacity;
      *used = p->capacity;
      spill(p, slot, rest);
   }
   if (start == p->run_to) {
      p->run_to += cost;
   } else if (start > p->run_to) {
      p->run_from = start;
      p->run_to = start + cost;
   }
   return start;
}
