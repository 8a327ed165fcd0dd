/* The trailer of exported memory. Opaque handles may only be imported by a driver and card that lay memory
 * out alike, and with the exporter's size and memory type: all of it is compared here. */
#include "vkf_trailer.h"
#include "vkf_physical_device.h"

void vkf_trailer_fill(struct vkf_trailer *t, enum vkf_trailer_kind kind, uint64_t allocation_B,
                      uint32_t memory_type)
{
   *t = (struct vkf_trailer){.magic = VKF_TRAILER_MAGIC,
                             .version = VKF_TRAILER_VERSION,
                             .abi = GPU_ABI_VERSION,
                             .trailer_B = sizeof *t,
                             .allocation_B = allocation_B,
                             .memory_type = memory_type,
                             .kind = kind};
   vkf_device_uuid(t->device_uuid);
   vkf_driver_uuid(t->driver_uuid);
}

const char *vkf_trailer_mismatch(const struct vkf_trailer *t, enum vkf_trailer_kind kind, uint64_t allocation_B,
                                 uint32_t memory_type)
{
   struct vkf_trailer ours;
   vkf_trailer_fill(&ours, kind, allocation_B, memory_type);
   if (t->magic != ours.magic)
      return "this is not memory that Figment exported, nor a semaphore or fence";
   if (t->version != ours.version || t->trailer_B != ours.trailer_B)
      return "the exporter writes another version of the trailer";
   if (t->kind != ours.kind)
      return "another kind of object was exported (memory, binary semaphore, timeline semaphore, fence)";
   if (t->abi != ours.abi || memcmp(t->device_uuid, ours.device_uuid, VK_UUID_SIZE))
      return "the exporter's deviceUUID differs";
   if (memcmp(t->driver_uuid, ours.driver_uuid, VK_UUID_SIZE))
      return "the exporter's driverUUID differs";
   if (t->allocation_B != ours.allocation_B)
      return "allocationSize differs from the exporter's";
   if (t->memory_type != ours.memory_type)
      return "memoryTypeIndex differs from the exporter's";
   return NULL;
}
