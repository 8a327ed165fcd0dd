#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
void main()
{
   mat3 a = mat3(F(1.0), F(2.0), F(3.0), F(0.0), F(1.0), F(4.0), F(5.0), F(6.0), F(0.0));
   CHECK(determinant(a) == 1.0);
   mat3 r = inverse(a);
   CHECK(r == mat3(-24, 18, 5, 20, -15, -4, -5, 4, 1));
   CHECK(a * r == mat3(1) && r * a == mat3(1));
   CHECK(transpose(a)[0] == vec3(1, 0, 5) && transpose(transpose(a)) == a);
   CHECK(a * vec3(1, 2, 3) == vec3(16, 22, 11) && vec3(1, 2, 3) * a == vec3(14, 14, 17));
   CHECK(a * 2.0 == mat3(2, 4, 6, 0, 2, 8, 10, 12, 0) && a + a == 2.0 * a && a - a == mat3(0) && -a == a * -1.0);
   CHECK(matrixCompMult(a, a)[2] == vec3(25, 36, 0) && (a / 2.0)[0] == vec3(0.5, 1, 1.5));
   mat4 m = mat4(a);
   CHECK(m[3] == vec4(0, 0, 0, 1) && m[2][1] == 6.0 && determinant(m) == 1.0);
   mat4 mi = inverse(m);
   CHECK(mi == mat4(r) && mi * m == mat4(1));
   mat2 d = mat2(F(4.0), F(2.0), F(7.0), F(6.0));
   CHECK(determinant(d) == 10.0 && d * inverse(d) == mat2(1) || abs((d * inverse(d))[0][0] - 1.0) < 1e-6);
   mat2x3 p = outerProduct(vec3(F(1.0), F(2.0), F(3.0)), vec2(F(4.0), F(5.0)));
   CHECK(p == mat2x3(4, 8, 12, 5, 10, 15));
   mat3x2 q = transpose(p);
   CHECK(q == mat3x2(4, 5, 8, 10, 12, 15) && p * q == mat3(41, 82, 123, 82, 164, 246, 123, 246, 369));
   uint c = U(1), k = U(2);
   CHECK(a[c] == vec3(0, 1, 4) && a[c][k] == 4.0);
   a[c][k] = 9.0;
   a[k] = vec3(7.0);
   CHECK(a == mat3(1, 2, 3, 0, 1, 9, 7, 7, 7));
   for (int i = 0; i < 3; i++)
      a[i] = vec3(float(i));
   CHECK(a == mat3(0, 0, 0, 1, 1, 1, 2, 2, 2));
   a *= mat3(2);
   CHECK(a[2] == vec3(4));
}
