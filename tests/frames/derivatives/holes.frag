#version 450
layout(location = 0) in vec2 uv;
layout(location = 0) out vec4 target;
layout(binding = 0) uniform sampler2D levels;
void main()
{
    ivec2 p = ivec2(gl_FragCoord.xy);
    if (((p.x * 3 + p.y * 5) & 7) < 3)
        discard;
    target = texture(levels, uv);
}
