#version 450
// The four layers beside each other.
layout(location = 0) in vec2 place;
layout(location = 0) out vec4 target;
layout(binding = 0) uniform sampler2DArray layered;
void main()
{
    vec2 p = place * 2.0;
    target = texture(layered, vec3(fract(p), floor(p.x) + 2.0 * floor(p.y)));
}
