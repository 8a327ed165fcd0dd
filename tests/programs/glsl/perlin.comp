// Classic gradient noise, five octaves, permutation table from memory.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 8, local_size_y = 8) in;
int perm(int i) { return int(random_dw[i & 255] & 255u); }
float grad(int hash, vec3 p)
{
   int h = hash & 15;
   float u = h < 8 ? p.x : p.y, v = h < 4 ? p.y : (h == 12 || h == 14 ? p.x : p.z);
   return ((h & 1) == 0 ? u : -u) + ((h & 2) == 0 ? v : -v);
}
float noise(vec3 p)
{
   ivec3 c = ivec3(floor(p)) & 255;
   vec3 f = fract(p), w = f * f * f * (f * (f * 6.0 - 15.0) + 10.0);
   float corner[8];
   for (int i = 0; i < 8; i++) {
      ivec3 d = ivec3(i & 1, i >> 1 & 1, i >> 2);
      corner[i] = grad(perm(perm(perm(c.x + d.x) + c.y + d.y) + c.z + d.z), f - vec3(d));
   }
   vec4 x = mix(vec4(corner[0], corner[2], corner[4], corner[6]), vec4(corner[1], corner[3], corner[5], corner[7]), w.x);
   vec2 y = mix(x.xz, x.yw, w.y);
   return mix(y.x, y.y, w.z);
}
void main()
{
   uvec2 g = gl_GlobalInvocationID.xy;
   vec3 p = vec3(vec2(g) / 13.0 - 1.5, 0.7);
   float sum = 0.0, a = 0.5;
   for (int o = 0; o < 5; o++, a *= 0.5, p = p * 2.03 + 1.7)
      sum += a * noise(p);
   put(g.y * 64 + g.x, sum);
}
