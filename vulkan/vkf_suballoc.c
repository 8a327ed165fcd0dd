/* Small pieces of GPU memory, cut from blocks. A request beyond half a block gets a block of its own. One
 * empty block is kept for the next request; others go back. */
#include "vkf_suballoc.h"
#include "vkf_device.h"
#include "vkf_ranges.h"

struct vkf_suballoc_block {
   struct vkf_suballoc_block *next;
   struct vkf_bo bo;
   struct vkf_ranges ranges; /* byte offsets */
};

void vkf_suballoc_init(struct vkf_suballoc *s, struct vkf_device *device, enum vkf_place place,
                       uint64_t block_B)
{
   *s = (struct vkf_suballoc){.device = device, .place = place, .block_B = block_B};
   pthread_mutex_init(&s->lock, NULL);
}

static void block_free(struct vkf_suballoc *s, struct vkf_suballoc_block *b)
{
   vkf_bo_destroy(s->device, &b->bo);
   vkf_ranges_finish(&b->ranges);
   vkf_free(s->device->alloc, b);
}

void vkf_suballoc_finish(struct vkf_suballoc *s)
{
   if (!s->device)
      return;
   while (s->blocks) {
      struct vkf_suballoc_block *b = s->blocks;
      s->blocks = b->next;
      block_free(s, b);
   }
   pthread_mutex_destroy(&s->lock);
}

static VkResult block_new(struct vkf_suballoc *s, uint64_t size_B)
{
   struct vkf_suballoc_block *b = vkf_alloc(s->device->alloc, sizeof *b, VK_SYSTEM_ALLOCATION_SCOPE_DEVICE);
   if (!b)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   VkResult r = vkf_bo_create(s->device, s->place, size_B, NULL, true, &b->bo);
   if (r == VK_SUCCESS && !vkf_ranges_init(&b->ranges, s->device->alloc, 0, b->bo.size_B)) {
      vkf_bo_destroy(s->device, &b->bo);
      r = VK_ERROR_OUT_OF_HOST_MEMORY;
   }
   if (r != VK_SUCCESS) {
      vkf_free(s->device->alloc, b);
      return r;
   }
   b->next = s->blocks;
   s->blocks = b;
   return VK_SUCCESS;
}

static bool take_from(struct vkf_suballoc_block *b, uint64_t size_B, uint64_t align_B, struct vkf_span *out)
{
   uint64_t offset;
   if (VK_SUCCESS != vkf_ranges_take(&b->ranges, size_B, align_B, &offset))
      return false;
   *out = (struct vkf_span){
       .block = b, .va = b->bo.va + offset, .size_B = size_B, .host = (char *)b->bo.host + offset};
   return true;
}

VkResult vkf_span_take(struct vkf_suballoc *s, uint64_t size_B, uint64_t align_B, struct vkf_span *out)
{
   VkResult r = VK_SUCCESS;
   size_B = vkf_align(size_B ? size_B : 1, 16);
   align_B = VKF_MAX(align_B, 16);
   pthread_mutex_lock(&s->lock);
   struct vkf_suballoc_block *b = s->blocks;
   while (b && !take_from(b, size_B, align_B, out))
      b = b->next;
   if (!b) {
      r = block_new(s, size_B > s->block_B / 2 ? size_B : s->block_B);
      if (r == VK_SUCCESS && !take_from(s->blocks, size_B, align_B, out))
         r = VK_ERROR_OUT_OF_HOST_MEMORY;
   }
   pthread_mutex_unlock(&s->lock);
   return r;
}

static void drop_spare_blocks(struct vkf_suballoc *s)
{
   bool kept = false;
   for (struct vkf_suballoc_block **link = &s->blocks; *link;) {
      struct vkf_suballoc_block *b = *link;
      if (!b->ranges.live && (kept || b->bo.size_B != s->block_B)) {
         *link = b->next;
         block_free(s, b);
         continue;
      }
      kept |= !b->ranges.live;
      link = &b->next;
   }
}

void vkf_span_give(struct vkf_suballoc *s, struct vkf_span *span)
{
   if (!span->block)
      return;
   pthread_mutex_lock(&s->lock);
   struct vkf_suballoc_block *b = span->block;
   vkf_ranges_give(&b->ranges, span->va - b->bo.va, span->size_B);
   if (!b->ranges.live)
      drop_spare_blocks(s);
   pthread_mutex_unlock(&s->lock);
   *span = (struct vkf_span){0};
}
