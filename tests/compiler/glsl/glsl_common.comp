#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
void main()
{
   float a = F(2.7), b = F(-2.7);
   CHECK(floor(a) == 2.0 && floor(b) == -3.0 && ceil(a) == 3.0 && ceil(b) == -2.0 && trunc(b) == -2.0);
   CHECK(round(a) == 3.0 && round(b) == -3.0 && roundEven(F(2.5)) == 2.0 && roundEven(F(3.5)) == 4.0 && roundEven(F(-2.5)) == -2.0);
   NEAR(fract(a), 0.7 + 0.0);
   check(near(fract(b), 0.3, 1e-6), 9);
   CHECK(abs(b) == abs(a) && sign(a) == 1.0 && sign(b) == -1.0 && sign(F(0.0)) == 0.0);
   CHECK(min(a, b) == b && max(a, b) == a && clamp(a, 0.0, 1.0) == 1.0 && clamp(b, F(0.0), F(1.0)) == 0.0 && clamp(a, -1.0, 2.0) == 2.0);
   CHECK(mix(F(2.0), F(4.0), F(0.5)) == 3.0 && mix(vec2(F(0.0)), vec2(8.0), vec2(0.25, 0.75)) == vec2(2, 6));
   CHECK(step(F(1.0), F(0.5)) == 0.0 && step(F(1.0), F(1.0)) == 1.0 && smoothstep(F(0.0), F(2.0), F(1.0)) == 0.5);
   CHECK(smoothstep(F(0.0), F(2.0), F(-1.0)) == 0.0 && smoothstep(F(0.0), F(2.0), F(4.0)) == 1.0);
   CHECK(sqrt(F(9.0)) == 3.0 && inversesqrt(F(16.0)) == 0.25);
   NEAR(radians(F(180.0)), 3.14159265);
   NEAR(degrees(F(1.0)), 57.2957795);
   int e;
   float m = frexp(F(12.0), e);
   CHECK(m == 0.75 && e == 4 && ldexp(m, e) == 12.0 && ldexp(F(-3.0), I(-1)) == -1.5);
   float whole, part = modf(F(-3.25), whole);
   CHECK(whole == -3.0 && part == -0.25);
   ivec2 e2; vec2 m2 = frexp(vec2(F(1.0), F(0.0)), e2);
   CHECK(m2 == vec2(0.5, 0.0) && e2 == ivec2(1, 0));
   vec3 x = vec3(F(3.0), F(0.0), F(4.0)), y = vec3(F(0.0), F(1.0), F(0.0));
   CHECK(length(x) == 5.0 && distance(x, vec3(0.0)) == 5.0 && length(F(-2.0)) == 2.0);
   CHECK(cross(vec3(F(1.0), 0, 0), y) == vec3(0, 0, 1));
   vec3 n = normalize(x);
   NEAR(n.x, 0.6);
   NEAR(n.z, 0.8);
   CHECK(reflect(vec3(F(1.0), F(-1.0), 0), y) == vec3(1, 1, 0));
   CHECK(faceforward(y, vec3(0, F(1.0), 0), y) == -y && faceforward(y, vec3(0, F(-1.0), 0), y) == y);
   vec3 t = refract(normalize(vec3(F(1.0), F(-1.0), 0)), y, F(0.5));
   NEAR(t.x, 0.35355339);
   NEAR(t.y, -0.93541434);
   CHECK(refract(normalize(vec3(F(1.0), -0.1, 0)), y, F(2.0)) == vec3(0));
}
