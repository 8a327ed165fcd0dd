// Histogram of bytes: counted in shared memory, added to global memory.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 128) in;
shared uint bin[256];
void main()
{
   bin[LID] = bin[LID + 128] = 0;
   barrier();
   for (uint i = GID; i < 8192; i += gl_NumWorkGroups.x * 128) {
      uint d = random_dw[i];
      for (int k = 0; k < 4; k++)
         atomicAdd(bin[d >> 8 * k & 255u], 1u);
   }
   barrier();
   for (uint i = LID; i < 256; i += 128)
      atomicAdd(result[i], bin[i]);
}
