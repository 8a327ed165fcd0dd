#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
void main()
{
   int a = I(17), b = I(-5), z = I(0);
   uint u = U(17), v = U(5);
   CHECK(a + b == 12);
   CHECK(a - b == 22);
   CHECK(a * b == -85);
   CHECK(a / b == -3);
   CHECK(-a / I(5) == -3);
   CHECK(u / v == 3u);
   CHECK(u % v == 2u);
   CHECK(a % I(5) == 2);
   CHECK(-a == I(-17));
   CHECK(abs(b) == 5);
   CHECK(sign(b) == -1 && sign(a) == 1 && sign(z) == 0);
   CHECK(min(a, b) == -5 && max(a, b) == 17 && clamp(a, -3, 9) == 9);
   CHECK(min(u, v) == 5u && max(u, v) == 17u && clamp(u, 1u, 6u) == 6u);
   uint carry, borrow;
   CHECK(uaddCarry(0xfffffff0u + U(0), U(0x20), carry) == 0x10u && carry == 1u);
   CHECK(uaddCarry(U(1), U(2), carry) == 3u && carry == 0u);
   CHECK(usubBorrow(U(1), U(2), borrow) == 0xffffffffu && borrow == 1u);
   CHECK(usubBorrow(U(7), U(2), borrow) == 5u && borrow == 0u);
   uint hi, lo;
   umulExtended(0xdeadbeefu + U(0), 0xcafebabeu, hi, lo);
   CHECK(hi == 0xb092ab7bu && lo == 0x88cf5b62u);
   int shi, slo;
   imulExtended(-123456789 + I(0), 987654321, shi, slo);
   CHECK(shi == -28389653 && slo == 67153019);
   ivec3 iv = ivec3(I(1), I(-2), I(3));
   CHECK(iv * iv == ivec3(1, 4, 9) && iv + 1 == ivec3(2, -1, 4) && -iv == ivec3(-1, 2, -3));
   uvec4 uv = uvec4(U(8), U(9), U(10), U(11));
   CHECK(uv / 3u == uvec4(2, 3, 3, 3) && uv % 4u == uvec4(0, 1, 2, 3));
   a += 3; a *= 2; a -= 1; a /= 3; a %= 7;
   CHECK(a == 6);
   CHECK(a++ == 6 && a == 7 && --a == 6);
   CHECK(0x7fffffff + I(1) < 0);
   CHECK(0u - U(1) == 0xffffffffu);
}
