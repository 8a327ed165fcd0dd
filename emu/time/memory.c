/* The memory system as a whole: made from a profile, its entry points, what a ring's invalidation empties.
 *
 * Invariants: nothing is allocated after time_memory_create; no result is before the `now` of its call;
 * results depend on the calls alone.
 */
#include <stdlib.h>
#include "memory_units.h"

/* A clock of the profile to core cycles, rounded up. */
static uint32_t from_ns(const emu_profile *p, uint64_t ns)
{
   return (uint32_t)((ns * p->core_clock_khz + 999999) / 1000000);
}
static uint32_t from_memory_clocks(const emu_profile *p, uint64_t clocks)
{
   return (uint32_t)((clocks * p->core_clock_khz + p->memory_clock_khz - 1) / p->memory_clock_khz);
}

static uint32_t log2_of(uint64_t power)
{
   uint32_t n = 0;
   while (power >>= 1)
      n++;
   return n;
}

static void derive(time_memory *m)
{
   const emu_profile *p = &m->profile;
   uint64_t hz = (uint64_t)p->core_clock_khz * 1000;
   m->l1_cycles = p->l1_latency_cycles;
   m->scalar_cycles = p->scalar_latency_cycles;
   m->up_cycles = p->l2_latency_cycles / 2;
   m->back_cycles = p->l2_latency_cycles - m->up_cycles;
   m->link_cost = time_cost(32, p->xbar_B_per_cycle);
   m->slice_cost = time_cost(32, p->l2_B_per_cycle);
   m->atomic_cost = time_cost(p->l2_atomic_cycles, 1);
   m->slice_log2 = log2_of(p->l2_slices);
   m->slice_sets_log2 = log2_of(p->l2_B / 128 / p->l2_ways / p->l2_slices);
   m->channel_log2 = log2_of(p->dram_channels);
   m->bank_log2 = log2_of(p->dram_banks);
   m->row_log2 = log2_of(p->dram_row_B / 256);
   m->burst_cost = time_cost(32 * hz * p->dram_channels, p->dram_B_per_s);
   m->bank_cost = time_cost(from_memory_clocks(p, (uint64_t)p->dram_ras_clocks + p->dram_rp_clocks), 1);
   m->activate_cost = time_cost(from_memory_clocks(p, p->dram_rrd_clocks), 1);
   uint32_t rcd = from_memory_clocks(p, p->dram_rcd_clocks);
   m->miss_cycles = p->dram_latency_cycles - p->l2_latency_cycles;
   m->hit_cycles = m->miss_cycles > rcd ? m->miss_cycles - rcd : 0;
   m->precharge_cycles = from_memory_clocks(p, p->dram_rp_clocks);
   m->idle_cycles = from_memory_clocks(p, p->dram_idle_clocks);
   m->bus_cycles = from_ns(p, p->pcie_latency_ns);
   m->bus_header_B = p->pcie_header_B;
   /* full packets carry pcie_B_per_s */
   m->bus_byte_cost =
       time_cost(64 * hz / (p->pcie_packet_B + p->pcie_header_B) * p->pcie_packet_B, p->pcie_B_per_s);
   m->copy_cost_B = time_cost(64, p->copy_B_per_cycle);
   m->copy_setup_cycles = from_ns(p, p->copy_setup_ns);
   m->copy_bus_setup_cycles = from_ns(p, (uint64_t)p->copy_setup_ns + p->copy_bus_setup_ns);
   m->copy_window = 2 * (m->bus_cycles + m->miss_cycles + m->precharge_cycles + 256);
   m->filter_rate = p->tex_quads_per_cycle;
   m->lookup_rate = p->l1_lookups_per_cycle;
   m->tlb2_cost = time_cost(1, p->tlb2_lookups_per_cycle);
}

/* Hands out parts of arrays; the first pass, with nowhere to take them from, counts. */
typedef struct pools {
   uint64_t *ring;
   time_way *way;
   uint32_t *slot;
   size_t rings, ways, slots;
} pools;

static void take_ring(pools *a, time_ring *r, uint32_t count)
{
   if (a->ring)
      *r = (time_ring){a->ring + a->rings, count - 1, 0};
   a->rings += count;
}
static void take_cache(pools *a, time_cache *c, uint32_t lines, uint32_t ways)
{
   if (a->way)
      time_cache_init(c, a->way + a->ways, lines, ways);
   a->ways += lines;
}
static void take_port(pools *a, time_port *p, uint32_t cost)
{
   if (a->slot)
      time_port_init(p, a->slot + a->slots, cost);
   a->slots += TIME_PORT_SLOTS;
}

static void lay_core(time_memory *m, time_core_memory *c, pools *a)
{
   const emu_profile *p = &m->profile;
   take_cache(a, &c->l1, p->l1_B / 128, p->l1_ways);
   take_cache(a, &c->scalar, p->scalar_B / 128, 4);
   take_cache(a, &c->code, p->code_B / 128, 4);
   take_cache(a, &c->tlb, p->tlb_entries, 8);
   take_cache(a, &c->rop[0], p->rop_colour_B / 128, 8);
   take_cache(a, &c->rop[1], p->rop_depth_B / 128, 8);
   take_ring(a, &c->misses, p->l1_misses);
   take_ring(a, &c->rop_misses[0], p->rop_misses);
   take_ring(a, &c->rop_misses[1], p->rop_misses);
   take_ring(a, &c->tag_misses, TIME_TAG_MISSES);
   c->page = UINT64_MAX;
}

/* Every unit takes its arrays, always in this order. */
static void lay_out(time_memory *m, pools *a)
{
   const emu_profile *p = &m->profile;
   for (uint32_t i = 0; i < p->cores; i++)
      lay_core(m, &m->core[i], a);
   for (uint32_t i = 0; i < p->l2_slices; i++) {
      take_port(a, &m->slice[i].port, m->slice_cost * 4);
      take_port(a, &m->slice[i].atomics, m->atomic_cost);
      take_ring(a, &m->slice[i].misses, p->l2_misses);
   }
   for (uint32_t i = 0; i < p->dram_channels; i++) {
      take_port(a, &m->channel[i].data, m->burst_cost * 4);
      take_port(a, &m->channel[i].activate, m->activate_cost);
      take_ring(a, &m->channel[i].writes, p->dram_writes);
   }
   for (uint32_t i = 0; i < p->dram_channels * p->dram_banks; i++) {
      m->bank[i].row = m->bank[i].row_before = UINT64_MAX;
      take_port(a, &m->bank[i].activate, m->bank_cost);
   }
   take_cache(a, &m->l2, p->l2_B / 128, p->l2_ways);
   take_cache(a, &m->tlb2, p->tlb2_entries, 8);
   take_cache(a, &m->tables, p->tlb_tables, 8);
   take_ring(a, &m->walks, p->tlb_walks);
   take_ring(a, &m->bus_reads, p->pcie_reads);
   take_port(a, &m->tlb2_port, m->tlb2_cost);
   take_port(a, &m->bus_in, m->bus_byte_cost * 4);
   take_port(a, &m->bus_out, m->bus_byte_cost * 4);
}

time_memory *time_memory_create(const emu_profile *p)
{
   time_memory *m = calloc(1, sizeof(*m));
   if (!m)
      return NULL;
   m->profile = *p;
   derive(m);
   m->core = m->arrays[0] = calloc(p->cores, sizeof(*m->core));
   m->slice = m->arrays[1] = calloc(p->l2_slices, sizeof(*m->slice));
   m->channel = m->arrays[2] = calloc(p->dram_channels, sizeof(*m->channel));
   m->bank = m->arrays[3] = calloc((size_t)p->dram_channels * p->dram_banks, sizeof(*m->bank));
   m->tags.place = m->arrays[7] = calloc((size_t)TIME_TAG_SETS * TIME_TAG_WAYS, sizeof(*m->tags.place));
   pools a = {0};
   if (m->core && m->slice && m->channel && m->bank && m->tags.place) {
      lay_out(m, &a);
      a.ring = m->arrays[4] = calloc(a.rings, sizeof(*a.ring));
      a.way = m->arrays[5] =
          calloc(a.ways, sizeof(*a.way)); /* large ones are committed page by page as they are used */
      a.slot = m->arrays[6] = calloc(a.slots, sizeof(*a.slot));
   }
   if (!a.ring || !a.way || !a.slot) {
      time_memory_destroy(m);
      return NULL;
   }
   a.rings = a.ways = a.slots = 0;
   lay_out(m, &a);
   return m;
}

void time_memory_destroy(time_memory *m)
{
   if (!m)
      return;
   for (size_t i = 0; i < sizeof(m->arrays) / sizeof(m->arrays[0]); i++)
      free(m->arrays[i]);
   free(m);
}

/* The clock has run for weeks (memory_units.h keeps times in fewer than 64 bits): an answer, without the
 * model. */
static inline bool beyond(const time_memory *m, uint64_t now)
{
   (void)m;
   return now >= TIME_MAX_CYCLES;
}

/* Straight to L2. */
static time_result copy_record(time_memory *m, enum time_op op, const uint32_t *record, uint64_t now,
                               uint64_t *counters)
{
   time_result all = {now + 1, now + 1};
   uint64_t more = 0;
   do {
      more = time_lsu_lines(m, record, more);
      for (uint32_t i = 0; i < m->lines; i++) {
         const time_line *l = &m->line[i];
         uint64_t done = time_l2_access(m, l->line, l->sectors, l->lanes, l->flags, op, now, counters);
         counters[op == TIME_READ ? GPU_COUNTER_L2_BYTES_READ : GPU_COUNTER_L2_BYTES_WRITTEN] +=
             32 * time_sector_count(l->sectors);
         all.done = done > all.done ? done : all.done;
      }
      all.accepted = now + m->lines;
   } while (more);
   return all;
}

time_result time_memory_record(time_memory *m, uint32_t core, enum time_path path, enum time_op op,
                               const uint32_t *record, uint64_t now, uint64_t *counters)
{
   if (beyond(m, now))
      return (time_result){now + 1, now + m->l1_cycles};
   switch (path) {
   case TIME_PATH_TEXTURE:
      return time_texture_record(m, core, op, record, now, counters);
   case TIME_PATH_COLOUR:
   case TIME_PATH_DEPTH:
      return time_rop_record(m, core, path == TIME_PATH_DEPTH, op, record, now, counters);
   case TIME_PATH_COPY:
      return copy_record(m, op, record, now, counters);
   case TIME_PATH_SCALAR:
   case TIME_PATH_CODE: {
      time_result all = {now, now};
      time_lsu_lines(m, record, 0);
      for (uint32_t i = 0; i < m->lines; i++) {
         time_result r =
             time_scalar_line(m, core, path == TIME_PATH_CODE, op, &m->line[i], now + i, counters);
         all = (time_result){r.accepted, r.done > all.done ? r.done : all.done};
      }
      return all;
   }
   default:
      return time_lsu_record(m, core, op, record, now, counters);
   }
}

/* As a record of its own: scalar loads, instruction fetch, single lines of the other paths. */
time_result time_memory_line(time_memory *m, uint32_t core, enum time_path path, enum time_op op, uint64_t va,
                             uint32_t sectors, uint32_t flags, uint64_t now, uint64_t *counters)
{
   if (!(sectors & 15))
      return (time_result){now, now};
   if (path == TIME_PATH_SCALAR || path == TIME_PATH_CODE) {
      if (beyond(m, now))
         return (time_result){now + 1, now + m->l1_cycles};
      time_line l = {(va & ((UINT64_C(1) << 48) - 1)) >> EMU_LINE_LOG2, sectors & 15, 1, flags};
      return time_scalar_line(m, core, path == TIME_PATH_CODE, op, &l, now, counters);
   }
   uint32_t record[3] = {(uint32_t)EMU_REC_LINES << 28 | 1u << 8};
   emu_entry_pack(record + 1, va, sectors & 15, 1, flags);
   return time_memory_record(m, core, path, op, record, now, counters);
}

bool time_memory_code_hit(time_memory *m, uint32_t core, uint64_t va, uint64_t now, uint64_t *counters)
{
   time_cache *cache = &m->core[core].code;
   uint64_t line = (va & ((UINT64_C(1) << 48) - 1)) >> EMU_LINE_LOG2;
   time_way *w = time_cache_find(cache, time_cache_spread(cache, line), line);
   if (beyond(m, now) || !w || WAY_VALID(w) != 15 || time_way_wait(w, 15, now) > now)
      return false;
   TIME_COUNT_IN(counters, CODE_ACCESSES, 1);
   TIME_COUNT_IN(counters, CODE_HITS, 1);
   return true;
}

time_result time_memory_lds(time_memory *m, uint32_t core, uint32_t passes, uint64_t now, uint64_t *counters)
{
   if (beyond(m, now))
      return (time_result){now + 1, now + 1};
   return time_lds_passes(m, core, passes, now, counters);
}

time_result time_memory_copy(time_memory *m, uint64_t bytes, uint64_t from_va, uint64_t to_va, uint32_t flags,
                             uint64_t now, uint64_t *counters)
{
   if (beyond(m, now))
      return (time_result){now + 1, now + 1};
   return time_copy_stream(m, bytes, from_va, to_va, flags, now, counters);
}

uint64_t time_memory_flush_rops(time_memory *m, uint64_t now, uint64_t *counters)
{
   if (beyond(m, now))
      return now;
   return time_rop_flush(m, now, counters);
}

void time_memory_invalidate(time_memory *m)
{
   time_rop_invalidate(m);
   for (uint32_t i = 0; i < m->profile.cores; i++) {
      time_cache_empty(&m->core[i].l1);
      time_cache_empty(&m->core[i].scalar);
      time_cache_empty(&m->core[i].code);
   }
}
