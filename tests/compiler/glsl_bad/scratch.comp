// error: limit: OpVariable (59) at word
#version 450
layout(local_size_x = 1) in;
layout(std430, set = 0, binding = 0) buffer B { uint x[]; };
void main() { uint a[40000]; a[x[0]] = 1u; x[1] = a[x[2]]; }
