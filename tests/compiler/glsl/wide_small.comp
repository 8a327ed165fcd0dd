#version 450
#extension GL_EXT_shader_explicit_arithmetic_types : enable
#extension GL_EXT_shader_16bit_storage : enable
#extension GL_EXT_shader_8bit_storage : enable
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
struct Packed { uint8_t a; int16_t b; float16_t c; u8vec3 d; };
layout(std430, set = 0, binding = 2) buffer Out { uint8_t bytes[64]; u16vec3 words[4]; f16vec4 halves[4]; Packed packed_[3]; f16mat2x3 m; };
layout(std140, set = 1, binding = 0) uniform In { u16vec4 in16; u8vec4 in8; f16vec2 inh; };
layout(push_constant) uniform Push { uint8_t p0; uint8_t p1; uint16_t p2; u16vec2 p4; int8_t p8; };
layout(constant_id = 0) const int16_t spec16 = 3s;
layout(constant_id = 11) const uint8_t spec8 = uint8_t(9);
shared uint8_t shared8[64];
shared f16vec3 shared_h[32];

uint16_t U16(uint n) { return uint16_t(U(7) * 0u + n + U(0)); }
int16_t I16(int n) { return int16_t(n + I(0)); }
uint8_t U8(uint n) { return uint8_t(n + U(0)); }
int8_t I8(int n) { return int8_t(n + I(0)); }
float16_t H(float x) { return float16_t(x * F(1.0)); }

void main()
{
   CHECK(U16(65535u) + U16(2u) == U16(1u) && U16(1u) - U16(2u) == U16(65535u) && U16(300u) * U16(300u) == U16(24464u));
   CHECK(I16(-7) / I16(2) == I16(-3) && I16(7) % I16(4) == I16(3) && I16(32767) + I16(1) == I16(-32768));
   CHECK(-I16(-32768) == I16(-32768) && abs(I16(-5)) == I16(5) && sign(I16(-5)) == I16(-1) && min(I16(-1), I16(1)) == I16(-1));
   CHECK(I16(-1) < I16(1) && U16(65535u) > U16(1u) && max(I8(-1), I8(1)) == I8(1) && clamp(I16(-9), I16(-3), I16(4)) == I16(-3));
   CHECK((I16(-256) >> 4) == I16(-16) && (U16(0xff00u) >> U16(4u)) == U16(0x0ff0u) && (U16(0xffu) << U(12)) == U16(0xf000u));
   CHECK(~U8(1u) == U8(254u) && (U8(200u) ^ U8(255u)) == U8(55u) && U8(200u) + U8(100u) == U8(44u) && U8(7u) / U8(2u) == U8(3u));
   CHECK(I8(-128) / I8(-1) == I8(-128) && int(I8(-100)) == -100 && uint(U8(200u)) == 200u && int(I16(-30000)) == -30000);
   CHECK(int16_t(I8(-3)) == I16(-3) && uint16_t(U8(253u)) == U16(253u) && int64_t(I8(-3)) == -3L && uint8_t(0x1ffUL + uint64_t(U(0))) == U8(255u));
   CHECK(float(I16(-3)) == -3.0 && float(U8(200u)) == 200.0 && I16(-3) == int16_t(F(-3.7)) && double(I8(-9)) == -9.0LF);
   CHECK(pack32(u16vec2(U16(0x1234u), U16(0x5678u))) == 0x56781234u && unpack16(U(0) + 0xabcd1234u) == u16vec2(0x1234us, 0xabcdus));
   CHECK(pack32(u8vec4(U8(1u), U8(2u), U8(3u), U8(4u))) == 0x04030201u && unpack8(U(0) + 0x04030201u).z == U8(3u));
   CHECK(pack64(u16vec4(U16(1u), U16(2u), U16(3u), U16(4u))) == 0x0004000300020001UL);
   CHECK(spec16 == I16(6) && spec8 == U8(2u) && int16_t(spec16 * 3s) == I16(18));

   float16_t h = H(1.5), g = H(-0.25);
   CHECK(h + g == H(1.25) && h * g == H(-0.375) && h / g == H(-6.0) && h - g == H(1.75) && -g == H(0.25));
   CHECK(H(2048.0) + H(1.0) == H(2048.0) && H(65504.0) + H(32.0) > H(65504.0) && isinf(H(60000.0) * H(2.0)) && isnan(H(0.0) / H(0.0)));
   CHECK(sqrt(H(2.0)) == float16_t(1.4140625) && floor(g) == H(-1.0) && abs(g) == H(0.25) && max(h, g) == h && mix(h, g, H(0.5)) == H(0.625));
   CHECK(exp2(H(3.0)) == H(8.0) && length(f16vec2(H(3.0), H(4.0))) == H(5.0) && dot(f16vec3(h, g, h), f16vec3(H(2.0))) == H(5.5));
   CHECK(float(h) == 1.5 && int(H(-3.7)) == -3 && float16_t(I(49) + 2000) == H(2048.0) && double(g) == -0.25LF && float16_t(0.1LF * double(F(1.0))) == H(0.1));
   CHECK(float16BitsToUint16(h) == U16(0x3e00u) && uint16BitsToHalf(U16(0x3c01u)) > H(1.0) && packFloat2x16(f16vec2(h, g)) == 0xb4003e00u);
   CHECK(degrees(H(1.0)) == 57.28125hf && radians(H(180.0)) == 3.142578125hf);
   CHECK(float16BitsToUint16(degrees(uint16BitsToHalf(U16(0x03f0u)))) == U16(0x1b0cu));
   int e;
   CHECK(frexp(H(12.0), e) == H(0.75) && e == 4 && ldexp(H(0.75), I(4)) == H(12.0));
   f16mat2 q = f16mat2(H(1.0), H(2.0), H(3.0), H(4.0));
   CHECK(determinant(q) == H(-2.0) && (q * f16vec2(H(1.0))) == f16vec2(4.0hf, 6.0hf) && h < H(2.0) && g != h);

   CHECK(in16 == u16vec4(0us, 0us, 1us, 0us) && in8 == u8vec4(2, 0, 0, 0) && uint(p0) == 100u && uint(p1) == 0u && uint(p2) == 0u);
   CHECK(p4 == u16vec2(101us, 0us) && int(p8) == 102 && float16BitsToUint16(inh.x) == 3us);
   uint me = gl_LocalInvocationID.x, group = gl_WorkGroupID.x + gl_WorkGroupID.y * 3u;
   shared8[me] = uint8_t(me * 7u);
   shared8[me + 32u] = uint8_t(me * 9u);
   shared_h[me] = f16vec3(h, g, float16_t(me));
   barrier();
   CHECK(uint(shared8[31u - me]) == ((31u - me) * 7u & 255u) && uint(shared8[32u + (me ^ 3u)]) == ((me ^ 3u) * 9u & 255u));
   CHECK(shared_h[31u - me].z == float16_t(31u - me) && shared_h[me].xy == f16vec2(h, g));
   uint8_t local_[9];
   int16_t local16[5];
   for (uint i = 0u; i < 9u; i++)
      local_[i] = uint8_t(i * me);
   for (int i = 0; i < 5; i++)
      local16[i] = int16_t(-i * int(me));
   CHECK(uint(local_[U(5)]) == (5u * me & 255u) && int(local16[U(3)]) == -3 * int(me) && uint(local_[me % 9u]) == (me % 9u * me & 255u));
   if (group == 3u) {
      bytes[me] = uint8_t(me + 1u);
      bytes[63u - me] = uint8_t(me + 100u);
      CHECK(uint(bytes[me]) == me + 1u && uint(bytes[63u - me]) == me + 100u);
   }
   if (group == 4u && me < 3u) {
      words[me] = u16vec3(U16(1u), U16(2u), uint16_t(me));
      halves[me] = f16vec4(h, g, H(3.0), float16_t(me));
      packed_[me] = Packed(U8(9u), I16(-9), g, u8vec3(1, 2, uint8_t(me)));
      CHECK(words[me] == u16vec3(1us, 2us, uint16_t(me)) && halves[me] == f16vec4(h, g, 3.0hf, float16_t(me)));
      CHECK(packed_[me].b == I16(-9) && packed_[me].d == u8vec3(1, 2, uint8_t(me)) && packed_[me].c == g && packed_[me].a == U8(9u));
   }
   if (group == 5u && me == 0u) {
      m = f16mat2x3(H(1.0), H(2.0), H(3.0), H(4.0), H(5.0), H(6.0));
      CHECK(m[U(1)] == f16vec3(4.0hf, 5.0hf, 6.0hf) && m[0][U(2)] == H(3.0));
   }
}
