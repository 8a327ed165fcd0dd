#version 450
layout(location = 0) in vec2 place;
layout(location = 0) out vec4 target;
void main()
{
    vec2 p = fract(place * 3.0) - 0.5;
    float edge = 0.23 - dot(p, p) - 0.25 * abs(p.x * p.y);
    target = vec4(0.2 + place.x * 0.4, 0.55, 0.15, clamp(edge * 20.0 + 0.5, 0.0, 1.0));
}
