// XXH32 of the first GID dwords (all four paths: stripes, dwords, empty).
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 32) in;
const uint P1 = 2654435761u, P2 = 2246822519u, P3 = 3266489917u, P4 = 668265263u, P5 = 374761393u;
uint rol(uint x, uint n) { return (x << n) | (x >> (32u - n)); }
void main()
{
   uint seed = 7, n = GID, i = 0, h;
   if (n >= 4) {
      uvec4 v = uvec4(seed + P1 + P2, seed + P2, seed, seed - P1);
      do {
         for (uint k = 0; k < 4; k++)
            v[k] = rol(v[k] + random_dw[i + k] * P2, 13) * P1;
         i += 4;
      } while (i + 4 <= n);
      h = rol(v.x, 1) + rol(v.y, 7) + rol(v.z, 12) + rol(v.w, 18);
   } else {
      h = seed + P5;
   }
   h += n * 4;
   for (; i < n; i++)
      h = rol(h + random_dw[i] * P3, 17) * P4;
   h = (h ^ h >> 15) * P2;
   h = (h ^ h >> 13) * P3;
   put(GID, h ^ h >> 16);
}
