/* Inside the timing model: a ring's machine, its event loop, and what its units hand to each other.
 *
 * loop.c      actors by time                       reader.c     traces of units, wave by wave
 * program.c   what the model knows of a program    queue.c, handover.c, units.c   the rings' commands, jobs, units in their order
 * core.c      residency, launch of waves           approx.c, detailed.c   the two engines: how a wave goes on
 * group.c     workgroups of a dispatch             front.c, tile.c, rop.c, copy.c   fixed function
 * memory.h and its files: everything behind a memory instruction.
 *
 * All of it runs on the timing unit's thread. Times are core-clock cycles of the ring's clock. What happens at one time happens in
 * the order in which the actors came to be due then, so that nothing depends on the host.
 */
#ifndef EMU_TIME_MODEL_H
#define EMU_TIME_MODEL_H

#include <stdatomic.h>
#include "gfx.h"
#include "memory.h"
#include "timing.h"

typedef struct time_machine time_machine;

/* ---- loop.c ---------------------------------------------------------------------------------------------------------------- */
/* Something that acts at a time. Embedded in what acts. */
typedef struct time_actor time_actor;
struct time_actor {
   uint64_t at;
   void (*act)(time_machine *m, time_actor *a); /* schedules itself again, or others, or nobody */
   time_actor *next;    /* the loop's */
   bool queued;
   time_actor *wait_next; /* of the others that wait for room (time_core_wait) */
   bool waiting;
   uint32_t wait_core;
};
void time_actor_init(time_machine *m, time_actor *a, void (*act)(time_machine *, time_actor *));
/* At a time not before the loop's now. An actor is queued once: an earlier time wins. */
void time_at(time_machine *m, time_actor *a, uint64_t at);
uint64_t time_now(const time_machine *m);
/* The ring's clock: the loop's time and what was passed over (sample.c). Jobs and whoever looks from outside count in it. */
uint64_t time_clock(const time_machine *m);
uint64_t time_at_clock(const time_machine *m, uint64_t clock); /* the loop's time then, not before now */
uint64_t time_next(const time_machine *m); /* when the next actor acts; UINT64_MAX: none will */
/* What an actor calls when its trace has not arrived: it will act again, at the same time, when more is there. */
void time_starve(time_machine *m, time_actor *a);

/* ---- jobs and units (queue.c, units.c) ------------------------------------------------------------------- */
/* What a writer hands over at a time: units, one behind the other, each behind its UNIT record. From malloc. Those of the usual size are
 * used again (handover.c). */
#define TIME_BLOB_DW 8192u
typedef struct time_blob {
   uint32_t dwords;
   uint32_t references; /* the queue's */
   uint32_t units, part_capacity;
   uint32_t capacity; /* TIME_BLOB_DW, or 0: another */
   struct time_part *parts;
   struct time_blob *next; /* of the spare ones */
   uint32_t data[];
} time_blob;

typedef struct time_piece {
   struct time_piece *next;
   const uint32_t *data; /* records behind the UNIT record */
   uint32_t dwords;
   uint32_t readers; /* the engine's */
   time_blob *blob; /* what holds them */
} time_piece;

typedef struct time_unit time_unit;
struct time_unit {
   struct time_unit *next;
   uint64_t number;
   enum emu_unit kind;
   time_piece *first, *last;
   bool complete;            /* nothing more comes */
   uint64_t instructions;    /* of a workgroup, so far */
   /* units.c */
   time_piece *arrived, *arrived_last; /* since the engine took it */
   bool taken, arrived_complete;
   uint64_t arrived_instructions;
   time_unit *held_next, **held_at;
   time_blob *home;
};

struct emu_time_job {
   struct emu_time_job *next; /* in the ring's order */
   emu_device *dev;
   uint32_t ring, tag;
   uint64_t number; /* how manieth job of its ring */
   struct emu_label *label; /* from emu_label_now at the launch, the job's to drop (labels.h); NULL: none */
   enum emu_job_kind kind;
   emu_job_stage stage[GPU_STAGE_COUNT];
   struct time_program *program[GPU_STAGE_COUNT]; /* the model's view of them */
   uint64_t groups;
   uint32_t group_waves;
   /* results, of the model's thread */
   uint64_t start, end;
   uint64_t begin; /* the first unit was taken */
   bool begun;
   uint64_t counters[GPU_COUNTER_COUNT];
   uint64_t work[GPU_COUNTER_COUNT]; /* what the functional model counted (emu_time_count); the device has it already */
   bool done;
   struct time_job_queue *queue; /* units, by number (units.c) */
   bool finished; /* the functional model is through with it */
   bool lost;     /* units or parts of them are missing */
   uint64_t next_number; /* of units given out */
   uint64_t written;             /* when the latest write of its waves is in L2 */
   struct emu_time_job *launched_before, **launched_at; /* of the machine's: jobs that are not over; what points at it */
   void *model;                  /* what the engine keeps for it */
   _Atomic uint64_t untraced;    /* workgroups: [39:0] the first, [63:40] how many */
};

/* ---- workgroups that are passed over unseen: their units say how many instructions they were, and nothing else. Nobody may depend on whether
 * one that had begun before still has records ---- */
#define TIME_UNTRACED_LOG2 40u
static inline bool emu_time_untraced(const emu_time_job *j, uint64_t group)
{
   uint64_t u = atomic_load_explicit(&j->untraced, memory_order_relaxed), first = u & ((UINT64_C(1) << TIME_UNTRACED_LOG2) - 1);
   return group - first < u >> TIME_UNTRACED_LOG2;
}
static inline void time_leave_untraced(emu_time_job *j, uint64_t first, uint64_t groups)
{
   if (!((first + groups) >> TIME_UNTRACED_LOG2) && !(groups >> (64 - TIME_UNTRACED_LOG2)))
      atomic_store_explicit(&j->untraced, groups << TIME_UNTRACED_LOG2 | first, memory_order_relaxed);
}
/* The unit with the next number. NULL and *starved: it has not arrived; NULL and not: there is none, all have been taken. */
time_unit *time_job_take(emu_time_job *j, bool *starved);
/* Append what has arrived of a unit that is not complete. Whether it was anything. */
bool time_unit_poll(emu_time_job *j, time_unit *u);
/* The engine is through with a piece of a unit that it holds, and reads no more of it: long units do not keep all that they ever did. */
void time_unit_drop(emu_time_job *j, time_unit *u, time_piece *p);
/* The engine is through with the unit's traces. */
void time_unit_release(emu_time_job *j, time_unit *u);

/* ---- from writers (stream.c) ---- */
/* Takes the blob, whose units are all of this job; waits while too much is queued. */
void emu_time_deliver(emu_time_job *j, time_blob *blob);
/* A blob of TIME_BLOB_DW that is not needed any more; NULL: there is none. */
time_blob *emu_time_spare(emu_device *dev);
/* So many dwords are enough to be handed over: fewer when the model waits for traces, none when it has for long. */
size_t emu_time_enough(const emu_device *dev);
/* A writer ran out of host memory: the job's times are wrong, which is said once on stderr. */
void emu_time_lost(emu_time_job *j);

/* ---- the machine (machine.c) -------------------------------------------------------------------------------------------------- */
time_machine *time_machine_create(const emu_profile *p, bool detailed); /* NULL: host memory is exhausted */
void time_machine_destroy(time_machine *m);
/* The ring gives a job, in its order, at its clock's time; starts never decrease. The machine sets j->end and j->done. */
void time_machine_launch(time_machine *m, emu_time_job *j, uint64_t start);
enum time_progress {
   TIME_REACHED, /* nothing is left to do before `until` */
   TIME_STARVED, /* traces are missing */
   TIME_IDLE     /* no job is left */
};
/* Goes on with everything that happens before `until`, until a job ends (then it returns TIME_REACHED early: look at `done`). */
enum time_progress time_machine_run(time_machine *m, uint64_t until);
const emu_profile *time_profile(const time_machine *m);
time_memory *time_machine_memory(time_machine *m);
bool time_machine_ended(const time_machine *m); /* a job has, in the latest run */
/* Host memory was exhausted: jobs still end, in no time, but what they took is unknown. */
bool time_machine_failed(const time_machine *m);

/* ---- cores: waves (core.c and the engines) ---------------------------------------------------------------------------------------- */
typedef struct time_wave time_wave;
/* Is there room on the core for `waves` waves of the job's stage at once (registers, slots, local data share for workgroups)? */
bool time_core_room(const time_machine *m, uint32_t core, const emu_time_job *j, unsigned stage, uint32_t waves);
/* Start a wave there now, its first instruction not before `at`; it reads records from [data, data + dwords), a whole portion that ends
 * with the wave. `done` is scheduled when
 * its last instruction has been issued and its results are there; *end then holds when. Room has been asked for. */
void time_wave_start(time_machine *m, uint32_t core, emu_time_job *j, unsigned stage, const uint32_t *data, uint32_t dwords,
                     uint64_t at, time_actor *done, uint64_t *end);
/* To be woken when a wave of the core has ended and there may be room. An actor waits for one core, the latest that it named;
 * TIME_ANY_CORE: for whichever comes first. */
#define TIME_ANY_CORE UINT32_MAX
void time_core_wait(time_machine *m, uint32_t core, time_actor *a);

/* ---- fixed function (front.c, tile.c, copy.c): a job of another kind than a dispatch begins; the units' actors call time_job_over when
 * the last is through ---- */
bool time_draw_begin(time_machine *m, emu_time_job *j, uint64_t start);
bool time_copy_begin(time_machine *m, emu_time_job *j, uint64_t start);
bool time_group_begin(time_machine *m, emu_time_job *j, uint64_t start); /* group.c: dispatches */
void time_job_over(time_machine *m, emu_time_job *j, uint64_t end); /* and not before its waves' writes are in L2 */

#define TIME_COUNT(job, name, n) ((job)->counters[GPU_COUNTER_##name] += (n))

#endif
