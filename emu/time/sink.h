/* Where the model tells what it sees, for people: a trace file (FIGMENT_TRACE) and the report's timeline.
 * There is a sink only if somebody asks; nothing of the machine depends on it. Manual: chapter "Traces".
 *
 * observe.c watches a ring's machine and calls this; the timing unit tells of jobs that are over. On the
 * timing unit's thread alone, but for what the process's exit does.
 */
#ifndef EMU_TIME_SINK_H
#define EMU_TIME_SINK_H

#include "model.h"

typedef struct time_sink time_sink;

/* NULL: nobody asks, or there is no host memory or no file for it, which stderr says. */
time_sink *time_sink_create(emu_device *dev);
void time_sink_destroy(time_sink *s); /* NULL is fine */

/* ---- observe.c: a ring's machine under observation ---- */
/* From now on; s NULL: nothing happens. */
void time_observe(time_machine *m, time_sink *s, uint32_t ring);
/* Called by the machine: a job begins at a time, is over (its counters are whole), a wave has ended; the
 * machine goes away. */
void time_observe_launch(time_machine *m, uint64_t at);
void time_observe_over(time_machine *m, const emu_time_job *j);
void time_observe_wave(time_machine *m, uint32_t core, const emu_time_job *j, unsigned stage, uint64_t start,
                       uint64_t end);
/* The clock has gone on by cycles that nobody simulated, and counters with it (sample.c). */
void time_observe_passed(time_machine *m);
void time_observe_end(time_machine *m);

/* ---- sink.c ---- */
/* What a machine did between two times, multiples of the period. */
typedef struct time_sample {
   uint32_t ring;
   uint64_t from, to;
   const uint64_t *counters;   /* what was added, GPU_COUNTER_COUNT */
   const uint32_t *core_waves; /* on each core at `to` */
   bool last;                  /* no job is left: until the next sample nothing goes on */
} time_sample;

/* Cycles between samples of the ring, a power of two; it only ever grows. */
uint64_t time_sink_period(const time_sink *s, uint32_t ring);
void time_sink_sample(time_sink *s, const time_sample *x);
/* The job's number among those of its ring, and its number on its own side, are what names it. */
void time_sink_wave(time_sink *s, uint32_t ring, uint32_t core, const emu_time_job *j, unsigned stage,
                    uint64_t start, uint64_t end);
/* A job has left the ring. */
void time_sink_job(time_sink *s, const emu_time_job *j);
/* The ring starts afresh: its clock is 0 again, later times lie behind earlier ones all the same. */
void time_sink_reset(time_sink *s);

#endif
