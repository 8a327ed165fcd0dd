#version 450
layout(location = 0) in vec3 in_map;
layout(location = 1) in vec3 colour;
layout(location = 0) out vec4 target;
layout(binding = 0) uniform sampler2DShadow map;
void main() { target = vec4(colour * (0.4 + 0.6 * texture(map, in_map)), 1.0); }
