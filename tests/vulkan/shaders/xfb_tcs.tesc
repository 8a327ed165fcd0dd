#version 450
layout(vertices = 1) out;
void main() {
   gl_out[gl_InvocationID].gl_Position = vec4(0, 0, 0, 1);
   gl_TessLevelOuter[0] = 2;
   gl_TessLevelOuter[1] = 4;
}
