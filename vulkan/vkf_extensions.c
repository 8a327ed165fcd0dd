/* The list of extensions: enumeration and parsing of what an application enables. */
#include "vkf_extensions.h"
#include "vkf_wsi_library.h"

static const struct {
   VkExtensionProperties properties;
   enum vkf_extension_kind kind;
} table[VKF_EXT_COUNT] = {
#define VKF_EXTENSION(name, ext_kind, version)                                                               \
   [VKF_EXT_##name] = {{"VK_" #name, version}, VKF_EXT_KIND_##ext_kind},
#include "vkf_extensions.def"
};

enum vkf_extension_kind vkf_extension_kind(enum vkf_extension e)
{
   return table[e].kind;
}

/* Window systems whose libraries this machine lacks are not offered. */
static bool is_offered(uint32_t e)
{
   switch (e) {
#ifdef VKF_HAVE_X11
   case VKF_EXT_KHR_xcb_surface: return vkf_wsi_x11_is_there();
   case VKF_EXT_KHR_xlib_surface: return vkf_wsi_xlib_is_there();
#endif
#ifdef VKF_HAVE_WAYLAND
   case VKF_EXT_KHR_wayland_surface: return vkf_wsi_wayland_is_there();
#endif
   default: return true;
   }
}

bool vkf_extensions_parse(enum vkf_extension_kind kind, const char *const *names, uint32_t count,
                          struct vkf_extension_set *set, const char **unknown)
{
   *set = (struct vkf_extension_set){0};
   for (uint32_t i = 0; i < count; i++) {
      uint32_t e = 1;
      while (e < VKF_EXT_COUNT &&
             (table[e].kind != kind || strcmp(table[e].properties.extensionName, names[i])))
         e++;
      if (e == VKF_EXT_COUNT || !is_offered(e)) {
         *unknown = names[i];
         return false;
      }
      set->bits[e / 64] |= UINT64_C(1) << (e % 64);
   }
   return true;
}

VkResult vkf_extensions_list(enum vkf_extension_kind kind, uint32_t *count, VkExtensionProperties *out)
{
   VkExtensionProperties all[VKF_EXT_COUNT];
   uint32_t n = 0;
   for (uint32_t e = 1; e < VKF_EXT_COUNT; e++)
      if (table[e].kind == kind && is_offered(e))
         all[n++] = table[e].properties;
   return vkf_return_array(all, n, sizeof all[0], count, out);
}
