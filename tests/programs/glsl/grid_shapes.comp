// Every built-in of the grid, three dimensional, with a workgroup that is no multiple of a wave.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 3, local_size_y = 5, local_size_z = 7) in;
shared uint seen[105];
void main()
{
   uvec3 g = gl_GlobalInvocationID, size = gl_NumWorkGroups * gl_WorkGroupSize;
   seen[gl_LocalInvocationIndex] = g.x * 10000 + g.y * 100 + g.z;
   barrier();
   uint at = (g.z * size.y + g.y) * size.x + g.x;
   put(at, seen[104 - gl_LocalInvocationIndex] + (gl_WorkGroupID.x + gl_WorkGroupID.y * 4 + gl_WorkGroupID.z * 16) * 1000000);
   barrier();
   if (gl_LocalInvocationIndex == 77)
      put(16383 - (gl_WorkGroupID.z * 2 + gl_WorkGroupID.y) * 2 - gl_WorkGroupID.x, size.x + size.y * 100 + size.z * 10000);
}
