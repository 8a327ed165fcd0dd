/* The timing unit, as the other blocks see it: jobs, their units' traces, and the rings' clocks.
 *
 * A ring is one stream of commands for this unit, in the order in which the command processor gives them: its clock goes on by
 * so many cycles, a job is launched, the ring waits for engines, the clock is asked for. The unit carries them out on a host thread of
 * its own, behind the functional model, against a machine of the ring's own (cores, caches, DRAM): rings do not slow each other, so
 * that a ring's times depend on its own commands alone. With timing off jobs have no traces and take no time.
 */
#ifndef EMU_TIME_TIMING_H
#define EMU_TIME_TIMING_H

#include "../machine.h"
#include "trace.h"

struct emu_program;
struct emu_program_cache;

enum emu_job_kind { EMU_JOB_DISPATCH, EMU_JOB_DRAW, EMU_JOB_CLEAR, EMU_JOB_COPY };

/* What the model must know of the waves of a stage; dispatches use stage 0. */
typedef struct emu_job_stage {
   struct emu_program *program; /* the job holds a reference */
   struct emu_program_cache *programs; /* where the reference goes back to */
   uint64_t program_va;
   uint32_t vregs, scratch_B;
   uint32_t lds_B;
} emu_job_stage;

typedef struct emu_time_job emu_time_job;

bool emu_time_create(emu_device *dev);
/* Both abandon what has been given. Every engine has been reset before: no job is being worked on. */
void emu_time_reset(emu_device *dev);
void emu_time_destroy(emu_device *dev);

/* On the command processor's thread, in ring order: a job is launched. NULL: no timing, or host memory is exhausted. `tag` is the
 * driver's number for it (CS.TAG, GFX.TAG, DMA.TAG). */
emu_time_job *emu_time_launch(emu_device *dev, uint32_t ring, enum emu_job_kind kind, uint32_t tag);
/* By whoever prepares the job, once, before its first unit: the model looks at them when it has taken a unit. group_waves: waves of a workgroup. */
void emu_time_stage(emu_time_job *j, unsigned stage, const emu_job_stage *info);
void emu_time_groups(emu_time_job *j, uint64_t groups, uint32_t group_waves);
/* Numbers for so many units more, in the machine's order; the first of them. Draws and copies. */
uint64_t emu_time_units(emu_time_job *j, uint64_t count);
/* What the job's work counted: for the device, and for the job's record if there is a job. Before emu_time_finish, by whoever calls that. */
void emu_time_count(emu_device *dev, emu_time_job *j, enum gpu_counter c, uint64_t n);
/* The job has no units beyond `units`, or (killed) none beyond those that have been handed over. No call for it is allowed after this. */
void emu_time_finish(emu_time_job *j, uint64_t units, bool killed);

/* ---- the rings' clocks: only the command processor gets here (registers RING.CLOCK_*, mmio.c) */
void emu_time_advance(emu_device *dev, uint32_t ring, uint64_t cp_cycles); /* cycles of the processor's clock */
void emu_time_wait(emu_device *dev, uint32_t ring, uint32_t engines); /* GPU_BARRIER_*: the clock is at least the end of their jobs so far */
void emu_time_at_least(emu_device *dev, uint32_t ring, uint64_t cycles);
void emu_time_publish(emu_device *dev, uint32_t ring); /* CP.TIME is at least this clock */
void emu_time_wake(emu_device *dev, uint32_t ring);    /* this clock is at least CP.TIME */
/* Ask for the clock as of here; true: it is known, *cycles is it. Else GPU_EVENT_TIME is raised when it may be asked again: asking again
 * without another command in between asks for the same moment. */
bool emu_time_read(emu_device *dev, uint32_t ring, uint64_t *cycles);
uint64_t emu_time_clock(emu_device *dev, uint32_t ring); /* as far as it is known */
uint64_t emu_time_published(emu_device *dev);

#endif
