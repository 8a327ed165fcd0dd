// Linear equations with 6 unknowns by elimination with pivoting; the residue and the determinant.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 32) in;
void main()
{
   float a[6][7], save[6][7], det = 1.0;
   for (int i = 0; i < 6; i++)
      for (int j = 0; j < 7; j++)
         save[i][j] = a[i][j] = unit(GID * 42 + uint(i * 7 + j)) - 0.5 + (i == j ? 2.0 : 0.0);
   for (int k = 0; k < 6; k++) {
      int best = k;
      for (int i = k + 1; i < 6; i++)
         if (abs(a[i][k]) > abs(a[best][k]))
            best = i;
      if (best != k) {
         float row[7] = a[k];
         a[k] = a[best];
         a[best] = row;
         det = -det;
      }
      det *= a[k][k];
      for (int i = 0; i < 6; i++) {
         if (i == k)
            continue;
         float f = a[i][k] / a[k][k];
         for (int j = k; j < 7; j++)
            a[i][j] -= f * a[k][j];
      }
   }
   float residue = 0.0;
   for (int i = 0; i < 6; i++) {
      float sum = -save[i][6];
      for (int j = 0; j < 6; j++)
         sum += save[i][j] * (a[j][6] / a[j][j]);
      residue = max(residue, abs(sum));
      put(GID * 8 + uint(i), a[i][6] / a[i][i]);
   }
   put(GID * 8 + 6, det);
   put(GID * 8 + 7, residue < 1e-4 ? 1.0 : residue);
}
