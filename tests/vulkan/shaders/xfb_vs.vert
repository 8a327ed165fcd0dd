#version 450
/* Captures of 12 and 24 bytes a vertex; the latter with 8 bytes between that nobody writes, and 64-bit components. */
layout(location = 0, xfb_buffer = 0, xfb_stride = 12, xfb_offset = 0) flat out ivec2 who;
layout(location = 1, xfb_buffer = 0, xfb_offset = 8) out float third;
layout(location = 2, xfb_buffer = 2, xfb_stride = 24, xfb_offset = 8) flat out dvec2 exact;
void main() {
   who = ivec2(gl_VertexIndex, gl_InstanceIndex);
   third = float(gl_VertexIndex) / 4;
   exact = dvec2(gl_VertexIndex, 1) / 3;
   gl_Position = vec4(0, 0, 0, 1);
   gl_PointSize = 1;
}
