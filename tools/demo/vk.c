/* Finds the Vulkan library and its commands at run time, so that the demo builds without one. */
#include "vk.h"

#include <stdio.h>
#ifndef _WIN32
#include <dlfcn.h>
#endif

#define X(name) PFN_##name name;
DEMO_VK_GLOBAL(X)
DEMO_VK_COMMANDS(X)
DEMO_VK_OPTIONAL(X)
#undef X

static PFN_vkGetInstanceProcAddr get_proc;

bool demo_vk_load_library(void)
{
#ifdef _WIN32
   HMODULE lib = LoadLibraryA("vulkan-1.dll");
   if (lib)
      get_proc = (PFN_vkGetInstanceProcAddr)(void (*)(void))GetProcAddress(lib, "vkGetInstanceProcAddr");
#else
   void *lib = dlopen("libvulkan.so.1", RTLD_NOW);
   if (lib)
      get_proc = (PFN_vkGetInstanceProcAddr)dlsym(lib, "vkGetInstanceProcAddr");
#endif
   if (!get_proc) {
      fprintf(stderr, "demo: no Vulkan library found (Debian package libvulkan1; on Windows vulkan-1.dll)\n");
      return false;
   }
#define X(name) name = (PFN_##name)get_proc(NULL, #name);
   DEMO_VK_GLOBAL(X)
#undef X
   return vkCreateInstance && vkEnumerateInstanceExtensionProperties;
}

bool demo_vk_load_commands(VkInstance instance)
{
   bool ok = true;
#define X(name)                                                                                              \
   name = (PFN_##name)get_proc(instance, #name);                                                             \
   if (!name) {                                                                                              \
      fprintf(stderr, "demo: the Vulkan library has no " #name "\n");                                        \
      ok = false;                                                                                            \
   }
   DEMO_VK_COMMANDS(X)
#undef X
#define X(name) name = (PFN_##name)get_proc(instance, #name);
   DEMO_VK_OPTIONAL(X)
#undef X
   return ok;
}
