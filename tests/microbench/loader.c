/* Reaches Vulkan: the system's loader, or a library that is named, be it a loader or a driver by itself. */
#include "microbench.h"
#include <stdio.h>
#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
static void *open_library(const char *path) { return (void *)LoadLibraryA(path ? path : "vulkan-1.dll"); }
static void *symbol(void *library, const char *name)
{
   return (void *)(uintptr_t)GetProcAddress((HMODULE)library, name);
}
static const char *why(void) { return "LoadLibrary failed"; }
#else
#include <dlfcn.h>
static void *open_library(const char *path) { return dlopen(path ? path : "libvulkan.so.1", RTLD_NOW | RTLD_LOCAL); }
static void *symbol(void *library, const char *name) { return dlsym(library, name); }
static const char *why(void)
{
   const char *text = dlerror();
   return text ? text : "unknown error";
}
#endif

struct mb_vk vk;

static PFN_vkVoidFunction command(VkInstance instance, const char *name)
{
   return vk.GetInstanceProcAddr(instance, name);
}

bool mb_load(const char *library, char *message, size_t size)
{
   void *l = open_library(library), *get;
   if (!l) {
      snprintf(message, size, "cannot open %s: %s", library ? library : "the Vulkan loader", why());
      return false;
   }
   get = symbol(l, "vkGetInstanceProcAddr");
   if (!get) {
      get = symbol(l, "vk_icdGetInstanceProcAddr");
      void *negotiate = symbol(l, "vk_icdNegotiateLoaderICDInterfaceVersion");
      uint32_t version = 5;
      VkResult (*ask)(uint32_t *);
      *(void **)&ask = negotiate;
      if (get && negotiate)
         ask(&version);
   }
   if (!get) {
      snprintf(message, size, "%s is neither a Vulkan loader nor a Vulkan driver", library ? library : "the Vulkan loader");
      return false;
   }
   *(void **)&vk.GetInstanceProcAddr = get;
   vk.CreateInstance = (PFN_vkCreateInstance)command(VK_NULL_HANDLE, "vkCreateInstance");
   return true;
}

void mb_load_instance(VkInstance instance)
{
#define MB_COMMAND(name)                                                                                       \
   vk.name = (PFN_vk##name)command(instance, "vk" #name);                                                      \
   if (!vk.name)                                                                                               \
      mb_die("the driver has no vk" #name);
#include "commands.def"
#undef MB_COMMAND
   vk.GetBufferDeviceAddressKHR = (PFN_vkGetBufferDeviceAddressKHR)command(instance, "vkGetBufferDeviceAddressKHR");
}
