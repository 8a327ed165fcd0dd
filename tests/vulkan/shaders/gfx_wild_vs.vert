#version 450
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
layout(buffer_reference, std430, buffer_reference_align = 16) readonly buffer Positions { vec4 at[]; };
layout(push_constant) uniform P { uvec2 address; };
void main() {
   gl_Position = Positions(address).at[gl_VertexIndex];
}
