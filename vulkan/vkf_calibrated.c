/* VK_EXT_calibrated_timestamps: the card's clock, read without a submission. The card counts its own cycles,
 * which pass while it works and not while the host does: no clock of the host runs along with it, so none is
 * offered, and the card's stands alone.
 */
#include "vkf_device.h"
#include "vkf_machine.h"

static const VkTimeDomainEXT domains[] = {VK_TIME_DOMAIN_DEVICE_EXT};

/* The clock may go on between its halves. */
static uint64_t card_time(struct vkf_machine *m)
{
   uint64_t t = vkf_machine_read64(m, GPU_REG_CP_TIME_LO), again;
   while ((again = vkf_machine_read64(m, GPU_REG_CP_TIME_LO)) != t)
      t = again;
   return t;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetPhysicalDeviceCalibrateableTimeDomainsEXT(
    VkPhysicalDevice physicalDevice, uint32_t *pCount, VkTimeDomainEXT *pTimeDomains)
{
   return vkf_return_array(domains, VKF_COUNT(domains), sizeof *domains, pCount, pTimeDomains);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetCalibratedTimestampsEXT(VkDevice device_, uint32_t count,
                                                              const VkCalibratedTimestampInfoEXT *pInfos,
                                                              uint64_t *pTimestamps, uint64_t *pMaxDeviation)
{
   struct vkf_device *device = vkf_device_from(device_);
   uint64_t now = card_time(device->machine);
   for (uint32_t i = 0; i < count; i++) {
      if (pInfos[i].timeDomain != VK_TIME_DOMAIN_DEVICE_EXT)
         return vkf_error(device, NULL, VK_ERROR_UNKNOWN,
                          "vkGetCalibratedTimestampsEXT: time domain %d: not supported",
                          pInfos[i].timeDomain);
      pTimestamps[i] = now;
   }
   *pMaxDeviation = 0; /* all of them are one reading */
   return VK_SUCCESS;
}
