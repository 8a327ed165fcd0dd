#version 450
layout(vertices = 4) out;
layout(push_constant) uniform P { float outer, inner; };
void main() {
   gl_out[gl_InvocationID].gl_Position = gl_in[gl_InvocationID].gl_Position;
   for (int i = 0; i < 4; i++)
      gl_TessLevelOuter[i] = outer;
   gl_TessLevelInner[0] = gl_TessLevelInner[1] = inner;
}
