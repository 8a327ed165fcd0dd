#version 450
layout(location = 0) out vec4 colour;
void main()
{
    const vec2 p[9] = vec2[9](vec2(-0.9, -0.8), vec2(0.5, -0.7), vec2(-0.6, 0.6), vec2(0.9, -0.9), vec2(-0.3, 0.3), vec2(0.7, 0.5),
                              vec2(-0.7, -0.3), vec2(0.8, 0.0), vec2(0.1, 0.85));
    gl_Position = vec4(p[gl_VertexIndex], 0.0, 1.0);
    colour = vec4(1.0);
}
