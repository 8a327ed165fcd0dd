#version 450
layout(triangles_adjacency, invocations = 3) in;
layout(points, max_vertices = 12) out;
layout(location = 0) in Inner { vec2 plain; mat2 turn; int list[3]; } inner[];
layout(location = 6) flat in dvec2 wide[];
layout(stream = 0, location = 0, xfb_buffer = 0, xfb_offset = 0, xfb_stride = 16) out vec4 colour;
layout(stream = 2, location = 3, xfb_buffer = 3, xfb_offset = 0, xfb_stride = 24) flat out ivec3 other;
layout(push_constant) uniform Push { vec4 offset; int which; } push;
void main() {
   for (int i = 0; i < 6; i++) {
      if (gl_in[i].gl_ClipDistance[0] < 0 && push.which == i)
         continue;
      gl_Position = gl_in[i].gl_Position + push.offset;
      gl_PointSize = gl_in[(i + 1) % 6].gl_PointSize;
      gl_Layer = gl_PrimitiveIDIn & 3;
      gl_ViewportIndex = gl_InvocationID;
      gl_PrimitiveID = inner[push.which].list[i % 3];
      colour = vec4(inner[i].turn * inner[i].plain, vec2(wide[i]));
      EmitStreamVertex(0);
      if ((i & 1) == 1) {
         EndStreamPrimitive(0);
         other = ivec3(i, inner[i].list[0], gl_InvocationID);
         EmitStreamVertex(2);
         EndStreamPrimitive(2);
      }
   }
}
