// Bit counting, finding, extracting, inserting, reversing; extended products; carries; on edges and noise.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
void main()
{
   uint edge[8] = uint[](0u, 1u, 0x80000000u, 0xffffffffu, 0x7fffffffu, 0xfffffffeu, 0x10000u, 0xffff0000u);
   uint a = GID < 128 ? edge[GID & 7] : random_dw[GID], b = GID < 128 ? edge[GID >> 3 & 7] : random_dw[GID + 4096], o = GID * 24;
   int ia = int(a), ib = int(b), at = int(b & 15u), bits = int(b >> 8 & 15u);
   uint h, l, c;
   int ih, il;
   put(o, bitCount(a)); put(o + 1, bitCount(ia)); put(o + 2, findLSB(a)); put(o + 3, findMSB(a)); put(o + 4, findMSB(ia)); put(o + 5, bitfieldReverse(a));
   put(o + 6, bitfieldExtract(a, at, bits)); put(o + 7, bitfieldExtract(ia, at, bits)); put(o + 8, bitfieldInsert(a, b, at, bits));
   put(o + 9, bitfieldExtract(a, 0, 32)); put(o + 10, bitfieldInsert(ia, ib, 32, 0));
   umulExtended(a, b, h, l); put(o + 11, h); put(o + 12, l);
   imulExtended(ia, ib, ih, il); put(o + 13, ih); put(o + 14, il);
   put(o + 15, uaddCarry(a, b, c)); put(o + 16, c); put(o + 17, usubBorrow(a, b, c)); put(o + 18, c);
   put(o + 19, min(ia, ib)); put(o + 20, max(a, b)); put(o + 21, clamp(ia, -100, 100)); put(o + 22, sign(ia) * 3 + (ia == ib ? 1 : 0)); put(o + 23, bitfieldExtract(ia, 31, 1));
}
