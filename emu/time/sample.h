/* Sampling (sample.c, ahead.c), and what it asks of those whose traces it passes over. */
#ifndef EMU_TIME_SAMPLE_H
#define EMU_TIME_SAMPLE_H

#include "engine.h"

#define TIME_REACH_LEAST 3u /* so many times what a window measured is passed over; */
#define TIME_REACH 32u      /* at most, while windows go on to agree */

/* n * num / den, rounded down; 0 if den is. */
static inline uint64_t time_scale(uint64_t n, uint64_t num, uint64_t den)
{
   return den ? (uint64_t)((unsigned __int128)n * num / den) : 0;
}

/* ---- sample.c; in a machine that does not sample these do nothing */
bool time_sample_create(time_machine *m);   /* freed with the machine; false: it has failed */
void time_sample_begin(time_machine *m);    /* a job begins */
void time_sample_disturb(time_machine *m);  /* and what has been measured says nothing of it */
void time_sample_over(time_machine *m, emu_time_job *j); /* is over, and still one of the machine's */

/* ---- ahead.c: passing over instructions of waves that are on the cores */
typedef struct time_ahead time_ahead;
bool time_ahead_create(time_machine *m, time_ahead **a);
void time_ahead_open(time_machine *m); /* a window begins */
/* All waves, of which none is younger than `age`; false: one is, or there is none. */
bool time_ahead_begin(time_machine *m, time_ahead *a, uint64_t age, uint32_t reach);
/* How many times what each wave did since the window was opened it is to pass over: `reach`, or less where waves end or turn
 * to other work. False: a trace has not arrived; once more when it has. */
bool time_ahead_look(time_machine *m, time_ahead *a, uint32_t *times);
uint64_t time_ahead_measured(const time_ahead *a); /* instructions of all of them since then */
uint64_t time_ahead_pass(time_ahead *a, uint32_t times); /* they are to do so; instructions that this is */
/* The wave is between two segments and w->passes: does it. */
enum time_read time_ahead_wave(time_machine *m, time_wave *w);

/* ---- group.c: a dispatch's workgroups in their order */
bool time_group_settled(const emu_time_job *j); /* as many have ended as run: the first are gone, with their common beginning */
/* So many of those that were not launched yet are to be passed over as did `times` a window's instructions, or less, maybe none. The first of them may be cold: caches
 * see the last ones only, and who has not begun them need not trace them. `filled`: lines that the window brought into L2. */
uint64_t time_group_plan(time_machine *m, emu_time_job *j, uint64_t instructions, uint64_t filled, uint32_t times);
void time_group_open(emu_time_job *j); /* a window begins */
/* It ends, with so many instructions: were workgroups at all stages of their work, or whole rounds of them? */
bool time_group_close(emu_time_job *j, uint64_t instructions);
bool time_group_cold(const emu_time_job *j);
void time_group_warm(emu_time_job *j); /* none may be */
/* Passes over the next one. False: that was all, or *starved: its trace has not arrived. */
bool time_group_pass(time_machine *m, emu_time_job *j, bool *starved);
void time_group_retime(time_machine *m); /* the clock has gone on: what waits for a time of it begins sooner */

/* ---- front.c: batches of the draw that is at the front end */
uint64_t time_feed_finished(const time_machine *m); /* of all draws so far */
uint64_t time_feed_busy(const time_machine *m);     /* cycles in which any were in flight */
/* The draw's next unit: a tile goes to its rasteriser, a batch is passed over if that is wanted. */
enum time_fed {
   TIME_FED,         /* a tile */
   TIME_FED_PASSED,  /* a batch */
   TIME_FED_BLOCKED, /* there is no room for it */
   TIME_FED_NOTHING, /* the draw has none left, or a batch is next that is to stay */
   TIME_FED_STARVED  /* its trace has not arrived */
};
enum time_fed time_feed_pass(time_machine *m, bool batches);
void time_feed_resume(time_machine *m); /* after that */
void time_feed_retime(time_machine *m); /* as time_group_retime */

/* ---- tile.c: a core's rasteriser; there has been a draw. A place is a wave, or what has none */
uint64_t time_raster_places(const time_machine *m, uint32_t core); /* that have left the ROP so far */
uint64_t time_raster_retired_dw(const time_machine *m, uint32_t core); /* dwords of their traces */
bool time_raster_busy(const time_machine *m, uint32_t core);       /* has tiles */
/* Passes over places of so many dwords of the draw whose tile is at hand, or over what it has; how many. */
uint64_t time_raster_pass(time_machine *m, uint32_t core, uint64_t dwords);

/* ---- copy.c */
bool time_copy_busy(const time_machine *m);

#endif
