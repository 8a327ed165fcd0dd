// Push constants of every shape, indexed dynamically, passed to functions.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 32) in;
struct item { uint a; float b; };
layout(push_constant) uniform Push { uvec4 v; uint list[4]; item items[3]; layout(offset = 64) layout(row_major) mat2 m; uvec3 w; bool flag; } push;
uint weigh(item i, uint n) { return i.a * n + floatBitsToUint(i.b); }
void main()
{
   put(LID * 4, push.v[LID & 3] + push.list[LID >> 2 & 3]);
   put(LID * 4 + 1, weigh(push.items[LID % 3], LID));
   put(LID * 4 + 2, floatBitsToUint(push.m[LID & 1][LID >> 1 & 1]));
   put(LID * 4 + 3, push.flag ? push.w[LID % 3] : 0);
}
