// Two more sets, arrays of storage and uniform buffers with dynamic indices, a buffer bound at an offset, lengths.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 32) in;
layout(set = 1, binding = 0, std430) buffer S { uint head; uint d[]; } store[4];
layout(set = 1, binding = 1, std140) uniform U { uvec4 q[16]; } uni[3];
layout(set = 2, binding = 7, std430) buffer D { uint n; uvec3 x[]; } dyn;
void main()
{
   uint k = WG & 3;
   store[k].d[LID] = store[3 - k].head + uni[WG % 3].q[LID & 15][LID >> 4 & 3];
   atomicAdd(store[(k + 1) & 3].d[100 + LID], LID);
   put(GID * 4, store[k].d[LID] + store[k].d[50 + LID]);
   put(GID * 4 + 1, uint(store[k].d.length()) + uint(dyn.x.length()) * 10000u);
   put(GID * 4 + 2, dyn.n + dyn.x[LID % 8].y);
   put(GID * 4 + 3, uni[0].q[3].z + uni[2].q[LID % 16].w);
}
