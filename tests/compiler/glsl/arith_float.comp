#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
void main()
{
   float a = F(7.5), b = F(-2.25);
   CHECK(a + b == 5.25 && a - b == 9.75 && a * b == -16.875 && -a == -7.5);
   NEAR(a / b, -3.3333333);
   CHECK(F(1.0) / F(0.0) > 1e38 && -F(1.0) / F(0.0) < -1e38);
   CHECK(mod(a, F(2.0)) == 1.5 && mod(-a, F(2.0)) == 0.5);
   CHECK(isinf(F(1.0) / F(0.0)) && !isinf(a) && !isnan(a));
   CHECK(isnan(sqrt(-F(1.0))));
   CHECK(int(a) == 7 && int(-a) == -7 && uint(a) == 7u);
   CHECK(float(I(-3)) == -3.0 && float(U(3)) == 3.0 && float(0xffffff80u + U(0)) == 4294967168.0);
   CHECK(a < 8.0 && a <= 7.5 && a > b && a >= 7.5 && a == 7.5 && a != b);
   vec4 v = vec4(F(1.0), F(2.0), F(3.0), F(4.0));
   CHECK(v * 2.0 == vec4(2, 4, 6, 8) && v + v == vec4(2, 4, 6, 8) && v / 2.0 == vec4(0.5, 1, 1.5, 2) && v - 1.0 == vec4(0, 1, 2, 3));
   CHECK(dot(v, v) == 30.0 && dot(v.xy, v.zw) == 11.0);
   precise float p = a * b + a;
   CHECK(p == -9.375);
   CHECK(fma(a, b, a) == -9.375);
   CHECK(bool(a) && !bool(F(0.0)) && float(B(true)) == 1.0 && int(B(true)) == 1 && bool(I(3)) && !bool(U(0)));
   CHECK(floatBitsToUint(F(1.0)) == 0x3f800000u && intBitsToFloat(0x40490fdb + I(0)) == 3.14159274 && floatBitsToInt(-F(0.5)) == int(0xbf000000));
   CHECK(uintBitsToFloat(uvec2(0x3f800000u, 0x40000000u) + U(0)) == vec2(1, 2));
}
