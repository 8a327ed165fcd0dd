/* External memory, what both systems share: a section per exportable allocation, and the checks of an import.
 * The trailer is copied once into private memory and nothing else of the shared object is trusted. */
#include "vkf_device.h"
#include "vkf_machine.h"
#include "vkf_memory.h"
#include "vkf_trailer.h"

/* vkAllocateMemory has no error of its own for a process that may open no more files. */
static VkResult without_handles(VkResult r)
{
   return r == VK_ERROR_TOO_MANY_OBJECTS ? VK_ERROR_OUT_OF_HOST_MEMORY : r;
}

static VkResult import_section(struct vkf_device *device, const VkMemoryAllocateInfo *info,
                               const struct vkf_external_request *request, struct vkf_section **out)
{
   const char *why = "";
   VkResult r = request->import_name
                    ? vkf_section_import_name(request->import_name, info->allocationSize, out, &why)
                    : vkf_section_import(request->handle, info->allocationSize, out, &why);
   if (r != VK_SUCCESS)
      return vkf_error(device, NULL, without_handles(r), "vkAllocateMemory: cannot import: %s", why);
   struct vkf_trailer trailer;
   vkf_section_trailer(*out, &trailer, sizeof trailer);
   why = vkf_trailer_mismatch(&trailer, VKF_TRAILER_MEMORY, info->allocationSize, info->memoryTypeIndex);
   if (!why)
      return VK_SUCCESS;
   vkf_section_release(*out);
   *out = NULL;
   return vkf_error(device, NULL, VK_ERROR_INVALID_EXTERNAL_HANDLE, "vkAllocateMemory: cannot import: %s",
                    why);
}

VkResult vkf_external_section(struct vkf_device *device, const VkMemoryAllocateInfo *info,
                              const struct vkf_external_request *request, struct vkf_section **out)
{
   *out = NULL;
   if (request->import)
      return import_section(device, info, request, out);
   if (!request->export)
      return VK_SUCCESS;
   struct vkf_trailer trailer;
   vkf_trailer_fill(&trailer, VKF_TRAILER_MEMORY, info->allocationSize, info->memoryTypeIndex);
   VkResult r = vkf_section_create(info->allocationSize, &trailer, sizeof trailer, request->security,
                                   request->export_name, out);
   if (r == VK_ERROR_INVALID_EXTERNAL_HANDLE)
      vkf_error(device, NULL, r,
                "vkAllocateMemory: cannot make the named section (does one of that name exist?)");
   return without_handles(r);
}

/* The part of vkf_external_parse that both systems have. */
static VkResult parse_export(struct vkf_device *device, const VkMemoryAllocateInfo *info,
                             struct vkf_external_request *out)
{
   *out = (struct vkf_external_request){.fd_to_close = -1};
   const VkExportMemoryAllocateInfo *e =
       vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO);
   if (!e || !e->handleTypes)
      return VK_SUCCESS;
   if (e->handleTypes != VKF_OPAQUE_HANDLE)
      return vkf_error(device, NULL, VK_ERROR_INVALID_EXTERNAL_HANDLE,
                       "vkAllocateMemory: handle types 0x%x cannot be exported, only 0x%x can",
                       e->handleTypes, VKF_OPAQUE_HANDLE);
   out->export = true;
   return VK_SUCCESS;
}

static VkResult refuse_type(struct vkf_device *device, uint32_t type)
{
   return vkf_error(device, NULL, VK_ERROR_INVALID_EXTERNAL_HANDLE,
                    "vkAllocateMemory: handle type 0x%x cannot be imported, only 0x%x can", type,
                    VKF_OPAQUE_HANDLE);
}

#ifdef _WIN32

VkResult vkf_external_parse(struct vkf_device *device, const VkMemoryAllocateInfo *info,
                            struct vkf_external_request *out)
{
   VkResult r = parse_export(device, info, out);
   if (r != VK_SUCCESS)
      return r;
   const VkImportMemoryWin32HandleInfoKHR *i =
       vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_IMPORT_MEMORY_WIN32_HANDLE_INFO_KHR);
   if (i && i->handleType) {
      if (i->handleType != VKF_OPAQUE_HANDLE)
         return refuse_type(device, i->handleType);
      if (!i->handle == !i->name)
         return vkf_error(device, NULL, VK_ERROR_INVALID_EXTERNAL_HANDLE,
                          "vkAllocateMemory: an import needs either a handle or a name");
      out->import = true;
      out->handle = (intptr_t)i->handle;
      out->import_name = i->name;
   }
   const VkExportMemoryWin32HandleInfoKHR *e =
       vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_EXPORT_MEMORY_WIN32_HANDLE_INFO_KHR);
   if (e && out->export) {
      const SECURITY_ATTRIBUTES *s = e->pAttributes;
      out->security = s;
      out->inherit = s && s->bInheritHandle;
      out->access = e->dwAccess;
      out->export_name = e->name;
   }
   return VK_SUCCESS;
}

void vkf_external_commit(const struct vkf_external_request *request) {
} /* the handle stays the application's */

#else
#include <unistd.h>

VkResult vkf_external_parse(struct vkf_device *device, const VkMemoryAllocateInfo *info,
                            struct vkf_external_request *out)
{
   VkResult r = parse_export(device, info, out);
   if (r != VK_SUCCESS)
      return r;
   const VkImportMemoryFdInfoKHR *i = vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_IMPORT_MEMORY_FD_INFO_KHR);
   if (!i || !i->handleType)
      return VK_SUCCESS;
   if (i->handleType != VKF_OPAQUE_HANDLE)
      return refuse_type(device, i->handleType);
   out->import = true;
   out->handle = i->fd;
   out->fd_to_close = i->fd;
   return VK_SUCCESS;
}

void vkf_external_commit(const struct vkf_external_request *request)
{
   if (request->fd_to_close >= 0)
      close(request->fd_to_close);
}

#endif
