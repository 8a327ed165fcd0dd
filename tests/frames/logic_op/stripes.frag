#version 450
layout(location = 0) in vec2 place;
layout(location = 0) out vec4 target;
void main()
{
    ivec2 p = ivec2(gl_FragCoord.xy);
    target = vec4((p.x & 4) != 0 ? 1.0 : 0.2, (p.y & 4) != 0 ? 0.8 : 0.4, float(p.x & 31) / 31.0, 1.0);
}
