/* The memory system of the model: everything between an instruction and the DRAM cells.
 *
 * lsu.c address coalescing, the load/store port    lds.c banks of the local data share    texture.c filter rate
 * l1.c vector and texture cache    scalar.c scalar and instruction caches    cache.c tags, miss registers, sectors
 * tlb.c translation    xbar.c crossbar    l2.c slices, atomics, write policy    dram.c channels, banks, rows    bus.c PCIe
 * ropcache.c colour and depth caches of the ROPs    warm.c caches without time    copyport.c the copy engine's streams    port.c rates
 *
 * Each unit books its resources in the order of the calls: a call at `now` may come a little before one that was made earlier with a later
 * `now`; results never depend on anything but the calls. Counters go to those of the job.
 */
#ifndef EMU_TIME_MEMORY_H
#define EMU_TIME_MEMORY_H

#include <stdbool.h>
#include <stdint.h>
#include "gpu.h"
#include "../profile.h"
#include "trace.h"

typedef struct time_memory time_memory;
time_memory *time_memory_create(const emu_profile *p); /* NULL: host memory is exhausted */
void time_memory_destroy(time_memory *m);

enum time_path {
   TIME_PATH_VECTOR,  /* load/store unit, L1 */
   TIME_PATH_TEXTURE, /* the same L1 by way of the texture unit */
   TIME_PATH_SCALAR,  /* scalar cache */
   TIME_PATH_CODE,    /* instruction cache */
   TIME_PATH_VERTEX,  /* vertex fetch and index fetch, L1 of the core that the batch is on */
   TIME_PATH_COLOUR,  /* ROP's colour cache */
   TIME_PATH_DEPTH,   /* ROP's depth cache */
   TIME_PATH_COPY,    /* copy engine: straight to L2 */
};
enum time_op { TIME_READ, TIME_WRITE, TIME_ATOMIC, TIME_ATOMIC_RETURN };

typedef struct time_result {
   uint64_t accepted; /* the unit takes the next instruction of this core */
   uint64_t done;     /* the result may be used; of writes: when it is in L2 */
} time_result;

/* A whole record of a memory instruction: EMU_REC_RUN, EMU_REC_LINES or EMU_REC_BLOCK_LINES (dwords per lane of RUN do not matter: bytes do).
 * A RUN of a ROP is what a clear fills by its tags. */
time_result time_memory_record(time_memory *m, uint32_t core, enum time_path path, enum time_op op, const uint32_t *record,
                               uint64_t now, uint64_t *counters);
/* One line of code or of the scalar cache, by address. */
time_result time_memory_line(time_memory *m, uint32_t core, enum time_path path, enum time_op op, uint64_t va, uint32_t sectors,
                             uint32_t flags, uint64_t now, uint64_t *counters);
/* Is the line of code in the core's cache at that time? If not nothing has happened: it is to be asked for then. */
bool time_memory_code_hit(time_memory *m, uint32_t core, uint64_t va, uint64_t now, uint64_t *counters);
/* Local data share: passes of an instruction. */
time_result time_memory_lds(time_memory *m, uint32_t core, uint32_t passes, uint64_t now, uint64_t *counters);
/* A copy of bytes: streams at the rate of the slower side. Long ones are best given in pieces (64 KiB or so), each when the one before was
 * accepted, with TIME_COPY_MORE from the second on: a call books all its time at once. */
enum time_copy_flags {
   TIME_COPY_FROM_BUS = 1,
   TIME_COPY_TO_BUS = 2,
   TIME_COPY_FILL = 4, /* nothing is read */
   TIME_COPY_MORE = 8, /* goes on with the copy of the call before: no fixed cost */
};
time_result time_memory_copy(time_memory *m, uint64_t bytes, uint64_t from_va, uint64_t to_va, uint32_t flags, uint64_t now,
                             uint64_t *counters);
/* What a record leaves in caches, TLBs and tags, without time and counters: of work that is passed over. Before the first of them,
 * and again when anything else has happened since: begin. */
void time_memory_warm_begin(time_memory *m);
void time_memory_warm(time_memory *m, uint32_t core, enum time_path path, enum time_op op, const uint32_t *record);
/* Lines that L2 took in so far, timed or not. */
uint64_t time_memory_l2_filled(const time_memory *m);
/* Between jobs that a barrier separates nothing is thrown away; caches that are not coherent (L1, scalar, texture) are emptied
 * when the ring invalidates them, which a wait for engines does. Of ROP caches those are that hold nothing to be written back. */
void time_memory_invalidate(time_memory *m);
/* The ROPs of all cores write back what their caches hold, and keep it; when the last line is in L2. */
uint64_t time_memory_flush_rops(time_memory *m, uint64_t now, uint64_t *counters);

#endif
