#version 450
// Added to what is there.
layout(location = 0) in vec2 local;
layout(location = 1) in float strength;
layout(location = 0) out vec4 target;
void main()
{
    float r = dot(local, local);
    float glow = max(1.0 - r, 0.0);
    target = vec4(vec3(1.0, 0.62, 0.22) * (glow * glow * strength * 1.3) + vec3(1.0) * max(0.12 - r, 0.0) * 5.0 * strength, 0.0);
}
