/* Page tables, written into VRAM through the aperture. 64 KiB runs (sixteen CONTIG entries) are the rule, 2
 * MiB entries where both addresses allow. Tables live until the device goes; they are cut from chunks of the
 * VRAM heap. An empty entry is never cached by the TLBs, so mapping needs no invalidation; unmapping does. */
#include "vkf_mmu.h"
#include "vkf_device.h"
#include "vkf_machine.h"

#define TABLE_B 4096u
#define TABLE_ENTRIES 512u
#define TABLES_PER_CHUNK ((uint32_t)(GPU_CHUNK_B / TABLE_B))

static uint64_t *table_host(struct vkf_device *device, uint64_t pa)
{
   return vkf_machine_aperture(device->machine, pa, TABLE_B);
}

/* A zeroed table: chunks come from fresh or discarded VRAM, which reads zero. False with the reason in
 * mmu->error. */
static bool new_table(struct vkf_device *device, uint64_t *pa)
{
   struct vkf_mmu *mmu = &device->mmu;
   if (mmu->chunk_used == TABLES_PER_CHUNK) {
      mmu->error = vkf_ranges_take(&device->vram, GPU_CHUNK_B, GPU_CHUNK_B, &mmu->chunk_pa);
      if (mmu->error != VK_SUCCESS)
         return false;
      mmu->chunk_used = 0;
   }
   *pa = mmu->chunk_pa + (uint64_t)mmu->chunk_used * TABLE_B;
   uint64_t *host = table_host(device, *pa);
   if (!host) {
      mmu->error = VK_ERROR_OUT_OF_HOST_MEMORY;
      return false;
   }
   memset(host, 0, TABLE_B);
   mmu->chunk_used++;
   return true;
}

VkResult vkf_mmu_init(struct vkf_device *device)
{
   device->mmu = (struct vkf_mmu){.chunk_used = TABLES_PER_CHUNK};
   return new_table(device, &device->mmu.root_pa) ? VK_SUCCESS : device->mmu.error;
}

/* The table below an entry; made if absent and create is set. NULL if absent, a large page, or out of memory.
 */
static uint64_t *descend(struct vkf_device *device, uint64_t *entry, bool create)
{
   if (!(*entry & GPU_PTE_VALID)) {
      uint64_t pa;
      if (!create || !new_table(device, &pa))
         return NULL;
      *entry = pa | GPU_PTE_VALID;
   } else if (*entry & GPU_PTE_LEAF) {
      return NULL;
   }
   return table_host(device, *entry & GPU_PTE_PA);
}

static uint32_t index_at(uint64_t va, int level)
{
   return va >> (12 + 9 * level) & (TABLE_ENTRIES - 1);
}

/* The L1 entry that covers va. */
static uint64_t *l1_entry(struct vkf_device *device, uint64_t va, bool create)
{
   uint64_t *table = table_host(device, device->mmu.root_pa);
   for (int level = 3; level > 1 && table; level--)
      table = descend(device, &table[index_at(va, level)], create);
   return table ? &table[index_at(va, 1)] : NULL;
}

static void write_run(uint64_t *l0, uint64_t va, uint64_t pa, uint64_t size_B)
{
   const uint64_t bits = GPU_PTE_VALID | GPU_PTE_WRITE | GPU_PTE_LEAF | GPU_PTE_CONTIG;
   for (uint64_t o = 0; o < size_B; o += TABLE_B)
      l0[index_at(va + o, 0)] = (pa + o) | bits;
}

/* Map what lies in one 2 MiB region. */
static bool map_region(struct vkf_device *device, uint64_t va, uint64_t pa, uint64_t size_B)
{
   uint64_t *entry = l1_entry(device, va, true);
   if (!entry)
      return false;
   if (size_B == VKF_PAGE_LARGE_B && !((va | pa) & (VKF_PAGE_LARGE_B - 1)) && !(*entry & GPU_PTE_VALID)) {
      *entry = pa | GPU_PTE_VALID | GPU_PTE_WRITE | GPU_PTE_LEAF;
      return true;
   }
   uint64_t *l0 = descend(device, entry, true);
   if (!l0)
      return false;
   write_run(l0, va, pa, size_B);
   return true;
}

static void unmap_region(struct vkf_device *device, uint64_t va, uint64_t size_B)
{
   uint64_t *entry = l1_entry(device, va, false);
   if (!entry || !(*entry & GPU_PTE_VALID))
      return;
   if (*entry & GPU_PTE_LEAF) {
      *entry = 0;
      return;
   }
   uint64_t *l0 = descend(device, entry, false);
   for (uint64_t o = 0; l0 && o < size_B; o += TABLE_B)
      l0[index_at(va + o, 0)] = 0;
}

static uint64_t region_size(uint64_t va, uint64_t left)
{
   uint64_t to_end = VKF_PAGE_LARGE_B - (va & (VKF_PAGE_LARGE_B - 1));
   return VKF_MIN(to_end, left);
}

static void clear(struct vkf_device *device, uint64_t va, uint64_t size_B)
{
   for (uint64_t o = 0, n; o < size_B; o += n) {
      n = region_size(va + o, size_B - o);
      unmap_region(device, va + o, n);
   }
}

VkResult vkf_mmu_map(struct vkf_device *device, uint64_t va, uint64_t pa, uint64_t size_B)
{
   for (uint64_t o = 0, n; o < size_B; o += n) {
      n = region_size(va + o, size_B - o);
      if (!map_region(device, va + o, pa + o, n)) {
         vkf_mmu_unmap(device, va, o);
         return device->mmu.error;
      }
   }
   return VK_SUCCESS;
}

void vkf_mmu_unmap(struct vkf_device *device, uint64_t va, uint64_t size_B)
{
   clear(device, va, size_B);
   vkf_machine_write(device->machine, GPU_REG_MMU_INVALIDATE, 1);
}
