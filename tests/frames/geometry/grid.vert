#version 450
layout(location = 0) out int number;
void main()
{
    number = gl_VertexIndex;
    gl_Position = vec4((vec2(gl_VertexIndex & 3, gl_VertexIndex >> 2) + 0.5) * 0.5 - 1.0, 0.0, 1.0);
}
