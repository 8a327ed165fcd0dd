#version 450
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
layout(buffer_reference, std430, buffer_reference_align = 16) buffer Colors { vec4 at[]; };
layout(push_constant) uniform P { uvec2 address; };
layout(location = 0) out vec4 color;
void main() {
   Colors(address).at[0] = vec4(2);
   color = Colors(address).at[1];
}
