/* Waves and workgroups: what a dispatch launches and how a workgroup takes its turns (wave.c). */
#ifndef EMU_CORE_WAVE_H
#define EMU_CORE_WAVE_H

#include "core.h"

/* What all workgroups of a dispatch share. Filled in by the front end, completed by emu_launch_prepare. */
typedef struct emu_launch {
   const emu_program *program;
   uint64_t program_va;
   uint32_t size[3], grid[3], base[3];
   uint32_t lds_B, scratch_B;
   uint32_t user[GPU_CS_USER_REGS];
   uint64_t watchdog; /* instructions per wave, 0: no limit */
   /* set by prepare */
   uint32_t lanes, waves; /* per workgroup */
   uint64_t groups;
   size_t wave_B, group_B;
   uint32_t (*local_id)[3][ISA_WAVE_LANES]; /* [waves] */
} emu_launch;

bool emu_launch_prepare(emu_launch *l); /* false when host memory is exhausted */
void emu_launch_release(emu_launch *l);

typedef struct emu_group {
   struct emu_group *next;
   uint64_t index;
   uint32_t id[3]; /* without BASE */
   uint32_t done;  /* waves that have ended */
   uint32_t first_wave, stage; /* of its waves in the trace's unit, 0 in dispatches */
   uint64_t instructions;
   bool untraced; /* by who gives it its turns */
   uint8_t *waves, *lds, *scratch;
} emu_group;

/* Memory of one workgroup; may be started again and again for the same launch. NULL when host memory is
 * exhausted. */
emu_group *emu_group_create(const emu_launch *l);
void emu_group_destroy(emu_group *g);
void emu_group_start(emu_group *g, const emu_launch *l, uint64_t index);
emu_wave *emu_group_wave(const emu_group *g, const emu_launch *l, uint32_t i);

enum emu_turn {
   EMU_TURN_DONE,    /* every wave has ended */
   EMU_TURN_QUANTUM, /* some wave used up its quantum */
   EMU_TURN_YIELD,   /* the waves that can run all gave way by themselves */
   EMU_TURN_FAULT,   /* x->fault is complete but for the ring */
   EMU_TURN_KILLED,
};

/* Where the wave's scratch is said to lie: the machine's wave slots have theirs one behind the other at the top of the address space, and are
 * taken in turn. */
#define EMU_SCRATCH_VA (UINT64_C(0xff) << 40)
/* The group is given up: what the trace has of its waves ends here. */
void emu_group_trace_abandon(const emu_group *g, const emu_launch *l, emu_trace *t);

/* Run every wave that can run once, and again as long as barriers alone hold them up. */
enum emu_turn emu_group_turn(emu_group *g, const emu_launch *l, const emu_interp *interp, emu_core_ctx *x,
                             const atomic_bool *kill);

#endif
