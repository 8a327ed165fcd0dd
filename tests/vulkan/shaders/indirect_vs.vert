#version 450
// Either writes, after a while, the parameters of two indirect draws and is not seen, or is drawn by them and leaves what it was told.
#extension GL_ARB_shader_draw_parameters : require
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
layout(buffer_reference, std430, buffer_reference_align = 16) buffer Buffer { uvec4 draw[2]; uvec4 told[2]; };
layout(push_constant) uniform P { uvec2 address; uint role, steps; };
void main() {
   uint x = role;
   int corner = gl_VertexIndex - gl_BaseVertexARB;
   gl_Position = vec4(corner == 1 ? 3 : -1, corner == 2 ? 3 : -1, 0.5, 1);
   if (role == 0) {
      for (uint i = 0; i < steps; i++)
         x = x * 1664525 + 1013904223;
      Buffer(address).draw[0] = uvec4(3, 1 + uint(x == 1), 5, 7);
      Buffer(address).draw[1] = uvec4(3, 1, 9, 2);
      gl_Position = vec4(2, 2, 2, 1);
   } else if (role == 2)
      Buffer(address).told[gl_DrawIDARB] = uvec4(gl_BaseVertexARB, gl_BaseInstanceARB, gl_InstanceIndex, 1);
}
