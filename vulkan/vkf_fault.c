/* What a lost device tells: the fault record, read from the registers once, in words and through
 * VK_EXT_device_fault. */
#include "vkf_device.h"
#include "vkf_machine.h"
#include <stdio.h>

static const char *const fault_names[GPU_FAULT_COUNT] = {
    [GPU_FAULT_NONE] = "no fault",
    [GPU_FAULT_UNMAPPED] = "unmapped address",
    [GPU_FAULT_READ_ONLY] = "write to a read-only page",
    [GPU_FAULT_RESERVED_PTE] = "bad page table entry",
    [GPU_FAULT_BAD_ADDRESS] = "address with nothing behind it",
    [GPU_FAULT_MISALIGNED] = "misaligned access",
    [GPU_FAULT_ILLEGAL_INST] = "illegal instruction",
    [GPU_FAULT_ILLEGAL_PC] = "program counter outside the program",
    [GPU_FAULT_SHADER_TRAP] = "shader trap",
    [GPU_FAULT_WATCHDOG] = "watchdog: a wave ran past its instruction budget",
    [GPU_FAULT_BAD_DISPATCH] = "dispatch registers out of range",
    [GPU_FAULT_BAD_PACKET] = "bad packet",
    [GPU_FAULT_BAD_RING] = "bad ring registers",
    [GPU_FAULT_BAD_DMA] = "copy engine registers out of range",
    [GPU_FAULT_EXHAUSTED] = "the card has no room for a dispatch: host memory exhausted",
    [GPU_FAULT_BAD_DRAW] = "graphics registers out of range",
};
static const char *const access_names[] = {"no access", "read", "write", "atomic", "execute"};

void vkf_fault_read(struct vkf_device *device, struct vkf_fault_record *out)
{
   struct vkf_machine *m = device->machine;
   *out = (struct vkf_fault_record){.cp_status = vkf_machine_read(m, GPU_REG_CP_STATUS)};
   if (out->cp_status == GPU_CP_HALTED) {
      out->cp_pc = vkf_machine_read(m, GPU_REG_CP_PC);
      out->cp_cause = vkf_machine_read(m, GPU_REG_CP_CAUSE);
      out->cp_tval = vkf_machine_read(m, GPU_REG_CP_TVAL);
   }
   if (!(vkf_machine_read(m, GPU_REG_FAULT_STATUS) & 1))
      return;
   out->type = vkf_machine_read(m, GPU_REG_FAULT_TYPE);
   out->access = vkf_machine_read(m, GPU_REG_FAULT_ACCESS);
   out->va = vkf_machine_read64(m, GPU_REG_FAULT_VA_LO);
   out->pc = vkf_machine_read64(m, GPU_REG_FAULT_PC_LO);
   out->ring = vkf_machine_read(m, GPU_REG_FAULT_RING);
   for (uint32_t i = 0; i < 3; i++)
      out->group[i] = vkf_machine_read(m, GPU_REG_FAULT_GROUP_X + 4 * i);
   out->lanes = vkf_machine_read(m, GPU_REG_FAULT_LANES);
   out->info = vkf_machine_read(m, GPU_REG_FAULT_INFO);
}

static const char *fault_name(const struct vkf_fault_record *f)
{
   return f->type < GPU_FAULT_COUNT ? fault_names[f->type] : "unknown fault";
}

void vkf_fault_describe(const struct vkf_fault_record *f, char *out, size_t size_B)
{
   if (f->cp_status == GPU_CP_HALTED) {
      snprintf(out, size_B, "command processor halted: pc %08x, cause %u, tval %08x", f->cp_pc, f->cp_cause,
               f->cp_tval);
      return;
   }
   const char *access = f->access < VKF_COUNT(access_names) ? access_names[f->access] : "access";
   int n = snprintf(out, size_B, "%s; %s at %012llx, ring %u, info %08x", fault_name(f), access,
                    (unsigned long long)f->va, f->ring, f->info);
   if (f->pc && n > 0 && (size_t)n < size_B)
      snprintf(out + n, size_B - (size_t)n, "; shader pc %012llx, workgroup %u,%u,%u, lanes %08x",
               (unsigned long long)f->pc, f->group[0], f->group[1], f->group[2], f->lanes);
}

static uint32_t fill_addresses(const struct vkf_fault_record *f, VkDeviceFaultAddressInfoEXT out[2])
{
   static const VkDeviceFaultAddressTypeEXT kinds[] = {
       [GPU_ACCESS_NONE] = VK_DEVICE_FAULT_ADDRESS_TYPE_NONE_EXT,
       [GPU_ACCESS_READ] = VK_DEVICE_FAULT_ADDRESS_TYPE_READ_INVALID_EXT,
       [GPU_ACCESS_WRITE] = VK_DEVICE_FAULT_ADDRESS_TYPE_WRITE_INVALID_EXT,
       [GPU_ACCESS_ATOMIC] = VK_DEVICE_FAULT_ADDRESS_TYPE_WRITE_INVALID_EXT,
       [GPU_ACCESS_EXECUTE] = VK_DEVICE_FAULT_ADDRESS_TYPE_EXECUTE_INVALID_EXT,
   };
   uint32_t n = 0;
   if (f->access != GPU_ACCESS_NONE && f->access < VKF_COUNT(kinds))
      out[n++] = (VkDeviceFaultAddressInfoEXT){kinds[f->access], f->va, 4};
   if (f->pc)
      out[n++] =
          (VkDeviceFaultAddressInfoEXT){VK_DEVICE_FAULT_ADDRESS_TYPE_INSTRUCTION_POINTER_FAULT_EXT, f->pc, 8};
   return n;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetDeviceFaultInfoEXT(VkDevice device_,
                                                         VkDeviceFaultCountsEXT *pFaultCounts,
                                                         VkDeviceFaultInfoEXT *pFaultInfo)
{
   struct vkf_device *device = vkf_device_from(device_);
   if (!vkf_device_is_lost(device)) {
      pFaultCounts->addressInfoCount = pFaultCounts->vendorInfoCount = 0;
      pFaultCounts->vendorBinarySize = 0;
      if (pFaultInfo)
         pFaultInfo->description[0] = 0;
      return VK_SUCCESS;
   }
   const struct vkf_fault_record *f = &device->fault;
   VkDeviceFaultAddressInfoEXT addresses[2];
   uint32_t n = fill_addresses(f, addresses);
   VkDeviceFaultVendorInfoEXT vendor = {.vendorFaultCode = f->type, .vendorFaultData = f->info};
   snprintf(vendor.description, sizeof vendor.description, "%s; ring %u, workgroup %u,%u,%u, lanes %08x",
            fault_name(f), f->ring, f->group[0], f->group[1], f->group[2], f->lanes);
   pFaultCounts->vendorBinarySize = 0;
   VkResult a = vkf_return_array(addresses, n, sizeof addresses[0], &pFaultCounts->addressInfoCount,
                                 pFaultInfo ? pFaultInfo->pAddressInfos : NULL);
   VkResult v = vkf_return_array(&vendor, 1, sizeof vendor, &pFaultCounts->vendorInfoCount,
                                 pFaultInfo ? pFaultInfo->pVendorInfos : NULL);
   if (pFaultInfo)
      vkf_fault_describe(f, pFaultInfo->description, sizeof pFaultInfo->description);
   return a == VK_INCOMPLETE ? a : v;
}
