// Smooth colouring of a Julia set: logarithms of what escaped.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 32) in;
vec3 palette(float t) { return 0.5 + 0.5 * cos(6.2831853 * (t + vec3(0.0, 0.33, 0.67))); }
void main()
{
   vec2 z = vec2(GID % 64, GID / 64) / 32.0 - 1.0, c = vec2(0.285, 0.01);
   float n = 0.0;
   while (n < 8.0 && dot(z, z) < 4.0) {
      z = vec2(z.x * z.x - z.y * z.y, 2.0 * z.x * z.y) + c;
      n += 1.0;
   }
   vec3 colour = n >= 8.0 ? vec3(0) : palette((n - log2(1.0 + dot(z, z))) / 16.0);
   for (int i = 0; i < 3; i++)
      put(GID * 3 + i, colour[i]);
}
