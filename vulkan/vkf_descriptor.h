/* Descriptor set layouts, pools and sets. A set is an array of struct gpu_buffer_desc in GPU memory plus, on
 * the host, the dynamic descriptors, which go into the root table of a dispatch (sc.h) with their offsets
 * added. */
#ifndef VKF_DESCRIPTOR_H
#define VKF_DESCRIPTOR_H

#include <pthread.h>
#include <stdatomic.h>
#include "vkf.h"
#include "vkf_ranges.h"
#include "vkf_suballoc.h"

struct vkf_device;

struct vkf_binding {
   uint32_t number; /* binding */
   VkDescriptorType type;
   uint32_t count;
   bool dynamic;
   uint32_t first; /* index of the first descriptor: in the set's memory, or among its dynamic ones */
};

/* Shared by everything made from it; freed with the last reference. */
struct vkf_set_layout {
   struct vkf_object object;
   const VkAllocationCallbacks *alloc; /* the device's */
   atomic_uint references;
   uint32_t binding_count; /* sorted by number */
   uint32_t static_count, dynamic_count;
   struct vkf_binding bindings[];
};
VKF_HANDLE(vkf_set_layout, VkDescriptorSetLayout)

void vkf_set_layout_ref(struct vkf_set_layout *layout);
void vkf_set_layout_unref(struct vkf_set_layout *layout);

struct vkf_descriptor_pool {
   struct vkf_object object;
   struct vkf_span memory;
   struct vkf_ranges ranges; /* bytes of memory */
   uint32_t max_sets, live_sets;
   struct vkf_set *sets;
};
VKF_HANDLE(vkf_descriptor_pool, VkDescriptorPool)

struct vkf_set {
   struct vkf_object object;
   struct vkf_set *next, **link; /* list of the pool */
   struct vkf_set_layout *layout;
   uint64_t offset_B; /* in the pool's memory */
   uint64_t va;
   struct gpu_buffer_desc *descriptors; /* in GPU memory */
   struct gpu_buffer_desc dynamic[];
};
VKF_HANDLE(vkf_set, VkDescriptorSet)

static inline bool vkf_is_buffer_type(VkDescriptorType t)
{
   return t >= VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER && t <= VK_DESCRIPTOR_TYPE_STORAGE_BUFFER_DYNAMIC;
}

static inline bool vkf_is_dynamic_type(VkDescriptorType t)
{
   return t == VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER_DYNAMIC || t == VK_DESCRIPTOR_TYPE_STORAGE_BUFFER_DYNAMIC;
}

#endif
