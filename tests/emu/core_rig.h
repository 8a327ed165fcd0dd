/* What the tests of the shader cores share: a device whose command processor is a fake that takes note of
 * events, guest memory with pages of each kind, dispatches written straight into the front end's registers,
 * and single waves set up by hand. Included once per test program. */
#ifndef CORE_RIG_H
#define CORE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "blocks.h"
#include "clock.h"
#include "cs.h"

/* ---- the fake command processor -------------------------------------------------------------- */
static atomic_uint rig_cs_events;
bool emu_cp_create(emu_device *dev)
{
   return true;
}
void emu_cp_destroy(emu_device *dev) {}
void emu_cp_event(emu_device *dev, uint32_t events)
{
   if (events & GPU_EVENT_CS)
      atomic_fetch_add(&rig_cs_events, 1);
}
uint32_t emu_cp_read(emu_device *dev, uint32_t address)
{
   return 0;
}
void emu_cp_write(emu_device *dev, uint32_t address, uint32_t value, bool from_cp)
{
   if (address == GPU_REG_CP_RESET && value && dev->cs)
      emu_cs_reset(dev); /* as the real one does: nothing runs when the machine is taken apart */
}

/* ---- random numbers -------------------------------------------------------------------------- */
static uint64_t rig_seed = 0x9e3779b97f4a7c15u;
static inline uint32_t rnd(void)
{
   rig_seed ^= rig_seed << 13;
   rig_seed ^= rig_seed >> 7;
   rig_seed ^= rig_seed << 17;
   return (uint32_t)(rig_seed >> 16);
}

/* ---- guest memory
 * ---------------------------------------------------------------------------------------------- RIG_VA: 1
 * MiB of 64 KiB pages, physically scattered. RIG_SMALL_VA: 64 KiB of 4 KiB pages. RIG_RO_VA: one read-only 64
 * KiB page. Each is followed by a hole. */
#define RIG_VA UINT64_C(0x7a0010000000)
#define RIG_B (1u << 20)
#define RIG_SMALL_VA UINT64_C(0x20000000)
#define RIG_SMALL_B (1u << 16)
#define RIG_RO_VA UINT64_C(0x30000000)
#define RIG_PA UINT64_C(0x1000000)
#define RIG_ROOT (UINT64_C(1) << 20)

static uint64_t rig_next_table;

static inline uint64_t *rig_pte(emu_device *dev, uint64_t va)
{
   uint64_t table = RIG_ROOT;
   for (unsigned level = 3;; level--) {
      uint64_t *t = emu_aperture_map(dev, table, 4096);
      uint64_t *e = t + ((va >> (12 + 9 * level)) & 511);
      if (level == 0)
         return e;
      if (!(*e & GPU_PTE_VALID)) {
         rig_next_table += 4096;
         *e = rig_next_table | GPU_PTE_VALID;
      }
      table = *e & GPU_PTE_PA;
   }
}

static inline uint64_t rig_pa(uint64_t offset) /* of a byte of RIG_VA */
{
   return RIG_PA + (offset >> 16 ^ 5) * 0x10000 + (offset & 0xffff);
}

static inline uint8_t *rig_host(emu_device *dev, uint64_t offset)
{
   return emu_aperture_map(dev, rig_pa(offset), 1);
}

static inline void rig_copy(emu_device *dev, uint64_t offset, void *data, size_t size, bool to_gpu)
{
   for (size_t i = 0; i < size;) {
      size_t n = 0x10000 - ((offset + i) & 0xffff);
      n = n < size - i ? n : size - i;
      if (to_gpu)
         memcpy(rig_host(dev, offset + i), (uint8_t *)data + i, n);
      else
         memcpy((uint8_t *)data + i, rig_host(dev, offset + i), n);
      i += n;
   }
}

static inline void rig_setting(const char *name, const char *value)
{
#ifdef _WIN32
   _putenv_s(name, value);
#else
   if (*value)
      setenv(name, value, 1);
   else
      unsetenv(name);
#endif
}

static inline emu_device *rig_open_as(const char *profile, unsigned threads, const char *isa)
{
   char err[256] = "", number[16];
   emu_device *dev = NULL;
   emu_open_info info = {.profile = profile};
   snprintf(number, sizeof number, "%u", threads);
   rig_setting("FIGMENT_THREADS", number);
   rig_setting("FIGMENT_ISA", isa ? isa : "");
   if (emu_device_open(&info, &dev, err, sizeof err) != EMU_OK) {
      fprintf(stderr, "open: %s\n", err);
      abort();
   }
   rig_next_table = RIG_ROOT;
   for (uint64_t i = 0; i < RIG_B; i += 4096)
      *rig_pte(dev, RIG_VA + i) = rig_pa(i) | GPU_PTE_VALID | GPU_PTE_LEAF | GPU_PTE_WRITE | GPU_PTE_CONTIG;
   for (uint64_t i = 0; i < RIG_SMALL_B; i += 4096)
      *rig_pte(dev, RIG_SMALL_VA + i) =
          (RIG_PA + 0x800000 + (i ^ 0x3000)) | GPU_PTE_VALID | GPU_PTE_LEAF | GPU_PTE_WRITE;
   for (uint64_t i = 0; i < 0x10000; i += 4096)
      *rig_pte(dev, RIG_RO_VA + i) = (RIG_PA + 0xa00000 + i) | GPU_PTE_VALID | GPU_PTE_LEAF | GPU_PTE_CONTIG;
   emu_mmio_write(dev, GPU_REG_MMU_ROOT_LO, (uint32_t)RIG_ROOT);
   emu_mmio_write(dev, GPU_REG_MMU_ENABLE, 1);
   emu_mmio_write(dev, GPU_REG_MMU_INVALIDATE, 1);
   return dev;
}

static inline emu_device *rig_open(unsigned threads)
{
   return rig_open_as("fg1", threads, NULL);
}

/* ---- programs -------------------------------------------------------------------------------- */
static inline uint64_t *rig_assemble(const char *text, size_t *count)
{
   char err[256];
   uint64_t *words = isa_assemble(text, count, err, sizeof err);
   if (!words) {
      fprintf(stderr, "%s\nin:\n%s\n", err, text);
      abort();
   }
   return words;
}

/* ---- dispatches ------------------------------------------------------------------------------ */
typedef struct rig_dispatch {
   uint32_t ring, vregs, sregs, lds_B, scratch_B, flags, watchdog;
   uint32_t group[3], grid[3], base[3], user[16];
   uint64_t program; /* offset in RIG_VA */
   uint32_t program_qw;
} rig_dispatch;

/* Programs go to the last 128 KiB of RIG_VA. */
#define RIG_PROGRAM (RIG_B - 0x20000u)

static inline rig_dispatch rig_program_at(emu_device *dev, const char *text, uint64_t offset)
{
   size_t count;
   uint64_t *words = rig_assemble(text, &count);
   rig_copy(dev, offset, words, count * 8, true);
   free(words);
   return (rig_dispatch){.vregs = 32,
                         .sregs = 64,
                         .group = {32, 1, 1},
                         .grid = {1, 1, 1},
                         .program = offset,
                         .program_qw = (uint32_t)count,
                         .user = {(uint32_t)RIG_VA, (uint32_t)(RIG_VA >> 32), RIG_B, 0}};
}

static inline rig_dispatch rig_program(emu_device *dev, const char *text)
{
   return rig_program_at(dev, text, RIG_PROGRAM);
}

static inline void rig_load(emu_device *dev, const rig_dispatch *d)
{
   uint64_t va = RIG_VA + d->program;
   uint32_t r = d->ring;
   emu_cs_write(dev, r, GPU_OFF_CS_PROGRAM_LO, (uint32_t)va);
   emu_cs_write(dev, r, GPU_OFF_CS_PROGRAM_HI, (uint32_t)(va >> 32));
   emu_cs_write(dev, r, GPU_OFF_CS_PROGRAM_QW, d->program_qw);
   emu_cs_write(dev, r, GPU_OFF_CS_RESOURCES, d->vregs | d->sregs << 16);
   emu_cs_write(dev, r, GPU_OFF_CS_LDS_B, d->lds_B);
   emu_cs_write(dev, r, GPU_OFF_CS_SCRATCH_B, d->scratch_B);
   emu_cs_write(dev, r, GPU_OFF_CS_FLAGS, d->flags);
   emu_cs_write(dev, r, GPU_OFF_CS_WATCHDOG, d->watchdog);
   for (unsigned i = 0; i < 3; i++) {
      emu_cs_write(dev, r, GPU_OFF_CS_GROUP_X + 4 * i, d->group[i]);
      emu_cs_write(dev, r, GPU_OFF_CS_GRID_X + 4 * i, d->grid[i]);
      emu_cs_write(dev, r, GPU_OFF_CS_BASE_X + 4 * i, d->base[i]);
   }
   for (unsigned i = 0; i < 16; i++)
      emu_cs_write(dev, r, GPU_OFF_CS_USER + 4 * i, d->user[i]);
}

static inline void rig_go(emu_device *dev, const rig_dispatch *d)
{
   rig_load(dev, d);
   emu_cs_write(dev, d->ring, GPU_OFF_CS_GO, 1);
}

static inline void rig_sleep_us(unsigned us)
{
   nanosleep(&(struct timespec){.tv_nsec = us * 1000l}, NULL);
}

/* Wait until the ring is empty; false after 60 s by the clock (a short sleep is none at all on some systems). */
static inline bool rig_wait(emu_device *dev, uint32_t ring)
{
   uint64_t end = emu_clock_ns() + UINT64_C(60000000000);
   while (emu_cs_read(dev, ring, GPU_OFF_CS_INFLIGHT) != 0) {
      if (emu_clock_ns() > end)
         return false;
      rig_sleep_us(50);
   }
   return true;
}

/* Wait until a retirement has been announced to the command processor; false after 60 s. */
static inline bool rig_wait_event(void)
{
   uint64_t end = emu_clock_ns() + UINT64_C(60000000000);
   while (atomic_load(&rig_cs_events) == 0) {
      if (emu_clock_ns() > end)
         return false;
      rig_sleep_us(50);
   }
   return true;
}

/* Counters of the emulator's run, not of the machine. */
static const bool rig_counter_of_host[] __attribute__((unused)) = {
#define COUNTER(name, unit, block, doc) false,
#define HOST_COUNTER(name, unit, block, doc) true,
#include "counters.def"
};

static inline uint64_t rig_counter(emu_device *dev, enum gpu_counter c)
{
   return atomic_load(&dev->counters[c]);
}

/* GPU time when these engines (GPU_BARRIER_*) have done what ring 0 gave them; ~0 if it does not come. Timed counters are right then. */
static inline uint64_t rig_time(emu_device *dev, uint32_t engines)
{
   uint64_t cycles, end = emu_clock_ns() + UINT64_C(60000000000);
   emu_time_wait(dev, 0, engines);
   while (!emu_time_read(dev, 0, &cycles) && emu_clock_ns() < end)
      sched_yield();
   return emu_clock_ns() < end ? cycles : ~UINT64_C(0);
}

/* ---- single waves ---------------------------------------------------------------------------- */
typedef struct rig_wave {
   const emu_interp *interp;
   emu_program *program;
   emu_launch launch;
   emu_group *group;
   emu_wave *wave;
   emu_core_ctx *x;
   emu_tlb tlb;
} rig_wave;

static inline void rig_wave_open(rig_wave *t, emu_device *dev, const emu_interp *interp,
                                 const uint64_t *words, size_t count, uint32_t lds_B, uint32_t scratch_B)
{
   memset(t, 0, sizeof *t);
   emu_tlb_init(&t->tlb, dev);
   t->interp = interp;
   t->program = emu_program_decode(interp, &dev->profile, words, count, 32, 64);
   t->launch = (emu_launch){.program = t->program,
                            .program_va = RIG_VA,
                            .size = {32, 1, 1},
                            .grid = {1, 1, 1},
                            .lds_B = lds_B,
                            .scratch_B = scratch_B};
   emu_launch_prepare(&t->launch);
   t->group = emu_group_create(&t->launch);
   t->wave = emu_group_wave(t->group, &t->launch, 0);
   t->x = emu_rows_alloc(sizeof *t->x);
   memset(t->x, 0, sizeof *t->x);
   t->x->tlb = &t->tlb;
   t->x->segments = calloc(t->program->segment_count, sizeof *t->x->segments);
   emu_group_start(t->group, &t->launch, 0);
}

/* After changing w->s: rows that hold never-written scalar registers follow. */
static inline void rig_wave_refresh(rig_wave *t)
{
   for (uint32_t k = 0; k < t->program->invariant_count; k++)
      for (unsigned l = 0; l < 32; l++)
         t->wave->rows[t->program->invariants[k].row][l] = t->wave->s[t->program->invariants[k].sreg];
}

static inline enum emu_turn rig_wave_run(rig_wave *t)
{
   atomic_bool kill = false;
   enum emu_turn turn;
   do {
      turn = emu_group_turn(t->group, &t->launch, t->interp, t->x, &kill);
   } while (turn == EMU_TURN_QUANTUM || turn == EMU_TURN_YIELD);
   return turn;
}

static inline void rig_wave_close(rig_wave *t)
{
   free(t->x->segments);
   emu_rows_free(t->x);
   emu_group_destroy(t->group);
   emu_launch_release(&t->launch);
   emu_program_destroy(t->program);
}

/* Interpreters that this host has. */
static inline unsigned rig_levels(const emu_interp *out[3])
{
   static const enum emu_isa_level levels[3] = {EMU_ISA_V2, EMU_ISA_V3, EMU_ISA_V4};
   unsigned n = 0;
   for (unsigned i = 0; i < 3; i++)
      if (emu_interp_select(levels[i]))
         out[n++] = emu_interp_select(levels[i]);
   return n;
}

#endif
