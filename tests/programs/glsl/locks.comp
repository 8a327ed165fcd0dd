// A mutex by compare-and-swap, taken by one lane of each workgroup, guarding a plain read-modify-write.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 32) in;
layout(set = 0, binding = 3, std430) coherent buffer Guard { uint mutex; uint value; uint log2_of[30]; };
void main()
{
   for (uint round = 0; round < 4; round++) {
      if (LID == round) {
         bool done = false;
         while (!done)
            if (atomicCompSwap(mutex, 0u, 1u) == 0u) {
               memoryBarrierBuffer();
               value = value + WG + 1;
               log2_of[0] += findMSB(WG + 1);
               memoryBarrierBuffer();
               atomicExchange(mutex, 0u);
               done = true;
            }
      }
      barrier();
   }
   if (LID == 0 && atomicAdd(scratch[0], 1) == gl_NumWorkGroups.x - 1) {
      memoryBarrierBuffer();
      put(0, value);
      put(1, log2_of[0]);
   }
}
