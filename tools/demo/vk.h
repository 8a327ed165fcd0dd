/* The Vulkan commands that the demo and the scene call, loaded through the system's ordinary Vulkan library. */
#ifndef DEMO_VK_H
#define DEMO_VK_H

#define VK_NO_PROTOTYPES
#ifdef _WIN32
#define VK_USE_PLATFORM_WIN32_KHR
#include <windows.h>
#endif
#include <vulkan/vulkan.h>
#include <stdbool.h>

#ifdef _WIN32
#define DEMO_VK_PLATFORM(X) X(vkGetMemoryWin32HandleKHR)
#else
#define DEMO_VK_PLATFORM(X) X(vkGetMemoryFdKHR)
#endif

#define DEMO_VK_GLOBAL(X) X(vkCreateInstance) X(vkEnumerateInstanceExtensionProperties)
/* NULL where the instance has no VK_EXT_debug_utils. */
#define DEMO_VK_OPTIONAL(X) X(vkCmdBeginDebugUtilsLabelEXT) X(vkCmdEndDebugUtilsLabelEXT)
#define DEMO_VK_COMMANDS(X)                                                                                  \
   X(vkDestroyInstance) X(vkEnumeratePhysicalDevices) X(vkGetPhysicalDeviceProperties)                       \
   X(vkGetPhysicalDeviceMemoryProperties) X(vkGetPhysicalDeviceQueueFamilyProperties)                        \
   X(vkGetPhysicalDeviceExternalBufferPropertiesKHR) X(vkCreateDevice) X(vkDestroyDevice)                    \
   X(vkGetDeviceQueue) X(vkCreateBuffer) X(vkDestroyBuffer) X(vkGetBufferMemoryRequirements)                 \
   X(vkAllocateMemory) X(vkFreeMemory) X(vkBindBufferMemory) X(vkMapMemory) X(vkCreateShaderModule)          \
   X(vkDestroyShaderModule) X(vkCreateDescriptorSetLayout) X(vkDestroyDescriptorSetLayout)                   \
   X(vkCreatePipelineLayout) X(vkDestroyPipelineLayout) X(vkCreateComputePipelines) X(vkDestroyPipeline)     \
   X(vkCreateDescriptorPool) X(vkDestroyDescriptorPool) X(vkAllocateDescriptorSets)                          \
   X(vkUpdateDescriptorSets) X(vkCreateCommandPool) X(vkDestroyCommandPool) X(vkAllocateCommandBuffers)      \
   X(vkBeginCommandBuffer) X(vkEndCommandBuffer) X(vkCmdBindPipeline) X(vkCmdBindDescriptorSets)             \
   X(vkCmdPushConstants) X(vkCmdDispatch) X(vkCmdPipelineBarrier) X(vkCmdCopyBuffer) X(vkCmdFillBuffer)      \
   X(vkCreateFence) X(vkDestroyFence) X(vkWaitForFences) X(vkResetFences) X(vkQueueSubmit) X(vkCreateQueryPool)               \
   X(vkDestroyQueryPool) X(vkCmdResetQueryPool) X(vkCmdWriteTimestamp) X(vkGetQueryPoolResults)              \
   X(vkGetPhysicalDeviceFeatures) X(vkCreateImage) X(vkDestroyImage) X(vkGetImageMemoryRequirements)         \
   X(vkGetImageSubresourceLayout) X(vkBindImageMemory) X(vkCreateImageView) X(vkDestroyImageView)            \
   X(vkCreateSampler) X(vkDestroySampler) X(vkCreateRenderPass) X(vkDestroyRenderPass)                       \
   X(vkCreateFramebuffer) X(vkDestroyFramebuffer) X(vkCreateGraphicsPipelines) X(vkCmdBeginRenderPass)       \
   X(vkCmdEndRenderPass) X(vkCmdBindVertexBuffers) X(vkCmdBindIndexBuffer) X(vkCmdDraw) X(vkCmdDrawIndexed)  \
   X(vkCmdBlitImage) X(vkCmdCopyImageToBuffer)                                                               \
   DEMO_VK_PLATFORM(X)

#define X(name) extern PFN_##name name;
DEMO_VK_GLOBAL(X)
DEMO_VK_COMMANDS(X)
DEMO_VK_OPTIONAL(X)
#undef X

bool demo_vk_load_library(void);                 /* finds the global ones; message on failure */
bool demo_vk_load_commands(VkInstance instance); /* finds the rest */

#endif
