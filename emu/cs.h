/* Compute front end (cs.c, cs_dispatch.c) and host workers (pool.c): what they share. */
#ifndef EMU_CS_H
#define EMU_CS_H

#include "machine.h"
#include "core/core.h"
#include "core/wave.h"
#include "time/timing.h"

#define EMU_CS_REGS (GPU_STRIDE_CS / 4)
#define EMU_CS_PROGRAM_MAX_QW (1u << 20)
#define EMU_CS_PROGRAM_CACHE_B (32u << 20)

enum emu_dispatch_state {
   EMU_DISPATCH_QUEUED,    /* latched; nobody has looked at it */
   EMU_DISPATCH_PREPARING, /* one worker validates it and decodes the program */
   EMU_DISPATCH_READY,     /* workgroups may be taken */
};

/* One latched dispatch. List, state and runners are guarded by cs->lock; sums are merged under it. */
typedef struct emu_cs emu_cs;
typedef struct emu_dispatch {
   struct emu_dispatch *next; /* of the same ring, older first */
   uint32_t ring;
   uint32_t regs[EMU_CS_REGS];
   enum emu_dispatch_state state;
   bool ordered;
   atomic_bool kill;
   unsigned runners; /* workers that hold or may take workgroups */
   emu_launch launch;
   emu_program *program;
   _Atomic uint64_t next_group; /* first workgroup not yet taken */
   atomic_uint resident;        /* workgroups taken and not retired */
   unsigned resident_max;
   /* results */
   emu_core_sums sums;
   uint64_t groups_done, waves_done;
   emu_time_job *job; /* NULL: nobody asks for its time */
} emu_dispatch;

typedef struct emu_cs_ring {
   uint32_t regs[EMU_CS_REGS];
   emu_dispatch *oldest, *newest;
   uint32_t inflight;
} emu_cs_ring;

struct emu_cs {
   emu_device *dev;
   const emu_interp *interp;
   emu_program_cache *programs;
   pthread_mutex_t lock;
   pthread_cond_t work;    /* workers wait for dispatches */
   pthread_cond_t drained; /* emu_cs_reset waits for their end */
   atomic_uint epoch;      /* counts events that may give a worker something new to do */
   atomic_uint idle;       /* workers that sleep */
   bool stop;
   emu_cs_ring rings[GPU_RINGS];
   struct emu_worker *workers;
   uint32_t worker_count;
};

/* ---- cs_dispatch.c ---- */
emu_dispatch *emu_dispatch_create(uint32_t ring, const uint32_t *regs);
void emu_dispatch_destroy(emu_cs *cs, emu_dispatch *d);
/* Validate the registers and read the program into the worker's buffer, which is kept and grows. Called by an
 * entered agent, without lock. False: a fault has been recorded. */
bool emu_dispatch_fetch(emu_cs *cs, emu_dispatch *d, emu_tlb *tlb, uint64_t **buffer, size_t *buffer_qw);
/* Decode what was fetched and get ready to launch; no guest memory is touched. False: a fault has been
 * recorded. */
bool emu_dispatch_prepare(emu_cs *cs, emu_dispatch *d, const uint64_t *words);
/* Every workgroup has been taken, or none will be. */
bool emu_dispatch_exhausted(const emu_dispatch *d);
/* Account for and unlink a dispatch that no runner works on; under cs->lock. The caller then destroys it and
 * sends GPU_EVENT_CS. */
void emu_dispatch_retire(emu_cs *cs, emu_dispatch *d);

/* ---- pool.c ---- */
bool emu_pool_start(emu_cs *cs, uint32_t threads);
void emu_pool_stop(emu_cs *cs); /* joins; unfinished dispatches are abandoned */

#endif
