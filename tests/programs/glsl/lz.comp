// Packs and unpacks bytes with a small LZ coder, in a window of private memory; the copy must equal the source.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 16) in;
void main()
{
   uint src[96], code[200], dst[96], n = 0, m = 0;
   for (uint i = 0; i < 96; i++)
      src[i] = random_dw[(GID * 5 + i / 32) & 16383u] >> (i * 7) % 31 & 1u;
   for (uint i = 0; i < 96;) {
      uint best = 0, where = 0;
      for (uint j = i > 30 ? i - 30 : 0; j < i; j++) {
         uint k = 0;
         while (i + k < 96 && k < 20 && src[j + k] == src[i + k])
            k++;
         if (k > best) {
            best = k;
            where = i - j;
         }
      }
      if (best < 3) {
         code[n++] = src[i++];
         continue;
      }
      code[n++] = 256 + best;
      code[n++] = where;
      i += best;
   }
   for (uint i = 0; i < n; i++) {
      if (code[i] < 256) {
         dst[m++] = code[i];
         continue;
      }
      uint count = code[i] - 256, back = code[++i];
      for (uint k = 0; k < count; k++, m++)
         dst[m] = dst[m - back];
   }
   uint wrong = m ^ 96;
   for (uint i = 0; i < 96; i++)
      wrong += src[i] ^ dst[i];
   put(GID * 2, n);
   put(GID * 2 + 1, wrong);
}
