/* FIGMENT_VK and messages: what the driver tells its user, on stderr and through VK_EXT_debug_utils. */
#ifndef VKF_DEBUG_H
#define VKF_DEBUG_H

#include "gpu_printf.h"
#include "vkf.h"

enum vkf_debug_flag {
   VKF_DEBUG_ERRORS = 1 << 0,
   VKF_DEBUG_SUBMIT = 1 << 1,
   VKF_DEBUG_MEMORY = 1 << 2,
   VKF_DEBUG_PIPELINE = 1 << 3,
   VKF_DEBUG_DEVICE = 1 << 4,
};

struct vkf_debug_settings {
   uint32_t flags;
   bool valid;          /* false: FIGMENT_VK holds an unknown name (already reported on stderr) */
   char firmware[1024]; /* image file to load in place of the built-in one, "" for none */
};

/* FIGMENT_VK, read afresh: once per instance. Prints the list of nouns for `help` and for unknown names. */
void vkf_debug_read(struct vkf_debug_settings *out);

struct vkf_instance;
struct vkf_device;

/* Tell the messengers, and stderr if FIGMENT_VK has the flag for it (errors do; verbose text needs `flag`).
 * object may be NULL. */
void vkf_message(struct vkf_instance *instance, VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                 uint32_t flag, const void *object, const char *id, const char *format, ...) GPU_PRINTF(6, 7);

/* An error met in a command: tell, and return r. */
VkResult vkf_error(struct vkf_device *device, const void *object, VkResult r, const char *format, ...)
    GPU_PRINTF(4, 5);
VkResult vkf_instance_error(struct vkf_instance *instance, VkResult r, const char *format, ...)
    GPU_PRINTF(3, 4);

/* Verbose line for one of the debug nouns. */
#define vkf_debug(instance, flag, ...)                                                                       \
   do {                                                                                                      \
      if ((instance)->debug.flags & (flag))                                                                  \
         vkf_message(instance, VK_DEBUG_UTILS_MESSAGE_SEVERITY_VERBOSE_BIT_EXT, flag, NULL, "FIGMENT-debug", \
                     __VA_ARGS__);                                                                           \
   } while (0)

#endif
