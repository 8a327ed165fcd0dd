#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
// Private arrays that are first touched deep inside calls must not share bytes with the functions' own arrays.
uint late[7] = uint[](1u, 2u, 3u, 4u, 5u, 6u, 7u);
uint later[5];
uint leaf(uint k) { uint t[9]; for (uint i = 0; i < 9; i++) t[i] = i * k; return t[U(8)] + late[k % 7u]; }
uint middle(uint k)
{
   uint t[11];
   for (uint i = 0; i < 11; i++)
      t[i] = leaf(i);
   later[k % 5u] = t[k % 11u];
   late[k % 7u] += 100u;
   return t[U(10)];
}
uint top(uint k)
{
   uint t[13];
   for (uint i = 0; i < 13; i++)
      t[i] = 1000u + i;
   uint r = middle(k) + middle(k + 1u);
   for (uint i = 0; i < 13; i++)
      CHECK(t[i] == 1000u + i);
   return r + t[U(12)];
}
void main()
{
   uint t[3];
   for (uint i = 0; i < 3; i++)
      t[i] = 7u * i;
   CHECK(top(U(2)) == 84u + 84u + 1012u);
   CHECK(late[U(2)] == 103u && late[U(3)] == 104u && late[U(0)] == 1u && late[U(6)] == 7u);
   CHECK(later[U(2)] == 16u + 3u && later[U(3)] == 24u + 4u);
   CHECK(t[U(2)] == 14u && t[U(1)] == 7u && t[U(0)] == 0u);
}
