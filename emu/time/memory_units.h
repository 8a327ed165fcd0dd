/* Inside the memory system of the timing model: what its units are made of and what they ask of each other.
 *
 * Times are core-clock cycles. Ports, which have a rate, count in 1/1024 cycles. All arrays are made by
 * time_memory_create; nothing is allocated afterwards. Every array belongs to one machine and one thread.
 */
#ifndef EMU_TIME_MEMORY_UNITS_H
#define EMU_TIME_MEMORY_UNITS_H

#include <string.h>
#include "memory.h"

#define TIME_FRAC_LOG2 10u
#define TIME_PORT_SLOTS 128u
#define TIME_KEY_BITS 42u /* of a way's key; the generation stands above */
#define TIME_MAX_CYCLES (UINT64_C(1) << 50)
#define TIME_RECORD_LINES 256u
#define TIME_COUNT_IN(counters, name, n) ((counters)[GPU_COUNTER_##name] += (uint64_t)(n))

/* ---- ports (port.c): something that serves one thing after the other
 * ------------------------------------------------------------ A booking takes the first free time at or
 * after the one asked for. Calls come in nearly the order of their times, not exactly: capacity is kept in
 * slots of a few services each, so that a call for an earlier time finds what was left there. Inside the
 * latest busy run the order is exact. Slots older than the newest TIME_PORT_SLOTS take nothing more. */
typedef struct time_port {
   uint64_t base;               /* the oldest slot */
   uint64_t run_from, run_to;   /* the latest uninterrupted run of services */
   uint64_t full_from, full_to; /* slots known to be full */
   uint32_t log2, capacity;     /* of a slot, in 1/1024 cycles */
   uint32_t *used;
} time_port;

/* At a time in 1/1024 cycles; when the service begins. */
uint64_t time_port_book(time_port *p, uint64_t at, uint32_t cost);
/* The same in whole cycles, rounded down. */
static inline uint64_t time_port_at(time_port *p, uint64_t cycle, uint32_t cost)
{
   return time_port_book(p, cycle << TIME_FRAC_LOG2, cost) >> TIME_FRAC_LOG2;
}
/* `used`: TIME_PORT_SLOTS dwords of zeros; `cost`: the usual one. */
void time_port_init(time_port *p, uint32_t *used, uint32_t cost);
/* num / den cycles in 1/1024, at least one of them. */
uint32_t time_cost(uint64_t num, uint64_t den);

/* ---- miss registers: a ring of when the latest ones become free
 * ------------------------------------------------------------------- */
typedef struct time_ring {
   uint64_t *done;
   uint32_t mask, next;
} time_ring;

/* The next register: *slot, and when it may be used. The caller writes there when it is free again. */
static inline uint64_t time_ring_take(time_ring *r, uint64_t at, uint64_t **slot)
{
   uint64_t *d = *slot = &r->done[r->next++ & r->mask];
   return *d > at ? *d : at;
}

/* ---- caches (cache.c): sectored, set-associative, LRU: the ways of a set stand in the order of their last
 * use ----------------------- */
typedef struct time_way {
   uint64_t key;   /* generation, then the line or page; 0: empty */
   uint64_t state; /* [3:0] sectors that are valid, [7:4] dirty, [11:8] not there before [63:12] */
} time_way;
#define WAY_VALID(w) ((uint32_t)(w)->state & 15)
#define WAY_DIRTY(w) ((uint32_t)(w)->state >> 4 & 15)
#define WAY_PENDING(w) ((uint32_t)(w)->state >> 8 & 15)
#define WAY_READY(w) ((w)->state >> 12)

typedef struct time_cache {
   time_way *way;
   uint64_t generation; /* above the key's bits */
   uint32_t set_mask, set_log2, ways_log2;
   uint32_t dirty; /* lines: only ROP caches count them */
} time_cache;

void time_cache_init(time_cache *c, time_way *ways, uint32_t lines, uint32_t ways_per_set);
void time_cache_empty(time_cache *c);
time_way *time_cache_find_behind(time_way *set, uint64_t key, uint32_t ways);
/* The usual set of a line or page: neighbours stand side by side, far ones are scattered, so that
 * power-of-two strides use all sets. */
static inline uint64_t time_cache_spread(const time_cache *c, uint64_t id)
{
   return id ^ (id >> c->set_log2) * UINT64_C(0x9e3779b97f4a7c15) >> 40;
}
static inline time_way *time_cache_set(const time_cache *c, uint64_t set)
{
   return c->way + ((size_t)(set & c->set_mask) << c->ways_log2);
}
/* The line's way, now the set's first; NULL: not there. */
static inline time_way *time_cache_find(const time_cache *c, uint64_t set, uint64_t key)
{
   time_way *w = time_cache_set(c, set);
   key |= c->generation;
   return w->key == key ? w : time_cache_find_behind(w, key, 1u << c->ways_log2);
}
/* The set's last way makes room; *victim is what it held. The new one is empty. */
time_way *time_cache_insert(time_cache *c, uint64_t set, uint64_t key, time_way *victim);
/* Sectors have been asked for and come at `ready`. */
static inline void time_way_fill(time_way *w, uint32_t sectors, uint64_t ready, uint64_t now)
{
   uint64_t before = WAY_READY(w);
   uint32_t pending = before > now ? WAY_PENDING(w) | sectors : sectors;
   if (before > ready)
      ready = before;
   w->state = ready << 12 | pending << 8 | (w->state & 0xff) | sectors;
}
/* When sectors that are valid may be used, if not before. */
static inline uint64_t time_way_wait(const time_way *w, uint32_t sectors, uint64_t at)
{
   return WAY_PENDING(w) & sectors && WAY_READY(w) > at ? WAY_READY(w) : at;
}

/* ---- the machine's parts
 * ------------------------------------------------------------------------------------------------------ */
typedef struct time_line {
   uint64_t line;
   uint32_t sectors, lanes, flags;
} time_line;

/* Lines that were warmed lately (warm.c). */
#define TIME_WARM_LINES 256u
typedef struct time_warm {
   uint64_t key;
   uint32_t sectors;
} time_warm;

typedef struct time_core_memory {
   uint64_t lsu_free, texture_free, lds_free; /* when each takes its next instruction */
   uint64_t rop_free[2];                      /* colour, depth */
   uint64_t up_free, down_free;               /* the core's link to the crossbar, in 1/1024 cycles */
   uint64_t page, page_ready;                 /* the latest translation */
   time_cache l1, scalar, code, tlb, rop[2];
   time_ring misses, rop_misses[2], tag_misses;
   uint64_t warm_page;
   time_warm warm[TIME_WARM_LINES];
} time_core_memory;

typedef struct time_bank {
   uint64_t row, row_before; /* open, and the one before it; ~0: none */
   uint64_t last, changed;   /* when the row was last used, when it was opened */
   time_port activate;
} time_bank;

typedef struct time_channel {
   time_port data, activate;
   time_ring writes; /* that its controller holds: until when each */
} time_channel;

/* A line of tags (tags.c) and where the machine keeps it; nothing else lies there (compare EMU_SCRATCH_VA). */
#define TIME_TAG_VA (UINT64_C(0xfe) << 40)
#define TIME_TAG_LINES_LOG2 8u /* lines of a target that it speaks of */
#define TIME_TAG_WORDS 16u
#define TIME_TAG_SETS_LOG2 9u /* 4096 lines of tags: 128 MiB of targets */
#define TIME_TAG_SETS (1u << TIME_TAG_SETS_LOG2)
#define TIME_TAG_WAYS 8u
#define TIME_TAG_MISSES 8u /* sectors of tags that a core asks for at once, beside its other misses */
typedef struct time_tag {
   uint64_t id, age;
   uint32_t count; /* bits that are set; 0: the place is free */
   uint64_t bits[TIME_TAG_WORDS];
} time_tag;

typedef struct time_tags {
   time_tag *place; /* TIME_TAG_SETS * TIME_TAG_WAYS */
   uint32_t used;
   uint64_t clears;
} time_tags;

typedef struct time_slice {
   time_port port, atomics;
   time_ring misses;
} time_slice;

struct time_memory {
   emu_profile profile;
   time_core_memory *core;
   time_slice *slice;
   time_channel *channel;
   time_bank *bank;
   time_cache l2, tlb2, tables;
   time_ring walks, bus_reads;
   time_tags tags;
   time_port tlb2_port, bus_in, bus_out;
   uint64_t copy_free; /* the copy engine */
   uint64_t l2_filled; /* lines */
   uint64_t busy_rest; /* of DRAM_BUSY_CYCLES, in 1/1024 */

   /* from the profile */
   uint32_t l1_cycles, scalar_cycles;
   uint32_t up_cycles, back_cycles; /* halves of l2_latency_cycles */
   uint32_t link_cost, slice_cost;  /* of a sector */
   uint32_t atomic_cost, tlb2_cost;
   uint32_t slice_log2, slice_sets_log2;
   uint32_t channel_log2, bank_log2, row_log2; /* row: in blocks of 256 B */
   uint32_t burst_cost, bank_cost, activate_cost;
   uint32_t miss_cycles, hit_cycles, precharge_cycles, idle_cycles; /* from L2's miss to the first data */
   uint32_t bus_cycles, bus_byte_cost, bus_header_B;
   uint32_t copy_cost_B; /* 64 bytes, in 1/1024 cycles */
   uint32_t copy_setup_cycles, copy_bus_setup_cycles, copy_window;
   uint32_t filter_rate, lookup_rate;

   /* lines of the record at hand; where each line stands, by hash, valid with the serial */
   time_line line[TIME_RECORD_LINES];
   uint32_t lines;
   uint32_t hash_serial, hash_stamp[512];
   uint16_t hash_line[512];

   void *arrays[8];
};

/* ---- lsu.c: the lines of a record, into m->line and m->lines; `more`, where a long or continued one goes on (0: through)
 */
uint64_t time_lsu_lines(time_memory *m, const uint32_t *record, uint64_t more);
time_result time_lsu_record(time_memory *m, uint32_t core, enum time_op op, const uint32_t *record,
                            uint64_t now, uint64_t *counters);
/* ---- texture.c */
time_result time_texture_record(time_memory *m, uint32_t core, enum time_op op, const uint32_t *record,
                                uint64_t now, uint64_t *counters);
/* ---- l1.c: one line through the vector cache. *granted, if later: when its miss register was free */
uint64_t time_l1_read(time_memory *m, uint32_t core, const time_line *l, uint64_t at, uint64_t *granted,
                      uint64_t *counters);
uint64_t time_l1_write(time_memory *m, uint32_t core, const time_line *l, enum time_op op, uint64_t at,
                       uint64_t *granted, uint64_t *counters);
/* A read that the core's caches do not have: translation, register, crossbar, L2 and back. */
uint64_t time_core_fetch(time_memory *m, uint32_t core, time_ring *misses, const time_line *l, uint64_t at,
                         uint64_t *granted, uint64_t *counters);
/* Data from the core to L2. */
uint64_t time_core_send(time_memory *m, uint32_t core, time_ring *misses, const time_line *l, enum time_op op,
                        uint64_t at, uint64_t *granted, uint64_t *counters);
/* ---- scalar.c */
time_result time_scalar_line(time_memory *m, uint32_t core, bool code, enum time_op op, const time_line *l,
                             uint64_t now, uint64_t *counters);
/* ---- ropcache.c */
time_result time_rop_record(time_memory *m, uint32_t core, unsigned which, enum time_op op,
                            const uint32_t *record, uint64_t now, uint64_t *counters);
time_result time_rop_line(time_memory *m, uint32_t core, unsigned which, bool read, bool write,
                          const time_line *l, uint64_t now, uint64_t *counters);
uint64_t time_rop_flush(time_memory *m, uint64_t now, uint64_t *counters);
void time_rop_invalidate(time_memory *m);
/* A clear fills the line by its tags: what caches and memory hold of it means nothing. */
void time_rop_clear(time_memory *m, uint32_t core, unsigned which, const time_line *l);
/* ---- tags.c: NULL: nothing is known to be clear there */
time_tag *time_tags_find(const time_memory *m, uint64_t line);
uint32_t time_tags_cleared(const time_tag *t, uint64_t line); /* sectors */
void time_tags_set(time_memory *m, uint64_t line, uint32_t sectors);
void time_tags_drop(time_memory *m, uint64_t line, uint32_t sectors);
/* Sectors of a line are written, by whomever. */
static inline void time_tags_written(time_memory *m, uint64_t line, uint32_t sectors)
{
   if (m->tags.used)
      time_tags_drop(m, line, sectors);
}
/* ---- lds.c */
time_result time_lds_passes(time_memory *m, uint32_t core, uint32_t passes, uint64_t now, uint64_t *counters);
/* ---- tlb.c: when the address of a line is known */
uint64_t time_tlb_translate(time_memory *m, uint32_t core, uint64_t line, uint32_t flags, uint64_t at,
                            uint64_t *counters);
/* What the entry of a core's TLB and that of the second one are known by. */
static inline uint64_t time_tlb_page(uint64_t line, uint32_t flags)
{
   uint64_t va = line << EMU_LINE_LOG2;
   return flags & EMU_PAGE_SMALL ? va >> 12 | UINT64_C(1) << 40 : va >> 16;
}
static inline uint64_t time_tlb2_page(uint64_t page, uint64_t va, uint32_t flags)
{
   return flags & EMU_PAGE_LARGE ? va >> 21 | UINT64_C(1) << 41 : page;
}
/* ---- xbar.c: room on a core's link, from `at` on; times in cycles */
uint64_t time_xbar_up(time_memory *m, uint32_t core, uint32_t sectors, uint64_t at);
uint64_t time_xbar_down(time_memory *m, uint32_t core, uint32_t sectors, uint64_t at);
/* ---- l2.c: at the slice; when the line's data leave it (reads, atomics), or have been taken (writes) */
uint64_t time_l2_access(time_memory *m, uint64_t line, uint32_t sectors, uint32_t lanes, uint32_t flags,
                        enum time_op op, uint64_t at, uint64_t *counters);
/* ---- dram.c: sectors of a line, or bytes of a block of 256 B; when the first data are there, of a write when
 * the controller has taken it */
uint64_t time_dram_access(time_memory *m, uint64_t line, uint32_t bursts, bool write, uint64_t at,
                          uint64_t *counters);
/* ---- bus.c */
uint64_t time_bus_read(time_memory *m, uint32_t bytes, uint64_t at, uint64_t *counters);
uint64_t time_bus_write(time_memory *m, uint32_t bytes, uint64_t at, uint64_t *counters);
/* ---- copyport.c */
time_result time_copy_stream(time_memory *m, uint64_t bytes, uint64_t from_va, uint64_t to_va, uint32_t flags,
                             uint64_t now, uint64_t *counters);

/* Scatters a number over the top bits. */
static inline uint64_t time_scatter(uint64_t x)
{
   return x * UINT64_C(0x9e3779b97f4a7c15);
}
/* Which slice a line is in, and its set. */
static inline uint32_t time_l2_slice(const time_memory *m, uint64_t line)
{
   return (uint32_t)(line ^ time_scatter(line >> m->slice_log2) >> 48) & ((1u << m->slice_log2) - 1);
}
static inline uint64_t time_l2_set(const time_memory *m, uint64_t line)
{
   uint64_t upper = line >> m->slice_log2;
   return (uint64_t)time_l2_slice(m, line) << m->slice_sets_log2 |
          ((upper ^ upper >> m->slice_sets_log2) & ((UINT64_C(1) << m->slice_sets_log2) - 1));
}
static inline uint32_t time_sector_count(uint32_t sectors)
{
   return (0x4332322132212110ull >> (sectors & 15) * 4) & 15;
}

#endif
