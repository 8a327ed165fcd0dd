#version 450
layout(location = 0) in vec2 place;
layout(location = 0) out vec4 target;
layout(binding = 0) uniform sampler2DArray layers;
void main() { target = texture(layers, vec3(place * vec2(2.5, 3.0) - 0.7, floor(place.x * 4.0))) + 0.06 * floor(place.x * 4.0); }
