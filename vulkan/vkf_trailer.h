/* The metadata behind an exported payload, by which an importer knows what it got. */
#ifndef VKF_TRAILER_H
#define VKF_TRAILER_H

#include "vkf.h"

#define VKF_TRAILER_MAGIC 0x544d4746u /* "FGMT" */
#define VKF_TRAILER_VERSION 1u

/* What the section holds; nothing else may be imported as it. */
enum vkf_trailer_kind { VKF_TRAILER_MEMORY, VKF_TRAILER_BINARY, VKF_TRAILER_TIMELINE, VKF_TRAILER_FENCE };

/* Lives in shared memory: fixed layout, no pointers, nothing that is followed. */
struct vkf_trailer {
   uint32_t magic, version, abi, trailer_B;
   uint64_t allocation_B;
   uint32_t memory_type, kind;
   uint8_t device_uuid[VK_UUID_SIZE], driver_uuid[VK_UUID_SIZE];
};
_Static_assert(sizeof(struct vkf_trailer) == 64, "layout shared between processes");

void vkf_trailer_fill(struct vkf_trailer *t, enum vkf_trailer_kind kind, uint64_t allocation_B, uint32_t memory_type);
/* NULL if the (private copy of a) trailer fits the import, else what is wrong with it. */
const char *vkf_trailer_mismatch(const struct vkf_trailer *t, enum vkf_trailer_kind kind, uint64_t allocation_B,
                                 uint32_t memory_type);

#endif
