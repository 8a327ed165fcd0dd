#version 460
/* Attributes of every width, built-ins, outputs of every kind, captures. */
layout(location = 0) in vec3 position;
layout(location = 1) in dvec4 exact;
layout(location = 3) in mat3x2 turn;
layout(location = 6) in ivec2 pick[2];
layout(location = 0, xfb_buffer = 1, xfb_offset = 4, xfb_stride = 64) out vec2 plain;
layout(location = 1) flat out ivec4 whole;
struct Nested { vec2 a; uint b; };
layout(location = 2, xfb_buffer = 2, xfb_offset = 8, xfb_stride = 128) out Inner {
   mat2x3 m;
   float list[3];
   Nested nested;
} inner;
layout(location = 12, component = 1) noperspective out vec2 part;
layout(location = 13) flat out dvec2 wide;
layout(set = 1, binding = 0) uniform Block { mat4 matrix[2]; uint count; } block;
layout(push_constant) uniform Push { vec4 offset; int which; } push;
out gl_PerVertex { vec4 gl_Position; float gl_PointSize; float gl_ClipDistance[3]; float gl_CullDistance[2]; };
void main() {
   gl_Position = block.matrix[push.which & 1] * vec4(position, 1) + push.offset;
   plain = turn * position;
   whole = ivec4(gl_VertexIndex, gl_InstanceIndex, gl_BaseInstance, gl_DrawID) + pick[push.which & 1].xyxy;
   for (int i = 0; i < 3; i++) {
      inner.list[i] = float(exact[i]);
      gl_ClipDistance[i] = inner.list[i] - position[i];
   }
   for (uint i = 0; i < min(block.count, 2); i++)
      gl_CullDistance[i] = position.x;
   inner.m = outerProduct(position, plain);
   inner.nested.a = plain;
   inner.nested.b = gl_BaseVertex;
   part = plain.yx;
   wide = exact.zw;
   gl_PointSize = position.z > 0 ? 2 : 1;
}
