#version 450
/* Adds the pushed value to each element. */
layout(local_size_x = 32) in;
layout(set = 0, binding = 0) buffer Data { uint v[]; };
layout(push_constant) uniform Push { uint value; };
void main() { v[gl_GlobalInvocationID.x] += value; }
