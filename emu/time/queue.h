/* Inside the timing unit: the rings' commands and the jobs' units on their way to the model (queue.c, handover.c, units.c). */
#ifndef EMU_TIME_QUEUE_H
#define EMU_TIME_QUEUE_H

#include "model.h"

#define TIME_BACKLOG_LEAST_B ((size_t)4 << 20) /* traces that may wait before writers do, */
#define TIME_BACKLOG_B ((size_t)64 << 20)      /* and where the model needs more of them at once */
#define TIME_BACKLOG_MAX_B ((size_t)1 << 30) /* of one device; what would be more, because the model waits for another trace, is lost */
#define TIME_FEW 64u                      /* commands of a ring that need no memory */
#define TIME_JOBS_MAX 64u                 /* of a ring, launched and not ended: the command processor waits for a place */
#define TIME_SLICE_CYCLES 8192u           /* the model works so far at a time, then looks whether it is to stop */

enum time_command_kind {
   TIME_ADVANCE, /* value: processor cycles */
   TIME_AT_LEAST,
   TIME_LAUNCH,
   TIME_WAIT,    /* value: GPU_BARRIER_* */
   TIME_PUBLISH, /* value: how manieth publication of all */
   TIME_WAKE,    /* value: publications that came before it */
};

typedef struct time_command {
   enum time_command_kind kind;
   uint64_t value;
   emu_time_job *job;
} time_command;

typedef struct time_ring {
   time_command *queue; /* circular; `few`, or from malloc when those did not do */
   time_command few[TIME_FEW];
   uint32_t capacity, head, count;
   bool asked;          /* the processor waits for the clock */
   emu_time_job *jobs, **jobs_end; /* launched, not ended; older first */
   bool over;           /* one of them may be through on both sides */
   uint32_t job_count;
   uint64_t launched;
   bool full;           /* a launch waits for one of them */
   time_machine *machine;
   bool failed;         /* no host memory for a machine: work takes no time, and stderr says so */
   uint64_t clock, busy_until;
   uint32_t fraction;   /* 1/65536 core cycle */
   uint64_t latest[3];  /* end of the latest job: compute, copies, graphics */
} time_ring;

typedef struct emu_time {
   emu_device *dev;
   pthread_mutex_t lock;
   pthread_cond_t work;  /* the model's thread waits for commands and traces */
   pthread_cond_t room;  /* writers wait for the backlog to shrink, the processor for a place in a queue */
   pthread_cond_t quiet; /* reset waits until the thread is at no ring */
   pthread_t thread;
   bool started, quit, abandon, working; /* working: the thread is in the model, without the lock */
   bool fresh;           /* something has come that the thread is to look at */
   enum { TIME_AWAKE, TIME_RESTS, TIME_WAITS } asleep; /* the thread: no, until something comes, for traces */
   atomic_bool waits;    /* for traces, for others to read */
   size_t told_B;        /* traces that have come while it waited, and something for each event besides */
   bool lost;            /* said so already */
   /* progress.c, of the model's thread */
   uint64_t started_ns, shown_ns, ended_instructions;
   bool shown;
   atomic_bool hungry;   /* the model waits for traces, and has done so for a while */
   size_t backlog_B, backlog_limit_B, backlog_max_B;
   time_blob *spare;     /* of TIME_BLOB_DW, to be used again */
   uint32_t spares;
   emu_time_job *spare_job; /* cleared, with their queues */
   uint32_t spare_jobs;
   uint64_t slices, thread_ns; /* of the model; of the thread's CPU time so much has been counted */
   uint64_t publications;
   _Atomic uint64_t published; /* GPU time */
   uint32_t core_per_cp_q16;
   struct time_sink *sink; /* NULL: nobody asks */
   time_ring ring[GPU_RINGS];
} emu_time;

/* progress.c: with FIGMENT_PROGRESS=on, between slices of the model; and the line's end when it has nothing to do. */
void time_progress(emu_time *t, const time_ring *r);
void time_progress_pause(emu_time *t);

/* handover.c: all under time->lock */
void time_say_lost(emu_time *t, const char *what);
void time_rouse(emu_time *t);               /* the thread is to look at once */
void time_tell(emu_time *t, size_t bytes);  /* something has come that may wait for more of its kind */
void time_sleep(emu_time *t);               /* the thread's: until something has come */
void time_blob_leave(emu_time *t, time_blob *b); /* nobody needs it any more */
void time_spares_free(emu_time *t);

/* units.c: all under time->lock */
struct time_job_queue *time_units_create(void);
void time_units_destroy(emu_time *t, struct time_job_queue *q);
void time_units_clear(emu_time *t, struct time_job_queue *q); /* as it was made */
/* Before it is taken apart, under no lock; false: host memory exhausted. */
bool time_units_prepare(time_blob *blob);
/* Take a blob apart; false: host memory exhausted, units are lost. */
bool time_units_add(emu_time *t, emu_time_job *j, time_blob *blob);
void time_units_end(struct time_job_queue *q, uint64_t units, bool killed);

#endif
