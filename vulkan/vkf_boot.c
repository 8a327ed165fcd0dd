/* Boot of the card: firmware image through the aperture, page tables, rings, release from reset. Manual:
 * "Boot". */
#include "vkf_device.h"
#include "vkf_machine.h"
#include "fw_image.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOOT_TIMEOUT_NS UINT64_C(5000000000)
#define BOOT_POLL_NS UINT64_C(20000)

/* The image that FIGMENT_VK=firmware=PATH names; to free(). NULL with errno if it cannot be read. */
static void *read_image_file(const char *path, size_t *size_B)
{
   FILE *f = fopen(path, "rb");
   if (!f)
      return NULL;
   char *data = malloc(1 << 20);
   if (data)
      *size_B = fread(data, 1, 1 << 20, f);
   fclose(f);
   if (!data)
      errno = ENOMEM;
   return data;
}

static VkResult upload_image(struct vkf_device *device, const void *image, size_t size_B)
{
   VkResult r = vkf_bo_create(device, VKF_PLACE_VRAM, size_B, NULL, true, &device->firmware);
   if (r != VK_SUCCESS)
      return r;
   memcpy(device->firmware.host, image, size_B);
   vkf_machine_write64(device->machine, GPU_REG_CP_FW_LO, device->firmware.pa);
   vkf_machine_write(device->machine, GPU_REG_CP_FW_SIZE, (uint32_t)size_B);
   return VK_SUCCESS;
}

static VkResult load_firmware(struct vkf_device *device)
{
   const char *path = device->physical->instance->debug.firmware;
   if (!*path)
      return upload_image(device, gpu_firmware_image, gpu_firmware_image_size);
   size_t size_B = 0;
   void *image = read_image_file(path, &size_B);
   VkResult r;
   if (image && size_B)
      r = upload_image(device, image, size_B);
   else if (!image && errno == ENOMEM)
      r = vkf_error(device, NULL, VK_ERROR_OUT_OF_HOST_MEMORY, "out of memory for firmware image %s", path);
   else
      r = vkf_error(device, NULL, VK_ERROR_INITIALIZATION_FAILED, "cannot read firmware image %s: %s", path,
                    image ? "it is empty" : strerror(errno));
   free(image);
   return r;
}

static bool has_settled(void *context)
{
   struct vkf_device *device = context;
   uint32_t status = vkf_machine_read(device->machine, GPU_REG_CP_STATUS);
   return status == GPU_CP_BAD_IMAGE || status == GPU_CP_HALTED ||
          vkf_machine_read(device->machine, GPU_REG_CP_MAILBOX0) == GPU_FW_READY;
}

static VkResult check_started(struct vkf_device *device, VkResult waited)
{
   struct vkf_machine *m = device->machine;
   uint32_t status = vkf_machine_read(m, GPU_REG_CP_STATUS);
   if (status == GPU_CP_BAD_IMAGE)
      return vkf_error(device, NULL, VK_ERROR_INITIALIZATION_FAILED,
                       "the card's boot ROM refused the firmware image (header, size or checksum)");
   if (status == GPU_CP_HALTED)
      return vkf_error(device, NULL, VK_ERROR_INITIALIZATION_FAILED,
                       "the firmware stopped while starting: pc %08x, cause %u, tval %08x",
                       vkf_machine_read(m, GPU_REG_CP_PC), vkf_machine_read(m, GPU_REG_CP_CAUSE),
                       vkf_machine_read(m, GPU_REG_CP_TVAL));
   if (waited != VK_SUCCESS)
      return vkf_error(device, NULL, VK_ERROR_INITIALIZATION_FAILED,
                       "the firmware did not report ready within %u s (mailbox %08x, status %u)",
                       (unsigned)(BOOT_TIMEOUT_NS / 1000000000), vkf_machine_read(m, GPU_REG_CP_MAILBOX0),
                       status);
   return VK_SUCCESS;
}

VkResult vkf_boot(struct vkf_device *device)
{
   struct vkf_machine *m = device->machine;
   vkf_machine_write(m, GPU_REG_CP_RESET, 1);
   VkResult r = load_firmware(device);
   if (r != VK_SUCCESS)
      return r;
   vkf_machine_write64(m, GPU_REG_MMU_ROOT_LO, device->mmu.root_pa);
   vkf_machine_write(m, GPU_REG_MMU_INVALIDATE, 1);
   vkf_machine_write(m, GPU_REG_MMU_ENABLE, 1);
   vkf_machine_write(m, GPU_REG_CP_MAILBOX0, 0);
   vkf_machine_write(m, GPU_REG_CP_MAILBOX2, device->physical->watchdog_m);
   vkf_machine_write(m, GPU_REG_CP_RESET, 0);
   r = check_started(device, vkf_device_wait(device, has_settled, device, BOOT_TIMEOUT_NS, BOOT_POLL_NS));
   if (r != VK_SUCCESS)
      return r;
   for (uint32_t i = 0; i < VKF_QUEUE_COUNT; i++)
      if (device->queues[i])
         vkf_queue_start(device->queues[i]);
   vkf_debug(device->physical->instance, VKF_DEBUG_DEVICE, "card %s runs firmware version %08x",
             device->physical->properties.deviceName, vkf_machine_read(m, GPU_REG_CP_MAILBOX1));
   return VK_SUCCESS;
}
