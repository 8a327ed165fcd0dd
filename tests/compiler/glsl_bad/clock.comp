// error: unsupported: capability
#version 450
#extension GL_ARB_shader_clock : enable
layout(local_size_x = 1) in;
layout(std430, set = 0, binding = 0) buffer B { uint x[]; };
void main() { x[0] = clock2x32ARB().x; }
