// error: invalid: set 1 binding 0 is a uniform buffer
#version 450
layout(local_size_x = 1) in;
layout(std430, set = 1, binding = 0) buffer B { uint x[]; };
void main() { x[0] = 1u; }
