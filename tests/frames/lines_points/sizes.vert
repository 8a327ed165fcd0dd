#version 450
layout(location = 0) out vec4 colour;
void main()
{
    gl_PointSize = 3.0 + 5.5 * float(gl_VertexIndex);
    gl_Position = vec4(-0.7 + 0.7 * float(gl_VertexIndex % 3), gl_VertexIndex < 3 ? -0.6 : 0.35, 0.0, 1.0);
    colour = vec4(0.2, 0.3, 0.6, 1.0);
}
