#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
void main()
{
   vec3 a = vec3(F(1.0), F(2.0), F(3.0)), b = vec3(F(1.0), F(5.0), F(-3.0));
   CHECK(lessThan(a, b) == bvec3(false, true, false));
   CHECK(lessThanEqual(a, b) == bvec3(true, true, false));
   CHECK(greaterThan(a, b) == bvec3(false, false, true));
   CHECK(greaterThanEqual(a, b) == bvec3(true, false, true));
   CHECK(equal(a, b) == bvec3(true, false, false) && notEqual(a, b) == bvec3(false, true, true));
   ivec3 i = ivec3(I(-1), I(2), I(3)), j = ivec3(I(1), I(2), I(-3));
   CHECK(lessThan(i, j) == bvec3(true, false, false) && greaterThanEqual(i, j) == bvec3(false, true, true));
   uvec3 u = uvec3(i), w = uvec3(j);
   CHECK(lessThan(u, w) == bvec3(false, false, true) && greaterThan(u, w) == bvec3(true, false, false));
   CHECK(lessThanEqual(u, w) == bvec3(false, true, true) && equal(u, w) == bvec3(false, true, false));
   bvec3 m = lessThan(a, b);
   CHECK(any(m) && !all(m) && all(not(bvec3(B(false)))));
   CHECK(not(m) == bvec3(true, false, true));
   CHECK(mix(a, b, m) == vec3(1, 5, 3));
   CHECK(mix(ivec3(1, 2, 3), ivec3(4, 5, 6), m) == ivec3(1, 5, 3));
   bool t = B(true), f = B(false);
   CHECK((t && !f) && (t || f) && (t ^^ f) && !(t ^^ t) && t != f && t == t);
   CHECK((t ? a : b) == a && (f ? a : b) == b && (f ? 1 : 2) == 2 && (t ? t : f));
   float nan = sqrt(F(-1.0));
   CHECK(!(nan == nan) && (nan != nan) && !(nan < 1.0) && !(nan > 1.0) && !(nan <= nan));
   CHECK(a == vec3(1, 2, 3) && a != b && !(a != a));
}
