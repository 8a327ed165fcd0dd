#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 4, local_size_y = 2, local_size_z = 3) in;
void main()
{
   CHECK(gl_WorkGroupSize == uvec3(4, 2, 3));
   CHECK(gl_NumWorkGroups == uvec3(3, 2, 1));
   CHECK(all(lessThan(gl_WorkGroupID, gl_NumWorkGroups)) && all(lessThan(gl_LocalInvocationID, gl_WorkGroupSize)));
   CHECK(gl_GlobalInvocationID == gl_WorkGroupID * gl_WorkGroupSize + gl_LocalInvocationID);
   CHECK(gl_LocalInvocationIndex == gl_LocalInvocationID.x + 4u * (gl_LocalInvocationID.y + 2u * gl_LocalInvocationID.z));
   uint k = U(1);
   CHECK(gl_GlobalInvocationID[k] == gl_GlobalInvocationID.y);
   uvec3 total = gl_NumWorkGroups * gl_WorkGroupSize;
   atomicAdd(results[gl_GlobalInvocationID.x + total.x * (gl_GlobalInvocationID.y + total.y * gl_GlobalInvocationID.z)], 1u);
}
