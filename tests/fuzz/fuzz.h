/* What every fuzz target shares: its entry points, a reader of the input that never runs out, and the check that
 * ends the program. A target is deterministic, keeps no state that changes what the next input does, and says what
 * its input's bytes mean at its head. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

typedef struct fuzz_in {
   const uint8_t *p;
   size_t left_B;
} fuzz_in;

/* The next n <= 8 bytes, little endian; zeros behind the end. */
static inline uint64_t fuzz_take(fuzz_in *in, size_t n)
{
   uint64_t v = 0;
   size_t have = n < in->left_B ? n : in->left_B;
   for (size_t i = 0; i < have; i++)
      v |= (uint64_t)in->p[i] << 8 * i;
   in->p += have;
   in->left_B -= have;
   return v;
}

/* A violated promise of the code under test, whatever the build type. */
#define fuzz_check(condition)                                                                \
   do {                                                                                      \
      if (!(condition)) {                                                                    \
         fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);             \
         abort();                                                                            \
      }                                                                                      \
   } while (0)

#endif
