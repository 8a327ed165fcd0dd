#version 450
// Every way a buffer or a constant reaches a shader.
layout(local_size_x_id = 5) in;
layout(constant_id = 0) const uint scale = 1;
layout(constant_id = 1) const bool invert = false;
layout(constant_id = 2) const float bias = 0.5;
layout(push_constant) uniform Push { layout(offset = 16) uint add; layout(offset = 100) uint pick; };
layout(set = 0, binding = 0) uniform Uniform { uvec4 u; };
layout(set = 0, binding = 1) readonly buffer Array { uint v[]; } arr[3];
layout(set = 0, binding = 2) uniform Dyn { uint d; };
layout(set = 1, binding = 0) readonly buffer DynStorage { uint s[]; } dyn[2];
layout(set = 1, binding = 3) writeonly buffer Out { uint o[]; };
void main() {
   uint i = gl_GlobalInvocationID.x;
   uint x = arr[0].v[i] + 10u * arr[1].v[i] + 100u * arr[pick].v[i];
   x = x * scale + add + u.z;
   x += d * 1000000u + dyn[0].s[i] * 3u + dyn[1].s[i] * 7u;
   if (invert) x = ~x;
   o[i] = x + uint(bias * 4.0);
}
