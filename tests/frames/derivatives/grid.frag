#version 450
layout(location = 0) in vec2 uv;
layout(location = 0) out vec4 target;
void main()
{
    vec2 d = fwidth(uv * 3.0), line = abs(fract(uv * 3.0) - 0.5) / max(d, vec2(1e-5));
    float near = min(line.x, line.y), steep = length(vec2(dFdxCoarse(uv.y), dFdyFine(uv.y)));
    target = vec4(mix(vec3(0.1, 0.2, 0.5), vec3(0.9, 0.9, 0.85), clamp(near, 0.0, 1.0)) * (1.0 - 0.3 * min(steep, 1.0)), 1.0);
}
