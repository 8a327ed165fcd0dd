/* The first estimate of time: issue costs and latencies per scheduling class, no events (timing_static.c). */
#ifndef EMU_CORE_TIMING_STATIC_H
#define EMU_CORE_TIMING_STATIC_H

#include <stdint.h>
#include "../profile.h"
#include "isa.h"

/* In-order issue inside one segment: when each register is ready, in cycles since the segment's start. */
#define EMU_BOARD_REGS (ISA_MAX_VREGS + ISA_MAX_SREGS + 1u)
typedef struct emu_timing_board {
   uint32_t now, issue;
   uint32_t ready[EMU_BOARD_REGS];
} emu_timing_board;
void emu_timing_begin(emu_timing_board *b);
void emu_timing_issue(emu_timing_board *b, const emu_profile *p, const isa_inst *inst);

/* What a dispatch did, as sums and maxima that do not depend on host threads. */
typedef struct emu_timing_work {
   uint64_t *core_issue;  /* [cores] scheduler cycles of the workgroups g with g % cores == core */
   uint64_t *core_lines;  /* [cores] cache lines they touched */
   uint64_t wave_latency; /* longest wave */
   uint64_t bytes;        /* all bytes of all lines */
} emu_timing_work;

/* Cycles of a dispatch: launch + the busiest of cores, longest wave and memory. */
uint64_t emu_timing_dispatch(const emu_profile *p, const emu_timing_work *work);

#endif
