/* Descriptor set layouts, pools and sets. A set is memory that the GPU reads, laid out as sc.h says, plus, on
 * the host, the dynamic descriptors, which go into the root table of a dispatch with their offsets added. */
#ifndef VKF_DESCRIPTOR_H
#define VKF_DESCRIPTOR_H

#include <pthread.h>
#include <stdatomic.h>
#include "image.h"
#include "sc.h"
#include "vkf.h"
#include "vkf_ranges.h"
#include "vkf_suballoc.h"

struct vkf_device;

#define VKF_SET_ALIGN_B 64u
#define VKF_SET_DESCRIPTORS_MAX (1u << 20)
#define VKF_INLINE_UNIFORM_BLOCK_MAX_B 4096u
#define VKF_INLINE_UNIFORM_BLOCKS_MAX 16u

struct vkf_binding {
   uint32_t number; /* binding */
   VkDescriptorType type;
   uint32_t kind;  /* enum sc_binding_kind */
   uint32_t count; /* inline uniform data: bytes */
   bool dynamic, variable;
   uint32_t stride_B; /* from element to element */
   uint32_t offset_B; /* in the set's memory; dynamic: index of the first among the set's dynamic descriptors */
                      /* Inline uniform data has a buffer descriptor of itself just before it. */
   const uint32_t (*immutable)[GPU_SAMPLER_DESC_DW]; /* count sampler descriptors; NULL if none */
};

/* Shared by everything made from it; freed with the last reference. */
struct vkf_set_layout {
   struct vkf_object object;
   const VkAllocationCallbacks *alloc; /* the device's */
   atomic_uint references;
   VkDescriptorSetLayoutCreateFlags flags;
   uint32_t binding_count; /* sorted by number */
   uint32_t size_B;        /* of the memory, multiple of VKF_SET_ALIGN_B; with the variable binding at its greatest */
   uint32_t dynamic_count;
   struct vkf_binding bindings[];
};
VKF_HANDLE(vkf_set_layout, VkDescriptorSetLayout)

void vkf_set_layout_ref(struct vkf_set_layout *layout);
void vkf_set_layout_unref(struct vkf_set_layout *layout);
/* Bytes of memory of a set whose variable binding, if there is one, has so many elements. */
uint32_t vkf_set_layout_size_B(const struct vkf_set_layout *layout, uint32_t variable_count);

/* Where descriptors of one set are written: the memory may be a set's or a command stream's. */
struct vkf_descriptors {
   const struct vkf_set_layout *layout;
   uint8_t *memory;                 /* size_B of the layout (less if the variable binding is shorter) */
   struct gpu_buffer_desc *dynamic; /* dynamic_count of the layout */
   uint32_t variable_count;         /* elements of the variable binding */
   uint64_t va;                     /* of memory, for inline uniform data */
};

#define VKF_INLINE_DESC_B 16u

/* Null descriptors everywhere, and the immutable samplers. */
void vkf_descriptors_init(const struct vkf_descriptors *d);
/* dstSet is not looked at. What does not fit the layout is told and left out. */
void vkf_descriptors_write(struct vkf_device *device, const struct vkf_descriptors *d,
                           const VkWriteDescriptorSet *write);
/* By an update template, from raw memory. */
void vkf_descriptors_write_template(struct vkf_device *device, const struct vkf_descriptors *d,
                                    VkDescriptorUpdateTemplate t, const void *data);

#define VKF_DESCRIPTOR_TYPES 12u /* those of Vulkan 1.0, and inline uniform blocks */

struct vkf_descriptor_pool {
   struct vkf_object object;
   struct vkf_span memory;
   struct vkf_ranges ranges; /* bytes of memory */
   uint32_t max_sets, live_sets;
   uint64_t left[VKF_DESCRIPTOR_TYPES]; /* descriptors of each type; inline uniform data: bytes */
   uint32_t left_inline_bindings;
   struct vkf_set *sets;
};
VKF_HANDLE(vkf_descriptor_pool, VkDescriptorPool)

struct vkf_set {
   struct vkf_object object;
   struct vkf_set *next, **link; /* list of the pool */
   struct vkf_set_layout *layout;
   uint32_t variable_count;
   uint64_t offset_B, size_B; /* in the pool's memory */
   uint64_t va;
   uint8_t *memory;
   struct gpu_buffer_desc dynamic[];
};
VKF_HANDLE(vkf_set, VkDescriptorSet)

static inline struct vkf_descriptors vkf_set_descriptors(struct vkf_set *set)
{
   return (struct vkf_descriptors){set->layout, set->memory, set->dynamic, set->variable_count, set->va};
}

/* 0 to VKF_DESCRIPTOR_TYPES - 1; VKF_DESCRIPTOR_TYPES: not one that this driver has. */
static inline uint32_t vkf_descriptor_type_index(VkDescriptorType t)
{
   if (t == VK_DESCRIPTOR_TYPE_INLINE_UNIFORM_BLOCK)
      return VKF_DESCRIPTOR_TYPES - 1;
   return (uint32_t)t < VKF_DESCRIPTOR_TYPES - 1 ? (uint32_t)t : VKF_DESCRIPTOR_TYPES;
}

static inline bool vkf_is_dynamic_type(VkDescriptorType t)
{
   return t == VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER_DYNAMIC || t == VK_DESCRIPTOR_TYPE_STORAGE_BUFFER_DYNAMIC;
}

/* SC_BINDING_KIND_COUNT: not a type that this driver has. */
uint32_t vkf_descriptor_kind(VkDescriptorType t);

/* vkf_descriptor_template.c: of templates for push descriptors */
VkPipelineBindPoint vkf_template_bind_point(VkDescriptorUpdateTemplate t);

#endif
