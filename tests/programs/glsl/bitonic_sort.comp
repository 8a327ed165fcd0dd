// Bitonic sort of 512 keys per workgroup in shared memory.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 256) in;
shared uint key[512];
void main()
{
   key[LID] = random_dw[WG * 512 + LID];
   key[LID + 256] = random_dw[WG * 512 + LID + 256];
   for (uint k = 2; k <= 512; k <<= 1)
      for (uint j = k >> 1; j > 0; j >>= 1) {
         barrier();
         uint i = 2 * j * (LID / j) + LID % j, l = i + j;
         bool up = (i & k) == 0;
         if ((key[i] > key[l]) == up) {
            uint t = key[i];
            key[i] = key[l];
            key[l] = t;
         }
      }
   barrier();
   put(WG * 512 + LID, key[LID]);
   put(WG * 512 + LID + 256, key[LID + 256]);
}
