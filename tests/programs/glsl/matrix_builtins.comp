// Products of every shape, transpose, outer product, determinant and inverse of 2, 3 and 4.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 32) in;
void main()
{
   mat4 m;
   for (int i = 0; i < 16; i++)
      m[i / 4][i % 4] = unit(GID * 16 + i) + (i % 5 == 0 ? 3.0 : 0.0);
   mat3 m3 = mat3(m);
   mat2 m2 = mat2(m);
   mat3x2 a = mat3x2(m);
   mat4x3 b = mat4x3(m);
   mat4x2 p = a * b;
   mat4 inv = inverse(m);
   mat3 inv3 = inverse(m3);
   mat2 inv2 = inverse(m2);
   mat3x4 op = outerProduct(m[0], m3[1]);
   uint o = GID * 64;
   for (int i = 0; i < 16; i++) {
      put(o + i, inv[i / 4][i % 4]);
      put(o + 16 + i, (m * inv + matrixCompMult(m, transpose(m)))[i / 4][i % 4]);
   }
   for (int i = 0; i < 8; i++)
      put(o + 32 + i, p[i / 2][i % 2]);
   for (int i = 0; i < 9; i++)
      put(o + 40 + i, inv3[i / 3][i % 3]);
   for (int i = 0; i < 3; i++)
      put(o + 49 + i, (transpose(b) * (b * vec4(1, 2, 3, 4)))[i] + op[i][i + 1]);
   put(o + 52, determinant(m)); put(o + 53, determinant(m3)); put(o + 54, determinant(m2)); put(o + 55, inv2[1][0]);
   put(o + 56, (vec4(1, 2, 3, 4) * m).z); put(o + 57, (m / 2.0 - 3.0)[2][1]); put(o + 58, (-m3)[1][1]); put(o + 59, m == transpose(transpose(m)) ? 1.0 : 0.0);
}
