// What the blocks of layouts.comp look like as plain dwords: writes through typed views, reads through an untyped one.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 1) in;
struct s { vec3 p; uint q; uvec2 r[3]; mat2x3 m; };
layout(set = 0, binding = 3, std430) buffer A { layout(row_major) s list430[3]; uint tail430; };
layout(set = 0, binding = 3) buffer Raw3 { uint raw3[]; };
layout(set = 0, binding = 5, std140) buffer B { layout(row_major) s list140[2]; uint tail140; };
layout(set = 0, binding = 5) buffer Raw5 { uint raw5[]; };
s make(uint n) { return s(vec3(n, n + 1, n + 2), n + 3, uvec2[3](uvec2(n + 4, n + 5), uvec2(n + 6, n + 7), uvec2(n + 8, n + 9)), mat2x3(n, n + 10, n + 11, n + 12, n + 13, n + 14)); }
void main()
{
   for (uint i = 0; i < 3; i++)
      list430[i] = make(100 * i + 1);
   tail430 = 0x77;
   list140[0] = list430[1];
   list140[1] = list430[2];
   list140[1].m[1][2] = 5.5;
   list140[0].m[0] = vec3(8, 9, 10);
   tail140 = 0x88;
   memoryBarrier();
   for (uint i = 0; i < 96; i++) {
      put(i, raw3[i]);
      put(128 + i, raw5[i]);
   }
}
