#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
void main()
{
   vec4 v = vec4(F(1.0), F(2.0), F(3.0), F(4.0));
   CHECK(v.wzyx == vec4(4, 3, 2, 1) && v.xxyy == vec4(1, 1, 2, 2) && v.zy == vec2(3, 2));
   v.yw = vec2(F(8.0), F(9.0));
   CHECK(v == vec4(1, 8, 3, 9));
   v.xyz = v.zxy;
   CHECK(v == vec4(3, 1, 8, 9));
   uint i = U(2);
   CHECK(v[i] == 8.0 && v[U(0)] == 3.0 && v[U(3)] == 9.0);
   v[i] = 5.0;
   CHECK(v == vec4(3, 1, 5, 9));
   v[i] += 2.0;
   CHECK(v[2] == 7.0);
   for (int k = 0; k < 4; k++)
      v[k] = float(k * k);
   CHECK(v == vec4(0, 1, 4, 9));
   ivec3 a = ivec3(v.yzw);
   CHECK(a == ivec3(1, 4, 9) && vec3(a) == v.yzw && uvec3(a).z == 9u);
   bvec4 b = bvec4(B(true), B(false), B(true), B(true));
   b[U(1)] = true;
   b[U(3)] = false;
   CHECK(b == bvec4(true, true, true, false) && b[U(2)]);
   vec4 c = vec4(v.xy, F(7.0), 1.0);
   CHECK(c == vec4(0, 1, 7, 1) && vec2(c) == vec2(0, 1) && vec4(F(3.0)) == vec4(3, 3, 3, 3) && vec3(c.z, c.xy) == vec3(7, 0, 1));
   vec2 s = c.xy; s.y++; CHECK(s.y == 2.0);
}
