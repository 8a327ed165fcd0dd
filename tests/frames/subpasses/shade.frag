#version 450
layout(input_attachment_index = 0, binding = 0) uniform subpassInput albedo;
layout(input_attachment_index = 1, binding = 1) uniform subpassInput normal;
layout(input_attachment_index = 2, binding = 2) uniform subpassInput depth;
layout(location = 0) in vec2 place;
layout(location = 0) out vec4 target;
void main()
{
    vec4 n = subpassLoad(normal);
    float light = n.w > 0.5 ? 0.25 + 0.75 * max(dot(n.xyz, vec3(0.48, -0.6, -0.64)), 0.0) : 0.6;
    target = vec4(subpassLoad(albedo).rgb * light * (1.3 - subpassLoad(depth).x), 1.0);
}
