// Two workgroups pass a number back and forth by coherent memory, 100 times; a second pair by volatile.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 1) in;
layout(set = 0, binding = 3, std430) coherent buffer Mail { uint turn[2]; uint ball[2]; };
layout(set = 0, binding = 4 + 1, std430) volatile buffer Mail2 { uint vturn[2]; uint vball[2]; };
void main()
{
   uint pair = WG / 2, side = WG % 2;
   for (uint i = 0; i < 100; i++) {
      if (pair == 0) {
         while (atomicAdd(turn[0], 0) % 2 != side)
            ;
         memoryBarrierBuffer();
         ball[0] = ball[0] * 5 + i + side;
         memoryBarrierBuffer();
         atomicAdd(turn[0], 1);
      } else {
         uint spins = 0;
         while (vturn[1] % 2 != side) /* spirv-opt drops a loop that writes nothing, volatile or not */
            scratch[WG] = spins++;
         memoryBarrierBuffer();
         vball[1] = vball[1] * 7 + i + side;
         memoryBarrierBuffer();
         vturn[1] = 2 * i + side + 1;
      }
   }
   if (WG == 1)
      put(0, ball[0]);
   if (WG == 3)
      put(1, vball[1]);
   atomicAdd(result[2], 1);
}
