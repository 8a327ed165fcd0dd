/* What every file of the driver shares: API types, the object header, handle casts, host allocation.
 *
 * Invariant: every API object starts with struct vkf_object; its first word belongs to the loader. Entry
 * points are named vkf_ plus the command's own spelling (vkf_CreateBuffer); all other functions are
 * vkf_object_verb. */
#ifndef VKF_H
#define VKF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#define VK_USE_PLATFORM_WIN32_KHR
#endif
#include <vulkan/vulkan.h>
#include <vulkan/vk_icd.h>
#ifdef VKF_HAVE_X11
/* The types of X that the API's declarations name, without the macros of its headers. */
typedef struct xcb_connection_t xcb_connection_t;
typedef uint32_t xcb_window_t, xcb_visualid_t;
typedef struct _XDisplay Display;
typedef unsigned long Window, VisualID;
#include <vulkan/vulkan_xcb.h>
#include <vulkan/vulkan_xlib.h>
#endif
#ifdef VKF_HAVE_WAYLAND
struct wl_display;
struct wl_surface;
#include <vulkan/vulkan_wayland.h>
#endif
#include "gpu.h"

/* Prototypes of all implemented entry points, from their API declarations. */
#define VKF_COMMAND(name, level, need) extern __typeof__(vk##name) vkf_##name;
#include "vkf_commands.def"

/* A value that VK_EXT_private_data keeps with an object. */
struct vkf_private_data {
   struct vkf_private_data *next;
   uint64_t slot, value;
};

struct vkf_object {
   VK_LOADER_DATA loader; /* ORDER first: the loader writes its dispatch table here */
   VkObjectType type;
   char *name; /* from VK_EXT_debug_utils, NULL if none */
   struct vkf_private_data *private_data;
};

/* Casts between an object and its API handle. */
#define VKF_HANDLE(object, Handle)                                                                           \
   static inline struct object *object##_from(Handle h)                                                      \
   {                                                                                                         \
      return (struct object *)(uintptr_t)h;                                                                  \
   }                                                                                                         \
   static inline Handle object##_to(const struct object *o)                                                  \
   {                                                                                                         \
      return (Handle)(uintptr_t)o;                                                                           \
   }

/* The one external handle type of this system. */
#ifdef _WIN32
#define VKF_OPAQUE_HANDLE VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_WIN32_BIT
#else
#define VKF_OPAQUE_HANDLE VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT
#endif

#define VKF_MIN(a, b) ((a) < (b) ? (a) : (b))
#define VKF_MAX(a, b) ((a) > (b) ? (a) : (b))
#define VKF_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define VKF_LO(v) ((uint32_t)(v))
#define VKF_HI(v) ((uint32_t)((uint64_t)(v) >> 32))

static inline uint64_t vkf_align(uint64_t v, uint64_t pow2)
{
   return (v + pow2 - 1) & ~(pow2 - 1);
}

/* ---- host memory, through the application's callbacks where it gave some ---------------------------- */
/* Zeroed memory aligned for any type; NULL on exhaustion. alloc may be NULL. */
void *vkf_alloc(const VkAllocationCallbacks *alloc, size_t size_B, VkSystemAllocationScope scope);
/* Resize; new bytes are zero. On failure NULL, and p stays valid. */
void *vkf_realloc(const VkAllocationCallbacks *alloc, void *p, size_t old_B, size_t new_B,
                  VkSystemAllocationScope scope);
void vkf_free(const VkAllocationCallbacks *alloc, void *p);

/* Objects: given is the pAllocator of the call, parent the one of the device or instance. */
void *vkf_object_new(const VkAllocationCallbacks *given, const VkAllocationCallbacks *parent, size_t size_B,
                     VkObjectType type, VkSystemAllocationScope scope);
void vkf_object_delete(const VkAllocationCallbacks *given, const VkAllocationCallbacks *parent, void *object);

/* ---- pNext chains -------------------------------------------------------------------------------------- */
const void *vkf_find_in(const void *pNext, VkStructureType type);

/* ---- arrays returned by the two-call idiom ------------------------------------------------------------- */
/* Copy up to *count records, set *count; VK_INCOMPLETE if some were left off. out NULL: only the count. */
VkResult vkf_return_array(const void *records, uint32_t n, size_t record_B, uint32_t *count, void *out);

#endif
