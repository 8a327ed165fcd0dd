// error: limit: shared memory exceeds 65536 bytes
#version 450
layout(local_size_x = 1) in;
layout(std430, set = 0, binding = 0) buffer B { uint x[]; };
shared uint s[20000];
void main() { s[x[0]] = 1u; x[1] = s[0]; }
