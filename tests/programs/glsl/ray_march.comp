// Sphere tracing of a distance field: smooth minimum, rotation matrices, normals by differences.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 32) in;
mat2 turn(float a) { return mat2(cos(a), sin(a), -sin(a), cos(a)); }
float smin(float a, float b, float k)
{
   float h = clamp(0.5 + 0.5 * (b - a) / k, 0.0, 1.0);
   return mix(b, a, h) - k * h * (1.0 - h);
}
float field(vec3 p)
{
   p.xz = turn(0.6) * p.xz;
   vec3 q = abs(p) - vec3(0.6, 0.4, 0.5);
   float box = length(max(q, 0.0)) + min(max(q.x, max(q.y, q.z)), 0.0);
   vec2 ring = vec2(length(p.xz) - 1.0, p.y);
   return smin(box, length(ring) - 0.2, 0.3);
}
void main()
{
   vec3 o = vec3(0, 0, -3), d = normalize(vec3((vec2(GID % 48, GID / 48) - 23.5) / 40.0, 1.0));
   float t = 0.0;
   int i = 0;
   for (; i < 64; i++) {
      float s = field(o + t * d);
      if (s < 1e-3)
         break;
      t += s;
      if (t > 6.0)
         break;
   }
   vec3 n = vec3(0);
   if (t < 6.0) {
      vec2 e = vec2(1e-2, 0);
      vec3 p = o + t * d;
      n = normalize(vec3(field(p + e.xyy) - field(p - e.xyy), field(p + e.yxy) - field(p - e.yxy), field(p + e.yyx) - field(p - e.yyx)));
   }
   put(GID * 3, min(t, 6.0));
   put(GID * 3 + 1, n.y);
   put(GID * 3 + 2, n.z);
}
