/* What names a program wherever it is spoken of without its text: in reports, and in the source lines that a driver hands out beside. */
#ifndef GPU_PROGRAM_HASH_H
#define GPU_PROGRAM_HASH_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a over the words' bytes, low ones first. */
static inline uint64_t gpu_program_hash(const uint64_t *words, size_t count)
{
   uint64_t h = UINT64_C(0xcbf29ce484222325);
   for (size_t i = 0; i < count; i++)
      for (unsigned b = 0; b < 64; b += 8)
         h = (h ^ (words[i] >> b & 0xff)) * UINT64_C(0x100000001b3);
   return h;
}

#endif
