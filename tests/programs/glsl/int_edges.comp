// Wrapping, shifts by 0 and 31, signed and unsigned quotients and remainders (of values whose result is defined), comparisons.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
void main()
{
   uint edge[8] = uint[](0u, 1u, 0x80000000u, 0xffffffffu, 0x7fffffffu, 0xfffffffeu, 3u, 0x80000001u);
   uint a = GID < 128 ? edge[GID & 7] : random_dw[GID], b = GID < 128 ? edge[GID >> 3 & 7] : random_dw[GID + 4096], o = GID * 24;
   uint d = b == 0u ? 7u : b;
   int ia = int(a), ib = int(b), id = ib == 0 || (ia == -2147483647 - 1 && ib == -1) ? 5 : ib;
   int pa = ia & 0x7fffffff, pd = max(abs(id >> 1), 1);
   put(o, a + b); put(o + 1, a - b); put(o + 2, a * b); put(o + 3, a / d); put(o + 4, a % d); put(o + 5, ia / id); put(o + 6, pa % pd);
   put(o + 7, ia >> 31); put(o + 8, a >> 31); put(o + 9, a << 31); put(o + 10, ia >> int(b & 31u)); put(o + 11, a << (b & 31u)); put(o + 12, a >> (b & 31u));
   put(o + 13, -ia); put(o + 14, ~a); put(o + 15, abs(ia)); put(o + 16, (a < b ? 1 : 0) | (ia < ib ? 2 : 0) | (a >= b ? 4 : 0) | (ia >= ib ? 8 : 0));
   put(o + 17, a / 10u + a % 10u); put(o + 18, ia / -7); put(o + 19, ia / 8 * 8); put(o + 20, pa % 1000); put(o + 21, a / 0x80000001u); put(o + 22, (a ^ b) & (a | ~b)); put(o + 23, ia / 3);
}
