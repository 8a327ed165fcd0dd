/* Any initial data of a pipeline cache. The first byte chooses: bit 0, the driver's own header is put in front, else the
 * bytes are the whole blob; with bit 1, records get checksums that fit; with bit 2 also the first one's key is that of
 * the shader used here, so that its words become a pipeline; with bit 3 that pipeline runs. Data that was read goes
 * through vkGetPipelineCacheData and makes the same cache again. */
#include "fuzz_vk.h"
#include "square_spirv.h"
#define XXH_INLINE_ALL
#include <xxhash.h>

#define MAX_INPUT_B 8192u
#define HEADER_B sizeof(VkPipelineCacheHeaderVersionOne)
/* A record of the blob (vkf_pipeline_cache.c): key of 16 bytes, checksum of what follows it, number of words, fields. */
#define RECORD_B 64u
#define KEY_B 16u
#define CHECKED_FROM 24u

static const struct vkt_compute_info square = {VKT_SPIRV(square_spirv), .bindings = 1};
static uint8_t header[HEADER_B], key[KEY_B];

static VkPipelineCache make_cache(const void *data, size_t size_B)
{
   VkPipelineCache cache;
   VkPipelineCacheCreateInfo info = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO, .initialDataSize = size_B, .pInitialData = data};
   fuzz_check(vk.CreatePipelineCache(fuzz_vk.device, &info, NULL, &cache) == VK_SUCCESS);
   return cache;
}

static uint8_t *cache_data(VkPipelineCache cache, size_t *size_B)
{
   fuzz_check(vk.GetPipelineCacheData(fuzz_vk.device, cache, size_B, NULL) == VK_SUCCESS);
   uint8_t *data = malloc(*size_B);
   fuzz_check(data && vk.GetPipelineCacheData(fuzz_vk.device, cache, size_B, data) == VK_SUCCESS);
   return data;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
   fuzz_vk_open();
   VkPipelineCache cache = make_cache(NULL, 0);
   struct vkt_compute_info info = square;
   info.cache = cache;
   struct vkt_compute c = vkt_compute(&fuzz_vk, &info);
   size_t size_B;
   uint8_t *data = cache_data(cache, &size_B);
   fuzz_check(size_B > HEADER_B + RECORD_B);
   memcpy(header, data, HEADER_B);
   memcpy(key, data + HEADER_B, KEY_B);
   free(data);
   vkt_compute_free(&fuzz_vk, &c);
   vk.DestroyPipelineCache(fuzz_vk.device, cache, NULL);
   return 0;
}

static void make_records_fit(uint8_t *p, size_t left_B)
{
   while (left_B >= RECORD_B) {
      uint32_t words;
      memcpy(&words, p + CHECKED_FROM, 4);
      size_t need_B = RECORD_B + (size_t)words * 8;
      if (need_B > left_B)
         return;
      uint64_t sum = XXH3_64bits(p + CHECKED_FROM, need_B - CHECKED_FROM);
      memcpy(p + KEY_B, &sum, 8);
      p += need_B, left_B -= need_B;
   }
}

static uint8_t *make_blob(const uint8_t *data, size_t size_B, unsigned how, size_t *blob_B)
{
   size_t front_B = how & 1 ? HEADER_B : 0;
   *blob_B = front_B + size_B;
   uint8_t *blob = malloc(*blob_B ? *blob_B : 1);
   fuzz_check(blob);
   memcpy(blob, header, front_B);
   memcpy(blob + front_B, data, size_B);
   if (front_B && how & 4 && size_B >= KEY_B)
      memcpy(blob + front_B, key, KEY_B);
   if (front_B && how & 2)
      make_records_fit(blob + front_B, size_B);
   return blob;
}

/* Whatever was read can be written and read again without change. */
static void check_round_trip(VkPipelineCache cache)
{
   size_t size_B, again_B;
   uint8_t *data = cache_data(cache, &size_B);
   fuzz_check(size_B >= HEADER_B && !memcmp(data, header, HEADER_B));
   VkPipelineCache copy = make_cache(data, size_B), merged = make_cache(NULL, 0);
   uint8_t *again = cache_data(copy, &again_B);
   fuzz_check(again_B == size_B && !memcmp(data, again, size_B));
   fuzz_check(vk.MergePipelineCaches(fuzz_vk.device, merged, 1, &copy) == VK_SUCCESS);
   size_t part_B = size_B - 1;
   fuzz_check(vk.GetPipelineCacheData(fuzz_vk.device, merged, &part_B, again) == VK_INCOMPLETE && part_B < size_B);
   vk.DestroyPipelineCache(fuzz_vk.device, copy, NULL);
   vk.DestroyPipelineCache(fuzz_vk.device, merged, NULL);
   free(again);
   free(data);
}

/* True if the device is lost, which a program from elsewhere may do. */
static bool run(struct vkt_compute *c)
{
   struct vkt_buffer b = vkt_buffer(&fuzz_vk, 256, VKT_TYPE_SYSTEM);
   vkt_bind_buffer(&fuzz_vk, c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &b, 0, VK_WHOLE_SIZE);
   VkCommandBuffer cmd = vkt_begin(&fuzz_vk);
   vkt_dispatch(cmd, c, 1, 1, 1);
   VkResult r = vkt_submit(&fuzz_vk, cmd);
   fuzz_check(r == VK_SUCCESS || r == VK_ERROR_DEVICE_LOST);
   vkt_buffer_free(&fuzz_vk, &b);
   return r != VK_SUCCESS;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
   if (!size)
      return 0;
   unsigned how = data[0];
   size_t blob_B;
   uint8_t *blob = make_blob(data + 1, size - 1 < MAX_INPUT_B ? size - 1 : MAX_INPUT_B, how, &blob_B);
   VkPipelineCache cache = make_cache(blob, blob_B);
   struct vkt_compute_info info = square;
   info.cache = cache;
   struct vkt_compute c;
   bool lost = false;
   if (vkt_compute_try(&fuzz_vk, &info, &c) == VK_SUCCESS && how & 8)
      lost = run(&c);
   check_round_trip(cache);
   vkt_compute_free(&fuzz_vk, &c);
   vk.DestroyPipelineCache(fuzz_vk.device, cache, NULL);
   free(blob);
   if (lost)
      fuzz_vk_reopen();
   return 0;
}
