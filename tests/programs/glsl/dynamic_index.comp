// Matrices, vectors and arrays of the lane, read and written at places known only at run time.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
void main()
{
   uint r = random_dw[GID];
   mat4x3 m = mat4x3(1.0);
   vec4 v = vec4(0.5, 1.5, 2.5, 3.5);
   uvec3 list[5];
   for (int i = 0; i < 5; i++)
      list[i] = uvec3(i, i * i, r >> i);
   int c = int(r & 3), q = int(r >> 2) % 3;
   m[c][q & 1] += 4.0;
   m[c].yz = m[3 - c].zy + 1.0;
   v[c] = v[(c + 1) & 3] * 2.0;
   v.zyx[q & 1] -= 1.0;
   list[(r >> 8) % 5][(r >> 16) % 3] = 99u;
   list[(r >> 9) % 5].xz = list[(r >> 10) % 5].zy;
   bvec4 b = bvec4(false);
   b[c] = true;
   m[3] = list[2].x > 3u ? vec3(r & 7u) : m[c];
   float sum = 0.0;
   for (int i = 0; i < 4; i++)
      for (int j = 0; j < 3; j++)
         sum += m[i][j] * float(i * 3 + j);
   uint acc = 0;
   for (int i = 0; i < 5; i++)
      acc = acc * 7 + list[i].x + list[i].y * 3 + list[i].z * 5;
   put(GID * 4, int(sum * 4.0));
   put(GID * 4 + 1, acc);
   put(GID * 4 + 2, int(dot(v, vec4(1, 10, 100, 1000)) * 2.0));
   put(GID * 4 + 3, (b.x ? 1u : 0u) | (b.y ? 2u : 0u) | (b.z ? 4u : 0u) | (b.w ? 8u : 0u));
}
