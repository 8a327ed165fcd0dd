/* Payloads of semaphores and fences. Invariant: the trailer of an import is compared from a private copy before
 * anything is mapped for the card; afterwards only whole 64-bit words of the page are read, and no value in it can do
 * more than end a wait early or never. */
#include "vkf_payload.h"
#include "vkf_device.h"
#include "vkf_machine.h"

#define SECTION_B GPU_CHUNK_B

static VkResult payload_new(struct vkf_device *device, enum vkf_trailer_kind kind, struct vkf_payload **out)
{
   struct vkf_payload *p = vkf_alloc(device->alloc, sizeof *p, VK_SYSTEM_ALLOCATION_SCOPE_OBJECT);
   *out = p;
   if (!p)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   p->kind = kind;
   return VK_SUCCESS;
}

/* Takes the section over, on success only. */
static VkResult bind_section(struct vkf_device *device, struct vkf_payload *p, struct vkf_section *section)
{
   VkResult r = vkf_bo_create(device, VKF_PLACE_SYSTEM, SECTION_B, section, true, &p->bo);
   if (r != VK_SUCCESS)
      return r;
   p->page = p->bo.host;
   p->va = p->bo.va;
   return VK_SUCCESS;
}

static VkResult make_shared(struct vkf_device *device, struct vkf_payload *p,
                            const struct vkf_sync_export *share)
{
   struct vkf_trailer trailer;
   struct vkf_section *section = NULL;
   vkf_trailer_fill(&trailer, p->kind, SECTION_B, 0);
   VkResult r =
       vkf_section_create(SECTION_B, &trailer, sizeof trailer, share->security, share->name, &section);
   if (r == VK_ERROR_INVALID_EXTERNAL_HANDLE)
      vkf_error(device, NULL, r, "cannot make the named section (does one of that name exist?)");
   /* Creation of semaphores and fences knows no other errors. */
   if (r == VK_ERROR_TOO_MANY_OBJECTS)
      r = VK_ERROR_OUT_OF_HOST_MEMORY;
   if (r != VK_SUCCESS)
      return r;
   p->win32_access = share->access;
#ifdef _WIN32
   const SECURITY_ATTRIBUTES *s = share->security;
   p->win32_inherit = s && s->bInheritHandle;
#endif
   r = bind_section(device, p, section);
   if (r != VK_SUCCESS)
      vkf_section_release(section);
   return r;
}

static VkResult make_private(struct vkf_device *device, struct vkf_payload *p)
{
   VkResult r = vkf_span_take(&device->slots, sizeof *p->page, 16, &p->span);
   if (r != VK_SUCCESS)
      return r;
   p->page = p->span.host;
   p->va = p->span.va;
   memset(p->page, 0, sizeof *p->page);
   return VK_SUCCESS;
}

VkResult vkf_payload_create(struct vkf_device *device, enum vkf_trailer_kind kind,
                            const struct vkf_sync_export *share, uint64_t value, uint64_t epoch,
                            struct vkf_payload **out)
{
   struct vkf_payload *p;
   VkResult r = payload_new(device, kind, &p);
   if (r != VK_SUCCESS)
      return r;
   r = share && share->wanted ? make_shared(device, p, share) : make_private(device, p);
   if (r != VK_SUCCESS) {
      vkf_free(device->alloc, p);
      return r;
   }
   __atomic_store_n(&p->page->epoch, epoch, __ATOMIC_SEQ_CST);
   __atomic_store_n(&p->page->value, value, __ATOMIC_SEQ_CST);
   *out = p;
   return VK_SUCCESS;
}

static VkResult import_section(struct vkf_device *device, enum vkf_trailer_kind kind,
                               const struct vkf_sync_import *import, const char *command,
                               struct vkf_section **out)
{
   const char *why = "";
   VkResult r = import->name ? vkf_section_import_name(import->name, SECTION_B, out, &why)
                             : vkf_section_import(import->handle, SECTION_B, out, &why);
   if (r == VK_ERROR_TOO_MANY_OBJECTS)
      r = VK_ERROR_OUT_OF_HOST_MEMORY;
   if (r != VK_SUCCESS)
      return vkf_error(device, NULL, r, "%s: cannot import: %s", command, why);
   struct vkf_trailer trailer;
   vkf_section_trailer(*out, &trailer, sizeof trailer);
   why = vkf_trailer_mismatch(&trailer, kind, SECTION_B, 0);
   if (!why)
      return VK_SUCCESS;
   vkf_section_release(*out);
   *out = NULL;
   return vkf_error(device, NULL, VK_ERROR_INVALID_EXTERNAL_HANDLE, "%s: cannot import: %s", command, why);
}

VkResult vkf_payload_import(struct vkf_device *device, enum vkf_trailer_kind kind,
                            const struct vkf_sync_import *import, const char *command,
                            struct vkf_payload **out)
{
   struct vkf_payload *p;
   struct vkf_section *section = NULL;
   if (import->handle_type != VKF_OPAQUE_HANDLE)
      return vkf_error(device, NULL, VK_ERROR_INVALID_EXTERNAL_HANDLE,
                       "%s: handle type 0x%x cannot be imported, only 0x%x can", command, import->handle_type,
                       VKF_OPAQUE_HANDLE);
   if (kind == VKF_TRAILER_TIMELINE && import->temporary)
      return vkf_error(device, NULL, VK_ERROR_INVALID_EXTERNAL_HANDLE,
                       "%s: a timeline semaphore has no temporary imports", command);
   VkResult r = payload_new(device, kind, &p);
   if (r == VK_SUCCESS)
      r = import_section(device, kind, import, command, &section);
   if (r == VK_SUCCESS)
      r = bind_section(device, p, section);
   if (r != VK_SUCCESS) {
      vkf_section_release(section);
      vkf_free(device->alloc, p);
      return r == VK_ERROR_OUT_OF_DEVICE_MEMORY ? VK_ERROR_OUT_OF_HOST_MEMORY : r;
   }
   *out = p;
   return VK_SUCCESS;
}

VkResult vkf_payload_export(struct vkf_device *device, const struct vkf_payload *payload, const void *object,
                            uint32_t handle_type, const char *command, intptr_t *handle)
{
   if (!payload || !vkf_payload_is_shared(payload) || handle_type != VKF_OPAQUE_HANDLE)
      return vkf_error(device, object, VK_ERROR_OUT_OF_HOST_MEMORY,
                       "%s: the object was not made for export as handle type 0x%x", command, handle_type);
   return vkf_section_export(payload->bo.section, payload->win32_access, payload->win32_inherit, handle);
}

void vkf_payload_destroy(struct vkf_device *device, struct vkf_payload *payload)
{
   if (!payload)
      return;
   vkf_bo_destroy(device, &payload->bo);
   vkf_span_give(&device->slots, &payload->span);
   vkf_free(device->alloc, payload);
}
