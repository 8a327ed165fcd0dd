#version 450
void main()
{
    const vec2 p[4] = vec2[4](vec2(-0.9, 0.85), vec2(0.9, 0.9), vec2(-0.8, -0.9), vec2(0.85, -0.75));
    gl_Position = vec4(p[gl_VertexIndex], 0.0, 1.0);
}
