// Simplex noise in two dimensions and its derivative by differences.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
vec2 gradient(ivec2 c)
{
   uint h = uint(c.x) * 1597334677u ^ uint(c.y) * 3812015801u;
   h = (h ^ h >> 15) * 2246822519u;
   float a = float(h >> 8) * (6.28318530718 / 16777216.0);
   return vec2(cos(a), sin(a));
}
float snoise(vec2 p)
{
   const float F = 0.366025403784, G = 0.211324865405;
   vec2 s = floor(p + (p.x + p.y) * F);
   vec2 x0 = p - s + (s.x + s.y) * G;
   ivec2 o = x0.x > x0.y ? ivec2(1, 0) : ivec2(0, 1);
   vec2 x1 = x0 - vec2(o) + G, x2 = x0 - 1.0 + 2.0 * G;
   vec3 t = max(vec3(0.5) - vec3(dot(x0, x0), dot(x1, x1), dot(x2, x2)), vec3(0.0));
   t *= t;
   t *= t;
   ivec2 c = ivec2(s);
   return 70.0 * dot(t, vec3(dot(gradient(c), x0), dot(gradient(c + o), x1), dot(gradient(c + 1), x2)));
}
void main()
{
   vec2 p = vec2(GID % 64, GID / 64) * 0.07 - 1.0;
   put(GID, snoise(p) + 0.5 * snoise(p * 2.1) + 0.25 * snoise(-p * 4.3));
}
