#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
void main()
{
   uint u = 0x12345678u + U(0);
   int i = int(0xf2345678u) + I(0);
   CHECK((u & 0xff00u) == 0x5600u && (u | 0xfu) == 0x1234567fu && (u ^ u) == 0u && ~u == 0xedcba987u);
   CHECK(u << U(4) == 0x23456780u && u >> U(8) == 0x123456u && i >> I(8) == int(0xfff23456u) && i << 4 == 0x23456780);
   CHECK(bitCount(u) == 13 && bitCount(U(0)) == 0 && bitCount(i) == 16);
   CHECK(bitfieldReverse(u) == 0x1e6a2c48u);
   CHECK(findLSB(u) == 3 && findLSB(U(0)) == -1 && findMSB(u) == 28 && findMSB(U(0)) == -1);
   CHECK(findMSB(I(-1)) == -1 && findMSB(i) == 27 && findMSB(I(0)) == -1 && findLSB(i) == 3);
   CHECK(bitfieldExtract(u, 8, 8) == 0x56u && bitfieldExtract(u, I(0), I(32)) == u && bitfieldExtract(u, I(4), I(0)) == 0u);
   CHECK(bitfieldExtract(i, 28, 4) == -1 && bitfieldExtract(i, 24, 4) == 2 && bitfieldExtract(i, I(0), I(32)) == i);
   CHECK(bitfieldInsert(u, 0xabu, 8, 8) == 0x1234ab78u && bitfieldInsert(u, 0xffffffffu, I(0), I(32)) == 0xffffffffu);
   CHECK(bitfieldInsert(u, 0xffffffffu, I(7), I(0)) == u && bitfieldInsert(i, -1, 0, 4) == int(0xf234567fu));
   uvec2 v = uvec2(u, ~u);
   CHECK(bitfieldExtract(v, 0, 4) == uvec2(8, 7) && bitCount(v) == ivec2(13, 19) && (v >> uvec2(4, 8)) == uvec2(0x1234567u, 0xedcba9u));
   CHECK(bitfieldInsert(v, uvec2(0), 0, 16) == uvec2(0x12340000u, 0xedcb0000u));
}
