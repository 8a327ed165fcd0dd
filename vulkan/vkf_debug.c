/* FIGMENT_VK and messages. A message is formatted once and goes to stderr (if its noun is on) and to every
 * messenger whose masks fit. Invariant: printing changes nothing else; no lock of the driver is held while a
 * callback runs except the messenger list's own. */
#include "vkf_debug.h"
#include "vkf_device.h"
#include "vkf_instance.h"
#include "vkf_physical_device.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
   const char *name;
   uint32_t bit;
   const char *help;
} nouns[] = {
    {"errors", VKF_DEBUG_ERRORS, "print errors on stderr (on unless `quiet` is given)"},
    {"submit", VKF_DEBUG_SUBMIT, "print every submission"},
    {"memory", VKF_DEBUG_MEMORY, "print allocations, imports and exports"},
    {"pipeline", VKF_DEBUG_PIPELINE, "print pipelines with their size and registers"},
    {"device", VKF_DEBUG_DEVICE, "print boot and loss of devices"},
};

static void print_help(void)
{
   fprintf(stderr, "FIGMENT_VK is a list of nouns, separated by commas:\n");
   for (size_t i = 0; i < VKF_COUNT(nouns); i++)
      fprintf(stderr, "   %-14s %s\n", nouns[i].name, nouns[i].help);
   fprintf(stderr, "   %-14s print nothing, not even errors\n", "quiet");
   fprintf(stderr, "   %-14s load this firmware image in place of the built-in one\n", "firmware=PATH");
   fprintf(stderr, "   %-14s print this list\n", "help");
}

static bool read_noun(struct vkf_debug_settings *out, const char *noun, size_t length)
{
   static const char firmware[] = "firmware=";
   if (length == 4 && !memcmp(noun, "help", 4)) {
      print_help();
      return true;
   }
   if (length == 5 && !memcmp(noun, "quiet", 5)) {
      out->flags = 0;
      return true;
   }
   if (length > sizeof firmware - 1 && !memcmp(noun, firmware, sizeof firmware - 1)) {
      size_t path = length - (sizeof firmware - 1);
      if (path >= sizeof out->firmware)
         return false;
      memcpy(out->firmware, noun + sizeof firmware - 1, path);
      out->firmware[path] = 0;
      return true;
   }
   for (size_t i = 0; i < VKF_COUNT(nouns); i++) {
      if (strlen(nouns[i].name) == length && !memcmp(nouns[i].name, noun, length)) {
         out->flags |= nouns[i].bit;
         return true;
      }
   }
   return false;
}

void vkf_debug_read(struct vkf_debug_settings *out)
{
   *out = (struct vkf_debug_settings){.flags = VKF_DEBUG_ERRORS, .valid = true};
   const char *s = getenv("FIGMENT_VK");
   while (s && *s) {
      size_t length = strcspn(s, ",");
      if (length && !read_noun(out, s, length)) {
         fprintf(stderr, "figment: FIGMENT_VK: unknown noun '%.*s'\n", (int)length, s);
         print_help();
         out->valid = false;
      }
      s += length + (s[length] == ',');
   }
}

static void deliver(struct vkf_instance *instance, VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                    uint32_t flag, const struct vkf_object *object, const char *id, const char *text)
{
   if (instance->debug.flags & flag)
      fprintf(stderr, "figment: %s\n", text);
   VkDebugUtilsObjectNameInfoEXT name = {.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_OBJECT_NAME_INFO_EXT};
   VkDebugUtilsMessengerCallbackDataEXT data = {
       .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CALLBACK_DATA_EXT,
       .pMessageIdName = id,
       .pMessage = text,
   };
   if (object) {
      name.objectType = object->type;
      name.objectHandle = (uint64_t)(uintptr_t)object;
      name.pObjectName = object->name;
      data.objectCount = 1;
      data.pObjects = &name;
   }
   vkf_messengers_call(instance, severity, VK_DEBUG_UTILS_MESSAGE_TYPE_GENERAL_BIT_EXT, &data);
}

static void message_v(struct vkf_instance *instance, VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                      uint32_t flag, const void *object, const char *id, const char *format, va_list args)
{
   char text[1200];
   vsnprintf(text, sizeof text, format, args);
   deliver(instance, severity, flag, object, id, text);
}

void vkf_message(struct vkf_instance *instance, VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                 uint32_t flag, const void *object, const char *id, const char *format, ...)
{
   va_list args;
   va_start(args, format);
   message_v(instance, severity, flag, object, id, format, args);
   va_end(args);
}

VkResult vkf_error(struct vkf_device *device, const void *object, VkResult r, const char *format, ...)
{
   va_list args;
   va_start(args, format);
   message_v(device->physical->instance, VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT, VKF_DEBUG_ERRORS,
             object ? object : device, "FIGMENT-error", format, args);
   va_end(args);
   return r;
}

VkResult vkf_instance_error(struct vkf_instance *instance, VkResult r, const char *format, ...)
{
   va_list args;
   va_start(args, format);
   message_v(instance, VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT, VKF_DEBUG_ERRORS, instance,
             "FIGMENT-error", format, args);
   va_end(args);
   return r;
}
