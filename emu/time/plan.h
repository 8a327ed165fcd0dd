/* What the approx engine goes by: segments as steps, made once per program (plan.c). */
#ifndef EMU_TIME_PLAN_H
#define EMU_TIME_PLAN_H

#include "program.h"

enum time_step_kind {
   TIME_STEP_TAIL,    /* the segment ends */
   TIME_STEP_WAIT,    /* registers that memory may be about to write */
   TIME_STEP_ACCESS,  /* a memory instruction, issued */
   TIME_STEP_FENCE,   /* issued */
   TIME_STEP_BARRIER, /* issued */
   TIME_STEP_END      /* issued */
};

/* Arithmetic, and what stands behind it. */
typedef struct time_step {
   uint8_t kind, why;       /* why: what the wave waits for when the block took longer than its issue */
   time_regs regs;          /* WAIT */
   uint32_t from, end;      /* instructions of the block; ACCESS: the last one is the memory instruction */
   uint32_t issue_cycles;   /* of the block */
   uint32_t cycles;         /* of the block, in order, with its waits for results of the blocks before */
   uint32_t stalled_cycles; /* the same if all of those are there */
} time_step;

typedef struct time_plan_reg {
   uint16_t reg;
   uint32_t cycles;
} time_plan_reg;

typedef struct time_plan_segment {
   /* ORDER pending: [1] with waits for what memory instructions of segments before may write, [0] without */
   uint32_t first[2];
   bool plain;               /* [0] is a single TAIL, of something: */
   bool branches;            /* what is not issue goes to its branch */
   uint32_t cycles, issue_cycles, instructions;
   uint32_t first_word, last_word; /* of its code */
   uint32_t reads, reads_count;   /* registers that it reads: how soon, if soon */
   uint32_t leaves, leaves_count; /* results of arithmetic: how long after its end they are there */
   uint32_t after[2], penalty[2]; /* of the segments that came behind it lately */
   uint32_t turn;
} time_plan_segment;

typedef struct time_plan {
   time_plan_segment *segment;
   time_step *step;
   time_plan_reg *reg;
   uint32_t steps, regs;
} time_plan;

time_plan *time_plan_get(time_program *t); /* NULL: host memory is exhausted */
void time_plan_destroy(time_plan *p);
uint32_t time_plan_match(time_plan *p, uint32_t s, uint32_t next);
/* Cycles that segment `next` is later when it follows `s` at once. */
static inline uint32_t time_plan_penalty(time_plan *p, uint32_t s, uint32_t next)
{
   const time_plan_segment *a = &p->segment[s];
   return a->after[0] == next ? a->penalty[0] : a->after[1] == next ? a->penalty[1] : time_plan_match(p, s, next);
}

#endif
