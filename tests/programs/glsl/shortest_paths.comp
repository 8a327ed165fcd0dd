// Floyd and Warshall's shortest paths between 24 nodes, next hops too.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
const uint N = 24;
layout(local_size_x = N, local_size_y = N) in;
shared uint cost[N][N], hop[N][N];
void main()
{
   uint i = gl_LocalInvocationID.y, j = gl_LocalInvocationID.x, w = random_dw[i * N + j];
   cost[i][j] = i == j ? 0u : (w & 3u) == 0u ? 1u + (w >> 24) : 100000u;
   hop[i][j] = j;
   for (uint k = 0; k < N; k++) {
      barrier();
      uint through = cost[i][k] + cost[k][j], next = hop[i][k];
      barrier();
      if (through < cost[i][j]) {
         cost[i][j] = through;
         hop[i][j] = next;
      }
   }
   put((i * N + j) * 2, cost[i][j]);
   put((i * N + j) * 2 + 1, hop[i][j]);
}
