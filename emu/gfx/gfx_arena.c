/* Memory that lives as long as a batch: blocks that are kept and filled again. Records and primitives of a
 * batch point into it. */
#include <stdlib.h>
#include <string.h>
#include "pipeline.h"

#define BLOCK_B ((size_t)64 << 10)
#define TOTAL_MAX_B                                                                                          \
   ((size_t)256 << 20) /* what a single batch may need: beyond, host memory counts as exhausted */

struct gfx_arena_block {
   struct gfx_arena_block *next;
   size_t size_B;
   _Alignas(16) uint8_t bytes[];
};

static struct gfx_arena_block *add_block(gfx_arena *a, size_t size_B)
{
   if (size_B > TOTAL_MAX_B || a->total_B > TOTAL_MAX_B)
      return NULL;
   struct gfx_arena_block *b = malloc(sizeof *b + (size_B > BLOCK_B ? size_B : BLOCK_B));
   if (!b)
      return NULL;
   a->total_B += size_B > BLOCK_B ? size_B : BLOCK_B;
   b->size_B = size_B > BLOCK_B ? size_B : BLOCK_B;
   struct gfx_arena_block **at = a->current ? &a->current->next : &a->first;
   b->next = *at;
   *at = b;
   return b;
}

void *gfx_alloc(gfx_arena *a, size_t size_B)
{
   size_B = (size_B + 15) & ~(size_t)15;
   if (!a->current || a->used_B + size_B > a->current->size_B) {
      struct gfx_arena_block *next = a->current ? a->current->next : a->first;
      if (!next || next->size_B < size_B)
         next = add_block(a, size_B);
      if (!next)
         return NULL;
      a->current = next;
      a->used_B = 0;
   }
   void *p = a->current->bytes + a->used_B;
   a->used_B += size_B;
   return p;
}

/* Large amounts of one batch are not kept: the next one may be small. */
void gfx_arena_reset(gfx_arena *a)
{
   unsigned kept = 0;
   a->total_B = 0;
   for (struct gfx_arena_block **at = &a->first; *at;) {
      struct gfx_arena_block *b = *at;
      if (b->size_B == BLOCK_B && kept++ < 16) {
         a->total_B += b->size_B;
         at = &b->next;
         continue;
      }
      *at = b->next;
      free(b);
   }
   a->current = NULL;
   a->used_B = 0;
}

void gfx_arena_free(gfx_arena *a)
{
   while (a->first) {
      struct gfx_arena_block *b = a->first;
      a->first = b->next;
      free(b);
   }
   *a = (gfx_arena){0};
}

bool gfx_grow(void *array, uint32_t count, uint32_t *capacity, size_t element_B)
{
   if (count < *capacity)
      return true;
   uint32_t n = *capacity ? *capacity * 2 : 64;
   void *p = realloc(*(void **)array, n * element_B);
   if (!p)
      return false;
   *(void **)array = p;
   *capacity = n;
   return true;
}
