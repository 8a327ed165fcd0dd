#version 450
// White, or invisible and the writer of what indirect_vs writes as well.
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
layout(buffer_reference, std430, buffer_reference_align = 16) buffer Buffer { uvec4 draw[2]; uvec4 told[2]; };
layout(push_constant) uniform P { uvec2 address; uint role, steps; };
layout(location = 0) out vec4 color;
void main() {
   uint x = role;
   color = vec4(role == 1 ? 0 : 1);
   if (role == 1) {
      for (uint i = 0; i < steps; i++)
         x = x * 1664525 + 1013904223;
      Buffer(address).draw[0] = uvec4(3, 1 + uint(x == 1), 5, 7);
      Buffer(address).draw[1] = uvec4(3, 1, 9, 2);
   }
}
