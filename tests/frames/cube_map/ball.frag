#version 450
layout(location = 0) in vec2 place;
layout(location = 0) out vec4 target;
layout(binding = 0) uniform samplerCube faces;
void main()
{
    vec2 p = place * 2.2 - 1.1;
    float r = dot(p, p);
    vec3 n = vec3(p, -sqrt(max(1.0 - r, 0.0)));
    vec3 d = vec3(n.x * 0.8 + n.z * 0.6, n.y * 0.9 - n.z * 0.3, n.z * 0.8 - n.x * 0.6);
    target = r > 1.0 ? vec4(0.1, 0.1, 0.13, 1.0) : textureLod(faces, d, place.y > 0.5 ? 1.5 : 0.0);
}
