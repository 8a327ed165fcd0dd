/* Extensions as bits, from vkf_extensions.def. */
#ifndef VKF_EXTENSIONS_H
#define VKF_EXTENSIONS_H

#include "vkf.h"

enum vkf_extension {
   VKF_EXT_CORE,
#define VKF_EXTENSION(name, kind, version) VKF_EXT_##name,
#include "vkf_extensions.def"
   VKF_EXT_COUNT,
   /* What commands may need beside extensions: a version of the API. */
   VKF_EXT_CORE_1_1 = 0xfe
};
_Static_assert(VKF_EXT_COUNT <= 128, "an extension set has 128 bits");

struct vkf_extension_set {
   uint64_t bits[2];
};

enum vkf_extension_kind { VKF_EXT_KIND_NONE, VKF_EXT_KIND_INSTANCE, VKF_EXT_KIND_DEVICE };

enum vkf_extension_kind vkf_extension_kind(enum vkf_extension e);
static inline bool vkf_extension_in(const struct vkf_extension_set *set, enum vkf_extension e)
{
   return set->bits[e / 64] >> (e % 64) & 1;
}
/* The set named by the list; false and *unknown if one is not of this kind. */
bool vkf_extensions_parse(enum vkf_extension_kind kind, const char *const *names, uint32_t count,
                          struct vkf_extension_set *set, const char **unknown);
VkResult vkf_extensions_list(enum vkf_extension_kind kind, uint32_t *count, VkExtensionProperties *out);

#endif
