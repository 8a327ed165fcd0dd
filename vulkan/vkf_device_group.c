/* VK_KHR_device_group_creation and VK_KHR_device_group, in core since 1.1: the one group has the one card, and a device
 * made of the group is an ordinary one. What is said there of several devices is then the ordinary case, whose only
 * valid mask is 1; dispatches with a base are the part that does something. */
#include "vkf_command_buffer.h"
#include "vkf_device.h"
#include "vkf_packet.h"

VKAPI_ATTR VkResult VKAPI_CALL vkf_EnumeratePhysicalDeviceGroupsKHR(
    VkInstance instance, uint32_t *pCount, VkPhysicalDeviceGroupProperties *pProperties)
{
   if (!pProperties) {
      *pCount = 1;
      return VK_SUCCESS;
   }
   if (!*pCount)
      return VK_INCOMPLETE;
   *pCount = 1;
   pProperties->physicalDeviceCount = 0;
   pProperties->subsetAllocation = VK_FALSE;
   uint32_t one = 1;
   VkResult r = vkf_EnumeratePhysicalDevices(instance, &one, pProperties->physicalDevices);
   pProperties->physicalDeviceCount = r == VK_SUCCESS ? one : 0;
   return r;
}

VKAPI_ATTR void VKAPI_CALL vkf_GetDeviceGroupPeerMemoryFeaturesKHR(VkDevice device, uint32_t heapIndex,
                                                                   uint32_t localDeviceIndex,
                                                                   uint32_t remoteDeviceIndex,
                                                                   VkPeerMemoryFeatureFlags *pFeatures)
{
   *pFeatures = VK_PEER_MEMORY_FEATURE_COPY_SRC_BIT | VK_PEER_MEMORY_FEATURE_COPY_DST_BIT |
                VK_PEER_MEMORY_FEATURE_GENERIC_SRC_BIT | VK_PEER_MEMORY_FEATURE_GENERIC_DST_BIT;
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetDeviceMaskKHR(VkCommandBuffer commandBuffer, uint32_t deviceMask) {}

static uint32_t *put_base(uint32_t *p, uint32_t x, uint32_t y, uint32_t z)
{
   p = vkf_pkt_set_regs(p, GPU_OFF_CS_BASE_X, 3);
   *p++ = x;
   *p++ = y;
   *p++ = z;
   return p;
}

/* Every other dispatch relies on a base of 0. */
VKAPI_ATTR void VKAPI_CALL vkf_CmdDispatchBaseKHR(VkCommandBuffer commandBuffer, uint32_t baseX,
                                                  uint32_t baseY, uint32_t baseZ, uint32_t x, uint32_t y,
                                                  uint32_t z)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   if (!vkf_cmd_flush_compute(cmd))
      return;
   uint32_t *p = vkf_stream_reserve(&cmd->stream, 2 * 5 + VKF_PKT_DW(DISPATCH));
   p = put_base(p, baseX, baseY, baseZ);
   p = vkf_pkt_dispatch(p, x, y, z);
   vkf_stream_commit(&cmd->stream, put_base(p, 0, 0, 0));
}
