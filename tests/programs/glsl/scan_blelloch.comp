// Exclusive prefix sums, up-sweep and down-sweep, 128 lanes for 256 dwords.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 128) in;
shared uint t[256];
void main()
{
   uint base = WG * 256, offset = 1;
   t[2 * LID] = random_dw[base + 2 * LID];
   t[2 * LID + 1] = random_dw[base + 2 * LID + 1];
   for (uint d = 128; d > 0; d >>= 1) {
      barrier();
      if (LID < d)
         t[offset * (2 * LID + 2) - 1] += t[offset * (2 * LID + 1) - 1];
      offset *= 2;
   }
   if (LID == 0)
      t[255] = 0;
   for (uint d = 1; d < 256; d *= 2) {
      offset >>= 1;
      barrier();
      if (LID < d) {
         uint a = offset * (2 * LID + 1) - 1, b = offset * (2 * LID + 2) - 1, s = t[a];
         t[a] = t[b];
         t[b] += s;
      }
   }
   barrier();
   put(base + 2 * LID, t[2 * LID]);
   put(base + 2 * LID + 1, t[2 * LID + 1]);
}
