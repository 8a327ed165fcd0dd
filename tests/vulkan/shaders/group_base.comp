#version 450
#extension GL_EXT_device_group : require
layout(local_size_x = 4, local_size_y = 2) in;
layout(set = 0, binding = 0) buffer Out { uvec4 seen[]; };

/* Workgroup and grid as the shader sees them, at the place of the group without its base. */
layout(push_constant) uniform Base { uvec3 base; };

void main()
{
   uvec3 g = gl_WorkGroupID - base;
   uint at = (g.z * gl_NumWorkGroups.y + g.y) * gl_NumWorkGroups.x + g.x;
   if (gl_LocalInvocationIndex == 7)
      seen[at] = uvec4(gl_GlobalInvocationID.xy, gl_NumWorkGroups.x << 8 | gl_WorkGroupID.z, gl_DeviceIndex);
}
