#version 450
layout(location = 0) in vec2 place;
layout(location = 0) out vec4 target;
layout(binding = 0) uniform sampler2D image;
void main() { target = texture(image, place * vec2(4.0, 3.0)); }
