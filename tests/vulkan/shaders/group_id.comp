#version 450
/* Each workgroup leaves its id and the grid's size. */
layout(local_size_x = 1) in;
layout(binding = 0) buffer Out { uint seen[]; };
void main()
{
   seen[gl_WorkGroupID.x + 8 * gl_WorkGroupID.y] = 1000 + gl_NumWorkGroups.x * 10 + gl_NumWorkGroups.y;
}
