/* How the demo reaches its second process: starts it, hands it the exported memory object and
 * collects what it saw. One implementation per operating system (link_posix.c, link_win32.c).
 */
#ifndef DEMO_LINK_H
#define DEMO_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct demo_stamp {
   uint32_t first_word, words; /* what the peer overwrites, in 32-bit words of the payload */
   uint32_t seed;
} demo_stamp;

/* The word that the peer writes at index i of its stamp. */
static inline uint32_t demo_stamp_word(uint32_t seed, uint32_t i)
{
   uint32_t x = (seed ^ i) * 2654435761u;
   return x ^ (x >> 15);
}

typedef struct demo_request {
   const char *peer_path;   /* executable of the second process */
   const char *png_path;    /* picture that it saves */
   uint32_t width, height;  /* of the RGBA8 picture at offset 0 */
   uint64_t size_B;         /* payload */
   demo_stamp stamp;
   intptr_t handle;         /* fd or HANDLE, stays the caller's */
   const char *name;        /* Windows: pass this section name instead of the handle; NULL otherwise */
} demo_request;

/* Run the second process to its end. On success seen[0..size_B) holds every byte that it read through its own mapping
 * before it wrote its stamp. On failure returns false and prints why to stderr. */
bool demo_link_run(const demo_request *rq, uint8_t *seen);

#endif
