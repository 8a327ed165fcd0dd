/* Ranges. Invariant: capacity >= live + 2, so that giving back never needs memory: n live ranges leave at
 * most n + 1 free ones. */
#include "vkf_ranges.h"

static bool reserve(struct vkf_ranges *r, uint32_t capacity)
{
   if (capacity <= r->capacity)
      return true;
   capacity = VKF_MAX(capacity, r->capacity * 2);
   struct vkf_range *p = vkf_realloc(r->alloc, r->free, r->capacity * sizeof *p, capacity * sizeof *p,
                                     VK_SYSTEM_ALLOCATION_SCOPE_DEVICE);
   if (!p)
      return false;
   r->free = p;
   r->capacity = capacity;
   return true;
}

bool vkf_ranges_init(struct vkf_ranges *r, const VkAllocationCallbacks *alloc, uint64_t start, uint64_t size)
{
   *r = (struct vkf_ranges){.alloc = alloc};
   r->free = vkf_alloc(alloc, 16 * sizeof *r->free, VK_SYSTEM_ALLOCATION_SCOPE_DEVICE);
   if (!r->free)
      return false;
   r->capacity = 16;
   r->count = 1;
   r->free[0] = (struct vkf_range){start, size};
   r->free_total = size;
   return true;
}

void vkf_ranges_finish(struct vkf_ranges *r)
{
   vkf_free(r->alloc, r->free);
   *r = (struct vkf_ranges){0};
}

static void insert(struct vkf_ranges *r, uint32_t at, struct vkf_range v)
{
   memmove(&r->free[at + 1], &r->free[at], (r->count - at) * sizeof v);
   r->free[at] = v;
   r->count++;
}

static void erase(struct vkf_ranges *r, uint32_t at)
{
   r->count--;
   memmove(&r->free[at], &r->free[at + 1], (r->count - at) * sizeof r->free[0]);
}

static void carve(struct vkf_ranges *r, uint32_t i, uint64_t start, uint64_t size)
{
   struct vkf_range old = r->free[i];
   uint64_t before = start - old.start, after = old.size - before - size;
   if (before)
      r->free[i].size = before;
   else
      erase(r, i);
   if (after)
      insert(r, i + (before != 0), (struct vkf_range){start + size, after});
}

VkResult vkf_ranges_take(struct vkf_ranges *r, uint64_t size, uint64_t align, uint64_t *start)
{
   if (!size || size > r->free_total)
      return VK_ERROR_OUT_OF_DEVICE_MEMORY;
   if (!reserve(r, r->live + 3))
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   for (uint32_t i = 0; i < r->count; i++) {
      uint64_t at = vkf_align(r->free[i].start, align), skip = at - r->free[i].start;
      if (at < r->free[i].start || skip > r->free[i].size || r->free[i].size - skip < size)
         continue;
      carve(r, i, at, size);
      r->live++;
      r->free_total -= size;
      *start = at;
      return VK_SUCCESS;
   }
   return VK_ERROR_OUT_OF_DEVICE_MEMORY;
}

/* Index of the first free range behind start. */
static uint32_t upper(const struct vkf_ranges *r, uint64_t start)
{
   uint32_t lo = 0, hi = r->count;
   while (lo < hi) {
      uint32_t mid = (lo + hi) / 2;
      if (r->free[mid].start < start)
         lo = mid + 1;
      else
         hi = mid;
   }
   return lo;
}

void vkf_ranges_give(struct vkf_ranges *r, uint64_t start, uint64_t size)
{
   uint32_t i = upper(r, start);
   bool left = i > 0 && r->free[i - 1].start + r->free[i - 1].size == start;
   bool right = i < r->count && start + size == r->free[i].start;
   if (left && right) {
      r->free[i - 1].size += size + r->free[i].size;
      erase(r, i);
   } else if (left) {
      r->free[i - 1].size += size;
   } else if (right) {
      r->free[i].start = start;
      r->free[i].size += size;
   } else {
      insert(r, i, (struct vkf_range){start, size});
   }
   r->live--;
   r->free_total += size;
}
