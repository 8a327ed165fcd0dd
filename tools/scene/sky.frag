#version 450
#extension GL_GOOGLE_include_directive : require
#include "scene.glsl"
layout(location = 0) in vec3 ray;
layout(location = 0) out vec4 target;
void main() { target = vec4(film(sky(normalize(ray), 0.0)), 1.0); }
