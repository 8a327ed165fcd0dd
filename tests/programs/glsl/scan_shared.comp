// Inclusive prefix sums of 256 dwords a workgroup, after Hillis and Steele, double buffered.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 256) in;
shared uint row[2][256];
void main()
{
   uint side = 0;
   row[0][LID] = random_dw[GID];
   barrier();
   for (uint d = 1; d < 256; d *= 2) {
      row[side ^ 1][LID] = row[side][LID] + (LID >= d ? row[side][LID - d] : 0);
      side ^= 1;
      barrier();
   }
   put(GID, row[side][LID]);
}
