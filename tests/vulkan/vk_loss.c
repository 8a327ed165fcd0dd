/* Losing a device: wild addresses, endless shaders, broken firmware. Every wait ends, the fault is told, the process lives on and a new
 * device works. */
#include "vkt_loss.h"
#include <time.h>
#include "gpu.h"
#include "spin_spirv.h"

static const struct vkt_compute_info square_info = {VKT_SPIRV(square_spirv), .bindings = 1};
static const struct vkt_compute_info spin_info = {VKT_SPIRV(spin_spirv), .bindings = 1};

static double now_s(void)
{
   struct timespec ts;
   clock_gettime(CLOCK_MONOTONIC, &ts);
   return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Everything that waits or submits says so. */
static void check_lost(struct vkt *t)
{
   VkFence fence = vkt_fence(t);
   assert_int_equal(vk.GetFenceStatus(t->device, fence), VK_ERROR_DEVICE_LOST);
   assert_int_equal(vk.WaitForFences(t->device, 1, &fence, VK_TRUE, UINT64_MAX), VK_ERROR_DEVICE_LOST);
   assert_int_equal(vk.QueueSubmit(t->queue, 0, NULL, VK_NULL_HANDLE), VK_ERROR_DEVICE_LOST);
   assert_int_equal(vk.QueueSubmit(t->transfer, 0, NULL, fence), VK_ERROR_DEVICE_LOST);
   VkQueryPool pool;
   VkQueryPoolCreateInfo info = {
      .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO, .queryType = VK_QUERY_TYPE_TIMESTAMP, .queryCount = 1};
   vkt_ok(vk.CreateQueryPool(t->device, &info, NULL, &pool));
   uint64_t result;
   assert_int_equal(
      vk.GetQueryPoolResults(t->device, pool, 0, 1, 8, &result, 8, VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT),
      VK_ERROR_DEVICE_LOST);
   vk.DestroyQueryPool(t->device, pool, NULL);
   vk.DestroyFence(t->device, fence, NULL);
}

/* A shader uses memory that has been freed. */
static void test_wild_address(void **state)
{
   struct vkt t;
   vkt_open(&t);
   struct vkt_buffer b = vkt_buffer(&t, 4096, VKT_TYPE_VRAM);
   struct vkt_compute c = vkt_compute(&t, &square_info);
   vkt_bind_buffer(&t, &c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &b, 0, VK_WHOLE_SIZE);
   vkt_buffer_free(&t, &b);
   VkCommandBuffer cmd = vkt_begin(&t);
   vkt_dispatch(cmd, &c, 16, 1, 1);
   assert_int_equal(vkt_submit(&t, cmd), VK_ERROR_DEVICE_LOST);
   assert_int_equal(t.errors, 1);
   vkt_said(t.last, "unmapped");
   check_lost(&t);
   assert_int_equal(t.errors, 1); /* told once */
   VkDeviceFaultCountsEXT counts = {.sType = VK_STRUCTURE_TYPE_DEVICE_FAULT_COUNTS_EXT};
   vkt_ok(vk.GetDeviceFaultInfoEXT(t.device, &counts, NULL));
   assert_int_equal(counts.addressInfoCount, 2);
   assert_int_equal(counts.vendorInfoCount, 1);
   VkDeviceFaultAddressInfoEXT addresses[2];
   VkDeviceFaultVendorInfoEXT vendor;
   VkDeviceFaultInfoEXT info = {
      .sType = VK_STRUCTURE_TYPE_DEVICE_FAULT_INFO_EXT, .pAddressInfos = addresses, .pVendorInfos = &vendor};
   vkt_ok(vk.GetDeviceFaultInfoEXT(t.device, &counts, &info));
   assert_int_equal(addresses[0].addressType, VK_DEVICE_FAULT_ADDRESS_TYPE_READ_INVALID_EXT);
   assert_true(addresses[0].reportedAddress >= UINT64_C(1) << 32);
   assert_int_equal(addresses[1].addressType, VK_DEVICE_FAULT_ADDRESS_TYPE_INSTRUCTION_POINTER_FAULT_EXT);
   assert_true(addresses[1].reportedAddress != 0);
   assert_int_equal(vendor.vendorFaultCode, GPU_FAULT_UNMAPPED);
   assert_true(strlen(info.description) > 10);
   counts.addressInfoCount = 1;
   assert_int_equal(vk.GetDeviceFaultInfoEXT(t.device, &counts, &info), VK_INCOMPLETE);
   vkt_compute_free(&t, &c);
   vkt_close_device(&t);
   struct vkt_options none = {0};
   vkt_ok(vkt_create_device(&t, &none));
   vkt_prove_alive(&t);
   vkt_close(&t);
}

/* The copy engine meets a hole, too; system memory as well as VRAM. */
static void test_wild_copy(void **state)
{
   for (uint32_t type = 0; type < 2; type++) {
      struct vkt t;
      vkt_open(&t);
      struct vkt_buffer a = vkt_buffer(&t, 1 << 20, type), b = vkt_buffer(&t, 1 << 20, type);
      VkBufferCopy region = {0, 0, 1 << 20};
      VkCommandBuffer cmd = vkt_begin(&t);
      vk.CmdCopyBuffer(cmd, a.buffer, b.buffer, 1, &region);
      vk.FreeMemory(t.device, b.memory, NULL);
      assert_int_equal(vkt_submit(&t, cmd), VK_ERROR_DEVICE_LOST);
      check_lost(&t);
      vk.DestroyBuffer(t.device, b.buffer, NULL);
      vkt_buffer_free(&t, &a);
      vkt_close(&t);
   }
}

/* ---- watchdog -------------------------------------------------------------------------------------------------------- */
/* An endless shader on one queue; another queue waits for an event that never comes, with a host thread behind it. */
static void test_endless_shader(void **state)
{
   struct vkt t;
   vkt_use_short_watchdog(TEST_DIR "/short-watchdog.json");
   vkt_open(&t);
   vkt_setenv("FIGMENT_PROFILE", NULL);
   struct vkt_buffer b = vkt_buffer(&t, 64, VKT_TYPE_SYSTEM);
   struct vkt_compute c = vkt_compute(&t, &spin_info);
   vkt_bind_buffer(&t, &c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &b, 0, VK_WHOLE_SIZE);
   VkEvent event;
   VkEventCreateInfo ei = {.sType = VK_STRUCTURE_TYPE_EVENT_CREATE_INFO};
   vkt_ok(vk.CreateEvent(t.device, &ei, NULL, &event));
   VkCommandBuffer blocked = vkt_begin(&t), cmd = vkt_begin(&t);
   vk.CmdWaitEvents(blocked, 1, &event, VK_PIPELINE_STAGE_HOST_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, NULL, 0, NULL,
                    0, NULL);
   vkt_ok(vk.EndCommandBuffer(blocked));
   static struct vkt_waiter w;
   VkFence fence = vkt_fence(&t);
   vkt_ok(vkt_submit_no_wait(&t, t.queue2, blocked, fence));
   vkt_start_waiter(&w, &t, fence);
   vkt_dispatch(cmd, &c, 4, 1, 1);
   double start = now_s();
   assert_int_equal(vkt_submit(&t, cmd), VK_ERROR_DEVICE_LOST);
   print_message("endless shader stopped after %.2f s\n", now_s() - start);
   assert_int_equal(vkt_join_waiter(&w), VK_ERROR_DEVICE_LOST);
   vkt_said(t.last, "watchdog");
   assert_int_equal(((uint32_t *)b.host)[1], 0);
   check_lost(&t);
   vk.DestroyFence(t.device, fence, NULL);
   vk.FreeCommandBuffers(t.device, t.pool, 1, &blocked);
   vk.DestroyEvent(t.device, event, NULL);
   vkt_compute_free(&t, &c);
   vkt_buffer_free(&t, &b);
   vkt_close(&t);
   vkt_open(&t);
   vkt_prove_alive(&t);
   vkt_close(&t);
}

/* A device goes away while its shader still runs (no wait before): destruction ends it. */
static void test_destroy_while_busy(void **state)
{
   struct vkt t;
   vkt_open(&t);
   struct vkt_buffer b = vkt_buffer(&t, 64, VKT_TYPE_SYSTEM);
   struct vkt_compute c = vkt_compute(&t, &spin_info);
   vkt_bind_buffer(&t, &c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &b, 0, VK_WHOLE_SIZE);
   VkCommandBuffer cmd = vkt_begin(&t);
   vkt_dispatch(cmd, &c, 4, 1, 1);
   vkt_ok(vk.EndCommandBuffer(cmd));
   vkt_ok(vkt_submit_no_wait(&t, t.queue, cmd, VK_NULL_HANDLE));
   vkt_buffer_free(&t, &b);
   vkt_compute_free(&t, &c);
   vkt_close(&t);
   vkt_open(&t);
   vkt_prove_alive(&t);
   vkt_close(&t);
}

/* ---- firmware ------------------------------------------------------------------------------------------------------------ */
static uint32_t crc32_of(const uint8_t *p, size_t n)
{
   uint32_t crc = ~0u;
   while (n--) {
      crc ^= *p++;
      for (int i = 0; i < 8; i++)
         crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
   }
   return ~crc;
}

static VkResult boot_with(const void *image, size_t size, char *message)
{
   static const char path[] = TEST_DIR "/image.bin";
   struct vkt t;
   const struct vkt_options none = {0};
   if (image) {
      FILE *f = fopen(path, "wb");
      assert_non_null(f);
      assert_int_equal(fwrite(image, 1, size, f), size);
      fclose(f);
   } else {
      remove(path);
   }
   vkt_setenv("FIGMENT_VK", "quiet,firmware=" TEST_DIR "/image.bin");
   vkt_open_instance(&t, &none);
   VkResult r = vkt_create_device(&t, &none);
   strcpy(message, t.last);
   if (r == VK_SUCCESS)
      vkt_prove_alive(&t);
   vkt_close(&t);
   vkt_setenv("FIGMENT_VK", "quiet");
   return r;
}

static void test_firmware_images(void **state)
{
   static uint8_t image[1 << 18], bad[1 << 18];
   char message[2048];
   FILE *f = fopen(FIRMWARE_BIN, "rb");
   assert_non_null(f);
   size_t size = fread(image, 1, sizeof image, f);
   fclose(f);
   assert_true(size > sizeof(struct gpu_fw_header));
   vkt_ok(boot_with(image, size, message));
   /* A flipped bit in the checked fields of the header, or in the code. */
   const size_t places[] = {offsetof(struct gpu_fw_header, magic), offsetof(struct gpu_fw_header, abi),
                            offsetof(struct gpu_fw_header, bytes), offsetof(struct gpu_fw_header, crc),
                            sizeof(struct gpu_fw_header), size / 2, size - 1};
   for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
      memcpy(bad, image, size);
      bad[places[i]] ^= 0x40;
      assert_int_equal(boot_with(bad, size, message), VK_ERROR_INITIALIZATION_FAILED);
      vkt_said(message, "refused");
   }
   /* Cut off, empty, missing. */
   assert_int_equal(boot_with(image, size / 2, message), VK_ERROR_INITIALIZATION_FAILED);
   assert_int_equal(boot_with(image, 16, message), VK_ERROR_INITIALIZATION_FAILED);
   assert_int_equal(boot_with(image, 0, message), VK_ERROR_INITIALIZATION_FAILED);
   assert_int_equal(boot_with(NULL, 0, message), VK_ERROR_INITIALIZATION_FAILED);
   vkt_said(message, "cannot read");
   /* A proper header before nonsense: the processor traps. */
   struct gpu_fw_header *h = (struct gpu_fw_header *)bad;
   memcpy(bad, image, size);
   memset(bad + sizeof *h, 0xff, size - sizeof *h);
   h->crc = crc32_of(bad + sizeof *h, h->bytes);
   assert_int_equal(boot_with(bad, size, message), VK_ERROR_INITIALIZATION_FAILED);
   vkt_said(message, "stopped while starting");
   struct vkt t;
   vkt_open(&t);
   vkt_prove_alive(&t);
   vkt_close(&t);
}

int main(void)
{
   vkt_setenv("FIGMENT_VK", "quiet");
   const struct CMUnitTest tests[] = {
      vkt_mistakes_test(test_wild_address),       vkt_mistakes_test(test_wild_copy),
      vkt_mistakes_test(test_endless_shader),     vkt_mistakes_test(test_destroy_while_busy),
      cmocka_unit_test(test_firmware_images),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
