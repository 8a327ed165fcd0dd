/* Procedure addresses by name, from vkf_commands.def. Invariant: a name is answered only if what it needs is there: a
 * core version that the instance asked for, or an extension that it or the device enabled. Device extensions
 * seen from an instance need not be enabled, as the specification has it. */
#include "vkf_entrypoints.h"
#include "vkf_extensions.h"
#include "vkf_instance.h"
#include <stdlib.h>

enum level { LEVEL_GLOBAL, LEVEL_INSTANCE, LEVEL_PHYSICAL, LEVEL_DEVICE };

struct command {
   const char *name;
   PFN_vkVoidFunction function;
   uint8_t level, need;
};

static const struct command commands[] = {
#define VKF_EXT_NEED(need) VKF_EXT_##need
#define VKF_COMMAND(name, level, need)                                                                       \
   {"vk" #name, (PFN_vkVoidFunction)vkf_##name, LEVEL_##level, VKF_EXT_NEED(need)},
#define VKF_COMMAND_1_1(name, level, target)                                                                 \
   {"vk" #name, (PFN_vkVoidFunction)vkf_##target, LEVEL_##level, VKF_EXT_CORE_1_1},
#include "vkf_commands.def"
};

static const struct command *find(const char *name)
{
   for (size_t i = 0; i < VKF_COUNT(commands); i++)
      if (!strcmp(commands[i].name, name))
         return &commands[i];
   return NULL;
}

static bool is_there(const struct command *c, const struct vkf_instance *instance)
{
   if (c->need == VKF_EXT_CORE)
      return true;
   if (c->need == VKF_EXT_CORE_1_1)
      return instance->api_version >= VK_API_VERSION_1_1;
   return vkf_extension_in(&instance->extensions, c->need);
}

static bool is_of_device_extension(const struct command *c)
{
   return c->need < VKF_EXT_COUNT && vkf_extension_kind(c->need) == VKF_EXT_KIND_DEVICE;
}

PFN_vkVoidFunction vkf_lookup_global(const char *name)
{
   const struct command *c = find(name);
   return c && (c->level == LEVEL_GLOBAL || !strcmp(name, "vkGetInstanceProcAddr")) ? c->function : NULL;
}

PFN_vkVoidFunction vkf_lookup_instance(const struct vkf_instance *instance, const char *name)
{
   const struct command *c = find(name);
   return c && (is_of_device_extension(c) || is_there(c, instance)) ? c->function : NULL;
}

PFN_vkVoidFunction vkf_lookup_physical(const struct vkf_instance *instance, const char *name)
{
   const struct command *c = find(name);
   return c && c->level == LEVEL_PHYSICAL && (is_of_device_extension(c) || is_there(c, instance))
              ? c->function
              : NULL;
}

PFN_vkVoidFunction vkf_lookup_device(const struct vkf_instance *instance,
                                     const struct vkf_extension_set *device_extensions, const char *name)
{
   const struct command *c = find(name);
   if (!c || c->level != LEVEL_DEVICE)
      return NULL;
   bool enabled =
       is_of_device_extension(c) ? vkf_extension_in(device_extensions, c->need) : is_there(c, instance);
   return enabled ? c->function : NULL;
}
