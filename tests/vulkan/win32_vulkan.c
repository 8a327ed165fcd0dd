/* The driver on Windows, without a loader: vulkan-1.dll exports every command by name, the ICD library its interface, and both run. A
 * plain program, because distributions carry no cmocka for Windows. External memory: tests/external. */
#include <stdio.h>
#include <stdint.h>
#include <string.h>
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#define VK_USE_PLATFORM_WIN32_KHR
#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

static int failures;
#define CHECK(condition)                                                                                       \
   do {                                                                                                        \
      if (!(condition)) {                                                                                      \
         printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);                                                \
         failures++;                                                                                           \
      }                                                                                                        \
   } while (0)

static const char *const exported[] = {
#define VKF_COMMAND(name, level, need) "vk" #name,
#define VKF_COMMAND_1_1(name, level, target) "vk" #name,
#define VKF_COMMAND_ALIAS(name, target) "vk" #name,
#define VKF_COMMAND_ABSENT(name) "vk" #name,
#include "vkf_commands.def"
};

static FARPROC find(HMODULE library, const char *name) { return GetProcAddress(library, name); }

static void check_exports(HMODULE direct)
{
   for (size_t i = 0; i < sizeof exported / sizeof exported[0]; i++) {
      /* Extensions that are not from Khronos are reached by vkGetInstanceProcAddr alone, but may be exported. */
      if (!find(direct, exported[i])) {
         printf("vulkan-1.dll does not export %s\n", exported[i]);
         failures++;
      }
   }
   typedef VkResult(VKAPI_PTR * any)(void);
   any absent = (any)(void *)find(direct, "vkGetPhysicalDeviceDisplayPropertiesKHR");
   CHECK(absent && absent() == VK_ERROR_EXTENSION_NOT_PRESENT);
}

static void check_icd(HMODULE icd)
{
   typedef VkResult(VKAPI_PTR * negotiate_function)(uint32_t *);
   negotiate_function negotiate = (negotiate_function)(void *)find(icd, "vk_icdNegotiateLoaderICDInterfaceVersion");
   uint32_t version = 20;
   CHECK(negotiate && negotiate(&version) == VK_SUCCESS && version == 7);
   version = 1;
   CHECK(negotiate && negotiate(&version) == VK_ERROR_INCOMPATIBLE_DRIVER);
   CHECK(find(icd, "vk_icdGetPhysicalDeviceProcAddr") != NULL);
   CHECK(find(icd, "vkCreateInstance") == NULL); /* the loader's name space stays the loader's */
   CHECK(find(icd, "vkf_CreateInstance") == NULL);
}

/* Fill a buffer and read it back through the mapping. */
static void check_work(PFN_vkGetInstanceProcAddr get)
{
   VkInstance instance;
   VkPhysicalDevice physical;
   VkDevice device;
   uint32_t count = 1;
   float priority = 1;
   PFN_vkCreateInstance create = (PFN_vkCreateInstance)get(NULL, "vkCreateInstance");
   VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO};
   CHECK(create(&info, NULL, &instance) == VK_SUCCESS);
#define GET(name) PFN_vk##name name = (PFN_vk##name)get(instance, "vk" #name)
   GET(EnumeratePhysicalDevices);
   GET(CreateDevice);
   GET(DestroyDevice);
   GET(DestroyInstance);
   GET(GetDeviceQueue);
   GET(CreateBuffer);
   GET(DestroyBuffer);
   GET(AllocateMemory);
   GET(FreeMemory);
   GET(MapMemory);
   GET(BindBufferMemory);
   GET(CreateCommandPool);
   GET(DestroyCommandPool);
   GET(AllocateCommandBuffers);
   GET(BeginCommandBuffer);
   GET(EndCommandBuffer);
   GET(CmdFillBuffer);
   GET(QueueSubmit);
   GET(QueueWaitIdle);
   CHECK(EnumeratePhysicalDevices(instance, &count, &physical) == VK_SUCCESS && count == 1);
   VkDeviceQueueCreateInfo queue_info = {
      .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, .queueCount = 1, .pQueuePriorities = &priority};
   VkDeviceCreateInfo device_info = {
      .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, .queueCreateInfoCount = 1, .pQueueCreateInfos = &queue_info};
   CHECK(CreateDevice(physical, &device_info, NULL, &device) == VK_SUCCESS);
   VkQueue queue;
   GetDeviceQueue(device, 0, 0, &queue);
   for (uint32_t type = 1; type < 4; type++) {
      VkBuffer buffer;
      VkDeviceMemory memory;
      VkCommandPool pool;
      VkCommandBuffer cmd;
      uint32_t *host = NULL;
      VkBufferCreateInfo b = {
         .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, .size = 1 << 20, .usage = VK_BUFFER_USAGE_TRANSFER_DST_BIT};
      VkMemoryAllocateInfo m = {
         .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = 1 << 20, .memoryTypeIndex = type};
      VkCommandPoolCreateInfo p = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
      VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
      CHECK(CreateBuffer(device, &b, NULL, &buffer) == VK_SUCCESS);
      CHECK(AllocateMemory(device, &m, NULL, &memory) == VK_SUCCESS);
      CHECK(BindBufferMemory(device, buffer, memory, 0) == VK_SUCCESS);
      CHECK(MapMemory(device, memory, 0, VK_WHOLE_SIZE, 0, (void **)&host) == VK_SUCCESS);
      CHECK(CreateCommandPool(device, &p, NULL, &pool) == VK_SUCCESS);
      VkCommandBufferAllocateInfo c = {
         .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = pool, .commandBufferCount = 1};
      CHECK(AllocateCommandBuffers(device, &c, &cmd) == VK_SUCCESS);
      CHECK(BeginCommandBuffer(cmd, &begin) == VK_SUCCESS);
      CmdFillBuffer(cmd, buffer, 0, VK_WHOLE_SIZE, 0x600d0000 + type);
      CHECK(EndCommandBuffer(cmd) == VK_SUCCESS);
      VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &cmd};
      CHECK(QueueSubmit(queue, 1, &submit, VK_NULL_HANDLE) == VK_SUCCESS);
      CHECK(QueueWaitIdle(queue) == VK_SUCCESS);
      CHECK(host && host[0] == 0x600d0000 + type && host[(1 << 18) - 1] == 0x600d0000 + type);
      DestroyCommandPool(device, pool, NULL);
      DestroyBuffer(device, buffer, NULL);
      FreeMemory(device, memory, NULL);
   }
   DestroyDevice(device, NULL);
   DestroyInstance(instance, NULL);
}

int main(void)
{
   HMODULE direct = LoadLibraryA("vulkan-1.dll"), icd = LoadLibraryA("vulkan_figment.dll");
   CHECK(direct && icd);
   if (!direct || !icd)
      return 1;
   check_exports(direct);
   check_icd(icd);
   check_work((PFN_vkGetInstanceProcAddr)(void *)find(direct, "vkGetInstanceProcAddr"));
   check_work((PFN_vkGetInstanceProcAddr)(void *)find(icd, "vk_icdGetInstanceProcAddr"));
   printf(failures ? "%d failures\n" : "all good\n", failures);
   return failures != 0;
}
