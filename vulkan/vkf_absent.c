/* What vulkan-1.dll exports under the names of commands that the driver knows but does not implement, so that
 * programs linked against them by name still start. A caller that ignores procedure queries gets an error
 * code and a line on stderr. */
#include "vkf.h"
#include <stdio.h>

/* One body for all signatures: on this ABI the caller cleans up and an integer result is enough. */
VkResult vkf_absent(void);
VkResult vkf_absent(void)
{
   fprintf(stderr, "figment: a Vulkan command that this driver does not implement was called\n");
   return VK_ERROR_EXTENSION_NOT_PRESENT;
}
