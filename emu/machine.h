/* The machine inside the device: how its blocks reach each other. Private to emu/.
 *
 * Each block has a file group of its own, an opaque state that hangs on the device, and these entry
 * points. Lock order: cs -> fault -> cp. Nobody calls into another block with a lock of its own held unless
 * that order allows it.
 */
#ifndef EMU_MACHINE_H
#define EMU_MACHINE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gpu.h"
#include "device.h"
#include "profile.h"

/* Settings read once at open (settings.c); an unknown name or value fails emu_device_open with a message that lists the valid ones. */
enum emu_timing { EMU_TIMING_OFF, EMU_TIMING_APPROX, EMU_TIMING_DETAILED };
enum emu_isa_level { EMU_ISA_AUTO, EMU_ISA_V2, EMU_ISA_V3, EMU_ISA_V4 };
typedef struct emu_settings {
   char profile[1024];
   char report[1024];          /* FIGMENT_REPORT path, "" for none */
   uint32_t report_jobs;       /* FIGMENT_REPORT_JOBS: at most so many records of each ring */
   bool report_shaders;        /* FIGMENT_REPORT_SHADERS: what instructions cost */
   char trace[1024];           /* FIGMENT_TRACE path, "" for none */
   uint64_t trace_limit_B;     /* of each ring */
   uint32_t trace_sample_cycles;
   uint32_t threads;           /* host worker threads, >= 1; default: online cores */
   enum emu_timing timing;
   bool relaxed;               /* FIGMENT_DETERMINISM=relaxed */
   bool progress;              /* say on stderr how far the timing model is */
   enum emu_isa_level isa;
   uint32_t debug;             /* FIGMENT_EMU bits, enum emu_debug in settings.h */
} emu_settings;

struct emu_device {
   emu_profile profile;
   emu_settings settings;
   struct emu_vram *vram;      /* chunk table, private section, bindings */
   struct emu_agents *agents;  /* who may hold host pointers into guest memory */
   struct emu_mmu *mmu;
   struct emu_fault *fault;
   struct emu_irq *irq;
   struct emu_cp *cp;
   struct emu_cs *cs;
   struct emu_dma *dma;
   struct emu_gfx *gfx;
   struct emu_time *time;      /* jobs' traces, the rings' clocks */
   struct emu_regs *regs;      /* ring registers, counter latches */
   struct emu_labels *labels;  /* of the rings' commands */
   struct report_entry *report; /* NULL: none is wanted */
   _Atomic uint64_t counters[GPU_COUNTER_COUNT];
};

/* ---- physical memory (vram.c) ---------------------------------------------------------------- */
/* Host address of the byte at pa and how many bytes follow contiguously (to the chunk's end); NULL if nothing is there.
 * Commits private VRAM on first touch. Only valid between emu_agent_enter and the next emu_agent_quiesce of the agent. */
void *emu_pa_host(emu_device *dev, uint64_t pa, uint64_t *avail_B);

/* ---- agents (agents.c): quiescent-state reclamation for unbind ---------------------------------
 * Every engine thread that touches guest memory registers an agent. While entered it may keep host pointers and TLB
 * entries; it must quiesce often (at least once per wave quantum or per 1 MiB copied), or leave. Unbind changes the chunk table, bumps the
 * TLB generation and waits until every entered agent has quiesced or left. */
typedef struct emu_agent emu_agent;
emu_agent *emu_agent_create(emu_device *dev);
void emu_agent_destroy(emu_agent *a);
void emu_agent_enter(emu_agent *a);
void emu_agent_leave(emu_agent *a);
void emu_agent_quiesce(emu_agent *a); /* all pointers obtained before are void; TLBs flush themselves by generation */

/* ---- translation (mmu.c) ------------------------------------------------------------------------ */
#define EMU_TLB_FLAGS 64u
#define EMU_TLB_ENTRIES 256u /* direct mapped, of 64 KiB (or 4 KiB) pages */
typedef struct emu_tlb_entry {
   uint64_t tag;      /* VA >> 12 of the page base | size and permission bits, ~0 if empty */
   uint8_t *host;     /* host address of the page's first byte */
} emu_tlb_entry;
/* One per engine thread; no locking inside. */
typedef struct emu_tlb {
   emu_device *dev;
   uint64_t generation;
   uint64_t misses;   /* walks; already added to GPU_COUNTER_TLB_MISSES */
   emu_tlb_entry read[EMU_TLB_ENTRIES], write[EMU_TLB_ENTRIES];
   emu_tlb_entry small_read[EMU_TLB_ENTRIES], small_write[EMU_TLB_ENTRIES];
   uint8_t read_flags[EMU_TLB_ENTRIES], small_read_flags[EMU_TLB_ENTRIES]; /* enum emu_page_flags, for the timing model */
   uint64_t flags_tag[EMU_TLB_FLAGS]; /* VA >> 16, ~0 if empty: pages of 64 KiB and more that were asked for flags alone */
   uint8_t flags[EMU_TLB_FLAGS];
} emu_tlb;
void emu_tlb_init(emu_tlb *t, emu_device *dev);
/* Translate: host address of the byte at va and in *avail_B the contiguous bytes from there to the page's end. access is
 * enum gpu_access (ATOMIC counts as write). Returns GPU_FAULT_NONE or the fault (nothing is recorded). Checks the generation, so it is
 * always safe; the inline fast path for 64 KiB pages is emu_tlb_fast below. */
enum gpu_fault emu_tlb_translate(emu_tlb *t, uint64_t va, enum gpu_access access, void **host, uint64_t *avail_B);
/* Current TLB generation of the device (relaxed load). Bumped by MMU.INVALIDATE, CPL.TLB_INV and unbinds. */
uint64_t emu_mmu_generation(emu_device *dev);
/* Empty the TLB if the generation moved; call after every emu_agent_quiesce/enter. */
void emu_tlb_sync(emu_tlb *t);
/* Host address of va if its 64 KiB page is cached for this access, else NULL. Valid until the next quiesce. */
static inline uint8_t *emu_tlb_fast(const emu_tlb *t, uint64_t va, bool write)
{
   const emu_tlb_entry *e = &(write ? t->write : t->read)[(va >> 16) % EMU_TLB_ENTRIES];
   return e->tag == va >> 16 ? e->host + (va & 0xffff) : NULL;
}
/* enum emu_page_flags of the page at va; what is not cached for reading is looked up without being counted, its flags are remembered. 0: no such
 * page. Depends on the page tables alone. */
uint32_t emu_tlb_page_flags_slow(emu_tlb *t, uint64_t va);
static inline uint32_t emu_tlb_page_flags(emu_tlb *t, uint64_t va)
{
   unsigned i = (va >> 16) % EMU_TLB_ENTRIES;
   return t->read[i].tag == va >> 16 ? t->read_flags[i] : emu_tlb_page_flags_slow(t, va);
}
/* Copy through a TLB, any length and alignment. Returns the fault, *fault_va set. */
enum gpu_fault emu_mem_read(emu_tlb *t, uint64_t va, void *dst, uint64_t size_B, uint64_t *fault_va);
enum gpu_fault emu_mem_write(emu_tlb *t, uint64_t va, const void *src, uint64_t size_B, uint64_t *fault_va);

/* ---- faults (fault.c) ---------------------------------------------------------------------------- */
typedef struct emu_fault_info {
   enum gpu_fault type;
   enum gpu_access access;
   uint64_t va, pc;
   uint32_t ring, group[3], lanes, info;
} emu_fault_info;
/* Record (the first one wins until cleared), set the ring's bit in FAULT.RINGS, count, set EVENT.FAULT. Does not interrupt the host: the
 * firmware does. Call it before whatever tells that the work is over (INFLIGHT), so that nobody takes a fault for success. */
void emu_fault_record(emu_device *dev, const emu_fault_info *f);

/* ---- interrupts (irq.c) ---------------------------------------------------------------------------- */
void emu_irq_raise(emu_device *dev, uint32_t status_bits);

/* ---- command processor (cp.c) ------------------------------------------------------------------------ */
bool emu_cp_create(emu_device *dev);           /* in reset, thread not running; false on host failure */
void emu_cp_destroy(emu_device *dev);          /* stops the thread */
void emu_cp_event(emu_device *dev, uint32_t events); /* set EVENT bits, wake wfi; callable from any thread */
uint32_t emu_cp_read(emu_device *dev, uint32_t address);   /* CP and CPL blocks, BAR0 address; from_cp side effects included */
void emu_cp_write(emu_device *dev, uint32_t address, uint32_t value, bool from_cp);

/* ---- compute front end and cores (cs.c ...) ------------------------------------------------------------ */
bool emu_cs_create(emu_device *dev);           /* starts settings.threads workers */
void emu_cs_destroy(emu_device *dev);
void emu_cs_reset(emu_device *dev);            /* abandon everything, wait until no wave runs, registers to reset values */
uint32_t emu_cs_read(emu_device *dev, uint32_t ring, uint32_t offset);
void emu_cs_write(emu_device *dev, uint32_t ring, uint32_t offset, uint32_t value); /* only the command processor gets here */

/* ---- copy engine (dma.c) ---------------------------------------------------------------------------------- */
bool emu_dma_create(emu_device *dev);
void emu_dma_destroy(emu_device *dev);
void emu_dma_reset(emu_device *dev);
uint32_t emu_dma_read(emu_device *dev, uint32_t ring, uint32_t offset);
void emu_dma_write(emu_device *dev, uint32_t ring, uint32_t offset, uint32_t value);

/* ---- graphics front end and pipeline (gfx/) ------------------------------------------------------------------ */
bool emu_gfx_create(emu_device *dev);          /* starts settings.threads workers */
void emu_gfx_destroy(emu_device *dev);
void emu_gfx_reset(emu_device *dev);           /* abandon everything, wait until no wave runs, registers to reset values */
uint32_t emu_gfx_read(emu_device *dev, uint32_t offset);
void emu_gfx_write(emu_device *dev, uint32_t offset, uint32_t value); /* only the command processor gets here */

/* ---- registers (mmio.c): one decoder for BAR0 and for the command processor ---------------------------------- */
uint32_t emu_reg_read(emu_device *dev, uint32_t address, bool from_cp);
void emu_reg_write(emu_device *dev, uint32_t address, uint32_t value, bool from_cp);

/* ---- counters -------------------------------------------------------------------------------------------------- */
static inline void emu_counter_add(emu_device *dev, enum gpu_counter c, uint64_t n)
{
   atomic_fetch_add_explicit(&dev->counters[c], n, memory_order_relaxed);
}

#endif
