/* Extensions as bits, from vkf_extensions.def. */
#ifndef VKF_EXTENSIONS_H
#define VKF_EXTENSIONS_H

#include "vkf.h"

enum vkf_extension {
   VKF_EXT_CORE,
#define VKF_EXTENSION(name, kind, version) VKF_EXT_##name,
#include "vkf_extensions.def"
   VKF_EXT_COUNT
};
_Static_assert(VKF_EXT_COUNT <= 64, "extension sets are 64 bits");

enum vkf_extension_kind { VKF_EXT_KIND_NONE, VKF_EXT_KIND_INSTANCE, VKF_EXT_KIND_DEVICE };

enum vkf_extension_kind vkf_extension_kind(enum vkf_extension e);
static inline bool vkf_extension_in(uint64_t set, enum vkf_extension e)
{
   return e == VKF_EXT_CORE || (set >> e & 1);
}
/* The set named by the list; false and *unknown if one is not of this kind. */
bool vkf_extensions_parse(enum vkf_extension_kind kind, const char *const *names, uint32_t count,
                          uint64_t *set, const char **unknown);
VkResult vkf_extensions_list(enum vkf_extension_kind kind, uint32_t *count, VkExtensionProperties *out);

#endif
