#version 450
layout(location = 0) in vec2 uv;
layout(location = 1) in vec3 normal;
layout(location = 0) out vec4 target;
layout(binding = 0) uniform sampler2D bricks;
void main()
{
    float light = 0.25 + 0.75 * max(dot(normalize(normal), vec3(-0.48, -0.6, -0.64)), 0.0);
    target = vec4(texture(bricks, uv).rgb * light * 1.3, 1.0);
}
