/* External semaphores and fences: what the structures of both systems say, brought to one form. The payload
 * and its checks are in vkf_payload.c. */
#include "vkf_device.h"
#include "vkf_fence.h"
#include "vkf_payload.h"
#include "vkf_semaphore.h"

static VkResult check_types(struct vkf_device *device, uint32_t types, const char *what)
{
   if (types == VKF_OPAQUE_HANDLE)
      return VK_SUCCESS;
   return vkf_error(device, NULL, VK_ERROR_INVALID_EXTERNAL_HANDLE,
                    "a %s cannot be exported as handle types 0x%x, only as 0x%x", what, types,
                    VKF_OPAQUE_HANDLE);
}

VkResult vkf_sync_parse_export(struct vkf_device *device, const void *pNext, bool fence,
                               struct vkf_sync_export *out)
{
   *out = (struct vkf_sync_export){0};
   const VkExportSemaphoreCreateInfo *s =
       vkf_find_in(pNext, VK_STRUCTURE_TYPE_EXPORT_SEMAPHORE_CREATE_INFO);
   const VkExportFenceCreateInfo *f = vkf_find_in(pNext, VK_STRUCTURE_TYPE_EXPORT_FENCE_CREATE_INFO);
   uint32_t types = fence ? (f ? f->handleTypes : 0) : (s ? s->handleTypes : 0);
   if (!types)
      return VK_SUCCESS;
   VkResult r = check_types(device, types, fence ? "fence" : "semaphore");
   out->wanted = r == VK_SUCCESS;
#ifdef _WIN32
   const VkExportSemaphoreWin32HandleInfoKHR *sw =
       vkf_find_in(pNext, VK_STRUCTURE_TYPE_EXPORT_SEMAPHORE_WIN32_HANDLE_INFO_KHR);
   const VkExportFenceWin32HandleInfoKHR *fw =
       vkf_find_in(pNext, VK_STRUCTURE_TYPE_EXPORT_FENCE_WIN32_HANDLE_INFO_KHR);
   if (fence && fw)
      *out = (struct vkf_sync_export){out->wanted, fw->pAttributes, fw->name, fw->dwAccess};
   if (!fence && sw)
      *out = (struct vkf_sync_export){out->wanted, sw->pAttributes, sw->name, sw->dwAccess};
#endif
   return r;
}

#ifdef _WIN32

static VkResult check_handle(struct vkf_device *device, const void *handle, const void *name,
                             const char *command)
{
   if (!handle != !name)
      return VK_SUCCESS;
   return vkf_error(device, NULL, VK_ERROR_INVALID_EXTERNAL_HANDLE,
                    "%s: an import needs either a handle or a name", command);
}

void vkf_sync_commit(const struct vkf_sync_import *import) {} /* the handle stays the application's */

VKAPI_ATTR VkResult VKAPI_CALL
vkf_ImportSemaphoreWin32HandleKHR(VkDevice device, const VkImportSemaphoreWin32HandleInfoKHR *i)
{
   struct vkf_sync_import import = {.handle_type = i->handleType,
                                    .temporary = i->flags & VK_SEMAPHORE_IMPORT_TEMPORARY_BIT,
                                    .handle = (intptr_t)i->handle,
                                    .name = i->name};
   const char *command = "vkImportSemaphoreWin32HandleKHR";
   VkResult r = check_handle(vkf_device_from(device), i->handle, i->name, command);
   return r == VK_SUCCESS ? vkf_semaphore_import(vkf_device_from(device), vkf_semaphore_from(i->semaphore),
                                                 &import, command)
                          : r;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetSemaphoreWin32HandleKHR(VkDevice device,
                                                              const VkSemaphoreGetWin32HandleInfoKHR *i,
                                                              HANDLE *pHandle)
{
   struct vkf_semaphore *s = vkf_semaphore_from(i->semaphore);
   intptr_t handle = 0;
   VkResult r = vkf_payload_export(vkf_device_from(device), vkf_semaphore_payload(s), s, i->handleType,
                                   "vkGetSemaphoreWin32HandleKHR", &handle);
   *pHandle = (HANDLE)handle;
   return r;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_ImportFenceWin32HandleKHR(VkDevice device,
                                                             const VkImportFenceWin32HandleInfoKHR *i)
{
   struct vkf_sync_import import = {.handle_type = i->handleType,
                                    .temporary = i->flags & VK_FENCE_IMPORT_TEMPORARY_BIT,
                                    .handle = (intptr_t)i->handle,
                                    .name = i->name};
   const char *command = "vkImportFenceWin32HandleKHR";
   VkResult r = check_handle(vkf_device_from(device), i->handle, i->name, command);
   return r == VK_SUCCESS
              ? vkf_fence_import(vkf_device_from(device), vkf_fence_from(i->fence), &import, command)
              : r;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetFenceWin32HandleKHR(VkDevice device,
                                                          const VkFenceGetWin32HandleInfoKHR *i,
                                                          HANDLE *pHandle)
{
   struct vkf_fence *f = vkf_fence_from(i->fence);
   intptr_t handle = 0;
   VkResult r = vkf_payload_export(vkf_device_from(device), vkf_fence_payload(f), f, i->handleType,
                                   "vkGetFenceWin32HandleKHR", &handle);
   *pHandle = (HANDLE)handle;
   return r;
}

#else
#include <unistd.h>

void vkf_sync_commit(const struct vkf_sync_import *import)
{
   close((int)import->handle);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_ImportSemaphoreFdKHR(VkDevice device, const VkImportSemaphoreFdInfoKHR *i)
{
   struct vkf_sync_import import = {.handle_type = i->handleType,
                                    .temporary = i->flags & VK_SEMAPHORE_IMPORT_TEMPORARY_BIT,
                                    .handle = i->fd};
   return vkf_semaphore_import(vkf_device_from(device), vkf_semaphore_from(i->semaphore), &import,
                               "vkImportSemaphoreFdKHR");
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetSemaphoreFdKHR(VkDevice device, const VkSemaphoreGetFdInfoKHR *i,
                                                     int *pFd)
{
   struct vkf_semaphore *s = vkf_semaphore_from(i->semaphore);
   intptr_t fd = -1;
   VkResult r = vkf_payload_export(vkf_device_from(device), vkf_semaphore_payload(s), s, i->handleType,
                                   "vkGetSemaphoreFdKHR", &fd);
   *pFd = (int)fd;
   return r;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_ImportFenceFdKHR(VkDevice device, const VkImportFenceFdInfoKHR *i)
{
   struct vkf_sync_import import = {.handle_type = i->handleType,
                                    .temporary = i->flags & VK_FENCE_IMPORT_TEMPORARY_BIT,
                                    .handle = i->fd};
   return vkf_fence_import(vkf_device_from(device), vkf_fence_from(i->fence), &import,
                           "vkImportFenceFdKHR");
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetFenceFdKHR(VkDevice device, const VkFenceGetFdInfoKHR *i, int *pFd)
{
   struct vkf_fence *f = vkf_fence_from(i->fence);
   intptr_t fd = -1;
   VkResult r = vkf_payload_export(vkf_device_from(device), vkf_fence_payload(f), f, i->handleType,
                                   "vkGetFenceFdKHR", &fd);
   *pFd = (int)fd;
   return r;
}

#endif

/* ---- capabilities: the one handle type, for every kind of semaphore and for fences ------------------------ */
VKAPI_ATTR void VKAPI_CALL vkf_GetPhysicalDeviceExternalSemaphorePropertiesKHR(
    VkPhysicalDevice physicalDevice, const VkPhysicalDeviceExternalSemaphoreInfo *pInfo,
    VkExternalSemaphoreProperties *out)
{
   bool known = pInfo->handleType == (uint32_t)VKF_OPAQUE_HANDLE;
   out->exportFromImportedHandleTypes = known ? VKF_OPAQUE_HANDLE : 0;
   out->compatibleHandleTypes = known ? VKF_OPAQUE_HANDLE : 0;
   out->externalSemaphoreFeatures =
       known ? VK_EXTERNAL_SEMAPHORE_FEATURE_EXPORTABLE_BIT | VK_EXTERNAL_SEMAPHORE_FEATURE_IMPORTABLE_BIT : 0;
}

VKAPI_ATTR void VKAPI_CALL vkf_GetPhysicalDeviceExternalFencePropertiesKHR(
    VkPhysicalDevice physicalDevice, const VkPhysicalDeviceExternalFenceInfo *pInfo,
    VkExternalFenceProperties *out)
{
   bool known = pInfo->handleType == (uint32_t)VKF_OPAQUE_HANDLE;
   out->exportFromImportedHandleTypes = known ? VKF_OPAQUE_HANDLE : 0;
   out->compatibleHandleTypes = known ? VKF_OPAQUE_HANDLE : 0;
   out->externalFenceFeatures =
       known ? VK_EXTERNAL_FENCE_FEATURE_EXPORTABLE_BIT | VK_EXTERNAL_FENCE_FEATURE_IMPORTABLE_BIT : 0;
}
