#version 450
layout(location = 0) in vec2 place;
layout(location = 0) out vec4 target;
void main()
{
    vec2 d = place - vec2(0.3, 0.4);
    float ring = fract(dot(d, d) * 40.0) < 0.5 ? 1.0 : 0.0;
    target = vec4(ring, ring * place.x, 1.0 - ring, 1.0);
}
