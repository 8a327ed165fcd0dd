/* Physical memory: 64 KiB chunk -> host address. VRAM that nothing is bound over lies in the board's private memory at base + pa; a
 * binding (section or system memory) overrides its chunks in a two-level table of atomic pointers, read without locks.
 * Invariant: a chunk's host memory is released only after the table, then the TLB generation have changed and every
 * agent has quiesced (agents.c).
 */
#include "blocks.h"
#include "section.h"
#include "settings.h"
#include <stdlib.h>

#define LEAF_LOG2 28u /* one leaf of the chunk table covers 256 MiB */
#define LEAF_CHUNKS (1u << (LEAF_LOG2 - GPU_CHUNK_LOG2))
#define LEAVES (1u << (GPU_PA_BITS - LEAF_LOG2))

typedef _Atomic(uint8_t *) chunk;

typedef struct binding {
   struct binding *next;
   uint64_t pa, size_B;
   uint8_t *host;
   emu_section *section; /* NULL: system memory of the driver */
} binding;

struct emu_vram {
   emu_board board;
   pthread_mutex_t lock; /* bindings, and writes of the table */
   binding *bindings;
   _Atomic(chunk *) leaves[LEAVES];
};

static uint64_t vram_B(const emu_device *dev)
{
   return dev->profile.vram_B;
}

/* ---- lookup ------------------------------------------------------------------------------------ */
static uint8_t *bound_chunk(struct emu_vram *v, uint64_t pa)
{
   chunk *leaf = atomic_load_explicit(&v->leaves[pa >> LEAF_LOG2], memory_order_acquire);
   return leaf ? atomic_load_explicit(&leaf[(pa >> GPU_CHUNK_LOG2) % LEAF_CHUNKS], memory_order_acquire) : NULL;
}

void *emu_pa_host(emu_device *dev, uint64_t pa, uint64_t *avail_B)
{
   struct emu_vram *v = dev->vram;
   uint64_t in_chunk = pa & (GPU_CHUNK_B - 1);
   *avail_B = 0;
   if (pa >> GPU_PA_BITS)
      return NULL;
   uint8_t *host = bound_chunk(v, pa);
   if (!host) {
      if (pa - GPU_PA_VRAM >= vram_B(dev) || !emu_board_commit(&v->board, pa - in_chunk, GPU_CHUNK_B))
         return NULL;
      host = v->board.base + (pa - in_chunk);
   }
   *avail_B = GPU_CHUNK_B - in_chunk;
   return host + in_chunk;
}

/* ---- the table ----------------------------------------------------------------------------------- */
static bool make_leaves(struct emu_vram *v, uint64_t pa, uint64_t size_B)
{
   for (uint64_t i = pa >> LEAF_LOG2; i <= (pa + size_B - 1) >> LEAF_LOG2; i++) {
      if (atomic_load_explicit(&v->leaves[i], memory_order_relaxed))
         continue;
      chunk *leaf = calloc(LEAF_CHUNKS, sizeof(*leaf));
      if (!leaf)
         return false;
      atomic_store_explicit(&v->leaves[i], leaf, memory_order_release);
   }
   return true;
}

/* Point the chunks of the range at host, or at nothing. */
static void set_chunks(struct emu_vram *v, uint64_t pa, uint64_t size_B, uint8_t *host)
{
   for (uint64_t done = 0; done < size_B; done += GPU_CHUNK_B) {
      uint64_t at = pa + done;
      chunk *leaf = atomic_load_explicit(&v->leaves[at >> LEAF_LOG2], memory_order_relaxed);
      atomic_store_explicit(&leaf[(at >> GPU_CHUNK_LOG2) % LEAF_CHUNKS], host ? host + done : NULL, memory_order_release);
   }
}

static void settle(emu_device *dev)
{
   emu_mmu_invalidate(dev);
   emu_agents_synchronize(dev);
}

/* ---- bindings -------------------------------------------------------------------------------------- */
static bool inside(uint64_t pa, uint64_t size_B, uint64_t base, uint64_t limit_B)
{
   return pa >= base && pa - base < limit_B && size_B <= limit_B - (pa - base);
}

static bool in_vram(const emu_device *dev, uint64_t pa, uint64_t size_B)
{
   return inside(pa, size_B, GPU_PA_VRAM, vram_B(dev));
}

static bool in_sysmem(const emu_device *dev, uint64_t pa, uint64_t size_B)
{
   return inside(pa, size_B, GPU_PA_SYSMEM, dev->profile.sysmem_B);
}

static bool overlaps(const binding *b, uint64_t pa, uint64_t size_B)
{
   return b->pa < pa + size_B && pa < b->pa + b->size_B;
}

static binding *find_overlap(struct emu_vram *v, uint64_t pa, uint64_t size_B)
{
   binding *b = v->bindings;
   while (b && !overlaps(b, pa, size_B))
      b = b->next;
   return b;
}

/* Range already checked and host alive. */
static emu_result bind_range(emu_device *dev, uint64_t pa, uint64_t size_B, uint8_t *host, emu_section *section)
{
   struct emu_vram *v = dev->vram;
   binding *b = malloc(sizeof(*b));
   if (!b)
      return EMU_E_NO_MEMORY;
   *b = (binding){.pa = pa, .size_B = size_B, .host = host, .section = section};
   pthread_mutex_lock(&v->lock);
   emu_result r = find_overlap(v, pa, size_B) ? EMU_E_BUSY : make_leaves(v, pa, size_B) ? EMU_OK : EMU_E_NO_MEMORY;
   if (r == EMU_OK) {
      b->next = v->bindings;
      v->bindings = b;
      set_chunks(v, pa, size_B, host);
      if (section)
         emu_section_ref(section);
      if (in_vram(dev, pa, size_B)) { /* nobody may still write what unbind promises to be zero */
         settle(dev);
         emu_board_discard(&v->board, pa, size_B);
      }
   }
   pthread_mutex_unlock(&v->lock);
   if (r != EMU_OK)
      free(b);
   else
      emu_debug(dev, BIND, "bind %s pa %010llx bytes %llx", section ? "section" : "system memory", (unsigned long long)pa,
                (unsigned long long)size_B);
   return r;
}

/* Only the very range that was bound. */
static void unbind_range(emu_device *dev, uint64_t pa, uint64_t size_B, const emu_section *section)
{
   struct emu_vram *v = dev->vram;
   pthread_mutex_lock(&v->lock);
   binding **link = &v->bindings;
   while (*link && !((*link)->pa == pa && (*link)->size_B == size_B && (*link)->section == section))
      link = &(*link)->next;
   binding *b = *link;
   if (b) {
      *link = b->next;
      set_chunks(v, pa, size_B, NULL);
      settle(dev);
   }
   pthread_mutex_unlock(&v->lock);
   if (!b)
      return;
   emu_section_unref(b->section);
   free(b);
   emu_debug(dev, BIND, "unbind pa %010llx bytes %llx", (unsigned long long)pa, (unsigned long long)size_B);
}

emu_result emu_sysmem_bind(emu_device *dev, uint64_t pa, void *host, uint64_t size_B)
{
   if (!host || size_B == 0 || (pa | size_B | (uintptr_t)host) & (GPU_CHUNK_B - 1) || !in_sysmem(dev, pa, size_B))
      return EMU_E_RANGE;
   return bind_range(dev, pa, size_B, host, NULL);
}

void emu_sysmem_unbind(emu_device *dev, uint64_t pa, uint64_t size_B)
{
   unbind_range(dev, pa, size_B, NULL);
}

emu_result emu_section_bind(emu_device *dev, uint64_t pa, emu_section *s)
{
   uint64_t size_B = emu_round_chunk(s->payload_B);
   if ((pa & (GPU_CHUNK_B - 1)) != 0 || !(in_vram(dev, pa, size_B) || in_sysmem(dev, pa, size_B)))
      return EMU_E_RANGE;
   return bind_range(dev, pa, size_B, s->map, s);
}

void emu_section_unbind(emu_device *dev, uint64_t pa, emu_section *s)
{
   unbind_range(dev, pa, emu_round_chunk(s->payload_B), s);
}

/* ---- aperture ------------------------------------------------------------------------------------------ */
void *emu_aperture_map(emu_device *dev, uint64_t pa, uint64_t size_B)
{
   struct emu_vram *v = dev->vram;
   void *host = NULL;
   if (size_B == 0 || !in_vram(dev, pa, size_B))
      return NULL;
   pthread_mutex_lock(&v->lock);
   binding *b = find_overlap(v, pa, size_B);
   if (!b)
      host = emu_board_commit(&v->board, pa, size_B) ? v->board.base + pa : NULL;
   else if (inside(pa, size_B, b->pa, b->size_B))
      host = b->host + (pa - b->pa);
   pthread_mutex_unlock(&v->lock);
   return host;
}

/* End of the part of [pa, end) that starts at pa and is wholly private or wholly bound; *bound tells which. */
static uint64_t part_end(struct emu_vram *v, uint64_t pa, uint64_t end, bool *bound)
{
   *bound = bound_chunk(v, pa) != NULL;
   do
      pa += GPU_CHUNK_B;
   while (pa < end && (bound_chunk(v, pa) != NULL) == *bound);
   return pa;
}

void emu_aperture_discard(emu_device *dev, uint64_t pa, uint64_t size_B)
{
   struct emu_vram *v = dev->vram;
   if (size_B == 0 || ((pa | size_B) & (GPU_CHUNK_B - 1)) != 0 || !in_vram(dev, pa, size_B))
      return;
   pthread_mutex_lock(&v->lock); /* no binding may come or go meanwhile */
   for (uint64_t at = pa, next; at < pa + size_B; at = next) {
      bool bound;
      next = part_end(v, at, pa + size_B, &bound);
      if (!bound)
         emu_board_discard(&v->board, at, next - at);
   }
   pthread_mutex_unlock(&v->lock);
   emu_debug(dev, BIND, "discard pa %010llx bytes %llx", (unsigned long long)pa, (unsigned long long)size_B);
}

/* ---- life --------------------------------------------------------------------------------------------------- */
emu_result emu_vram_create(emu_device *dev)
{
   struct emu_vram *v = calloc(1, sizeof(*v));
   if (!v)
      return EMU_E_NO_MEMORY;
   emu_result r = emu_board_create(&v->board, dev->profile.vram_B);
   if (r == EMU_OK && pthread_mutex_init(&v->lock, NULL) != 0) {
      emu_board_destroy(&v->board);
      r = EMU_E_NO_MEMORY;
   }
   if (r != EMU_OK) {
      free(v);
      return r;
   }
   dev->vram = v;
   return EMU_OK;
}

void emu_vram_destroy(emu_device *dev)
{
   struct emu_vram *v = dev->vram;
   for (binding *b = v->bindings, *next; b; b = next) {
      next = b->next;
      emu_section_unref(b->section);
      free(b);
   }
   for (unsigned i = 0; i < LEAVES; i++)
      free((void *)atomic_load_explicit(&v->leaves[i], memory_order_relaxed));
   pthread_mutex_destroy(&v->lock);
   emu_board_destroy(&v->board);
   free(v);
   dev->vram = NULL;
}
