/* The structures that gather features and properties by version of the API (VkPhysicalDeviceVulkan11Features and the
 * like), as what they are: other structures put together. Invariant: nothing is answered here that those do not
 * answer, so the two can never differ. */
#include "vkf_features.h"
#include "vkf_physical_device.h"

/* Members of a feature structure in order: those of other structures, and the ones that stand in no other: there are none
 * of NOT_THERE, and those of THERE are what an extension means that is offered. */
struct run {
   VkStructureType type;
   uint32_t count;
};
#define RUN(TYPE, count) {VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_##TYPE, count}
#define NOT_THERE(count) RUN(FEATURES_2, count)
#define THERE(count) RUN(PROPERTIES_2, count)
#define RUN_MAX 32

static const struct run features11[] = {
    RUN(16BIT_STORAGE_FEATURES, 4),   RUN(MULTIVIEW_FEATURES, 3),
    RUN(VARIABLE_POINTERS_FEATURES, 2), RUN(PROTECTED_MEMORY_FEATURES, 1),
    RUN(SAMPLER_YCBCR_CONVERSION_FEATURES, 1), RUN(SHADER_DRAW_PARAMETERS_FEATURES, 1),
};
static const struct run features12[] = {
    THERE(1),     /* samplerMirrorClampToEdge: VK_KHR_sampler_mirror_clamp_to_edge */
    NOT_THERE(1), /* drawIndirectCount */
    RUN(8BIT_STORAGE_FEATURES, 3),
    RUN(SHADER_ATOMIC_INT64_FEATURES, 2),
    RUN(SHADER_FLOAT16_INT8_FEATURES, 2),
    THERE(1), /* descriptorIndexing: VK_EXT_descriptor_indexing, and all that it asks for */
    RUN(DESCRIPTOR_INDEXING_FEATURES, 20),
    THERE(1), /* samplerFilterMinmax: VK_EXT_sampler_filter_minmax */
    RUN(SCALAR_BLOCK_LAYOUT_FEATURES, 1),
    RUN(IMAGELESS_FRAMEBUFFER_FEATURES, 1),
    RUN(UNIFORM_BUFFER_STANDARD_LAYOUT_FEATURES, 1),
    RUN(SHADER_SUBGROUP_EXTENDED_TYPES_FEATURES, 1),
    RUN(SEPARATE_DEPTH_STENCIL_LAYOUTS_FEATURES, 1),
    RUN(HOST_QUERY_RESET_FEATURES, 1),
    RUN(TIMELINE_SEMAPHORE_FEATURES, 1),
    RUN(BUFFER_DEVICE_ADDRESS_FEATURES, 3),
    RUN(VULKAN_MEMORY_MODEL_FEATURES, 3),
    NOT_THERE(3), /* shaderOutputViewportIndex, shaderOutputLayer, subgroupBroadcastDynamicId */
};

#define MEMBERS(Struct, first, last)                                                                         \
   ((offsetof(Struct, last) - offsetof(Struct, first)) / sizeof(VkBool32) + 1)
_Static_assert(MEMBERS(VkPhysicalDeviceVulkan11Features, storageBuffer16BitAccess, shaderDrawParameters) == 12,
               "ORDER of features11");
_Static_assert(MEMBERS(VkPhysicalDeviceVulkan12Features, samplerMirrorClampToEdge, subgroupBroadcastDynamicId) == 47,
               "ORDER of features12");

static const struct run *runs_of(VkStructureType type, size_t *count)
{
   *count = 0;
   if (type == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES) {
      *count = VKF_COUNT(features11);
      return features11;
   }
   if (type == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES) {
      *count = VKF_COUNT(features12);
      return features12;
   }
   return NULL;
}

struct any_features {
   VkBaseOutStructure head;
   VkBool32 members[RUN_MAX];
};

bool vkf_versioned_features_fill(VkBaseOutStructure *s)
{
   size_t count;
   const struct run *runs = runs_of(s->sType, &count);
   VkBool32 *out = (VkBool32 *)(s + 1);
   for (size_t i = 0; i < count; out += runs[i++].count) {
      struct any_features part = {.head.sType = runs[i].type};
      if (part.head.sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2)
         for (uint32_t m = 0; m < runs[i].count; m++)
            part.members[m] = VK_TRUE;
      else if (part.head.sType != VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2)
         vkf_features_fill(&part.head);
      memcpy(out, part.members, runs[i].count * sizeof *out);
   }
   return runs != NULL;
}

VkResult vkf_versioned_features_check(struct vkf_physical_device *p, const VkBaseInStructure *s)
{
   size_t count;
   const struct run *runs = runs_of(s->sType, &count);
   if (!runs)
      return VK_SUCCESS;
   struct {
      VkBaseOutStructure head;
      VkBool32 members[64];
   } have = {.head.sType = s->sType};
   vkf_versioned_features_fill(&have.head);
   const VkBool32 *wanted = (const VkBool32 *)(s + 1);
   for (size_t i = 0, n = 0; i < count; i++)
      for (uint32_t m = 0; m < runs[i].count; m++, n++)
         if (wanted[n] && !have.members[n])
            return vkf_features_refuse(p, s->sType, (uint32_t)n);
   return VK_SUCCESS;
}

/* ---- properties ------------------------------------------------------------------------------------------ */
static void fill11(const struct vkf_physical_device *p, VkPhysicalDeviceVulkan11Properties *out)
{
   VkPhysicalDeviceIDProperties id = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES};
   VkPhysicalDeviceSubgroupProperties sg = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES};
   VkPhysicalDevicePointClippingProperties clip = {
       .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_POINT_CLIPPING_PROPERTIES};
   VkPhysicalDeviceMultiviewProperties views = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MULTIVIEW_PROPERTIES};
   VkPhysicalDeviceProtectedMemoryProperties protected = {
       .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROTECTED_MEMORY_PROPERTIES};
   VkPhysicalDeviceMaintenance3Properties m3 = {
       .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES};
   void *all[] = {&id, &sg, &clip, &views, &protected, &m3};
   for (size_t i = 0; i < VKF_COUNT(all); i++)
      vkf_properties_fill(p, all[i]);
   memcpy(out->deviceUUID, id.deviceUUID, sizeof out->deviceUUID);
   memcpy(out->driverUUID, id.driverUUID, sizeof out->driverUUID);
   memcpy(out->deviceLUID, id.deviceLUID, sizeof out->deviceLUID);
   out->deviceNodeMask = id.deviceNodeMask;
   out->deviceLUIDValid = id.deviceLUIDValid;
   out->subgroupSize = sg.subgroupSize;
   out->subgroupSupportedStages = sg.supportedStages;
   out->subgroupSupportedOperations = sg.supportedOperations;
   out->subgroupQuadOperationsInAllStages = sg.quadOperationsInAllStages;
   out->pointClippingBehavior = clip.pointClippingBehavior;
   out->maxMultiviewViewCount = views.maxMultiviewViewCount;
   out->maxMultiviewInstanceIndex = views.maxMultiviewInstanceIndex;
   out->protectedNoFault = protected.protectedNoFault;
   out->maxPerSetDescriptors = m3.maxPerSetDescriptors;
   out->maxMemoryAllocationSize = m3.maxMemoryAllocationSize;
}

bool vkf_versioned_properties_fill(const struct vkf_physical_device *p, VkBaseOutStructure *s)
{
   if (s->sType != VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_PROPERTIES)
      return false;
   fill11(p, (VkPhysicalDeviceVulkan11Properties *)s);
   return true;
}
