/* What the tests of the board share: a device whose processor and compute front end are fakes that only take notes (so that these tests see
 * the board alone), and a builder of page tables. Included once per test program.
 */
#ifndef MACHINE_RIG_H
#define MACHINE_RIG_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "blocks.h"
#include "section.h"

/* ---- fakes: they take the place of the archive's cp.c and cs.c ---- */
static _Atomic uint32_t fake_events;
static uint32_t fake_cp_values[64], fake_cs_values[GPU_RINGS][64];

bool emu_cp_create(emu_device *dev)
{
   atomic_store(&fake_events, 0);
   fake_cp_values[0] = 1;
   return true;
}
void emu_cp_destroy(emu_device *dev) {}
void emu_cp_event(emu_device *dev, uint32_t events) { atomic_fetch_or(&fake_events, events); }
uint32_t emu_cp_read(emu_device *dev, uint32_t address)
{
   return address >= GPU_BLOCK_CPL ? 0xc91u : fake_cp_values[(address - GPU_BLOCK_CP) / 4 % 64];
}
void emu_cp_write(emu_device *dev, uint32_t address, uint32_t value, bool from_cp)
{
   if (address < GPU_BLOCK_CPL)
      fake_cp_values[(address - GPU_BLOCK_CP) / 4 % 64] = value;
   if (address == GPU_REG_CP_RESET && value == 1) {
      emu_cs_reset(dev);
      emu_dma_reset(dev);
   }
}
bool emu_cs_create(emu_device *dev) { return true; }
void emu_cs_destroy(emu_device *dev) {}
void emu_cs_reset(emu_device *dev) {}
uint32_t emu_cs_read(emu_device *dev, uint32_t ring, uint32_t offset) { return fake_cs_values[ring][offset / 4 % 64]; }
void emu_cs_write(emu_device *dev, uint32_t ring, uint32_t offset, uint32_t value)
{
   fake_cs_values[ring][offset / 4 % 64] = value;
}

/* ---- device ---- */
static inline emu_device *rig_open(const char *profile)
{
   char err[256] = "";
   emu_device *dev = NULL;
   emu_open_info info = {.profile = profile};
   if (emu_device_open(&info, &dev, err, sizeof(err)) != EMU_OK) {
      fprintf(stderr, "open: %s\n", err);
      abort();
   }
   return dev;
}

/* ---- page tables: root at 1 MiB, further tables behind it ---- */
#define RIG_ROOT (UINT64_C(1) << 20)
static uint64_t rig_next_table;

static inline uint64_t *rig_entry(emu_device *dev, uint64_t table, uint64_t va, unsigned level)
{
   uint64_t *t = emu_aperture_map(dev, table, 4096);
   return t + ((va >> (12 + 9 * level)) & 511);
}

/* Entry of va at `level`, with the tables above it made where missing. */
static inline uint64_t *rig_pte(emu_device *dev, uint64_t va, unsigned level)
{
   uint64_t table = RIG_ROOT;
   for (unsigned l = 3; l > level; l--) {
      uint64_t *e = rig_entry(dev, table, va, l);
      if (!(*e & GPU_PTE_VALID)) {
         *e = rig_next_table | GPU_PTE_VALID;
         rig_next_table += 4096;
      }
      table = *e & GPU_PTE_PA;
   }
   return rig_entry(dev, table, va, level);
}

static inline void rig_tables(emu_device *dev)
{
   rig_next_table = RIG_ROOT + 4096;
   emu_mmio_write(dev, GPU_REG_MMU_ROOT_LO, (uint32_t)RIG_ROOT);
   emu_mmio_write(dev, GPU_REG_MMU_ROOT_HI, 0);
   emu_mmio_write(dev, GPU_REG_MMU_ENABLE, 1);
}

static inline void rig_map_4k(emu_device *dev, uint64_t va, uint64_t pa, uint64_t flags)
{
   *rig_pte(dev, va, 0) = pa | GPU_PTE_VALID | GPU_PTE_LEAF | flags;
}

static inline void rig_map_64k(emu_device *dev, uint64_t va, uint64_t pa, uint64_t flags)
{
   for (uint64_t i = 0; i < 16; i++)
      rig_map_4k(dev, va + i * 4096, pa + i * 4096, flags | GPU_PTE_CONTIG);
}

static inline void rig_map_2m(emu_device *dev, uint64_t va, uint64_t pa, uint64_t flags)
{
   *rig_pte(dev, va, 1) = pa | GPU_PTE_VALID | GPU_PTE_LEAF | flags;
}

static inline void rig_invalidate(emu_device *dev) { emu_mmio_write(dev, GPU_REG_MMU_INVALIDATE, 1); }

#endif
