#version 450
layout(location = 0) in vec3 local;
layout(location = 0) out vec4 target;
layout(binding = 0) uniform sampler2D bricks;
void main()
{
    vec3 a = abs(local);
    vec2 uv = a.x > a.y && a.x > a.z ? local.yz : a.y > a.z ? local.xz : local.xy;
    float light = a.x > a.y && a.x > a.z ? 0.85 : a.y > a.z ? 0.55 : 1.0;
    target = vec4(texture(bricks, uv * 0.5 + 0.5).rgb * light, 1.0);
}
