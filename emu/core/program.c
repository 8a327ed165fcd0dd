/* The device's decoded programs.
 *
 * A program is found by its content (hash first, then every word) and its register limits, never by its
 * address: one that the guest has rewritten is simply another program, so nothing can be stale. Programs in
 * use are pinned by references; of the others the least recently used go when the cache holds more than its
 * share of host memory.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include "core.h"

#define BUCKETS 1024u

struct emu_program_cache {
   const emu_interp *interp;
   const emu_profile *profile;
   pthread_mutex_t lock;
   size_t bytes, max_B;
   emu_program *buckets[BUCKETS];
   emu_program *newest, *oldest; /* every program, by last use */
};

emu_program_cache *emu_program_cache_create(const emu_interp *interp, const emu_profile *profile,
                                            size_t max_B)
{
   emu_program_cache *c = calloc(1, sizeof *c);
   if (!c)
      return NULL;
   c->interp = interp;
   c->profile = profile;
   c->max_B = max_B;
   pthread_mutex_init(&c->lock, NULL);
   return c;
}

static void lru_remove(emu_program_cache *c, emu_program *p)
{
   *(p->newer ? &p->newer->older : &c->newest) = p->older;
   *(p->older ? &p->older->newer : &c->oldest) = p->newer;
}

static void lru_push(emu_program_cache *c, emu_program *p)
{
   p->newer = NULL;
   p->older = c->newest;
   *(c->newest ? &c->newest->newer : &c->oldest) = p;
   c->newest = p;
}

static void drop(emu_program_cache *c, emu_program *p)
{
   emu_program **at = &c->buckets[p->hash % BUCKETS];
   while (*at != p)
      at = &(*at)->next;
   *at = p->next;
   lru_remove(c, p);
   c->bytes -= p->bytes;
   emu_program_destroy(p);
}

static void trim(emu_program_cache *c)
{
   for (emu_program *p = c->oldest; p && c->bytes > c->max_B;) {
      emu_program *newer = p->newer;
      if (p->references == 0)
         drop(c, p);
      p = newer;
   }
}

void emu_program_cache_destroy(emu_program_cache *c)
{
   if (!c)
      return;
   while (c->newest)
      drop(c, c->newest);
   pthread_mutex_destroy(&c->lock);
   free(c);
}

static emu_program *find(emu_program_cache *c, uint64_t hash, const uint64_t *words, size_t count,
                         uint32_t vregs, uint32_t sregs)
{
   for (emu_program *p = c->buckets[hash % BUCKETS]; p; p = p->next)
      if (p->hash == hash && p->word_count == count && p->vregs == vregs &&
          p->sregs == (sregs & ~EMU_PROGRAM_FRAGMENT) && p->fragment == !!(sregs & EMU_PROGRAM_FRAGMENT) &&
          (count == 0 || memcmp(p->words, words, count * sizeof *words) == 0))
         return p;
   return NULL;
}

emu_program *emu_program_cache_get(emu_program_cache *c, const uint64_t *words, size_t count, uint32_t vregs,
                                   uint32_t sregs)
{
   uint64_t hash = XXH3_64bits_withSeed(words, count * sizeof *words, (uint64_t)vregs << 32 | sregs);
   pthread_mutex_lock(&c->lock);
   emu_program *p = find(c, hash, words, count, vregs, sregs);
   if (p) {
      lru_remove(c, p);
   } else if ((p = emu_program_decode(c->interp, c->profile, words, count, vregs, sregs))) {
      p->hash = hash;
      p->next = c->buckets[hash % BUCKETS];
      c->buckets[hash % BUCKETS] = p;
      c->bytes += p->bytes;
   }
   if (p) {
      lru_push(c, p);
      p->references++;
      trim(c);
   }
   pthread_mutex_unlock(&c->lock);
   return p;
}

void emu_program_cache_hold(emu_program_cache *c, emu_program *p)
{
   pthread_mutex_lock(&c->lock);
   p->references++;
   pthread_mutex_unlock(&c->lock);
}

void emu_program_cache_put(emu_program_cache *c, emu_program *p)
{
   if (!p)
      return;
   pthread_mutex_lock(&c->lock);
   p->references--;
   trim(c);
   pthread_mutex_unlock(&c->lock);
}

size_t emu_program_cache_bytes(emu_program_cache *c)
{
   pthread_mutex_lock(&c->lock);
   size_t n = c->bytes;
   pthread_mutex_unlock(&c->lock);
   return n;
}
