// error: none
#version 450
layout(local_size_x = 1) in;
layout(set = 3, binding = 3) uniform U { uint unused_; };
layout(std430, set = 0, binding = 0) buffer B { uint x[]; };
shared uint never[100];
void main() { x[0] = 1u; }
