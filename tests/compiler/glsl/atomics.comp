#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
layout(std430, set = 0, binding = 2) coherent buffer C { uint a; int b; uint c; uint d; uint slots[32]; float f; };
shared uint sa; shared int sb;
void main()
{
   uint i = gl_LocalInvocationIndex;
   if (i == 0) { sa = 0; sb = -5; }
   barrier();
   atomicAdd(sa, 2u);
   atomicMin(sb, -int(i));
   barrier();
   CHECK(sa == 64u && sb == -31);
   if (gl_WorkGroupID == uvec3(0)) {
      uint old = atomicAdd(a, 1u);
      CHECK(old < 32u);
      atomicAdd(slots[old], 1u);
      atomicMin(b, -int(i)); atomicMax(b, -1000);
      atomicOr(c, 1u << i);
      memoryBarrier(); barrier();
      CHECK(a == 32u && slots[i] == 1u && b == -31 && c == 0xffffffffu);
      barrier();
      atomicXor(c, 1u << i);
      uint seen = atomicCompSwap(d, 0u, i + 1u);
      barrier();
      CHECK(c == 0u && d != 0u && (seen == 0u) == (d == i + 1u));
      barrier();
      if (i == 0) {
         CHECK(atomicExchange(d, 77u) != 0u && d == 77u);
         CHECK(atomicAnd(d, 0xfu) == 77u && d == 13u && atomicMax(d, 20u) == 13u && atomicMin(d, 15u) == 20u && d == 15u);
         CHECK(atomicMin(b, 5) == -31 && atomicMax(b, 5) == -31 && b == 5 && atomicAdd(b, -7) == 5 && b == -2);

      }
   }
}
