/* Fault unit: keeps the record of the first fault until the host or the firmware clears it, and a bit per ring for every fault of an engine.
 * Whoever records lets the processor know by EVENT.FAULT; interrupting the host is the firmware's business.
 */
#include "blocks.h"
#include "settings.h"
#include <stdlib.h>
#include <string.h>

#define RECORD_DW ((GPU_OFF_FAULT_INFO - GPU_OFF_FAULT_TYPE) / 4 + 1)

struct emu_fault {
   pthread_mutex_t lock;
   bool held;
   uint32_t record[RECORD_DW]; /* registers TYPE..INFO */
   uint32_t rings;
   uint32_t set_ring, set_info, set_va_lo, set_va_hi;
};

static void put(struct emu_fault *f, uint32_t offset, uint32_t value)
{
   f->record[(offset - GPU_OFF_FAULT_TYPE) / 4] = value;
}

static void hold(struct emu_fault *f, const emu_fault_info *i)
{
   f->held = true;
   put(f, GPU_OFF_FAULT_TYPE, i->type);
   put(f, GPU_OFF_FAULT_ACCESS, i->access);
   put(f, GPU_OFF_FAULT_VA_LO, (uint32_t)i->va);
   put(f, GPU_OFF_FAULT_VA_HI, (uint32_t)(i->va >> 32));
   put(f, GPU_OFF_FAULT_PC_LO, (uint32_t)i->pc);
   put(f, GPU_OFF_FAULT_PC_HI, (uint32_t)(i->pc >> 32));
   put(f, GPU_OFF_FAULT_RING, i->ring);
   put(f, GPU_OFF_FAULT_GROUP_X, i->group[0]);
   put(f, GPU_OFF_FAULT_GROUP_Y, i->group[1]);
   put(f, GPU_OFF_FAULT_GROUP_Z, i->group[2]);
   put(f, GPU_OFF_FAULT_LANES, i->lanes);
   put(f, GPU_OFF_FAULT_INFO, i->info);
}

static void latch(emu_device *dev, const emu_fault_info *info, bool from_engine)
{
   struct emu_fault *f = dev->fault;
   pthread_mutex_lock(&f->lock);
   bool first = !f->held;
   if (first)
      hold(f, info);
   if (from_engine)
      f->rings |= 1u << (info->ring % GPU_RINGS);
   pthread_mutex_unlock(&f->lock);
   emu_counter_add(dev, GPU_COUNTER_FAULTS, 1);
   emu_debug(dev, FAULT, "type %u access %u va %012llx pc %012llx ring %u group %u,%u,%u lanes %08x info %08x%s", info->type,
             info->access, (unsigned long long)info->va, (unsigned long long)info->pc, info->ring, info->group[0],
             info->group[1], info->group[2], info->lanes, info->info, first ? "" : " (not the first)");
}

void emu_fault_record(emu_device *dev, const emu_fault_info *info)
{
   latch(dev, info, true);
   emu_cp_event(dev, GPU_EVENT_FAULT);
}

/* FAULT.RAISE: the firmware knows its own fault, so neither EVENT.FAULT nor RINGS tells it. */
static void raise_from_firmware(emu_device *dev, uint32_t value)
{
   struct emu_fault *f = dev->fault;
   emu_fault_info info = {.type = (enum gpu_fault)(value & 0xff), .access = (enum gpu_access)(value >> 8 & 0xff)};
   if (info.type == GPU_FAULT_NONE || info.type >= GPU_FAULT_COUNT)
      return;
   pthread_mutex_lock(&f->lock);
   info.ring = f->set_ring;
   info.info = f->set_info;
   info.va = (uint64_t)f->set_va_hi << 32 | f->set_va_lo;
   pthread_mutex_unlock(&f->lock);
   latch(dev, &info, false);
}

static uint32_t *plain_register(struct emu_fault *f, uint32_t offset)
{
   switch (offset) {
   case GPU_OFF_FAULT_SET_RING:
      return &f->set_ring;
   case GPU_OFF_FAULT_SET_INFO:
      return &f->set_info;
   case GPU_OFF_FAULT_SET_VA_LO:
      return &f->set_va_lo;
   case GPU_OFF_FAULT_SET_VA_HI:
      return &f->set_va_hi;
   default:
      return NULL;
   }
}

uint32_t emu_fault_read(emu_device *dev, uint32_t offset)
{
   struct emu_fault *f = dev->fault;
   uint32_t *plain = plain_register(f, offset), value = 0;
   pthread_mutex_lock(&f->lock);
   if (plain)
      value = *plain;
   else if (offset == GPU_OFF_FAULT_STATUS)
      value = f->held;
   else if (offset == GPU_OFF_FAULT_RINGS)
      value = f->rings;
   else if (offset >= GPU_OFF_FAULT_TYPE && offset <= GPU_OFF_FAULT_INFO)
      value = f->record[(offset - GPU_OFF_FAULT_TYPE) / 4];
   pthread_mutex_unlock(&f->lock);
   return value;
}

void emu_fault_write(emu_device *dev, uint32_t offset, uint32_t value)
{
   struct emu_fault *f = dev->fault;
   uint32_t *plain = plain_register(f, offset);
   if (offset == GPU_OFF_FAULT_RAISE) {
      raise_from_firmware(dev, value);
      return;
   }
   pthread_mutex_lock(&f->lock);
   if (plain)
      *plain = value;
   else if (offset == GPU_OFF_FAULT_STATUS && (value & 1u))
      f->held = false;
   else if (offset == GPU_OFF_FAULT_RINGS)
      f->rings &= ~value;
   pthread_mutex_unlock(&f->lock);
}

void emu_fault_reset(emu_device *dev)
{
   struct emu_fault *f = dev->fault;
   pthread_mutex_lock(&f->lock);
   f->held = false;
   f->rings = f->set_ring = f->set_info = f->set_va_lo = f->set_va_hi = 0;
   memset(f->record, 0, sizeof(f->record));
   pthread_mutex_unlock(&f->lock);
}

bool emu_fault_create(emu_device *dev)
{
   struct emu_fault *f = calloc(1, sizeof(*f));
   if (!f || pthread_mutex_init(&f->lock, NULL) != 0) {
      free(f);
      return false;
   }
   dev->fault = f;
   return true;
}

void emu_fault_destroy(emu_device *dev)
{
   pthread_mutex_destroy(&dev->fault->lock);
   free(dev->fault);
   dev->fault = NULL;
}
