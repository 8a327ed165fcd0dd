#version 450
void main()
{
    float x = float(gl_VertexIndex >> 2) * 0.5 - 0.75;
    const vec2 p[4] = vec2[4](vec2(-0.2, -0.9), vec2(-0.1, -0.3), vec2(0.1, 0.3), vec2(0.2, 0.9));
    gl_Position = vec4(p[gl_VertexIndex & 3] + vec2(x, 0.0), 0.0, 1.0);
}
