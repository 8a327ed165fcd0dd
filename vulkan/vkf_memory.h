/* VkDeviceMemory. */
#ifndef VKF_MEMORY_H
#define VKF_MEMORY_H

#include "vkf.h"
#include "vkf_bo.h"

struct vkf_device;

struct vkf_memory {
   struct vkf_object object;
   struct vkf_bo bo;
   uint64_t size_B; /* as asked for */
   uint32_t type;   /* enum vkf_memory_type */
   bool exportable;
   uint32_t win32_access; /* dwAccess of VkExportMemoryWin32HandleInfoKHR, 0 for the default */
   bool win32_inherit;
};
VKF_HANDLE(vkf_memory, VkDeviceMemory)

/* What pNext of VkMemoryAllocateInfo asks of sections; vkf_memory_external.c */
struct vkf_external_request {
   bool export, import;
   intptr_t handle;         /* import by handle */
   int fd_to_close;         /* Linux: ours once the import has succeeded; -1 */
   const void *import_name; /* LPCWSTR; import by name if not NULL */
   const void *security, *export_name;
   uint32_t access;
   bool inherit;
};

VkResult vkf_external_parse(struct vkf_device *device, const VkMemoryAllocateInfo *info,
                            struct vkf_external_request *out);
/* The section that the request creates or imports, checked; NULL in *out if it asks for none. */
VkResult vkf_external_section(struct vkf_device *device, const VkMemoryAllocateInfo *info,
                              const struct vkf_external_request *request, struct vkf_section **out);
/* The import has succeeded: take what the specification gives to the implementation. */
void vkf_external_commit(const struct vkf_external_request *request);

/* vkf_memory_host.c: pages of the application that the allocation imports, NULL if it does not; an error, told, if they
 * cannot be. */
VkResult vkf_host_import(struct vkf_device *device, const VkMemoryAllocateInfo *info, void **pages);

#endif
