#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
layout(std430, set = 0, binding = 2) buffer Out { double d[8]; dvec3 v3[4]; layout(row_major) dmat3x2 m; double last; };
shared dvec2 shared_d[32];

double D(double x) { return x * double(F(1.0)); }

void main()
{
   double a = D(1.0) / D(3.0), b = D(1e200LF), n = D(-2.5);
   CHECK(a == 1.0LF / 3.0LF && a * 3.0LF == 1.0LF && float(a) == 1.0 / 3.0 && a != double(1.0 / 3.0 * F(1.0)));
   CHECK(b * b > D(1e308LF) && isinf(b * b) && !isnan(a));
   CHECK(a + n == -2.1666666666666665LF && a - n == 2.8333333333333335LF && -n == 2.5LF && n / D(2.0) == -1.25LF);
   CHECK(abs(n) == 2.5LF && sign(n) == -1.0LF && floor(n) == -3.0LF && ceil(n) == -2.0LF && trunc(n) == -2.0LF);
   CHECK(roundEven(n) == -2.0LF && fract(n) == 0.5LF && mod(n, D(2.0)) == 1.5LF);
   CHECK(sqrt(D(2.0)) == 1.4142135623730951LF && inversesqrt(D(4.0)) == 0.5LF);
   CHECK(min(a, n) == n && max(a, n) == a && clamp(b, n, a) == a && mix(a, b, D(0.0)) == a);
   CHECK(mix(a, n, B(true)) == n && step(a, n) == 0.0LF && step(n, a) == 1.0LF && smoothstep(D(0.0), D(4.0), D(1.0)) == 0.15625LF);
   CHECK(fma(D(134217729.0LF), D(134217729.0LF), -D(18014398777917440.0LF)) == 1.0LF);
   CHECK(length(dvec2(D(3.0), D(4.0))) == 5.0LF && distance(dvec3(D(1.0)), dvec3(1.0LF, 3.0LF, 1.0LF)) == 2.0LF);
   CHECK(dot(dvec3(D(1.0), n, a), dvec3(2.0LF, 2.0LF, 3.0LF)) == -2.0LF && normalize(dvec2(D(0.0), n)) == dvec2(0.0LF, -1.0LF));
   CHECK(cross(dvec3(D(1.0), 0.0LF, 0.0LF), dvec3(0.0LF, D(1.0), 0.0LF)) == dvec3(0.0LF, 0.0LF, 1.0LF));
   dmat2 q = dmat2(D(1.0), D(2.0), D(3.0), D(5.0));
   CHECK(determinant(q) == -1.0LF && inverse(q) * q == dmat2(1.0LF) && q * dvec2(1.0LF, D(1.0)) == dvec2(4.0LF, 7.0LF));
   CHECK(transpose(q)[0] == dvec2(1.0LF, 3.0LF) && dvec2(1.0LF, 0.0LF) * q == dvec2(1.0LF, 3.0LF));
   dmat3 q3 = dmat3(D(2.0), D(0.0), D(1.0), D(1.0), D(3.0), D(-1.0), D(0.0), D(5.0), D(4.0));
   CHECK(determinant(q3) == 39.0LF && abs(determinant(inverse(q3)) - 1.0LF / 39.0LF) < 1e-15LF);
   dmat4 q4 = dmat4(q3);
   q4[3] = dvec4(1.0LF, 2.0LF, 3.0LF, D(4.0));
   q4[1][3] = D(1.0);
   CHECK(determinant(q4) == determinant(transpose(q4)) && determinant(q4) == 165.0LF);
   int e;
   CHECK(frexp(D(-12.0), e) == -0.75LF && e == 4 && ldexp(D(0.75), I(-3)) == 0.09375LF);
   double whole;
   CHECK(modf(n, whole) == -0.5LF && whole == -2.0LF);
   CHECK(unpackDouble2x32(n) == uvec2(0u, 0xc0040000u) && packDouble2x32(uvec2(U(0), 0x3ff00000u)) == 1.0LF);
   CHECK(int(n) == -2 && uint(-n) == 2u && double(I(-7)) == -7.0LF && double(U(7) - 8u) == 4294967295.0LF && double(B(true)) == 1.0LF);
   CHECK(a < b && n < a && a >= n && !(a < n) && a == a && lessThan(dvec2(a, b), dvec2(b, a)) == bvec2(true, false));
   uint me = gl_LocalInvocationID.x, group = gl_WorkGroupID.x + gl_WorkGroupID.y * 3u;
   shared_d[me] = dvec2(a, double(me));
   barrier();
   CHECK(shared_d[31u - me].y == double(31u - me) && shared_d[me ^ 1u].x == a);
   if (me == 0u && group == 2u) {
      d[U(2)] = a;
      v3[U(1)] = dvec3(a, b, n);
      m = dmat3x2(1.0LF, 2.0LF, 3.0LF, 4.0LF, 5.0LF, D(6.0));
      last = n;
      CHECK(d[2] == a && v3[1] == dvec3(a, b, n) && m[2] == dvec2(5.0LF, 6.0LF) && m[U(1)][U(0)] == 3.0LF && last == n);
      m[U(2)] = dvec2(n, a);
      CHECK(m[0] == dvec2(1.0LF, 2.0LF) && m[2][0] == n && m[2][1] == a);
   }
}
