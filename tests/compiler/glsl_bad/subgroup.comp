// error: unsupported: capability GroupNonUniform (61)
#version 450
#extension GL_KHR_shader_subgroup_arithmetic : enable
layout(local_size_x = 1) in;
layout(std430, set = 0, binding = 0) buffer B { uint x[]; };
void main() { x[0] = subgroupAdd(x[1]); }
