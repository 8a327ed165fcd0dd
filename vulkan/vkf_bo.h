/* A run of GPU memory: physical range, GPU address and, where wanted, host address. Both the application's
 * allocations and the driver's own memory are made of these. */
#ifndef VKF_BO_H
#define VKF_BO_H

#include "vkf.h"

struct vkf_device;
struct vkf_section;

enum vkf_place { VKF_PLACE_VRAM, VKF_PLACE_SYSTEM };

struct vkf_bo {
   enum vkf_place place;
   uint64_t size_B; /* multiple of 64 KiB */
   uint64_t pa, va;
   void *host;                  /* NULL if not mapped for the host */
   struct vkf_section *section; /* backing with an OS handle, owned; NULL for private memory */
   void *pages;                 /* private system memory */
   bool foreign;                /* the pages are the application's */
};

/* section: backing to bind (the bo takes it over, on success only), or NULL for private memory. Private
 * memory reads zero. */
VkResult vkf_bo_create(struct vkf_device *device, enum vkf_place place, uint64_t size_B,
                       struct vkf_section *section, bool host_access, struct vkf_bo *out);
/* System memory that the application owns: pages and size_B are multiples of 64 KiB, and stay its own. */
VkResult vkf_bo_import_pages(struct vkf_device *device, void *pages, uint64_t size_B, struct vkf_bo *out);
void vkf_bo_destroy(struct vkf_device *device, struct vkf_bo *bo);

/* vkf_host_pages.c: zeroed pages aligned to 64 KiB. */
void *vkf_pages_alloc(uint64_t size_B);
void vkf_pages_free(void *pages, uint64_t size_B);

#endif
