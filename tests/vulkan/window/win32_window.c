/* A window of Windows: every pixel of what is presented is read back from it; then it is resized, minimised and destroyed. A plain
 * program, because distributions carry no cmocka for Windows. TEST_DESKTOP names a desktop of its own. */
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#define VK_USE_PLATFORM_WIN32_KHR
#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

#define CHECK(condition)                                                                                       \
   do {                                                                                                        \
      if (!(condition)) {                                                                                      \
         printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);                                                \
         exit(1);                                                                                              \
      }                                                                                                        \
   } while (0)
#define OK(call) CHECK((call) == VK_SUCCESS)
#define WAIT_NS UINT64_C(20000000000)

#define COMMANDS(F)                                                                                            \
   F(DestroyInstance) F(EnumeratePhysicalDevices) F(CreateDevice) F(DestroyDevice) F(GetDeviceQueue)           \
   F(CreateWin32SurfaceKHR) F(DestroySurfaceKHR) F(GetPhysicalDeviceSurfaceSupportKHR)                         \
   F(GetPhysicalDeviceSurfaceCapabilitiesKHR) F(GetPhysicalDeviceWin32PresentationSupportKHR)                  \
   F(CreateSwapchainKHR) F(DestroySwapchainKHR) F(GetSwapchainImagesKHR) F(AcquireNextImageKHR)                \
   F(QueuePresentKHR) F(WaitForPresentKHR) F(CreateBuffer) F(DestroyBuffer) F(AllocateMemory) F(FreeMemory)    \
   F(MapMemory) F(BindBufferMemory) F(CreateCommandPool) F(DestroyCommandPool) F(AllocateCommandBuffers)       \
   F(BeginCommandBuffer) F(EndCommandBuffer) F(ResetCommandPool) F(CmdCopyBufferToImage) F(CmdPipelineBarrier) \
   F(QueueSubmit) F(QueueWaitIdle) F(CreateFence) F(DestroyFence) F(WaitForFences) F(ResetFences)

static struct {
#define MEMBER(name) PFN_vk##name name;
   COMMANDS(MEMBER)
} vk;

static VkInstance instance;
static VkPhysicalDevice physical;
static VkDevice device;
static VkQueue queue;
static VkCommandPool pool;
static VkCommandBuffer cmd;
static VkFence fence;

static void open_device(void)
{
   HMODULE library = LoadLibraryA("vulkan-1.dll");
   CHECK(library);
   PFN_vkGetInstanceProcAddr get = (PFN_vkGetInstanceProcAddr)(void *)GetProcAddress(library, "vkGetInstanceProcAddr");
   CHECK(get);
   const char *const extensions[] = {VK_KHR_SURFACE_EXTENSION_NAME, VK_KHR_WIN32_SURFACE_EXTENSION_NAME,
                                     VK_KHR_GET_PHYSICAL_DEVICE_PROPERTIES_2_EXTENSION_NAME};
   VkInstanceCreateInfo ii = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                              .enabledExtensionCount = 3,
                              .ppEnabledExtensionNames = extensions};
   OK(((PFN_vkCreateInstance)get(NULL, "vkCreateInstance"))(&ii, NULL, &instance));
#define GET(name)                                                                                              \
   vk.name = (PFN_vk##name)get(instance, "vk" #name);                                                          \
   CHECK(vk.name);
   COMMANDS(GET)
   uint32_t count = 1;
   OK(vk.EnumeratePhysicalDevices(instance, &count, &physical));
   float priority = 1;
   VkDeviceQueueCreateInfo qi = {
      .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, .queueCount = 1, .pQueuePriorities = &priority};
   const char *const more[] = {VK_KHR_SWAPCHAIN_EXTENSION_NAME, VK_KHR_PRESENT_ID_EXTENSION_NAME,
                               VK_KHR_PRESENT_WAIT_EXTENSION_NAME};
   VkPhysicalDevicePresentWaitFeaturesKHR wait = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PRESENT_WAIT_FEATURES_KHR, .presentWait = VK_TRUE};
   VkPhysicalDevicePresentIdFeaturesKHR id = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PRESENT_ID_FEATURES_KHR, .pNext = &wait, .presentId = VK_TRUE};
   VkDeviceCreateInfo di = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                            .pNext = &id,
                            .queueCreateInfoCount = 1,
                            .pQueueCreateInfos = &qi,
                            .enabledExtensionCount = 3,
                            .ppEnabledExtensionNames = more};
   OK(vk.CreateDevice(physical, &di, NULL, &device));
   vk.GetDeviceQueue(device, 0, 0, &queue);
   VkCommandPoolCreateInfo pi = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
   OK(vk.CreateCommandPool(device, &pi, NULL, &pool));
   VkCommandBufferAllocateInfo ai = {
      .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = pool, .commandBufferCount = 1};
   OK(vk.AllocateCommandBuffers(device, &ai, &cmd));
   VkFenceCreateInfo fi = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
   OK(vk.CreateFence(device, &fi, NULL, &fence));
}

/* ---- a swapchain ------------------------------------------------------------------------------------------ */
struct chain {
   VkSurfaceKHR surface;
   VkSwapchainKHR swapchain;
   VkExtent2D extent;
   VkImage images[16];
   VkBuffer buffer;
   VkDeviceMemory memory;
   uint32_t *pixels;
   uint64_t presents;
};

static VkExtent2D extent_of(VkSurfaceKHR surface)
{
   VkSurfaceCapabilitiesKHR caps;
   OK(vk.GetPhysicalDeviceSurfaceCapabilitiesKHR(physical, surface, &caps));
   return caps.currentExtent;
}

static VkResult try_swapchain(struct chain *c, VkPresentModeKHR mode, VkSwapchainKHR old)
{
   VkSwapchainCreateInfoKHR info = {.sType = VK_STRUCTURE_TYPE_SWAPCHAIN_CREATE_INFO_KHR,
                                    .surface = c->surface,
                                    .minImageCount = 3,
                                    .imageFormat = VK_FORMAT_B8G8R8A8_UNORM,
                                    .imageExtent = c->extent,
                                    .imageArrayLayers = 1,
                                    .imageUsage = VK_IMAGE_USAGE_TRANSFER_DST_BIT,
                                    .preTransform = VK_SURFACE_TRANSFORM_IDENTITY_BIT_KHR,
                                    .compositeAlpha = VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR,
                                    .presentMode = mode,
                                    .oldSwapchain = old};
   return vk.CreateSwapchainKHR(device, &info, NULL, &c->swapchain);
}

static struct chain open_chain(VkSurfaceKHR surface, VkPresentModeKHR mode, VkSwapchainKHR old)
{
   struct chain c = {.surface = surface, .extent = extent_of(surface)};
   OK(try_swapchain(&c, mode, old));
   uint32_t count = 16;
   OK(vk.GetSwapchainImagesKHR(device, c.swapchain, &count, c.images));
   VkBufferCreateInfo bi = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                            .size = (VkDeviceSize)c.extent.width * c.extent.height * 4,
                            .usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT};
   OK(vk.CreateBuffer(device, &bi, NULL, &c.buffer));
   VkMemoryAllocateInfo mi = {
      .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = bi.size + 4096, .memoryTypeIndex = 3};
   OK(vk.AllocateMemory(device, &mi, NULL, &c.memory));
   OK(vk.BindBufferMemory(device, c.buffer, c.memory, 0));
   OK(vk.MapMemory(device, c.memory, 0, VK_WHOLE_SIZE, 0, (void **)&c.pixels));
   return c;
}

static void close_chain(struct chain *c)
{
   vk.DestroySwapchainKHR(device, c->swapchain, NULL);
   vk.DestroyBuffer(device, c->buffer, NULL);
   vk.FreeMemory(device, c->memory, NULL);
}

static uint32_t pixel_of(uint32_t x, uint32_t y, uint32_t frame)
{
   return ((x + 7 * frame) & 255) << 16 | ((y + 13 * frame) & 255) << 8 | ((x * y + 29 * frame) & 255);
}

static void barrier(VkImage image, VkImageLayout from, VkImageLayout to)
{
   VkImageMemoryBarrier b = {.sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER,
                             .oldLayout = from,
                             .newLayout = to,
                             .image = image,
                             .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1}};
   vk.CmdPipelineBarrier(cmd, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT, 0, 0, NULL, 0, NULL, 1, &b);
}

static VkResult acquire(struct chain *c, uint32_t *n)
{
   VkResult r = vk.AcquireNextImageKHR(device, c->swapchain, WAIT_NS, VK_NULL_HANDLE, fence, n);
   if (r == VK_SUCCESS) {
      OK(vk.WaitForFences(device, 1, &fence, VK_TRUE, WAIT_NS));
      OK(vk.ResetFences(device, 1, &fence));
   }
   return r;
}

static void draw(struct chain *c, uint32_t n, uint32_t frame)
{
   uint32_t *to = c->pixels;
   for (uint32_t y = 0; y < c->extent.height; y++)
      for (uint32_t x = 0; x < c->extent.width; x++)
         *to++ = pixel_of(x, y, frame);
   VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
   OK(vk.ResetCommandPool(device, pool, 0));
   OK(vk.BeginCommandBuffer(cmd, &begin));
   barrier(c->images[n], VK_IMAGE_LAYOUT_UNDEFINED, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL);
   VkBufferImageCopy all = {.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1},
                            .imageExtent = {c->extent.width, c->extent.height, 1}};
   vk.CmdCopyBufferToImage(cmd, c->buffer, c->images[n], VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &all);
   barrier(c->images[n], VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_IMAGE_LAYOUT_PRESENT_SRC_KHR);
   OK(vk.EndCommandBuffer(cmd));
   VkSubmitInfo submit = {
      .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &cmd};
   OK(vk.QueueSubmit(queue, 1, &submit, VK_NULL_HANDLE));
   OK(vk.QueueWaitIdle(queue));
}

static VkResult present(struct chain *c, uint32_t n)
{
   uint64_t id = ++c->presents;
   VkPresentIdKHR ids = {.sType = VK_STRUCTURE_TYPE_PRESENT_ID_KHR, .swapchainCount = 1, .pPresentIds = &id};
   VkPresentInfoKHR info = {.sType = VK_STRUCTURE_TYPE_PRESENT_INFO_KHR,
                            .pNext = &ids,
                            .swapchainCount = 1,
                            .pSwapchains = &c->swapchain,
                            .pImageIndices = &n};
   return vk.QueuePresentKHR(queue, &info);
}

/* ---- the window ------------------------------------------------------------------------------------------- */
static void pump(void)
{
   MSG m;
   while (PeekMessageA(&m, NULL, 0, 0, PM_REMOVE))
      DispatchMessageA(&m);
}

static HWND make_window(int width, int height)
{
   static const char *const name = "figment window test";
   WNDCLASSA class = {.lpfnWndProc = DefWindowProcA, .hInstance = GetModuleHandleA(NULL), .lpszClassName = name};
   RegisterClassA(&class);
   HWND h = CreateWindowA(name, name, WS_POPUP | WS_VISIBLE, 10, 10, width, height, NULL, NULL, class.hInstance, NULL);
   if (!h) {
      printf("skipped: no window can be made (error %lu)\n", GetLastError());
      exit(77);
   }
   pump();
   return h;
}

/* Pixels of the window that differ from the frame's. */
static uint32_t wrong_in(HWND h, VkExtent2D e, uint32_t frame)
{
   BITMAPINFO info = {.bmiHeader = {.biSize = sizeof info.bmiHeader,
                                    .biWidth = (LONG)e.width,
                                    .biHeight = -(LONG)e.height,
                                    .biPlanes = 1,
                                    .biBitCount = 32}};
   uint32_t *bits, wrong = 0;
   HDC window = GetDC(h), memory = CreateCompatibleDC(window);
   HBITMAP bitmap = CreateDIBSection(window, &info, DIB_RGB_COLORS, (void **)&bits, NULL, 0);
   CHECK(bitmap);
   HGDIOBJ before = SelectObject(memory, bitmap);
   CHECK(BitBlt(memory, 0, 0, (int)e.width, (int)e.height, window, 0, 0, SRCCOPY));
   GdiFlush();
   for (uint32_t y = 0; y < e.height; y++)
      for (uint32_t x = 0; x < e.width; x++)
         wrong += (bits[y * e.width + x] & 0xffffff) != pixel_of(x, y, frame);
   SelectObject(memory, before);
   DeleteObject(bitmap);
   DeleteDC(memory);
   ReleaseDC(h, window);
   return wrong;
}

static void show_and_compare(struct chain *c, HWND h, uint32_t frame)
{
   uint32_t n;
   OK(acquire(c, &n));
   draw(c, n, frame);
   OK(present(c, n));
   OK(vk.WaitForPresentKHR(device, c->swapchain, c->presents, WAIT_NS));
   uint32_t wrong = wrong_in(h, c->extent, frame);
   if (wrong) {
      printf("frame %u: %u of %u pixels of the window differ\n", frame, wrong, c->extent.width * c->extent.height);
      exit(1);
   }
}

static void check_modes(VkSurfaceKHR surface, HWND h)
{
   for (VkPresentModeKHR mode = VK_PRESENT_MODE_IMMEDIATE_KHR; mode <= VK_PRESENT_MODE_FIFO_RELAXED_KHR; mode++) {
      struct chain c = open_chain(surface, mode, VK_NULL_HANDLE);
      for (uint32_t f = 0; f < 6; f++) {
         show_and_compare(&c, h, 6 * mode + f);
         pump();
      }
      close_chain(&c);
   }
}

static void check_resize(VkSurfaceKHR surface, HWND h)
{
   struct chain c = open_chain(surface, VK_PRESENT_MODE_FIFO_KHR, VK_NULL_HANDLE);
   uint32_t n, m;
   OK(acquire(&c, &n));
   draw(&c, n, 1);
   CHECK(SetWindowPos(h, NULL, 0, 0, 161, 77, SWP_NOMOVE | SWP_NOZORDER));
   pump();
   CHECK(present(&c, n) == VK_ERROR_OUT_OF_DATE_KHR);
   CHECK(acquire(&c, &m) == VK_ERROR_OUT_OF_DATE_KHR);
   struct chain d = open_chain(surface, VK_PRESENT_MODE_FIFO_KHR, c.swapchain);
   CHECK(d.extent.width == 161 && d.extent.height == 77);
   close_chain(&c);
   show_and_compare(&d, h, 2);
   close_chain(&d);
}

/* There is nothing to show then, and the program hears so. */
static void check_minimise(VkSurfaceKHR surface, HWND h)
{
   struct chain c = open_chain(surface, VK_PRESENT_MODE_FIFO_KHR, VK_NULL_HANDLE), none = c;
   uint32_t n;
   OK(acquire(&c, &n));
   draw(&c, n, 3);
   ShowWindow(h, SW_MINIMIZE);
   pump();
   none.extent = extent_of(surface);
   if (IsIconic(h)) {
      CHECK(none.extent.width == 0 && none.extent.height == 0);
      CHECK(present(&c, n) == VK_ERROR_OUT_OF_DATE_KHR);
      CHECK(try_swapchain(&none, VK_PRESENT_MODE_FIFO_KHR, c.swapchain) == VK_ERROR_INITIALIZATION_FAILED);
   } else
      printf("this desktop does not minimise windows\n");
   close_chain(&c);
   ShowWindow(h, SW_RESTORE);
   pump();
   c = open_chain(surface, VK_PRESENT_MODE_FIFO_KHR, VK_NULL_HANDLE);
   CHECK(c.extent.width == 161 && c.extent.height == 77);
   show_and_compare(&c, h, 4);
   close_chain(&c);
}

static void check_destroyed(VkSurfaceKHR surface, HWND h)
{
   struct chain c = open_chain(surface, VK_PRESENT_MODE_FIFO_KHR, VK_NULL_HANDLE);
   uint32_t n, m;
   OK(acquire(&c, &n));
   draw(&c, n, 5);
   DestroyWindow(h);
   pump();
   CHECK(present(&c, n) == VK_ERROR_SURFACE_LOST_KHR);
   CHECK(acquire(&c, &m) == VK_ERROR_SURFACE_LOST_KHR);
   VkSurfaceCapabilitiesKHR caps;
   CHECK(vk.GetPhysicalDeviceSurfaceCapabilitiesKHR(physical, surface, &caps) == VK_ERROR_SURFACE_LOST_KHR);
   OK(vk.QueueWaitIdle(queue));
   close_chain(&c);
}

int main(void)
{
   const char *desktop = getenv("TEST_DESKTOP");
   if (desktop && *desktop) {
      HDESK d = CreateDesktopA(desktop, NULL, NULL, 0, GENERIC_ALL, NULL);
      CHECK(d && SetThreadDesktop(d));
   }
   HWND h = make_window(203, 151);
   open_device();
   VkSurfaceKHR surface;
   VkWin32SurfaceCreateInfoKHR info = {
      .sType = VK_STRUCTURE_TYPE_WIN32_SURFACE_CREATE_INFO_KHR, .hinstance = GetModuleHandleA(NULL), .hwnd = h};
   OK(vk.CreateWin32SurfaceKHR(instance, &info, NULL, &surface));
   VkBool32 there = VK_FALSE;
   OK(vk.GetPhysicalDeviceSurfaceSupportKHR(physical, 0, surface, &there));
   CHECK(there && vk.GetPhysicalDeviceWin32PresentationSupportKHR(physical, 0));
   CHECK(extent_of(surface).width == 203 && extent_of(surface).height == 151);
   check_modes(surface, h);
   check_resize(surface, h);
   check_minimise(surface, h);
   check_destroyed(surface, h);
   vk.DestroySurfaceKHR(instance, surface, NULL);
   vk.DestroyFence(device, fence, NULL);
   vk.DestroyCommandPool(device, pool, NULL);
   vk.DestroyDevice(device, NULL);
   vk.DestroyInstance(instance, NULL);
   puts("window: OK");
   return 0;
}
