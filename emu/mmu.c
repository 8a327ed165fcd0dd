/* Address translation: the page table walker, and TLBs that each engine thread owns. TLBs are emptied by generation: whoever changes a
 * mapping raises the device's generation, and every TLB compares before it is trusted.
 * Invariant: a TLB entry holds a whole page that the tables granted, with all of its reserved bits checked. Manual: "Page tables".
 */
#include "blocks.h"
#include "time/trace.h"
#include <stdlib.h>
#include <string.h>

#define PTE_RESERVED (~UINT64_C(0) << GPU_PA_BITS)
#define TABLE_B UINT64_C(4096)
#define SMALL_B UINT64_C(4096)
#define LARGE_B (UINT64_C(2) << 20)

struct emu_mmu {
   _Atomic uint64_t generation; /* >= 1 */
   _Atomic uint32_t root_lo, root_hi, enable;
};

/* ---- walker ------------------------------------------------------------------------------------------------ */
/* Entry `index` of the table at pa; false if the table is not in VRAM. Tables may lie in bound sections, too. */
static bool read_entry(emu_device *dev, uint64_t table, unsigned index, uint64_t *out)
{
   uint64_t avail_B;
   if ((table & (TABLE_B - 1)) != 0 || table >= dev->profile.vram_B)
      return false;
   uint64_t *entry = emu_pa_host(dev, table + index * 8u, &avail_B);
   if (!entry)
      return false;
   *out = __atomic_load_n(entry, __ATOMIC_RELAXED); /* the driver may write it right now */
   return true;
}

static enum gpu_fault leaf_page(uint64_t e, unsigned level, uint64_t va, emu_walk *out)
{
   uint64_t pa = e & GPU_PTE_PA;
   if (level == 1) {
      if ((e & GPU_PTE_CONTIG) != 0 || (pa & (LARGE_B - 1)) != 0)
         return GPU_FAULT_RESERVED_PTE;
      out->page_B = LARGE_B;
   } else if (e & GPU_PTE_CONTIG) {
      if (((pa ^ va) & (GPU_CHUNK_B - 1) & GPU_PTE_PA) != 0) /* this sixteenth of the page is not where it belongs */
         return GPU_FAULT_RESERVED_PTE;
      out->page_B = GPU_CHUNK_B;
   } else {
      out->page_B = SMALL_B;
   }
   out->pa = (pa & ~(out->page_B - 1)) + (va & (out->page_B - 1));
   out->writable = (e & GPU_PTE_WRITE) != 0;
   return GPU_FAULT_NONE;
}

/* Table entry in the middle or leaf: what is wrong with it at this level. WRITE means nothing in a table entry. */
static enum gpu_fault check_entry(uint64_t e, unsigned level)
{
   bool leaf = (e & GPU_PTE_LEAF) != 0;
   if (!(e & GPU_PTE_VALID))
      return GPU_FAULT_UNMAPPED;
   if ((e & PTE_RESERVED) != 0 || (leaf ? level > 1 : level == 0 || (e & GPU_PTE_CONTIG) != 0))
      return GPU_FAULT_RESERVED_PTE;
   return GPU_FAULT_NONE;
}

static uint64_t root_table(const struct emu_mmu *m)
{
   return (uint64_t)atomic_load_explicit(&m->root_hi, memory_order_relaxed) << 32 |
          atomic_load_explicit(&m->root_lo, memory_order_relaxed);
}

enum gpu_fault emu_mmu_walk(emu_device *dev, uint64_t va, bool write, emu_walk *out)
{
   if (va >> GPU_VA_BITS)
      return GPU_FAULT_BAD_ADDRESS;
   if (!(atomic_load_explicit(&dev->mmu->enable, memory_order_relaxed) & 1u))
      return GPU_FAULT_UNMAPPED;
   uint64_t e = root_table(dev->mmu);
   unsigned level = 4;
   do {
      level--;
      uint64_t table = level == 3 ? e : e & GPU_PTE_PA;
      if (!read_entry(dev, table, (va >> (12 + 9 * level)) & 511, &e))
         return GPU_FAULT_RESERVED_PTE;
      enum gpu_fault f = check_entry(e, level);
      if (f != GPU_FAULT_NONE)
         return f;
   } while (!(e & GPU_PTE_LEAF));
   enum gpu_fault f = leaf_page(e, level, va, out);
   return f == GPU_FAULT_NONE && write && !out->writable ? GPU_FAULT_READ_ONLY : f;
}

/* ---- TLBs ----------------------------------------------------------------------------------------------------- */
void emu_tlb_init(emu_tlb *t, emu_device *dev)
{
   t->dev = dev;
   t->misses = 0;
   t->generation = 0; /* none: the first use empties it */
   emu_tlb_sync(t);
}

uint64_t emu_mmu_generation(emu_device *dev)
{
   return atomic_load_explicit(&dev->mmu->generation, memory_order_relaxed);
}

void emu_tlb_sync(emu_tlb *t)
{
   uint64_t g = atomic_load_explicit(&t->dev->mmu->generation, memory_order_acquire);
   if (g == t->generation)
      return;
   t->generation = g;
   memset(t->read, 0xff, sizeof(t->read));
   memset(t->write, 0xff, sizeof(t->write));
   memset(t->small_read, 0xff, sizeof(t->small_read));
   memset(t->small_write, 0xff, sizeof(t->small_write));
   memset(t->flags_tag, 0xff, sizeof(t->flags_tag));
}

static void fill(emu_tlb_entry *table, uint64_t page, uint8_t *host)
{
   table[page % EMU_TLB_ENTRIES] = (emu_tlb_entry){page, host};
}

static uint32_t page_flags(const emu_walk *w)
{
   uint32_t size = w->page_B == SMALL_B ? EMU_PAGE_SMALL : w->page_B == LARGE_B ? EMU_PAGE_LARGE : 0u;
   return (w->pa >= GPU_PA_SYSMEM ? EMU_PAGE_BUS : 0u) | size;
}

uint32_t emu_tlb_page_flags_slow(emu_tlb *t, uint64_t va)
{
   unsigned i = va / SMALL_B % EMU_TLB_ENTRIES, n = va / GPU_CHUNK_B % EMU_TLB_FLAGS;
   emu_walk w;
   if (t->flags_tag[n] == va / GPU_CHUNK_B)
      return t->flags[n];
   if (t->small_read[i].tag == va / SMALL_B)
      return t->small_read_flags[i];
   if (emu_mmu_walk(t->dev, va, false, &w) != GPU_FAULT_NONE)
      return 0;
   if (w.page_B != SMALL_B) {
      t->flags_tag[n] = va / GPU_CHUNK_B;
      t->flags[n] = (uint8_t)page_flags(&w);
   }
   return page_flags(&w);
}

/* Walk and remember. A page that may be written may also be read. */
static enum gpu_fault tlb_miss(emu_tlb *t, uint64_t va, bool write, void **host, uint64_t *avail_B)
{
   emu_walk w;
   uint64_t chunk_B;
   t->misses++;
   emu_counter_add(t->dev, GPU_COUNTER_TLB_MISSES, 1);
   enum gpu_fault f = emu_mmu_walk(t->dev, va, write, &w);
   if (f != GPU_FAULT_NONE)
      return f;
   bool small = w.page_B == SMALL_B;
   uint64_t page_B = small ? SMALL_B : GPU_CHUNK_B;
   uint8_t *base = emu_pa_host(t->dev, w.pa & ~(page_B - 1), &chunk_B);
   if (!base)
      return GPU_FAULT_BAD_ADDRESS;
   uint64_t page = va / page_B;
   fill(small ? t->small_read : t->read, page, base);
   (small ? t->small_read_flags : t->read_flags)[page % EMU_TLB_ENTRIES] = (uint8_t)page_flags(&w);
   if (write)
      fill(small ? t->small_write : t->write, page, base);
   *host = base + va % page_B;
   *avail_B = page_B - va % page_B;
   return GPU_FAULT_NONE;
}

enum gpu_fault emu_tlb_translate(emu_tlb *t, uint64_t va, enum gpu_access access, void **host, uint64_t *avail_B)
{
   bool write = access == GPU_ACCESS_WRITE || access == GPU_ACCESS_ATOMIC;
   emu_tlb_sync(t);
   uint8_t *large = emu_tlb_fast(t, va, write);
   if (large) {
      *host = large;
      *avail_B = GPU_CHUNK_B - va % GPU_CHUNK_B;
      return GPU_FAULT_NONE;
   }
   const emu_tlb_entry *e = &(write ? t->small_write : t->small_read)[va / SMALL_B % EMU_TLB_ENTRIES];
   if (e->tag == va / SMALL_B) {
      *host = e->host + va % SMALL_B;
      *avail_B = SMALL_B - va % SMALL_B;
      return GPU_FAULT_NONE;
   }
   return tlb_miss(t, va, write, host, avail_B);
}

/* ---- copies through a TLB ---------------------------------------------------------------------------------------- */
/* An aligned dword or qword goes in one piece: fences and semaphores are polled from the other side. */
static void move_bytes(void *dst, const void *src, uint64_t size_B)
{
   uintptr_t both = (uintptr_t)dst | (uintptr_t)src;
   if (size_B == 8 && both % 8 == 0)
      __atomic_store_n((uint64_t *)dst, __atomic_load_n((const uint64_t *)src, __ATOMIC_ACQUIRE), __ATOMIC_RELEASE);
   else if (size_B == 4 && both % 4 == 0)
      __atomic_store_n((uint32_t *)dst, __atomic_load_n((const uint32_t *)src, __ATOMIC_ACQUIRE), __ATOMIC_RELEASE);
   else
      memmove(dst, src, size_B);
}

static enum gpu_fault mem_access(emu_tlb *t, uint64_t va, uint8_t *local, uint64_t size_B, bool write, uint64_t *fault_va)
{
   while (size_B > 0) {
      void *host;
      uint64_t n;
      enum gpu_fault f = emu_tlb_translate(t, va, write ? GPU_ACCESS_WRITE : GPU_ACCESS_READ, &host, &n);
      if (f != GPU_FAULT_NONE) {
         *fault_va = va;
         return f;
      }
      n = n < size_B ? n : size_B;
      if (write)
         move_bytes(host, local, n);
      else
         move_bytes(local, host, n);
      va += n;
      local += n;
      size_B -= n;
   }
   return GPU_FAULT_NONE;
}

enum gpu_fault emu_mem_read(emu_tlb *t, uint64_t va, void *dst, uint64_t size_B, uint64_t *fault_va)
{
   return mem_access(t, va, dst, size_B, false, fault_va);
}

enum gpu_fault emu_mem_write(emu_tlb *t, uint64_t va, const void *src, uint64_t size_B, uint64_t *fault_va)
{
   return mem_access(t, va, (uint8_t *)src, size_B, true, fault_va);
}

/* ---- registers and life --------------------------------------------------------------------------------------------- */
void emu_mmu_invalidate(emu_device *dev)
{
   atomic_fetch_add_explicit(&dev->mmu->generation, 1, memory_order_acq_rel);
}

static _Atomic uint32_t *mmu_register(struct emu_mmu *m, uint32_t offset)
{
   switch (offset) {
   case GPU_OFF_MMU_ROOT_LO:
      return &m->root_lo;
   case GPU_OFF_MMU_ROOT_HI:
      return &m->root_hi;
   case GPU_OFF_MMU_ENABLE:
      return &m->enable;
   default:
      return NULL;
   }
}

uint32_t emu_mmu_read(emu_device *dev, uint32_t offset)
{
   _Atomic uint32_t *r = mmu_register(dev->mmu, offset);
   return r ? atomic_load_explicit(r, memory_order_relaxed) : 0;
}

/* Any change of the unit's state empties the TLBs: a stale one would answer for the old tables. */
void emu_mmu_write(emu_device *dev, uint32_t offset, uint32_t value)
{
   _Atomic uint32_t *r = mmu_register(dev->mmu, offset);
   if (r)
      atomic_store_explicit(r, value, memory_order_relaxed);
   emu_mmu_invalidate(dev);
}

bool emu_mmu_create(emu_device *dev)
{
   dev->mmu = calloc(1, sizeof(*dev->mmu));
   if (!dev->mmu)
      return false;
   atomic_init(&dev->mmu->generation, 1);
   return true;
}

void emu_mmu_destroy(emu_device *dev)
{
   free(dev->mmu);
   dev->mmu = NULL;
}
