/* Faults: those the firmware finds itself, and those of a ring's dispatches and copies. Only the ring at fault stops: its work
 * in flight is killed, its status tells, the host is interrupted; it starts afresh when the driver disables and enables it.
 */
#include "fw.h"

static void stop_ring(struct fw_ring *r)
{
   if (r->state != FW_ON)
      return;
   r->state = FW_FAULTED;
   r->hold = FW_GO;
   fw_ring_kill(r);
   fw_ring_set_status(r, GPU_RING_FAULTED);
   hw_write(GPU_REG_IRQ_RAISE, GPU_IRQ_FAULT);
}

static void log_fault(const struct fw_ring *r, enum gpu_fault type, uint32_t info, uint64_t va)
{
   fw_log("ring ");
   fw_log_hex(r->index);
   fw_log(" stopped: fault ");
   fw_log_hex(type);
   fw_log(" info ");
   fw_log_hex(info);
   fw_log(" va ");
   fw_log_hex(va);
   fw_log("\n");
}

bool fw_fault(struct fw_ring *r, enum gpu_fault type, enum gpu_access access, uint32_t info, uint64_t va)
{
   hw_write(GPU_REG_FAULT_SET_RING, r->index);
   hw_write(GPU_REG_FAULT_SET_INFO, info);
   hw_write(GPU_REG_FAULT_SET_VA_LO, (uint32_t)va);
   hw_write(GPU_REG_FAULT_SET_VA_HI, (uint32_t)(va >> 32));
   hw_write(GPU_REG_FAULT_RAISE, type | access << 8);
   log_fault(r, type, info, va);
   stop_ring(r);
   return false;
}

bool fw_fault_transfer(struct fw_ring *r, fw_transfer_result t, uint32_t info)
{
   return fw_fault(r, t.fault, t.access, info, t.va);
}

bool fw_fault_packet(struct fw_ring *r, const struct fw_packet *p)
{
   return fw_fault(r, GPU_FAULT_BAD_PACKET, GPU_ACCESS_NONE, p->header, p->va);
}

void fw_fault_collect(void)
{
   uint32_t rings = hw_read(GPU_REG_FAULT_RINGS);
   hw_write(GPU_REG_FAULT_RINGS, rings);
   for (uint32_t i = 0; i < GPU_RINGS; i++)
      if (rings >> i & 1)
         stop_ring(&fw_rings[i]);
}
