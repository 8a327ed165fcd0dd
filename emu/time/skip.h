/* Passing over traces (skip.c): for the sampler and those whose traces it passes over. */
#ifndef EMU_TIME_SKIP_H
#define EMU_TIME_SKIP_H

#include "model.h"
#include "program.h"

/* A wave's records in [at, end). */
typedef struct time_skip_wave {
   time_program *program;
   uint32_t core;
   const uint32_t *at, *end;
   const time_segment *segment; /* the latest */
   uint64_t instructions;       /* so many have been passed over; not counted anywhere else */
   bool cold;                   /* caches do not see it */
} time_skip_wave;

/* Lines that a wave's record touches, about; 0: it is no memory instruction. */
static inline uint32_t time_skip_lines(const uint32_t *r)
{
   uint32_t kind = *r >> 28;
   if (kind == EMU_REC_RUN)
      return ((*r >> 8 & 0xfffff) >> EMU_LINE_LOG2) + 1;
   return kind == EMU_REC_LINES || kind == EMU_REC_MORE_LINES ? *r >> 8 & 0xff : 0;
}
static inline bool time_is_segment(const uint32_t *record)
{
   return *record >> 28 == EMU_REC_SEGMENT;
}
/* Records from w->at on, to the end or a segment before which so many instructions have been passed over. */
void time_skip_records(time_machine *m, time_skip_wave *w, uint64_t instructions);
/* A record of a unit, outside of waves, with the wave that it may begin; returns its dwords, at most `left`. */
uint32_t time_skip_top(time_machine *m, uint32_t core, emu_time_job *j, const uint32_t *record, uint32_t left);
/* All of a unit, which is complete. */
void time_skip_unit(time_machine *m, uint32_t core, emu_time_job *j, const time_unit *u);
/* All of a workgroup's, which is, and may have no records if it is cold: caches do not see it then. */
void time_skip_group(time_machine *m, uint32_t core, emu_time_job *j, const time_unit *u, bool cold);

#endif
