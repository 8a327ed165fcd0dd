// Pi by darts, and normal numbers after Box and Muller with their moments.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
uint state;
float next() { state = state * 1664525u + 1013904223u; return float(state >> 8) / 16777216.0; }
void main()
{
   state = random_dw[GID];
   uint inside = 0;
   float mean = 0.0, square = 0.0;
   for (int i = 0; i < 100; i++) {
      vec2 p = vec2(next(), next());
      inside += dot(p, p) < 1.0 ? 1u : 0u;
      float g = sqrt(-2.0 * log(next() + 1e-7)) * cos(6.28318530718 * next());
      mean += g;
      square += g * g;
   }
   put(GID * 3, float(inside) * 0.04);
   put(GID * 3 + 1, mean * 0.01);
   put(GID * 3 + 2, square * 0.01);
}
