/* A dispatch from GO to retirement: validation of the latched registers, program fetch, accounting.
 *
 * A dispatch whose registers are out of range, or whose program cannot be read, records a fault and retires
 * with nothing done. Every dispatch that was latched retires exactly once, and its counts are those of the
 * instructions that really ran. Running the workgroups is left to pool.c.
 */
#include <stdlib.h>
#include <string.h>
#include "cs.h"
#include "settings.h"

emu_dispatch *emu_dispatch_create(uint32_t ring, const uint32_t *regs)
{
   emu_dispatch *d = calloc(1, sizeof *d);
   if (!d)
      return NULL;
   d->ring = ring;
   memcpy(d->regs, regs, sizeof d->regs);
   d->state = EMU_DISPATCH_QUEUED;
   return d;
}

void emu_dispatch_destroy(emu_cs *cs, emu_dispatch *d)
{
   emu_program_cache_put(cs->programs, d->program);
   emu_launch_release(&d->launch);
   free(d);
}

static uint32_t reg(const emu_dispatch *d, uint32_t offset)
{
   return d->regs[offset / 4];
}

/* ---- validation ------------------------------------------------------------------------------ */
/* Offset of the first register that is out of range, or -1. */
static int bad_register(const emu_profile *p, const emu_dispatch *d)
{
   uint64_t va = reg(d, GPU_OFF_CS_PROGRAM_LO) | (uint64_t)reg(d, GPU_OFF_CS_PROGRAM_HI) << 32;
   uint32_t qw = reg(d, GPU_OFF_CS_PROGRAM_QW), resources = reg(d, GPU_OFF_CS_RESOURCES);
   uint64_t lanes = 1;
   if (va % 8)
      return GPU_OFF_CS_PROGRAM_LO;
   if (va >> GPU_VA_BITS)
      return GPU_OFF_CS_PROGRAM_HI;
   if (qw == 0 || qw > EMU_CS_PROGRAM_MAX_QW)
      return GPU_OFF_CS_PROGRAM_QW;
   if ((resources & 0x1ff) > ISA_MAX_VREGS || (resources >> 16 & 0xff) > ISA_MAX_SREGS ||
       (resources & 0xff00fe00u))
      return GPU_OFF_CS_RESOURCES;
   if (reg(d, GPU_OFF_CS_LDS_B) > p->lds_B_per_group)
      return GPU_OFF_CS_LDS_B;
   if (reg(d, GPU_OFF_CS_SCRATCH_B) > p->scratch_max_B || reg(d, GPU_OFF_CS_SCRATCH_B) % 4)
      return GPU_OFF_CS_SCRATCH_B;
   for (int i = 0; i < 3; i++) {
      uint32_t size = reg(d, GPU_OFF_CS_GROUP_X + 4 * i);
      if (size == 0 || size > 1024 || (lanes *= size) > 1024)
         return GPU_OFF_CS_GROUP_X + 4 * i;
   }
   uint64_t xy = (uint64_t)reg(d, GPU_OFF_CS_GRID_X) * reg(d, GPU_OFF_CS_GRID_Y),
            z = reg(d, GPU_OFF_CS_GRID_Z);
   if (z && xy > (UINT64_C(1) << 62) / z)
      return GPU_OFF_CS_GRID_Z;
   if (reg(d, GPU_OFF_CS_FLAGS) & ~GPU_CS_FLAG_ORDERED)
      return GPU_OFF_CS_FLAGS;
   return -1;
}

static bool record(emu_cs *cs, const emu_dispatch *d, enum gpu_fault type, enum gpu_access access,
                   uint64_t va, uint32_t info)
{
   emu_fault_info f = {.type = type, .access = access, .va = va, .ring = d->ring, .info = info};
   if (access == GPU_ACCESS_EXECUTE)
      f.pc = va;
   emu_fault_record(cs->dev, &f);
   return false;
}

/* ---- preparation ----------------------------------------------------------------------------- */
static bool fetch_program(emu_cs *cs, emu_dispatch *d, emu_tlb *tlb, uint64_t **buffer, size_t *buffer_qw)
{
   size_t qw = reg(d, GPU_OFF_CS_PROGRAM_QW);
   if (qw > *buffer_qw) {
      uint64_t *p = realloc(*buffer, qw * sizeof *p);
      if (!p)
         return record(cs, d, GPU_FAULT_EXHAUSTED, GPU_ACCESS_NONE, 0, GPU_OFF_CS_PROGRAM_QW);
      *buffer = p;
      *buffer_qw = qw;
   }
   uint64_t fault_va = 0;
   enum gpu_fault f = emu_mem_read(tlb, d->launch.program_va, *buffer, qw * sizeof **buffer, &fault_va);
   return f == GPU_FAULT_NONE || record(cs, d, f, GPU_ACCESS_EXECUTE, fault_va, 0);
}

static void fill_launch(emu_cs *cs, emu_dispatch *d)
{
   emu_launch *l = &d->launch;
   l->program_va = reg(d, GPU_OFF_CS_PROGRAM_LO) | (uint64_t)reg(d, GPU_OFF_CS_PROGRAM_HI) << 32;
   for (unsigned i = 0; i < 3; i++) {
      l->size[i] = reg(d, GPU_OFF_CS_GROUP_X + 4 * i);
      l->grid[i] = reg(d, GPU_OFF_CS_GRID_X + 4 * i);
      l->base[i] = reg(d, GPU_OFF_CS_BASE_X + 4 * i);
   }
   l->lds_B = reg(d, GPU_OFF_CS_LDS_B);
   l->scratch_B = reg(d, GPU_OFF_CS_SCRATCH_B);
   memcpy(l->user, &d->regs[GPU_OFF_CS_USER / 4], sizeof l->user);
   /* the board's own limit stands when the driver sets none */
   l->watchdog = (uint64_t)reg(d, GPU_OFF_CS_WATCHDOG) << 20;
   if (!l->watchdog)
      l->watchdog = cs->dev->profile.watchdog_wave_instructions;
   d->ordered = (reg(d, GPU_OFF_CS_FLAGS) & GPU_CS_FLAG_ORDERED) && !cs->dev->settings.relaxed;
}

/* How many workgroups the whole machine holds at a time. */
static unsigned residency(const emu_profile *p, const emu_launch *l)
{
   unsigned n = p->waves_per_core / (l->waves ? l->waves : 1);
   unsigned rows = l->program->vregs * l->waves;
   if (rows && p->vregs_per_core / rows < n)
      n = p->vregs_per_core / rows;
   if (l->lds_B && p->lds_B_per_core / l->lds_B < n)
      n = p->lds_B_per_core / l->lds_B;
   return (n ? n : 1) * p->cores;
}

bool emu_dispatch_fetch(emu_cs *cs, emu_dispatch *d, emu_tlb *tlb, uint64_t **buffer, size_t *buffer_qw)
{
   int bad = bad_register(&cs->dev->profile, d);
   if (bad >= 0)
      return record(cs, d, GPU_FAULT_BAD_DISPATCH, GPU_ACCESS_NONE, 0, (uint32_t)bad);
   fill_launch(cs, d);
   return fetch_program(cs, d, tlb, buffer, buffer_qw);
}

static void describe_job(emu_cs *cs, emu_dispatch *d)
{
   emu_time_groups(d->job, d->launch.groups, d->launch.waves);
   emu_time_stage(d->job, 0, &(emu_job_stage){.program = d->program,
                                              .programs = cs->programs,
                                              .program_va = d->launch.program_va,
                                              .vregs = d->program->vregs,
                                              .scratch_B = d->launch.scratch_B,
                                              .lds_B = d->launch.lds_B});
}

bool emu_dispatch_prepare(emu_cs *cs, emu_dispatch *d, const uint64_t *words)
{
   const emu_profile *p = &cs->dev->profile;
   uint32_t resources = reg(d, GPU_OFF_CS_RESOURCES);
   d->program = emu_program_cache_get(cs->programs, words, reg(d, GPU_OFF_CS_PROGRAM_QW), resources & 0x1ff,
                                      resources >> 16 & 0xff);
   d->launch.program = d->program;
   if (!d->program)
      return record(cs, d, GPU_FAULT_EXHAUSTED, GPU_ACCESS_NONE, 0, GPU_OFF_CS_PROGRAM_QW);
   if (!emu_launch_prepare(&d->launch))
      return record(cs, d, GPU_FAULT_EXHAUSTED, GPU_ACCESS_NONE, 0, GPU_OFF_CS_GO);
   d->resident_max = residency(p, &d->launch);
   if (d->job)
      describe_job(cs, d);
   emu_debug(cs->dev, CS, "ring %u tag %u: grid %ux%ux%u group %ux%ux%u program %llx%s", d->ring,
             reg(d, GPU_OFF_CS_TAG), d->launch.grid[0], d->launch.grid[1], d->launch.grid[2],
             d->launch.size[0], d->launch.size[1], d->launch.size[2],
             (unsigned long long)d->launch.program_va, d->ordered ? " ordered" : "");
   return true;
}

bool emu_dispatch_exhausted(const emu_dispatch *d)
{
   return atomic_load_explicit(&d->kill, memory_order_relaxed) ||
          atomic_load_explicit(&d->next_group, memory_order_relaxed) >= d->launch.groups;
}

/* ---- retirement ------------------------------------------------------------------------------ */
static void add_counters(emu_device *dev, const emu_dispatch *d)
{
   const emu_core_sums *s = &d->sums;
   static const enum gpu_counter of_class[ISA_CLASS_COUNT] = {
#define X(name, doc) [ISA_CLASS_##name] = GPU_COUNTER_INST_##name,
       ISA_CLASS_LIST(X)
#undef X
   };
   uint64_t instructions = 0;
   for (unsigned c = 0; c < ISA_CLASS_COUNT; c++) {
      emu_time_count(dev, d->job, of_class[c], s->class_instructions[c]);
      instructions += s->class_instructions[c];
   }
   emu_time_count(dev, d->job, GPU_COUNTER_DISPATCHES, 1);
   emu_time_count(dev, d->job, GPU_COUNTER_WORKGROUPS, d->groups_done);
   emu_time_count(dev, d->job, GPU_COUNTER_CS_INVOCATIONS,
                   d->groups_done * d->launch.size[0] * d->launch.size[1] * d->launch.size[2]);
   emu_time_count(dev, d->job, GPU_COUNTER_WAVES, d->waves_done);
   emu_time_count(dev, d->job, GPU_COUNTER_WAVE_INSTRUCTIONS, instructions);
   emu_time_count(dev, d->job, GPU_COUNTER_LANE_INSTRUCTIONS, s->lane_instructions);
   emu_time_count(dev, d->job, GPU_COUNTER_CORE_BYTES_READ, s->bytes_read);
   emu_time_count(dev, d->job, GPU_COUNTER_CORE_BYTES_WRITTEN, s->bytes_written);
}

void emu_dispatch_retire(emu_cs *cs, emu_dispatch *d)
{
   emu_cs_ring *r = &cs->rings[d->ring];
   add_counters(cs->dev, d);
   if (d->job)
      emu_time_finish(d->job, d->launch.groups, atomic_load(&d->kill) || !d->program);
   emu_dispatch **at = &r->oldest, *previous = NULL;
   while (*at != d) {
      previous = *at;
      at = &previous->next;
   }
   *at = d->next;
   if (r->newest == d)
      r->newest = previous;
   r->inflight--;
   pthread_cond_broadcast(&cs->drained);
}
