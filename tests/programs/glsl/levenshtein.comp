// Edit distance of two 40-letter strings over four letters: rows of the table in private arrays that swap roles.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
uint letter(uint base, uint i) { return random_dw[(base + i / 16) & 16383u] >> i % 16 * 2 & 3u; }
void main()
{
   uint row[2][41];
   for (uint j = 0; j <= 40; j++)
      row[0][j] = j;
   for (uint i = 1; i <= 40; i++) {
      uint now = i & 1u;
      row[now][0] = i;
      for (uint j = 1; j <= 40; j++) {
         uint change = row[1u - now][j - 1] + (letter(GID * 3, i - 1) != letter(GID * 3 + 8000, j - 1) ? 1u : 0u);
         row[now][j] = min(change, min(row[1u - now][j], row[now][j - 1]) + 1u);
      }
   }
   put(GID, row[0][40]);
}
