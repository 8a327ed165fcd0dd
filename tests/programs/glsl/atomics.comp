// Every 32-bit atomic, on buffers and shared memory, signed and unsigned; sums of what they return.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
shared uint su[8];
shared int si[4];
layout(set = 0, binding = 3, std430) buffer I { int bi[4]; uint bu[8]; };
void main()
{
   uint r = random_dw[GID];
   if (LID < 8)
      su[LID] = LID == 1 ? 0xffffffffu : 0u;
   if (LID < 4)
      si[LID] = 0;
   barrier();
   atomicAdd(su[0], r);
   atomicAnd(su[1], r | 0xf0f0u);
   atomicOr(su[2], r & 0x0f0f0f0fu);
   atomicXor(su[3], r);
   atomicMax(su[4], r);
   atomicMax(si[0], int(r));
   atomicMin(si[1], int(r));
   uint old = atomicAdd(su[5], 1u);
   atomicXor(su[6], 1u << (old & 31u));
   uint seen = su[7], want;
   do {
      want = seen;
      seen = atomicCompSwap(su[7], want, want * 3u + 1u);
   } while (seen != want);
   barrier();
   if (LID < 8)
      put(WG * 16 + LID, su[LID]);
   if (LID < 2)
      put(WG * 16 + 8 + LID, si[LID]);
   atomicMax(bi[0], int(r));
   atomicMin(bi[1], int(r));
   atomicAdd(bi[2], -int(LID));
   atomicMax(bu[0], r);
   atomicOr(bu[1], 1u << (r & 31u));
   atomicXor(bu[2], r);
   atomicAnd(bu[3], r);
   atomicMin(bu[4], r);
   uint swapped = atomicExchange(bu[5 + LID / 63], GID + 1);
   atomicAdd(scratch[1], swapped & 0u);
   atomicAdd(scratch[2], atomicAdd(bu[7], 1u));
   memoryBarrier();
   barrier();
   if (LID == 0 && atomicAdd(scratch[0], 1) == gl_NumWorkGroups.x - 1) {
      for (int i = 0; i < 3; i++)
         put(1000 + i, atomicAdd(bi[i], 0));
      for (int i = 0; i < 5; i++)
         put(1010 + i, atomicAdd(bu[i], 0u));
      put(1020, atomicAdd(scratch[2], 0u));
   }
}
