#version 450
#extension GL_GOOGLE_include_directive : enable
#extension GL_EXT_nonuniform_qualifier : enable
#include "check.glsl"
layout(local_size_x = 32) in;
layout(std430, set = 0, binding = 4) buffer Arr { uint head; uint items[]; } arr[];
layout(std140, set = 1, binding = 1) uniform Many { uvec4 first[4]; } many[2];
void add(uint which, uint n) { atomicAdd(arr[nonuniformEXT(which)].items[n], 1u + which); }
void main()
{
   uint i = gl_LocalInvocationIndex, odd = i & 1u;
   CHECK(arr[nonuniformEXT(odd)].items.length() == 1023 && arr[1].items.length() == 1023);
   CHECK(many[nonuniformEXT(odd)].first[i & 3u].y == (i & 3u) * 4u + 1u);
   if (gl_WorkGroupID != uvec3(0))
      return;
   arr[nonuniformEXT(odd)].head = 0;
   barrier();
   atomicAdd(arr[nonuniformEXT(odd)].head, i);
   add(odd, i);
   add(1u - odd, i);
   memoryBarrierBuffer();
   barrier();
   CHECK(arr[0].head == 240u && arr[1].head == 256u);
   CHECK(arr[nonuniformEXT(odd)].items[i] == 1u + odd && arr[nonuniformEXT(1u - odd)].items[i] == 2u - odd);
}
