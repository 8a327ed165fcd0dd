/* Page tables of a device: GPU virtual address to physical address. Manual: "Page tables". */
#ifndef VKF_MMU_H
#define VKF_MMU_H

#include "vkf.h"

struct vkf_device;

#define VKF_PAGE_LARGE_B (UINT64_C(1) << 21)

struct vkf_mmu {
   uint64_t root_pa;
   uint64_t chunk_pa;   /* chunk that tables are being cut from */
   uint32_t chunk_used; /* 4 KiB tables cut from it */
   VkResult error;      /* why the last table could not be made */
};

VkResult vkf_mmu_init(struct vkf_device *device);
/* va, pa and size are multiples of 64 KiB; the caller holds device->lock. On failure nothing is mapped. */
VkResult vkf_mmu_map(struct vkf_device *device, uint64_t va, uint64_t pa, uint64_t size_B);
/* Also drops what the TLBs hold. */
void vkf_mmu_unmap(struct vkf_device *device, uint64_t va, uint64_t size_B);

#endif
