/* VkDevice: one powered card with its heaps, page tables, rings and what is known of its faults. */
#ifndef VKF_DEVICE_H
#define VKF_DEVICE_H

#include <pthread.h>
#include <stdatomic.h>
#include "vkf.h"
#include "vkf_debug.h"
#include "vkf_instance.h"
#include "vkf_mmu.h"
#include "vkf_physical_device.h"
#include "vkf_queue.h"
#include "vkf_ranges.h"
#include "vkf_suballoc.h"

struct vkf_internal;
struct vkf_machine;

struct vkf_fault_record {
   uint32_t type, access, ring, group[3], lanes,
       info; /* type: enum gpu_fault; GPU_FAULT_NONE when the processor halted */
   uint64_t va, pc;
   uint32_t cp_status, cp_pc, cp_cause, cp_tval;
};

struct vkf_device {
   struct vkf_object object;
   VkAllocationCallbacks alloc_copy;
   const VkAllocationCallbacks *alloc;
   struct vkf_physical_device *physical;
   struct vkf_machine *machine;
   struct vkf_extension_set extensions;

   pthread_mutex_t lock; /* heaps, page tables */
   struct vkf_ranges vram, sysmem, va;
   struct vkf_mmu mmu;
   struct vkf_bo firmware;
   atomic_uint allocations; /* live VkDeviceMemory */
   bool exact_bounds;       /* robustBufferAccess2 is on */
   bool report_addresses;   /* VK_EXT_device_address_binding_report is on */
   atomic_uint pipelines;   /* created so far: their numbers in reports */

   struct vkf_suballoc code;  /* VRAM: programs, command segments, descriptors */
   struct vkf_suballoc slots; /* system memory: what host and card both poll */
   struct vkf_internal *internal; /* programs of the driver's own */

   struct vkf_queue *queues[VKF_QUEUE_COUNT]; /* NULL where not created */
   pthread_mutex_t feeder_lock;
   struct vkf_feeder *feeder; /* NULL until a ring was full */

   _Atomic uint64_t private_slots; /* made so far */
   pthread_mutex_t private_lock;   /* private data of all objects */

   pthread_mutex_t lost_lock;
   atomic_bool lost;
   struct vkf_fault_record fault; /* written once, before lost is set */
};
VKF_HANDLE(vkf_device, VkDevice)

/* Objects that belong to a device. */
static inline void *vkf_device_object(struct vkf_device *device, const VkAllocationCallbacks *given,
                                      size_t size_B, VkObjectType type)
{
   return vkf_object_new(given, device->alloc, size_B, type, VK_SYSTEM_ALLOCATION_SCOPE_OBJECT);
}

/* True once a fault or a halt of the processor has been seen; looks at the interrupt status, tells once. */
bool vkf_device_is_lost(struct vkf_device *device);

/* How long a host wait may go without looking at what another process writes. */
#define VKF_SHARED_POLL_NS UINT64_C(1000000)

/* Sleep until done(context), loss of the device (VK_ERROR_DEVICE_LOST) or timeout_ns (VK_TIMEOUT; UINT64_MAX
 * waits for ever). done is asked after every interrupt; if poll_ns is not 0 also
 * in between, soon at first, then ever more slowly, at last each poll_ns. */
VkResult vkf_device_wait(struct vkf_device *device, bool (*done)(void *context), void *context,
                         uint64_t timeout_ns, uint64_t poll_ns);

/* vkf_boot.c: load the firmware, start the processor, hand it the rings of the queues. */
VkResult vkf_boot(struct vkf_device *device);
/* vkf_fault.c */
void vkf_fault_read(struct vkf_device *device, struct vkf_fault_record *out);
void vkf_fault_describe(const struct vkf_fault_record *f, char *out, size_t size_B);

#endif
