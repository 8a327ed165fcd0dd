/* Procedure addresses by name, from vkf_commands.def. A name is answered only if what it needs is core or
 * enabled (device extensions seen from an instance: supported is enough, as the specification has it). */
#include "vkf_entrypoints.h"
#include "vkf_extensions.h"
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
#include "vkf_commands.def"
};

static const struct command *find(const char *name)
{
   for (size_t i = 0; i < VKF_COUNT(commands); i++)
      if (!strcmp(commands[i].name, name))
         return &commands[i];
   return NULL;
}

PFN_vkVoidFunction vkf_lookup_instance(const char *name, uint64_t extensions, bool global_only)
{
   const struct command *c = find(name);
   if (!c)
      return NULL;
   if (global_only)
      return c->level == LEVEL_GLOBAL || !strcmp(name, "vkGetInstanceProcAddr") ? c->function : NULL;
   bool device_extension = vkf_extension_kind(c->need) == VKF_EXT_KIND_DEVICE;
   return device_extension || vkf_extension_in(extensions, c->need) ? c->function : NULL;
}

PFN_vkVoidFunction vkf_lookup_physical(const char *name, uint64_t extensions)
{
   const struct command *c = find(name);
   return c && c->level == LEVEL_PHYSICAL && vkf_extension_in(extensions, c->need) ? c->function : NULL;
}

PFN_vkVoidFunction vkf_lookup_device(const char *name, uint64_t device_extensions,
                                     uint64_t instance_extensions)
{
   const struct command *c = find(name);
   if (!c || c->level != LEVEL_DEVICE)
      return NULL;
   return vkf_extension_in(device_extensions | instance_extensions, c->need) ? c->function : NULL;
}
