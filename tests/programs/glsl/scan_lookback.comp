// Prefix sum over the whole buffer in one dispatch: workgroups take tickets and spin until the one before has published its sum.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
layout(set = 0, binding = 3, std430) coherent volatile buffer Chain { uint ticket; uint pad[63]; uvec2 link[]; };
shared uint part[64];
shared uint tile, before;
void main()
{
   if (LID == 0)
      tile = atomicAdd(ticket, 1);
   barrier();
   uint i = tile * 64 + LID;
   part[LID] = random_dw[i];
   barrier();
   for (uint d = 1; d < 64; d *= 2) {
      uint v = LID >= d ? part[LID - d] : 0;
      barrier();
      part[LID] += v;
      barrier();
   }
   if (LID == 0) {
      before = 0;
      if (tile > 0) {
         for (uint spins = 0; link[tile - 1].x == 0; spins++)
            scratch[tile] = spins; /* spirv-opt drops a loop that writes nothing, volatile or not */
         memoryBarrierBuffer();
         before = link[tile - 1].y;
      }
      link[tile].y = before + part[63];
      memoryBarrierBuffer();
      link[tile].x = 1;
   }
   barrier();
   put(i, before + part[LID]);
}
