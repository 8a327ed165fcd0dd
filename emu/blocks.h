/* Entry points among the blocks that make up the board around the processors: memory, agents, translation, faults,
 * interrupts, registers, report. What the processors may use stands in machine.h.
 */
#ifndef EMU_BLOCKS_H
#define EMU_BLOCKS_H

#include "machine.h"

/* ---- vram.c ---- */
emu_result emu_vram_create(emu_device *dev);
void emu_vram_destroy(emu_device *dev); /* drops all bindings */

/* ---- agents.c ---- */
bool emu_agents_create(emu_device *dev);
void emu_agents_destroy(emu_device *dev);
/* Wait until every agent that is entered now has quiesced or left. Not for agents. */
void emu_agents_synchronize(emu_device *dev);

/* ---- mmu.c ---- */
bool emu_mmu_create(emu_device *dev);
void emu_mmu_destroy(emu_device *dev);
void emu_mmu_invalidate(emu_device *dev);
uint32_t emu_mmu_read(emu_device *dev, uint32_t offset);
void emu_mmu_write(emu_device *dev, uint32_t offset, uint32_t value);

typedef struct emu_walk {
   uint64_t pa;       /* of the byte asked for */
   uint64_t page_B;   /* 4 KiB, 64 KiB or 2 MiB */
   bool writable;
} emu_walk;
/* One page table walk, without TLB and without looking behind the physical address. The caller is an entered agent. */
enum gpu_fault emu_mmu_walk(emu_device *dev, uint64_t va, bool write, emu_walk *out);

/* ---- fault.c ---- */
bool emu_fault_create(emu_device *dev);
void emu_fault_destroy(emu_device *dev);
void emu_fault_reset(emu_device *dev);
uint32_t emu_fault_read(emu_device *dev, uint32_t offset);
void emu_fault_write(emu_device *dev, uint32_t offset, uint32_t value);

/* ---- irq.c ---- */
bool emu_irq_create(emu_device *dev);
void emu_irq_destroy(emu_device *dev);
void emu_irq_reset(emu_device *dev); /* clears STATUS; ENABLE and the sequence number stay */
uint32_t emu_irq_read(emu_device *dev, uint32_t offset);
void emu_irq_write(emu_device *dev, uint32_t offset, uint32_t value);

/* ---- regs.c ---- */
bool emu_regs_create(emu_device *dev);
void emu_regs_destroy(emu_device *dev);
void emu_regs_reset(emu_device *dev); /* ring registers to their reset values */

/* ---- device.c ---- */
/* CP.RESET = 1: the processor first, then every engine it could start, then what they left in registers. Host threads only. */
void emu_device_reset(emu_device *dev);

/* ---- report.c ---- */
void emu_report_open(emu_device *dev);
void emu_report_close(emu_device *dev);
/* What the report says of a job. */
typedef struct emu_job_report {
   uint8_t kind;            /* enum emu_job_kind */
   uint32_t ring, tag;
   uint64_t number;         /* how manieth job of its ring, from 0 */
   struct emu_label *label; /* held by the caller; NULL: none */
   uint64_t start, begin, end; /* launched, first work begun, ended, by the ring's clock */
   uint64_t added;          /* cycles by which it moved the end of the ring's work */
   const uint64_t *counters; /* GPU_COUNTER_COUNT, of this job alone */
} emu_job_report;
/* A job has ended. Cheap unless a report is wanted. Any thread. */
void emu_report_job(emu_device *dev, const emu_job_report *job);
/* What a ring's machine did between two times (time/sink.h), and how many cycles the report wants to lie between them. */
struct time_sample;
void emu_report_sample(emu_device *dev, const struct time_sample *x);
uint64_t emu_report_period(const emu_device *dev, uint32_t ring); /* UINT64_MAX: no report */
/* Where the costs of a program's instructions are added up, [insts] of it; NULL: nobody asks. stage: enum gpu_stage, GPU_STAGE_COUNT is compute. */
struct emu_program;
struct time_program;
struct time_inst_cost *emu_report_shader(emu_device *dev, const struct emu_program *p, const struct time_program *t, unsigned stage);

#endif
