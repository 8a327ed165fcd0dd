/* What a semaphore or a shared fence counts with: a 64-bit value that rings and hosts write and wait for. It
 * lives in a private slot or, shared, in a section of its own that other processes map, too. */
#ifndef VKF_PAYLOAD_H
#define VKF_PAYLOAD_H

#include "vkf.h"
#include "vkf_bo.h"
#include "vkf_suballoc.h"
#include "vkf_trailer.h"

struct vkf_device;

/* In GPU memory; of a shared payload any process may write anything here at any time. */
struct vkf_payload_page {
   uint64_t value, time; /* ORDER of SIGNAL64 and WAIT_MEM64; the time of shared payloads stays 0: every card
                            has a clock of its own */
   uint64_t epoch;       /* binary semaphore: signals submitted so far; fence: the value that means signalled */
   uint64_t reserved;
};
_Static_assert(sizeof(struct vkf_payload_page) == 32, "layout shared between processes");

struct vkf_payload {
   struct vkf_payload *next; /* of the queue that still waits for it */
   uint64_t retire_at;       /* free once that submission is done */
   enum vkf_trailer_kind kind;
   struct vkf_span span; /* private */
   struct vkf_bo bo;     /* shared: has a section */
   struct vkf_payload_page *page;
   uint64_t va;
   uint32_t win32_access;
   bool win32_inherit;
};

/* What an application gives with an export or an import; see vkf_sync_handle.c. */
struct vkf_sync_export {
   bool wanted;
   const void *security, *name; /* SECURITY_ATTRIBUTES, LPCWSTR */
   uint32_t access;
};
struct vkf_sync_import {
   uint32_t handle_type;
   bool temporary;
   intptr_t handle;
   const void *name; /* LPCWSTR; then handle is not used */
};

/* share NULL or not wanted: private. */
VkResult vkf_payload_create(struct vkf_device *device, enum vkf_trailer_kind kind,
                            const struct vkf_sync_export *share, uint64_t value, uint64_t epoch,
                            struct vkf_payload **out);
/* Checks type, section and trailer; a refusal is told under the command's name. */
VkResult vkf_payload_import(struct vkf_device *device, enum vkf_trailer_kind kind,
                            const struct vkf_sync_import *import, const char *command,
                            struct vkf_payload **out);
/* A new handle on a shared payload, the caller's. VK_ERROR_TOO_MANY_OBJECTS or _OUT_OF_HOST_MEMORY. */
VkResult vkf_payload_export(struct vkf_device *device, const struct vkf_payload *payload, const void *object,
                            uint32_t handle_type, const char *command, intptr_t *handle);
void vkf_payload_destroy(struct vkf_device *device, struct vkf_payload *payload);

static inline bool vkf_payload_is_shared(const struct vkf_payload *p)
{
   return p->bo.section != NULL;
}
static inline uint64_t vkf_payload_value(const struct vkf_payload *p)
{
   return __atomic_load_n(&p->page->value, __ATOMIC_ACQUIRE);
}
static inline uint64_t vkf_payload_epoch(const struct vkf_payload *p)
{
   return __atomic_load_n(&p->page->epoch, __ATOMIC_ACQUIRE);
}

/* vkf_sync_handle.c: what pNext of a create info asks for; the import commands' structures. */
VkResult vkf_sync_parse_export(struct vkf_device *device, const void *pNext, bool fence,
                               struct vkf_sync_export *out);
/* The import has succeeded: an fd is the driver's then, a Windows handle never. */
void vkf_sync_commit(const struct vkf_sync_import *import);

#endif
