#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 16, local_size_y = 4) in;
shared uint sums[64];
shared vec3 vecs[64];
shared struct { mat2 m; bool flag; int list[4]; } box;
shared uint counter;
void main()
{
   uint i = gl_LocalInvocationIndex;
   sums[i] = i + U(1);
   vecs[i] = vec3(float(i), 1.0, -float(i));
   if (i == 0) { counter = 0; box.m = mat2(F(1.0), 2, 3, 4); box.flag = B(true); box.list = int[](4, 3, 2, 1); }
   barrier();
   atomicAdd(counter, i);
   for (uint s = 32; s > 0; s >>= 1) {
      if (i < s) sums[i] += sums[i + s];
      barrier();
   }
   CHECK(sums[0] == 64u * 65u / 2u);
   CHECK(counter == 63u * 32u);
   CHECK(vecs[63u - i] == vec3(float(63u - i), 1, -float(63u - i)));
   CHECK(box.m == mat2(1, 2, 3, 4) && box.flag && box.list[i & 3u] == 4 - int(i & 3u));
   barrier();
   vecs[i].y = float(i * 2u);
   groupMemoryBarrier();
   barrier();
   uint j = (i + 17u) & 63u;
   CHECK(vecs[j].xy == vec2(float(j), float(j * 2u)));
}
