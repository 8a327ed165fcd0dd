// Arrays of arrays of structs with arrays: private, shared, constant and in a buffer.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 32) in;
struct leaf { uint v[3]; uvec2 pair; };
struct tree { leaf leaves[2][3]; uint n; };
layout(set = 0, binding = 3, std430) buffer Trees { tree trees[8][4]; };
shared leaf box[4][8];
const int weights[2][3] = int[2][3](int[3](1, 2, 3), int[3](5, 7, 11));
tree make(uint seed)
{
   tree t;
   for (int i = 0; i < 2; i++)
      for (int j = 0; j < 3; j++) {
         for (int k = 0; k < 3; k++)
            t.leaves[i][j].v[k] = seed * uint(weights[i][j]) + uint(k);
         t.leaves[i][j].pair = uvec2(seed >> j, i ^ j);
      }
   t.n = seed & 3;
   return t;
}
void main()
{
   uint me = LID;
   trees[me / 4][me % 4] = make(random_dw[me]);
   box[me / 8][me % 8] = trees[me / 4][me % 4].leaves[me & 1][trees[me / 4][me % 4].n % 3];
   memoryBarrier();
   barrier();
   uint other = 31 - me, acc = 0;
   tree t = trees[other / 4][other % 4];
   for (uint i = 0; i < 2; i++)
      for (uint j = 0; j < 3; j++)
         acc = acc * 31 + t.leaves[i][(j + me) % 3].v[(me + i) % 3] + t.leaves[1 - i][j].pair[me & 1];
   leaf l = box[other / 8][other % 8];
   leaf copy[2][2];
   copy[me & 1][1] = l;
   copy[1 - (me & 1)][1] = box[0][0];
   copy[0][0] = copy[1][1];
   copy[1][0] = copy[0][1];
   put(me * 3, acc);
   put(me * 3 + 1, copy[me >> 1 & 1][0].v[me % 3] + l.pair.x);
   put(me * 3 + 2, uint(trees.length() + trees[0].length() * 10 + weights.length() * 100 + weights[1].length() * 1000));
}
