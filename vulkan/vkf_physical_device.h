/* VkPhysicalDevice: what the ID registers say of the card. */
#ifndef VKF_PHYSICAL_DEVICE_H
#define VKF_PHYSICAL_DEVICE_H

#include <pthread.h>
#include "vkf.h"

struct vkf_instance;
struct vkf_machine;

enum vkf_memory_type { /* ORDER of VkPhysicalDeviceMemoryProperties: a set of flags stands before its
                          supersets */
                       VKF_MEMORY_VRAM,
                       VKF_MEMORY_SYSTEM,
                       VKF_MEMORY_VRAM_VISIBLE,
                       VKF_MEMORY_SYSTEM_CACHED,
                       VKF_MEMORY_TYPE_COUNT
};
#define VKF_MEMORY_TYPE_BITS ((1u << VKF_MEMORY_TYPE_COUNT) - 1)
#define VKF_MEMORY_IS_VRAM(type) ((type) == VKF_MEMORY_VRAM || (type) == VKF_MEMORY_VRAM_VISIBLE)

/* ORDER of the rings, too: ring 0, rings 1 and 2, ring 3. A program's first choice, and beside it queues that
 * run on while the first one is busy. */
enum { VKF_FAMILY_MAIN, VKF_FAMILY_COMPUTE, VKF_FAMILY_TRANSFER, VKF_FAMILY_COUNT };
#define VKF_QUEUE_COUNT 4u /* of all families */
#define VKF_BUFFER_ALIGN_B 64u
#define VKF_MAX_ALLOCATIONS 16384u

struct vkf_physical_device {
   struct vkf_object object;
   struct vkf_instance *instance;
   pthread_mutex_t lock;
   struct vkf_machine *probe; /* the card that was opened to be identified; the first device takes it over */
   VkPhysicalDeviceProperties properties;
   uint64_t vram_B, sysmem_B;
   _Atomic uint64_t used_B[2]; /* of each heap, by all devices: the driver's own needs included */
   uint32_t lds_B, scratch_max_B, rings, core_clock_khz, watchdog_m;
};
VKF_HANDLE(vkf_physical_device, VkPhysicalDevice)

VkResult vkf_physical_device_create(struct vkf_instance *instance, struct vkf_physical_device **out);
void vkf_physical_device_destroy(struct vkf_physical_device *p);
/* A card in reset, freshly opened or the probe; the caller closes it. */
VkResult vkf_physical_device_take_machine(struct vkf_physical_device *p, struct vkf_machine **out);

extern const VkPhysicalDeviceFeatures vkf_features;
extern const VkQueueFamilyProperties vkf_queue_families[VKF_FAMILY_COUNT];
/* Same layout and same rules for memory on every build and every profile of one ABI: memory can be shared. */
void vkf_device_uuid(uint8_t out[VK_UUID_SIZE]);
void vkf_driver_uuid(uint8_t out[VK_UUID_SIZE]);
/* vkf_limits.c */
void vkf_fill_properties(const struct vkf_physical_device *p, const char *profile,
                         VkPhysicalDeviceProperties *out);
void vkf_fill_memory_properties(const struct vkf_physical_device *p, VkPhysicalDeviceMemoryProperties *out);

#endif
