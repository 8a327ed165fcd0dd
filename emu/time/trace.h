/* Traces: what waves and fixed-function blocks did, in dwords, for the timing model to replay.
 *
 * The functional model writes them while it works (FIGMENT_TIMING other than off), one writer per host thread; the model reads
 * them later on another thread. A trace never holds host pointers and is the same on every host: it depends on the guest's work alone.
 * Memory is GPU virtual; what the model must know of a page stands in the record's flags.
 *
 * A trace is cut into units: a workgroup, a batch of vertices with all stages up to clipping, a screen tile of one round, a copy.
 * Records: the top four bits of the first dword are enum emu_record.
 */
#ifndef EMU_TIME_TRACE_H
#define EMU_TIME_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum emu_record {
   /* [19:0] a segment of the wave's program was entered, [27:20] so many times more in a row without anything in between */
   EMU_REC_SEGMENT,
   /* A memory instruction of the segment before, lanes side by side: [7:0] its place in the segment (the how manieth instruction),
    * [27:8] bytes; dword 1: va low; dword 2: [15:0] va high, [31:16] enum emu_page_flags.
    * In a clear's tile: what its tags fill, [7:0] enum emu_block */
   EMU_REC_RUN,
   /* One with any addresses: [7:0] place, [15:8] entries, [27:16] images: quads x filter passes (see below), else 0; others: passes over the
    * banks of the L1's data (32 of a dword, as in the local data share), 0, of atomics: as many as lines; then entries of two dwords:
    * emu_trace_entry. Entries of the same line need not be adjacent. No entries: every lane was outside.
    * 255 entries: EMU_REC_MORE_LINES stands behind it. */
   EMU_REC_LINES,
   /* Local data share, only where it takes more passes than its width in dwords: [7:0] place, [23:8] passes */
   EMU_REC_LDS,
   /* A portion of a wave's work begins: [15:0] wave in its unit, [19:16] enum gpu_stage (0 in dispatches), [20] it is the wave's first,
    * [21] the wave ends with it, [22] it ends at a barrier; dword 1: dwords of the portion that follow. One that ends otherwise gave others
    * their turn in the functional model, or filled the writer's blob, which means nothing: the wave goes on with its next portion. */
   EMU_REC_WAVE,
   /* A unit (or more of one) begins: [3:0] enum emu_unit, [4] it ends with this; dwords 1, 2: its number in the job; dword 3: dwords that follow;
    * dword 4: of a workgroup's, instructions that its waves carried out since the piece before */
   EMU_REC_UNIT,
   /* Fixed function: [7:0] enum emu_block, [27:8] amount of work in the block's unit (manual: timing) */
   EMU_REC_BLOCK,
   /* Memory that a fixed-function block touches: [7:0] enum emu_block, [15:8] entries, [16] written, [17] read; then entries as above */
   EMU_REC_BLOCK_LINES,
   /* A copy: [3:0] flags: 1 source on the bus, 2 destination on the bus, 4 nothing is read; dwords 1..: bytes lo, hi, source va lo, hi, destination va lo, hi */
   EMU_REC_COPY,
   /* More lines of the instruction whose LINES or MORE_LINES stand before, which have 255 entries and can have no more: [7:0] place,
    * [15:8] entries, [27:16] 0; then entries as there, maybe none. Lines of the records before may come again. */
   EMU_REC_MORE_LINES,
};

/* An instruction without a record touched nothing: no lane was active, or it is not one that reaches memory (image queries, stages' records).
 * Filter passes of a quad, those of the lane that takes most: a level of an image, nearest or four texels, takes one, a linear filter in a
 * volume two; both levels between mip levels; every point of anisotropy; all of that twice for texels of 8 bytes, four times
 * beyond. Image loads and gathers take one. Scratch lies at the top of the address space (core/wave.h), a dword of all lanes in a line. */
enum emu_unit { EMU_UNIT_GROUP, EMU_UNIT_BATCH, EMU_UNIT_TILE, EMU_UNIT_COPY, EMU_UNIT_CLEAR };

/* Blocks whose work no wave does; the amounts are counted in what the comment says. */
enum emu_block {
   EMU_BLOCK_INDEX,    /* indices read and reused or not: indices */
   EMU_BLOCK_FETCH,    /* vertex attributes: attributes x vertices */
   EMU_BLOCK_ASSEMBLE, /* primitives */
   EMU_BLOCK_TESSELLATE, /* domain points and primitives */
   EMU_BLOCK_CLIP,     /* primitives judged; those really cut count eight */
   EMU_BLOCK_SETUP,    /* primitives set up */
   EMU_BLOCK_BIN,      /* primitive-tile pairs */
   EMU_BLOCK_RASTER,   /* blocks of 8 x 8 pixels walked */
   EMU_BLOCK_HIZ,      /* of them killed by hierarchical Z */
   EMU_BLOCK_EARLY_Z,  /* quads tested before the wave */
   EMU_BLOCK_EARLY_KILL, /* of them without a sample left */
   EMU_BLOCK_LATE_Z,   /* quads tested behind it */
   EMU_BLOCK_ROP,      /* colour: quads x targets; clears of depth count theirs as LATE_Z */
   EMU_BLOCK_BLEND,    /* of them blended */
   EMU_BLOCK_XFB,      /* dwords of transform feedback */
   EMU_BLOCK_TILE,     /* the first record of a tile or a clear, by which the machine knows its core: 1 + x + EMU_TILES_X y of the tile */
   EMU_BLOCK_LAYER,    /* the second, unless it is 0: the tile's layer */
   EMU_BLOCK_QUADS,    /* quads that left the rasteriser */
   EMU_BLOCK_ROP_MORE, /* cycles that the quads of ROP take beyond one each */
   EMU_BLOCK_COUNT
};
#define EMU_UNIT_DW 5u /* of a UNIT record */
#define EMU_TILES_X 512u /* tiles in a row of the largest target */

/* An entry: dword 0: line address [31:0] in units of 128 B; dword 1: [8:0] line address high, [12:9] sectors of 32 B, [18:13] lanes
 * (of an atomic: the greatest number of lanes on one element in it, which act one after the other; others: 1), [31:19] enum emu_page_flags */
#define EMU_LINE_LOG2 7u
#define EMU_SECTOR_LOG2 5u
enum emu_page_flags {
   EMU_PAGE_BUS = 1,   /* system memory, behind the bus */
   EMU_PAGE_SMALL = 2, /* 4 KiB page; without this and the next: 64 KiB */
   EMU_PAGE_LARGE = 4, /* 2 MiB page */
};
#define EMU_ENTRY_FLAGS_SHIFT 19u

static inline void emu_entry_pack(uint32_t out[2], uint64_t va, uint32_t sectors, uint32_t lanes, uint32_t flags)
{
   uint64_t line = va >> EMU_LINE_LOG2;
   out[0] = (uint32_t)line;
   out[1] = ((uint32_t)(line >> 32) & 0x1ff) | sectors << 9 | (lanes & 63) << 13 | flags << EMU_ENTRY_FLAGS_SHIFT;
}
static inline uint64_t emu_entry_line(const uint32_t e[2])
{
   return e[0] | (uint64_t)(e[1] & 0x1ff) << 32;
}
static inline uint32_t emu_entry_sectors(const uint32_t e[2])
{
   return e[1] >> 9 & 15;
}
static inline uint32_t emu_entry_lanes(const uint32_t e[2])
{
   return e[1] >> 13 & 63;
}
static inline uint32_t emu_entry_flags(const uint32_t e[2])
{
   return e[1] >> EMU_ENTRY_FLAGS_SHIFT;
}

/* LINES or MORE_LINES behind which more of them stand. */
#define EMU_LINES_MAX 255u
static inline bool emu_lines_continue(const uint32_t *r)
{
   return (*r >> 28 == EMU_REC_LINES || *r >> 28 == EMU_REC_MORE_LINES) && (*r >> 8 & 0xff) == EMU_LINES_MAX;
}

/* ---- writing (stream.c) ---------------------------------------------------------------------------------------------------- */
struct emu_time_job;

/* One per host worker. Everything is collected in `first` and handed over unit by unit, several at a time. */
typedef struct emu_trace {
   uint32_t *first, *at, *end;
   uint32_t *segment; /* the latest SEGMENT record if nothing stands behind it, else NULL */
   uint32_t *wave;    /* the open WAVE record, or NULL */
   uint32_t *unit;    /* the open UNIT record, or NULL */
   struct emu_time_job *job; /* whose units are collected */
   bool lost;         /* host memory ran out: the job will be told */
} emu_trace;

bool emu_trace_grow(emu_trace *t, size_t dwords); /* makes room; false: lost, and the records so far are dropped */
/* Room for a segment where little is left: a workgroup's wave goes on with another portion in another blob. */
bool emu_trace_go_on(emu_trace *t);
#define EMU_TRACE_LITTLE_DW 2048u
/* Room for so many dwords at t->at. Pointers into the trace (segment, wave, unit) move with it. */
static inline bool emu_trace_room(emu_trace *t, size_t dwords)
{
   return (size_t)(t->end - t->at) >= dwords || emu_trace_grow(t, dwords);
}
static inline void emu_trace_segment(emu_trace *t, uint32_t segment)
{
   if (t->segment && (*t->segment & 0xfffff) == segment && *t->segment >> 20 != 0xff) {
      *t->segment += 1u << 20;
      return;
   }
   if ((size_t)(t->end - t->at) < EMU_TRACE_LITTLE_DW && !emu_trace_go_on(t))
      return;
   t->segment = t->at;
   *t->at++ = (uint32_t)EMU_REC_SEGMENT << 28 | segment;
}
static inline void emu_trace_block(emu_trace *t, enum emu_block block, uint32_t amount)
{
   if (!amount || !emu_trace_room(t, 1))
      return;
   t->segment = NULL;
   *t->at++ = (uint32_t)EMU_REC_BLOCK << 28 | (amount < 0xfffff ? amount : 0xfffff) << 8 | (uint32_t)block;
}
/* Open and close a unit of the trace's job, a portion of a wave inside it. A unit may be opened several times; `last` once. */
void emu_trace_unit_begin(emu_trace *t, struct emu_time_job *job, enum emu_unit kind, uint64_t number);
void emu_trace_unit_did(emu_trace *t, uint64_t instructions); /* before its end */
void emu_trace_unit_end(emu_trace *t, bool last);
void emu_trace_wave_begin(emu_trace *t, uint32_t wave, uint32_t stage, bool first);
void emu_trace_wave_barrier(emu_trace *t); /* before its end */
void emu_trace_wave_end(emu_trace *t, bool last);
/* Hand over what is collected; done by itself when enough is there, the job changes or the model starves. Between units only, and with no
 * lock held: it waits while the queue is full. */
void emu_trace_flush(emu_trace *t);
/* A writer for a host thread; NULL if timing is off or host memory is exhausted. Destroying drops what has not been handed over. */
struct emu_device;
emu_trace *emu_trace_create(struct emu_device *dev);
void emu_trace_destroy(emu_trace *t);

#endif
