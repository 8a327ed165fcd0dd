/* VkPipelineCache. A blob is the standard header, then entries: fixed record, words. Each entry carries a
 * checksum, and a blob that does not fit in any way is ignored from there on: the cache starts emptier. The
 * header's UUID names this build of the compiler. Invariant: entries are immutable and sorted by key. */
#include "vkf_pipeline_cache.h"
#include "vkf_device.h"
#include <stdlib.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

struct entry_record { /* as in the blob */
   struct vkf_cache_key key;
   uint64_t checksum; /* of what follows, words included */
   uint32_t word_count, vregs, sregs, lds_B, scratch_B, group_size[3], ordered;
   uint32_t spills, fills, ir_instructions, instructions;
   uint32_t stage_B; /* of the sc_stage_info behind the words: 0 or its size */
};
_Static_assert(sizeof(struct entry_record) == 80, "blob layout");

struct vkf_cache_entry {
   struct entry_record record;
   uint64_t words[];
};

#define CHECKED_FROM offsetof(struct entry_record, word_count)
#define MAX_WORDS (1u << 24)

static size_t entry_size_B(const struct entry_record *r)
{
   return sizeof *r + (size_t)r->word_count * 8 + (r->stage_B ? vkf_align(sizeof(sc_stage_info), 8) : 0);
}

static void *stage_of(struct vkf_cache_entry *e)
{
   return e->words + e->record.word_count;
}

static uint64_t checksum(const struct vkf_cache_entry *e)
{
   return XXH3_64bits((const char *)e + CHECKED_FROM, entry_size_B(&e->record) - CHECKED_FROM);
}

/* ---- keys -------------------------------------------------------------------------------------------------
 */
static void hash_u64(XXH3_state_t *h, uint64_t v)
{
   XXH3_128bits_update(h, &v, sizeof v);
}

struct vkf_cache_key vkf_cache_key_of(const sc_input *in)
{
   XXH3_state_t h;
   XXH3_128bits_reset(&h);
   hash_u64(&h, in->stage);
   XXH3_128bits_update(&h, in->words, in->word_count * 4);
   XXH3_128bits_update(&h, in->entry, strlen(in->entry) + 1);
   hash_u64(&h, in->binding_count);
   for (size_t i = 0; i < in->binding_count; i++) {
      const sc_binding *b = &in->bindings[i];
      hash_u64(&h, (uint64_t)b->set << 32 | b->binding);
      hash_u64(&h, (uint64_t)b->kind << 33 | (uint64_t)b->dynamic << 32 | b->count);
      hash_u64(&h, b->offset_B);
   }
   hash_u64(&h, in->spec_count);
   for (size_t i = 0; i < in->spec_count; i++) {
      hash_u64(&h, (uint64_t)in->spec[i].id << 32 | in->spec[i].size_B);
      hash_u64(&h, in->spec[i].value);
   }
   hash_u64(&h, (uint64_t)in->max_lds_B << 32 | in->max_scratch_B);
   hash_u64(&h, (uint64_t)in->exact_bounds << 32 | in->max_group_invocations);
   XXH128_hash_t d = XXH3_128bits_digest(&h);
   return (struct vkf_cache_key){d.low64, d.high64};
}

/* ---- entries ----------------------------------------------------------------------------------------------
 */
static bool key_less(struct vkf_cache_key a, struct vkf_cache_key b)
{
   return a.hi != b.hi ? a.hi < b.hi : a.lo < b.lo;
}

static uint32_t position(const struct vkf_pipeline_cache *c, struct vkf_cache_key key)
{
   uint32_t lo = 0, hi = c->count;
   while (lo < hi) {
      uint32_t mid = (lo + hi) / 2;
      if (key_less(c->entries[mid]->record.key, key))
         lo = mid + 1;
      else
         hi = mid;
   }
   return lo;
}

static struct vkf_cache_entry *lookup(const struct vkf_pipeline_cache *c, struct vkf_cache_key key)
{
   uint32_t i = position(c, key);
   return i < c->count && !key_less(key, c->entries[i]->record.key) ? c->entries[i] : NULL;
}

/* Add a copy unless it is there; false if there is no memory for it, and the cache stays as it is. */
static bool insert_copy(struct vkf_pipeline_cache *c, const struct vkf_cache_entry *e)
{
   if (lookup(c, e->record.key))
      return true;
   if (c->count == c->capacity) {
      uint32_t n = c->capacity ? c->capacity * 2 : 16;
      void *p = vkf_realloc(c->alloc, c->entries, c->capacity * sizeof *c->entries, n * sizeof *c->entries,
                            VK_SYSTEM_ALLOCATION_SCOPE_CACHE);
      if (!p)
         return false;
      c->entries = p;
      c->capacity = n;
   }
   size_t size_B = entry_size_B(&e->record);
   struct vkf_cache_entry *copy = vkf_alloc(c->alloc, size_B, VK_SYSTEM_ALLOCATION_SCOPE_CACHE);
   if (!copy)
      return false;
   memcpy(copy, e, size_B);
   uint32_t at = position(c, e->record.key);
   memmove(&c->entries[at + 1], &c->entries[at], (c->count - at) * sizeof *c->entries);
   c->entries[at] = copy;
   c->count++;
   return true;
}

bool vkf_pipeline_cache_find(struct vkf_pipeline_cache *cache, struct vkf_cache_key key, sc_program *out)
{
   if (!cache)
      return false;
   pthread_mutex_lock(&cache->lock);
   struct vkf_cache_entry *e = lookup(cache, key);
   uint64_t *words = e ? malloc((size_t)e->record.word_count * 8) : NULL;
   sc_stage_info *stage = words && e->record.stage_B ? malloc(sizeof *stage) : NULL;
   if (words && e->record.stage_B && !stage) {
      free(words);
      words = NULL;
   }
   if (words) {
      if (stage)
         memcpy(stage, stage_of(e), sizeof *stage);
      memcpy(words, e->words, (size_t)e->record.word_count * 8);
      *out = (sc_program){.words = words,
                          .stage = stage,
                          .word_count = e->record.word_count,
                          .vregs = e->record.vregs,
                          .sregs = e->record.sregs,
                          .lds_B = e->record.lds_B,
                          .scratch_B = e->record.scratch_B,
                          .ordered = e->record.ordered != 0,
                          .stats = {.instructions = e->record.instructions,
                                    .sgprs = e->record.sregs,
                                    .vgprs = e->record.vregs,
                                    .spills = e->record.spills,
                                    .fills = e->record.fills,
                                    .ir_instructions = e->record.ir_instructions}};
      memcpy(out->group_size, e->record.group_size, sizeof out->group_size);
   }
   pthread_mutex_unlock(&cache->lock);
   return words != NULL;
}

void vkf_pipeline_cache_add(struct vkf_pipeline_cache *cache, struct vkf_cache_key key,
                            const sc_program *program)
{
   if (!cache || !program->word_count || program->word_count > MAX_WORDS)
      return;
   struct entry_record record = {.key = key,
                                     .word_count = (uint32_t)program->word_count,
                                     .stage_B = program->stage ? sizeof *program->stage : 0,
                                     .vregs = program->vregs,
                                     .sregs = program->sregs,
                                     .lds_B = program->lds_B,
                                     .scratch_B = program->scratch_B,
                                     .ordered = program->ordered,
                                     .spills = program->stats.spills,
                                     .fills = program->stats.fills,
                                     .ir_instructions = program->stats.ir_instructions,
                                     .instructions = program->stats.instructions};
   struct vkf_cache_entry *e = calloc(1, entry_size_B(&record));
   if (!e)
      return;
   e->record = record;
   if (program->stage)
      memcpy(stage_of(e), program->stage, sizeof *program->stage);
   memcpy(e->record.group_size, program->group_size, sizeof e->record.group_size);
   memcpy(e->words, program->words, program->word_count * 8);
   e->record.checksum = checksum(e);
   pthread_mutex_lock(&cache->lock);
   insert_copy(cache, e);
   pthread_mutex_unlock(&cache->lock);
   free(e);
}

/* ---- blobs
 * -------------------------------------------------------------------------------------------------- */
static VkPipelineCacheHeaderVersionOne header_of(const struct vkf_device *device)
{
   const VkPhysicalDeviceProperties *p = &device->physical->properties;
   VkPipelineCacheHeaderVersionOne h = {.headerSize = sizeof h,
                                        .headerVersion = VK_PIPELINE_CACHE_HEADER_VERSION_ONE,
                                        .vendorID = p->vendorID,
                                        .deviceID = p->deviceID};
   memcpy(h.pipelineCacheUUID, p->pipelineCacheUUID, VK_UUID_SIZE);
   return h;
}

/* Counts that the driver would walk by. */
static bool stage_good(struct vkf_cache_entry *e)
{
   sc_stage_info info;
   if (!e->record.stage_B)
      return true;
   memcpy(&info, stage_of(e), sizeof info);
   return info.xfb_count <= SC_XFB_MAX;
}

/* False if there is no memory; what does not fit is left out without a word. */
static bool load_blob(struct vkf_device *device, struct vkf_pipeline_cache *c, const void *data,
                      size_t size_B)
{
   VkPipelineCacheHeaderVersionOne want = header_of(device);
   if (size_B < sizeof want || memcmp(data, &want, sizeof want))
      return true;
   const char *p = (const char *)data + sizeof want;
   size_t left = size_B - sizeof want;
   while (left >= sizeof(struct entry_record)) {
      struct entry_record record;
      memcpy(&record, p, sizeof record);
      if (!record.word_count || record.word_count > MAX_WORDS || (record.stage_B && record.stage_B != sizeof(sc_stage_info)))
         return true;
      size_t need = entry_size_B(&record);
      if (need > left)
         return true;
      /* The blob may be unaligned: work on a copy. */
      struct vkf_cache_entry *e = malloc(need);
      if (!e)
         return false;
      memcpy(e, p, need);
      bool good = checksum(e) == record.checksum && stage_good(e);
      bool room = !good || insert_copy(c, e);
      free(e);
      if (!good || !room)
         return room;
      p += need;
      left -= need;
   }
   return true;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreatePipelineCache(VkDevice device_,
                                                       const VkPipelineCacheCreateInfo *pCreateInfo,
                                                       const VkAllocationCallbacks *pAllocator,
                                                       VkPipelineCache *pPipelineCache)
{
   struct vkf_device *device = vkf_device_from(device_);
   struct vkf_pipeline_cache *c =
       vkf_device_object(device, pAllocator, sizeof *c, VK_OBJECT_TYPE_PIPELINE_CACHE);
   if (!c)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   c->alloc = device->alloc;
   if (pAllocator) {
      c->alloc_copy = *pAllocator;
      c->alloc = &c->alloc_copy;
   }
   pthread_mutex_init(&c->lock, NULL);
   VkPipelineCache made = vkf_pipeline_cache_to(c);
   if (!load_blob(device, c, pCreateInfo->pInitialData, pCreateInfo->initialDataSize)) {
      vkf_DestroyPipelineCache(device_, made, pAllocator);
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   }
   *pPipelineCache = made;
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyPipelineCache(VkDevice device, VkPipelineCache cache,
                                                    const VkAllocationCallbacks *pAllocator)
{
   struct vkf_pipeline_cache *c = vkf_pipeline_cache_from(cache);
   if (!c)
      return;
   for (uint32_t i = 0; i < c->count; i++)
      vkf_free(c->alloc, c->entries[i]);
   vkf_free(c->alloc, c->entries);
   pthread_mutex_destroy(&c->lock);
   vkf_object_delete(pAllocator, vkf_device_from(device)->alloc, c);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetPipelineCacheData(VkDevice device_, VkPipelineCache cache,
                                                        size_t *pDataSize, void *pData)
{
   struct vkf_pipeline_cache *c = vkf_pipeline_cache_from(cache);
   VkPipelineCacheHeaderVersionOne h = header_of(vkf_device_from(device_));
   size_t room = pData ? *pDataSize : SIZE_MAX, used = 0;
   if (room < sizeof h) {
      *pDataSize = 0;
      return VK_INCOMPLETE;
   }
   if (pData)
      memcpy(pData, &h, sizeof h);
   used = sizeof h;
   VkResult r = VK_SUCCESS;
   pthread_mutex_lock(&c->lock);
   for (uint32_t i = 0; i < c->count && r == VK_SUCCESS; i++) {
      size_t size_B = entry_size_B(&c->entries[i]->record);
      if (size_B > room - used) {
         r = VK_INCOMPLETE;
         break;
      }
      if (pData)
         memcpy((char *)pData + used, c->entries[i], size_B);
      used += size_B;
   }
   pthread_mutex_unlock(&c->lock);
   *pDataSize = used;
   return r;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_MergePipelineCaches(VkDevice device, VkPipelineCache dstCache,
                                                       uint32_t count, const VkPipelineCache *pSrcCaches)
{
   struct vkf_pipeline_cache *d = vkf_pipeline_cache_from(dstCache);
   bool room = true;
   for (uint32_t i = 0; i < count; i++) {
      struct vkf_pipeline_cache *s = vkf_pipeline_cache_from(pSrcCaches[i]);
      if (s == d)
         continue;
      /* Both in the order of their addresses, since another thread may be merging the other way round. */
      struct vkf_pipeline_cache *first = s < d ? s : d, *second = s < d ? d : s;
      pthread_mutex_lock(&first->lock);
      pthread_mutex_lock(&second->lock);
      for (uint32_t e = 0; e < s->count && room; e++)
         room = insert_copy(d, s->entries[e]);
      pthread_mutex_unlock(&second->lock);
      pthread_mutex_unlock(&first->lock);
   }
   return room ? VK_SUCCESS : VK_ERROR_OUT_OF_HOST_MEMORY;
}
