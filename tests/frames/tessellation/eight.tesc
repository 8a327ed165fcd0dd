#version 450
layout(vertices = 3) out;
void main()
{
    gl_out[gl_InvocationID].gl_Position = gl_in[gl_InvocationID].gl_Position;
    gl_TessLevelOuter = float[4](8.0, 8.0, 8.0, 8.0);
    gl_TessLevelInner = float[2](8.0, 8.0);
}
