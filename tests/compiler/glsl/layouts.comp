#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
struct Inner { vec3 a; float b; mat2 m; bool flag; };
layout(std430, set = 0, binding = 2) buffer S430 {
   float first;
   mat3 col;
   layout(row_major) mat3x4 row;
   Inner inner[3];
   vec2 pairs[4];
   bvec2 flags;
} s;
layout(std140, set = 0, binding = 3) buffer S140 {
   float first;
   layout(row_major) mat2 rows[2];
   float gaps[4];
   Inner inner[2];
   ivec3 tail;
} t;
layout(std430, set = 0, binding = 2) buffer Raw2 { uint raw2[]; };
layout(std430, set = 0, binding = 3) buffer Raw3 { uint raw3[]; };
float R2(uint byte) { return uintBitsToFloat(raw2[byte / 4]); }
float R3(uint byte) { return uintBitsToFloat(raw3[byte / 4]); }
void main()
{
   if (gl_GlobalInvocationID.x != 0)
      return;
   s.first = F(1.5);
   s.col = mat3(F(1.0), 2, 3, 4, 5, 6, 7, 8, 9);
   s.row = mat3x4(F(1.0), 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
   memoryBarrierBuffer();
   CHECK(R2(0) == 1.5 && R2(16) == 1.0 && R2(24) == 3.0 && R2(32) == 4.0 && R2(56) == 9.0);
   CHECK(R2(64) == 1.0 && R2(68) == 5.0 && R2(72) == 9.0 && R2(80) == 2.0 && R2(112) == 4.0 && R2(120) == 12.0);
   s.row[U(1)] = vec4(F(50.0), 60, 70, 80);
   s.row[2][U(3)] = F(120.0);
   s.col[U(0)].yz = vec2(F(22.0), F(33.0));
   memoryBarrierBuffer();
   CHECK(R2(68) == 50.0 && R2(116) == 80.0 && R2(120) == 120.0 && R2(20) == 22.0 && R2(24) == 33.0);
   CHECK(s.row[1] == vec4(50, 60, 70, 80) && s.row * vec3(1, 0, 0) == vec4(1, 2, 3, 4) && s.col[0] == vec3(1, 22, 33));
   for (uint k = 0; k < 3; k++) {
      s.inner[k].a = vec3(F(10.0) * float(k), 1, 2);
      s.inner[k].b = float(k);
      s.inner[k].m = mat2(float(k));
      s.inner[k].flag = k == 1u;
   }
   memoryBarrierBuffer();
   CHECK(R2(128 + 48 * 2) == 20.0 && R2(128 + 48 + 12) == 1.0 && R2(128 + 48 * 2 + 16) == 2.0 && raw2[(128 + 48 + 32) / 4] == 1u && raw2[(128 + 96 + 32) / 4] == 0u);
   Inner x = s.inner[U(2)];
   CHECK(x.a == vec3(20, 1, 2) && x.b == 2.0 && x.m == mat2(2) && !x.flag && s.inner[U(1)].flag);
   s.inner[0] = x;
   CHECK(s.inner[0].a == vec3(20, 1, 2));
   s.pairs[U(3)] = vec2(F(3.0), F(4.0));
   s.flags = bvec2(B(true), B(false));
   memoryBarrierBuffer();
   CHECK(R2(272 + 24) == 3.0 && raw2[304 / 4] == 1u && raw2[308 / 4] == 0u && s.flags.x && !s.flags.y);
   t.first = F(2.5);
   t.rows[0] = mat2(F(1.0), 2, 3, 4);
   t.rows[U(1)] = mat2(F(5.0), 6, 7, 8);
   for (uint k = 0; k < 4; k++)
      t.gaps[k] = float(k + 1u);
   t.tail = ivec3(I(7), I(-8), I(9));
   memoryBarrierBuffer();
   CHECK(R3(0) == 2.5 && R3(16) == 1.0 && R3(20) == 3.0 && R3(32) == 2.0 && R3(36) == 4.0 && R3(48) == 5.0 && R3(68) == 8.0);
   CHECK(R3(80) == 1.0 && R3(96) == 2.0 && R3(128) == 4.0 && t.rows[1] == mat2(5, 6, 7, 8) && t.rows[U(1)][U(1)] == vec2(7, 8));
   t.inner[1].m = mat2(F(1.0), 2, 3, 4);
   memoryBarrierBuffer();
   CHECK(R3(144 + 64 + 16) == 1.0 && R3(144 + 64 + 32) == 3.0 && t.tail == ivec3(7, -8, 9));
}
