// Batcher's odd-even merge network on 16 keys of a private array, and insertion sort of the same keys.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
void exchange(inout int a, inout int b) { int t = min(a, b); b = max(a, b); a = t; }
void main()
{
   int a[16], b[16];
   for (int i = 0; i < 16; i++)
      a[i] = b[i] = int(random_dw[GID * 16 + i]);
   for (int p = 1; p < 16; p += p)
      for (int k = p; k >= 1; k /= 2)
         for (int j = k % p; j + k < 16; j += 2 * k)
            for (int i = 0; i < k; i++)
               if ((i + j) / (2 * p) == (i + j + k) / (2 * p) && i + j + k < 16)
                  exchange(a[i + j], a[i + j + k]);
   for (int i = 1; i < 16; i++) {
      int x = b[i], j = i;
      while (j > 0 && b[j - 1] > x) {
         b[j] = b[j - 1];
         j--;
      }
      b[j] = x;
   }
   for (int i = 0; i < 16; i++)
      put(GID * 16 + i, a[i] == b[i] ? a[i] : 0xdead);
}
