/* What the driver tells about itself: executables of pipelines, address reports, tools, messengers. */
#include "vkt.h"
#include "reduce_spirv.h"
#include "square_spirv.h"
#include "isa.h"

static struct vkt t;

struct span {
   uint64_t base, size;
   VkObjectType type;
   bool live, internal;
};
static struct span spans[256];
static uint32_t span_count, unmatched;

static VKAPI_ATTR VkBool32 VKAPI_CALL hear(VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                                           VkDebugUtilsMessageTypeFlagsEXT types,
                                           const VkDebugUtilsMessengerCallbackDataEXT *data, void *user)
{
   const VkDeviceAddressBindingCallbackDataEXT *b = data->pNext;
   assert_int_equal(types, VK_DEBUG_UTILS_MESSAGE_TYPE_DEVICE_ADDRESS_BINDING_BIT_EXT);
   assert_non_null(b);
   assert_int_equal(b->sType, VK_STRUCTURE_TYPE_DEVICE_ADDRESS_BINDING_CALLBACK_DATA_EXT);
   assert_int_equal(data->objectCount, 1);
   if (b->bindingType == VK_DEVICE_ADDRESS_BINDING_TYPE_BIND_EXT) {
      assert_true(span_count < 256);
      spans[span_count++] = (struct span){b->baseAddress, b->size, data->pObjects[0].objectType, true,
                                          b->flags & VK_DEVICE_ADDRESS_BINDING_INTERNAL_OBJECT_BIT_EXT};
      return VK_FALSE;
   }
   for (uint32_t i = 0; i < span_count; i++)
      if (spans[i].live && spans[i].base == b->baseAddress && spans[i].size == b->size &&
          spans[i].type == data->pObjects[0].objectType) {
         spans[i].live = false;
         return VK_FALSE;
      }
   unmatched++;
   return VK_FALSE;
}

static VkDebugUtilsMessengerEXT messenger;

static int setup(void **state)
{
   static const char *const extensions[] = {VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME,
                                            VK_EXT_DEVICE_ADDRESS_BINDING_REPORT_EXTENSION_NAME,
                                            VK_EXT_TOOLING_INFO_EXTENSION_NAME};
   VkPhysicalDeviceAddressBindingReportFeaturesEXT report = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ADDRESS_BINDING_REPORT_FEATURES_EXT, .reportAddressBinding = VK_TRUE};
   VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR executables = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PIPELINE_EXECUTABLE_PROPERTIES_FEATURES_KHR,
      .pNext = &report,
      .pipelineExecutableInfo = VK_TRUE};
   struct vkt_options o = {.extensions = extensions, .extension_count = 3, .device_next = &executables};
   vkt_open_instance(&t, &o);
   VkDebugUtilsMessengerCreateInfoEXT mi = {.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
                                            .messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_INFO_BIT_EXT,
                                            .messageType =
                                               VK_DEBUG_UTILS_MESSAGE_TYPE_DEVICE_ADDRESS_BINDING_BIT_EXT,
                                            .pfnUserCallback = hear};
   vkt_ok(vk.CreateDebugUtilsMessengerEXT(t.instance, &mi, NULL, &messenger));
   vkt_ok(vkt_create_device(&t, &o));
   return 0;
}

static int teardown(void **state)
{
   assert_int_equal(t.errors, 0);
   vkt_close_device(&t);
   vk.DestroyDebugUtilsMessengerEXT(t.instance, messenger, NULL);
   vkt_close(&t);
   return 0;
}

/* ---- executables --------------------------------------------------------------------------------------------------- */
static VkPipeline pipeline_of(VkPipelineLayout layout, const uint32_t *words, size_t size_B, VkPipelineCache cache,
                              VkPipelineCreateFlags flags)
{
   VkShaderModuleCreateInfo mi = {
      .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = size_B, .pCode = words};
   VkShaderModule module;
   vkt_ok(vk.CreateShaderModule(t.device, &mi, NULL, &module));
   VkComputePipelineCreateInfo pi = {.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
                                     .flags = flags,
                                     .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                               .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                                               .module = module,
                                               .pName = "main"},
                                     .layout = layout};
   VkPipeline pipeline;
   vkt_ok(vk.CreateComputePipelines(t.device, cache, 1, &pi, NULL, &pipeline));
   vk.DestroyShaderModule(t.device, module, NULL);
   return pipeline;
}

#define MAX_STATISTICS 64
struct statistics {
   uint32_t count;
   VkPipelineExecutableStatisticKHR items[MAX_STATISTICS];
};

static void statistics_of(VkPipeline pipeline, struct statistics *s)
{
   VkPipelineExecutableInfoKHR info = {.sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INFO_KHR, .pipeline = pipeline};
   memset(s, 0, sizeof *s);
   vkt_ok(vk.GetPipelineExecutableStatisticsKHR(t.device, &info, &s->count, NULL));
   assert_true(s->count > 10 && s->count <= MAX_STATISTICS);
   for (uint32_t i = 0; i < s->count; i++)
      s->items[i].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_STATISTIC_KHR;
   vkt_ok(vk.GetPipelineExecutableStatisticsKHR(t.device, &info, &s->count, s->items));
   uint32_t fewer = 3;
   VkPipelineExecutableStatisticKHR some[3];
   memset(some, 0, sizeof some);
   for (uint32_t i = 0; i < 3; i++)
      some[i].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_STATISTIC_KHR;
   assert_int_equal(vk.GetPipelineExecutableStatisticsKHR(t.device, &info, &fewer, some), VK_INCOMPLETE);
   assert_int_equal(fewer, 3);
   for (uint32_t i = 0; i < s->count; i++)
      for (uint32_t j = 0; j < i; j++)
         assert_string_not_equal(s->items[i].name, s->items[j].name);
}

static uint64_t value_of(const struct statistics *s, const char *name)
{
   for (uint32_t i = 0; i < s->count; i++)
      if (!strcmp(s->items[i].name, name))
         return s->items[i].value.u64;
   fail_msg("no statistic %s", name);
   return 0;
}

/* The text of a representation, to be freed; NULL if there is none of that name. */
static char *text_of(VkPipeline pipeline, const char *name)
{
   VkPipelineExecutableInfoKHR info = {.sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INFO_KHR, .pipeline = pipeline};
   VkPipelineExecutableInternalRepresentationKHR r[4] = {0};
   uint32_t n = 0;
   for (uint32_t i = 0; i < 4; i++)
      r[i].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INTERNAL_REPRESENTATION_KHR;
   vkt_ok(vk.GetPipelineExecutableInternalRepresentationsKHR(t.device, &info, &n, NULL));
   assert_true(n >= 1 && n <= 4);
   vkt_ok(vk.GetPipelineExecutableInternalRepresentationsKHR(t.device, &info, &n, r));
   for (uint32_t i = 0; i < n; i++) {
      if (strcmp(r[i].name, name))
         continue;
      assert_true(r[i].isText);
      assert_true(r[i].dataSize > 2);
      VkPipelineExecutableInternalRepresentationKHR out[4];
      memcpy(out, r, sizeof out);
      char *text = malloc(r[i].dataSize), small[8] = "xxxxxxx";
      out[i].pData = text;
      vkt_ok(vk.GetPipelineExecutableInternalRepresentationsKHR(t.device, &info, &n, out));
      assert_int_equal(out[i].dataSize, r[i].dataSize);
      assert_int_equal(strlen(text) + 1, r[i].dataSize);
      out[i].pData = small;
      out[i].dataSize = 7;
      assert_int_equal(vk.GetPipelineExecutableInternalRepresentationsKHR(t.device, &info, &n, out), VK_INCOMPLETE);
      assert_int_equal(small[6], 0);
      assert_int_equal(small[7], 0);
      assert_memory_equal(small, text, 6);
      return text;
   }
   return NULL;
}

static uint32_t lines_of(const char *text)
{
   uint32_t n = 0;
   for (; *text; text++)
      n += *text == '\n';
   return n;
}

/* The numbers agree with the text, and a pipeline from the cache tells the same as one freshly compiled. */
static void test_executables(void **state)
{
   const struct vkt_compute_info info = {VKT_SPIRV(reduce_spirv), .bindings = 2};
   struct vkt_compute c = vkt_compute(&t, &info);
   VkPipelineCacheCreateInfo ci = {.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO};
   VkPipelineCache cache;
   vkt_ok(vk.CreatePipelineCache(t.device, &ci, NULL, &cache));
   const VkPipelineCreateFlags statistics = VK_PIPELINE_CREATE_CAPTURE_STATISTICS_BIT_KHR,
                               texts = VK_PIPELINE_CREATE_CAPTURE_INTERNAL_REPRESENTATIONS_BIT_KHR;
   struct statistics first, again;
   VkPipeline p = pipeline_of(c.layout, reduce_spirv, sizeof reduce_spirv, cache, statistics);
   VkPipeline q = pipeline_of(c.layout, reduce_spirv, sizeof reduce_spirv, cache, statistics | texts);
   VkPipeline s = pipeline_of(c.layout, reduce_spirv, sizeof reduce_spirv, cache, statistics);
   statistics_of(p, &first);
   statistics_of(q, &again);
   assert_memory_equal(&first, &again, sizeof first);
   statistics_of(s, &again);
   assert_memory_equal(&first, &again, sizeof first);
   uint64_t mix = 0;
   for (uint32_t i = 0; i < first.count; i++)
      if (strstr(first.items[i].name, " instructions") && strncmp(first.items[i].name, "IR", 2))
         mix += first.items[i].value.u64;
   assert_int_equal(mix, value_of(&first, "Instructions"));
   assert_int_equal(value_of(&first, "SPIR-V size"), sizeof reduce_spirv);
   assert_true(value_of(&first, "LDS") > 0);
   assert_true(value_of(&first, "LDS instructions") > 0);
   assert_true(value_of(&first, "Vector registers") > 0 && value_of(&first, "Vector registers") <= ISA_MAX_VREGS);
   assert_true(value_of(&first, "Occupancy") >= value_of(&first, "Waves per workgroup"));
   assert_true(value_of(&first, "Issue cycles") >= value_of(&first, "Instructions") / 2);
   char *isa = text_of(q, "ISA"), *ir = text_of(q, "IR"), err[200];
   assert_non_null(isa);
   assert_non_null(ir);
   assert_int_equal(lines_of(isa), value_of(&first, "Instructions"));
   assert_int_equal(lines_of(isa) > 0, 1);
   size_t words = 0;
   uint64_t *assembled = isa_assemble(isa, &words, err, sizeof err); /* the text is the program */
   assert_non_null(assembled);
   assert_int_equal(words * 8, value_of(&first, "Code size"));
   free(assembled);
   if (vkt_may_err()) /* it was not made for that */
      assert_null(text_of(p, "IR"));
   free(isa);
   free(ir);
   VkPipelineInfoKHR pi = {.sType = VK_STRUCTURE_TYPE_PIPELINE_INFO_KHR, .pipeline = p};
   VkPipelineExecutablePropertiesKHR properties = {.sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_PROPERTIES_KHR};
   uint32_t n = 0;
   vkt_ok(vk.GetPipelineExecutablePropertiesKHR(t.device, &pi, &n, NULL));
   assert_int_equal(n, 1);
   vkt_ok(vk.GetPipelineExecutablePropertiesKHR(t.device, &pi, &n, &properties));
   assert_int_equal(properties.stages, VK_SHADER_STAGE_COMPUTE_BIT);
   assert_int_equal(properties.subgroupSize, 32);
   n = 0;
   assert_int_equal(vk.GetPipelineExecutablePropertiesKHR(t.device, &pi, &n, &properties), VK_INCOMPLETE);
   vk.DestroyPipeline(t.device, p, NULL);
   vk.DestroyPipeline(t.device, q, NULL);
   vk.DestroyPipeline(t.device, s, NULL);
   vk.DestroyPipelineCache(t.device, cache, NULL);
   vkt_compute_free(&t, &c);
}

/* ---- address reports ----------------------------------------------------------------------------------------------- */
static uint32_t live_of(VkObjectType type)
{
   uint32_t n = 0;
   for (uint32_t i = 0; i < span_count; i++)
      n += spans[i].live && spans[i].type == type;
   return n;
}

static void test_addresses(void **state)
{
   span_count = unmatched = 0;
   struct vkt_buffer b = vkt_buffer(&t, 100000, VKT_TYPE_SYSTEM);
   assert_int_equal(live_of(VK_OBJECT_TYPE_DEVICE_MEMORY), 1);
   assert_int_equal(live_of(VK_OBJECT_TYPE_BUFFER), 1);
   const struct span *memory = &spans[0], *buffer = &spans[1];
   if (memory->type != VK_OBJECT_TYPE_DEVICE_MEMORY)
      memory = &spans[1], buffer = &spans[0];
   assert_int_equal(buffer->size, 100000);
   assert_true(buffer->base >= memory->base && buffer->base + buffer->size <= memory->base + memory->size);
   assert_false(buffer->internal || memory->internal);
   const struct vkt_compute_info info = {VKT_SPIRV(square_spirv), .bindings = 1};
   struct vkt_compute c = vkt_compute(&t, &info);
   assert_int_equal(live_of(VK_OBJECT_TYPE_PIPELINE), 1);
   vkt_compute_free(&t, &c);
   vkt_buffer_free(&t, &b);
   for (uint32_t i = 0; i < span_count; i++)
      assert_false(spans[i].live);
   assert_int_equal(unmatched, 0);
}

/* ---- tools --------------------------------------------------------------------------------------------------------- */
static uint32_t own_tools(VkPhysicalDevice physical)
{
   VkPhysicalDeviceToolProperties tools[8];
   uint32_t n = 0, own = 0;
   vkt_ok(vk.GetPhysicalDeviceToolPropertiesEXT(physical, &n, NULL));
   assert_true(n <= 8);
   for (uint32_t i = 0; i < n; i++)
      tools[i] = (VkPhysicalDeviceToolProperties){.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TOOL_PROPERTIES};
   vkt_ok(vk.GetPhysicalDeviceToolPropertiesEXT(physical, &n, tools));
   for (uint32_t i = 0; i < n; i++)
      own += strstr(tools[i].name, "Figment") && tools[i].purposes;
   return own;
}

static void test_tools(void **state)
{
   assert_int_equal(own_tools(t.physical), 0);
   vkt_setenv("FIGMENT_VK", "memory");
   struct vkt other = {0};
   struct vkt_options o = {0};
   struct vkt_api saved = vk;
   vkt_open_instance(&other, &o);
   vkt_setenv("FIGMENT_VK", NULL);
   assert_int_equal(own_tools(other.physical), 1);
   vkt_close(&other);
   vk = saved;
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_executables),
      cmocka_unit_test(test_addresses),
      cmocka_unit_test(test_tools),
   };
   return cmocka_run_group_tests(tests, setup, teardown);
}
