#version 450
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : enable
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
layout(std430, set = 0, binding = 2) buffer Out { uint64_t u64[16]; i64vec3 vec[8]; };
layout(constant_id = 0) const int64_t spec = 3L;
const uint64_t spec_sum = uint64_t(spec) * 0x100000001UL + 5UL;
shared uint64_t shared64[32];

uint64_t UL(uint64_t n) { return packUint2x32(uvec2(uint(n) ^ U(7) ^ 7u, uint(n >> 32) + U(3) - 3u)); }
int64_t IL(int64_t n) { return int64_t(UL(uint64_t(n))); }

void main()
{
   uint64_t a = UL(0x123456789abcdef0UL), b = UL(0xfedcba9876543210UL);
   int64_t s = IL(-1234567890123L), t = IL(987654321L);
   CHECK(a + b == 0x1111111111111100UL && a - b == 0x13579be02468ace0UL);
   CHECK(a * b == 0x236d88fe5618cf00UL);
   CHECK(UL(0x100000003UL) * UL(0x200000005UL) == 0xb0000000fUL);
   CHECK(b / a == 14UL && b % a == b - 14UL * a);
   CHECK(s / t == -1249L && IL(1234567890123L) % t == 1234567890123L - 1249L * 987654321L);
   CHECK(-s == 1234567890123L && abs(s) == 1234567890123L && sign(s) == -1L && sign(t) == 1L && sign(IL(0L)) == 0L);
   CHECK(min(s, t) == s && max(s, t) == t && clamp(s, -5L, t) == -5L);
   CHECK(min(a, b) == a && max(a, b) == b && clamp(b, 1UL, a) == a);
   CHECK((a << U(4)) == 0x23456789abcdef00UL && (a >> U(36)) == 0x1234567UL && (s >> U(10)) == -1205632706L);
   CHECK((a << U(32)) == 0x9abcdef000000000UL && (b >> UL(63UL)) == 1UL);
   CHECK((a & b) == 0x1214121812141210UL && (a | b) == 0xfefcfef8fefcfef0UL && (a ^ b) == (~a & b | a & ~b));
   CHECK(a < b && b > a && a <= a && s < t && !(s > t) && s <= s && t >= s && a != b && a == UL(0x123456789abcdef0UL));
   CHECK(uint64_t(s) > uint64_t(t));
   CHECK(int(s) == -1912276171 && uint(a) == 0x9abcdef0u && int64_t(I(-5)) == -5L && uint64_t(U(5) - 6u) == 0xffffffffUL);
   CHECK(float(s) == -1234567890123.0 && uint64_t(F(512.0) * 4294967296.0) == 0x20000000000UL);
   CHECK(int64_t(-F(3.5)) == -3L && float(b) == 18364758544493064720.0);
   CHECK(unpackUint2x32(a) == uvec2(0x9abcdef0u, 0x12345678u));
   CHECK(spec_sum == 0x60000000bUL || spec_sum == UL(0x300000008UL));
   i64vec3 v = i64vec3(s, t, IL(7L)), w = v.zyx * 2L + i64vec3(I(1));
   CHECK(w == i64vec3(15L, 1975308643L, -2469135780245L) && v[I(1)] == t);
   CHECK(all(lessThan(v.xz, i64vec2(0L, 8L))) && (B(true) ? v : w) == v);
   uint me = gl_LocalInvocationID.x, group = gl_WorkGroupID.x + gl_WorkGroupID.y * 3u;
   shared64[me] = a + uint64_t(me);
   barrier();
   CHECK(shared64[31u - me] == a + uint64_t(31u - me));
   int64_t array[5];
   for (int i = 0; i < 5; i++)
      array[i] = s * int64_t(i);
   CHECK(array[U(3)] == 3L * s && array[me % 5u] == s * int64_t(me % 5u));
   if (me == 0u && group == 1u) {
      u64[U(3)] = a;
      vec[U(2)] = v;
      CHECK(u64[3] == a && vec[2] == v && vec[2].y == t);
   }
   uint64_t sum = 0UL;
   for (uint64_t i = UL(0xfffffffeUL); i < UL(0x100000003UL); i++)
      sum += i;
   CHECK(sum == 0x500000000UL);
   bool odd = false;
   if (me > 15u) { sum = sum * 3UL; odd = true; }
   CHECK(sum == (odd ? 0xf00000000UL : 0x500000000UL));
}
