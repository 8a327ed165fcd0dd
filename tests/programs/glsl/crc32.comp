// CRC-32 by a table that the workgroup makes in shared memory, and bit by bit.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
shared uint table[256];
void main()
{
   for (uint i = LID; i < 256; i += 64) {
      uint c = i;
      for (int k = 0; k < 8; k++)
         c = (c & 1u) != 0u ? c >> 1 ^ 0xedb88320u : c >> 1;
      table[i] = c;
   }
   barrier();
   uint crc = ~0u, slow = ~0u, n = GID % 61;
   for (uint i = 0; i < n; i++) {
      uint b = random_dw[i / 4] >> i % 4 * 8 & 255u;
      crc = table[(crc ^ b) & 255u] ^ crc >> 8;
      slow ^= b;
      for (int k = 0; k < 8; k++)
         slow = slow >> 1 ^ (0xedb88320u & -(slow & 1u));
   }
   put(GID * 2, ~crc);
   put(GID * 2 + 1, crc ^ slow);
}
