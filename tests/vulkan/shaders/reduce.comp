#version 450
// Sum of 256 values per workgroup through shared memory, then an atomic on the total.
layout(local_size_x = 256) in;
layout(set = 0, binding = 0) readonly buffer In { uint v[]; };
layout(set = 0, binding = 1) buffer Out { uint total; uint group[]; };
shared uint part[256];
void main() {
   uint l = gl_LocalInvocationID.x;
   part[l] = v[gl_GlobalInvocationID.x];
   barrier();
   for (uint n = 128; n > 0; n /= 2) {
      if (l < n) part[l] += part[l + n];
      barrier();
   }
   if (l == 0) { group[gl_WorkGroupID.x] = part[0]; atomicAdd(total, part[0]); }
}
