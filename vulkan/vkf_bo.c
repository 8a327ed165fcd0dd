/* Runs of GPU memory. Order of life: physical range, backing, GPU address, page tables; undone backwards. A
 * gap of 64 KiB that is never mapped stands behind every run, so that a wild address near its end faults. */
#include "vkf_bo.h"
#include "vkf_device.h"
#include "vkf_machine.h"

#define GUARD_B GPU_CHUNK_B

static struct vkf_ranges *heap(struct vkf_device *device, enum vkf_place place)
{
   return place == VKF_PLACE_VRAM ? &device->vram : &device->sysmem;
}

static uint64_t natural_align(uint64_t size_B)
{
   return size_B >= VKF_PAGE_LARGE_B ? VKF_PAGE_LARGE_B : GPU_CHUNK_B;
}

static VkResult back(struct vkf_device *device, struct vkf_bo *bo, struct vkf_section *section,
                     bool host_access)
{
   if (section) {
      bo->section = section;
      bo->host = host_access ? vkf_section_host(section) : NULL;
      return vkf_machine_bind_section(device->machine, bo->pa, section);
   }
   if (bo->place == VKF_PLACE_VRAM) {
      if (host_access)
         bo->host = vkf_machine_aperture(device->machine, bo->pa, bo->size_B);
      return host_access && !bo->host ? VK_ERROR_OUT_OF_HOST_MEMORY : VK_SUCCESS;
   }
   if (!bo->foreign)
      bo->pages = vkf_pages_alloc(bo->size_B);
   if (!bo->pages)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   bo->host = bo->pages;
   VkResult r = vkf_machine_bind_host(device->machine, bo->pa, bo->pages, bo->size_B);
   if (r != VK_SUCCESS && !bo->foreign)
      vkf_pages_free(bo->pages, bo->size_B);
   return r;
}

static void unback(struct vkf_device *device, struct vkf_bo *bo)
{
   if (bo->section) {
      vkf_machine_unbind_section(device->machine, bo->pa, bo->section);
   } else if (bo->place == VKF_PLACE_VRAM) {
      vkf_machine_discard(device->machine, bo->pa, bo->size_B);
   } else {
      vkf_machine_unbind_host(device->machine, bo->pa, bo->size_B);
      if (!bo->foreign)
         vkf_pages_free(bo->pages, bo->size_B);
   }
}

static VkResult map(struct vkf_device *device, struct vkf_bo *bo)
{
   VkResult r = vkf_ranges_take(&device->va, bo->size_B + GUARD_B, natural_align(bo->size_B), &bo->va);
   if (r != VK_SUCCESS)
      return r;
   r = vkf_mmu_map(device, bo->va, bo->pa, bo->size_B);
   if (r != VK_SUCCESS)
      vkf_ranges_give(&device->va, bo->va, bo->size_B + GUARD_B);
   return r;
}

/* Large runs prefer 2 MiB alignment, yet take what there is. */
static VkResult take_physical(struct vkf_device *device, struct vkf_bo *bo)
{
   struct vkf_ranges *h = heap(device, bo->place);
   VkResult r = vkf_ranges_take(h, bo->size_B, natural_align(bo->size_B), &bo->pa);
   return r == VK_ERROR_OUT_OF_DEVICE_MEMORY ? vkf_ranges_take(h, bo->size_B, GPU_CHUNK_B, &bo->pa) : r;
}

static VkResult create(struct vkf_device *device, struct vkf_bo bo, struct vkf_section *section, bool host_access,
                       struct vkf_bo *out)
{
   pthread_mutex_lock(&device->lock);
   VkResult r = take_physical(device, &bo);
   pthread_mutex_unlock(&device->lock);
   if (r != VK_SUCCESS)
      return r;
   r = back(device, &bo, section, host_access);
   pthread_mutex_lock(&device->lock);
   if (r == VK_SUCCESS) {
      r = map(device, &bo);
      if (r != VK_SUCCESS)
         unback(device, &bo);
   }
   if (r != VK_SUCCESS)
      vkf_ranges_give(heap(device, bo.place), bo.pa, bo.size_B);
   pthread_mutex_unlock(&device->lock);
   if (r == VK_SUCCESS) {
      device->physical->used_B[bo.place == VKF_PLACE_SYSTEM] += bo.size_B;
      *out = bo;
   }
   return r;
}

VkResult vkf_bo_create(struct vkf_device *device, enum vkf_place place, uint64_t size_B,
                       struct vkf_section *section, bool host_access, struct vkf_bo *out)
{
   if (!size_B || size_B > UINT64_MAX - GPU_CHUNK_B)
      return VK_ERROR_OUT_OF_DEVICE_MEMORY;
   struct vkf_bo bo = {.place = place, .size_B = vkf_align(size_B, GPU_CHUNK_B)};
   return create(device, bo, section, host_access, out);
}

VkResult vkf_bo_import_pages(struct vkf_device *device, void *pages, uint64_t size_B, struct vkf_bo *out)
{
   struct vkf_bo bo = {.place = VKF_PLACE_SYSTEM, .size_B = size_B, .pages = pages, .foreign = true};
   return create(device, bo, NULL, true, out);
}

void vkf_bo_destroy(struct vkf_device *device, struct vkf_bo *bo)
{
   if (!bo->size_B)
      return;
   pthread_mutex_lock(&device->lock);
   vkf_mmu_unmap(device, bo->va, bo->size_B);
   vkf_ranges_give(&device->va, bo->va, bo->size_B + GUARD_B);
   pthread_mutex_unlock(&device->lock);
   /* The range is given back only once nothing of the old owner can show through it. */
   unback(device, bo);
   vkf_section_release(bo->section);
   device->physical->used_B[bo->place == VKF_PLACE_SYSTEM] -= bo->size_B;
   pthread_mutex_lock(&device->lock);
   vkf_ranges_give(heap(device, bo->place), bo->pa, bo->size_B);
   pthread_mutex_unlock(&device->lock);
   *bo = (struct vkf_bo){0};
}
