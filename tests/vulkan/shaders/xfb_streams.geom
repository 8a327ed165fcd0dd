#version 450
/* Of each point two of stream 0, which lie outside, three of stream 1, and one of stream 3. */
layout(points) in;
layout(points, max_vertices = 8) out;
layout(location = 0) flat in int number[];
layout(stream = 0, xfb_buffer = 1, xfb_stride = 4) out;
layout(stream = 0, location = 0, xfb_offset = 0) flat out int zero;
layout(stream = 1, xfb_buffer = 3, xfb_stride = 8) out;
layout(stream = 1, location = 1, xfb_buffer = 3, xfb_offset = 0) flat out ivec2 one;
layout(stream = 3, location = 2) flat out int three;
void main() {
   for (int i = 0; i < 3; i++) {
      if (i < 2) {
         zero = number[0] * 10 + i;
         gl_Position = vec4(5, 0, 0, 1);
         EmitStreamVertex(0);
         EndStreamPrimitive(0);
      }
      one = ivec2(number[0], i);
      gl_Position = vec4(-0.9 + 0.1 * i, -0.9 + 0.2 * number[0], 0, 1);
      gl_PointSize = 1;
      EmitStreamVertex(1);
      EndStreamPrimitive(1);
   }
   three = 1;
   EmitStreamVertex(3);
   EndStreamPrimitive(3);
}
