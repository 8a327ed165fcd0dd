// error: unsupported: capability
#version 450
#extension GL_NV_shader_subgroup_partitioned : enable
layout(local_size_x = 1) in;
layout(std430, set = 0, binding = 0) buffer B { uint x[]; };
void main() { x[0] = subgroupPartitionedAddNV(x[1], subgroupPartitionNV(x[2])); }
