// error: invalid: set 2 binding 7 is not in the pipeline layout
#version 450
layout(local_size_x = 1) in;
layout(std430, set = 2, binding = 7) buffer B { uint x[]; };
void main() { x[0] = 1u; }
