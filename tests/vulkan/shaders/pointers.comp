#version 450
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference2 : require
#extension GL_EXT_buffer_reference_uvec2 : require
#extension GL_EXT_scalar_block_layout : require
// Lists, trees and arrays reached by address only. Lane i walks list i; node order is the host's business.
layout(local_size_x = 64) in;

layout(buffer_reference) buffer Node;
layout(buffer_reference, scalar, buffer_reference_align = 8) buffer Pair { float x; uint y; };
layout(buffer_reference, std430, buffer_reference_align = 8) buffer Node {
   Node next;
   Pair pairs; // array of count
   uint count;
   layout(row_major) mat2x3 m;
};
layout(buffer_reference, std430) buffer Words { uint w[]; };

layout(push_constant) uniform Push { Node lists; Words outs; uvec2 raw; uint node_B; } push;

uint sum_of(Node n)
{
   uint sum = 0u;
   for (uint k = 0u; k < n.count; k++) {
      Pair p = n.pairs + int(k);
      sum += p.y + uint(p.x);
   }
   return sum + uint(n.m[1][2]);
}

Node pick(bool first, Node a, Node b)
{
   return first ? a : b;
}

void main()
{
   uint me = gl_GlobalInvocationID.x, sum = 0u, nodes = 0u;
   Node heads[2];
   heads[0] = Node(uvec2(0u));
   heads[1] = Node(uvec2(push.lists) + uvec2(me * push.node_B, 0u)); // the host keeps the table below 4 GiB apart
   Node n = heads[me < 60u ? 1 : 0];
   while (uvec2(n) != uvec2(0u)) {
      sum += sum_of(n);
      nodes++;
      n.count = pick((me & 1u) == 0u, n, uvec2(n.next) == uvec2(0u) ? n : n.next).count;
      n = n.next;
   }
   push.outs.w[me * 2u] = sum;
   push.outs.w[me * 2u + 1u] = nodes;
   atomicAdd(push.outs.w[128], 1u);
   Words again = Words(push.raw);
   if (me == 63u)
      again.w[129] = uint(push.raw == uvec2(push.outs));
}
