#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
layout(std430, set = 0, binding = 4) buffer Arr { uint head; uint pad; uvec2 items[]; } arr[2];
layout(std430, set = 0, binding = 2) buffer Tail { vec4 head; vec3 tail[]; } tail;
layout(std140, set = 1, binding = 0) uniform Ubo { uvec4 u[16]; } ubo;
layout(std140, set = 1, binding = 1) uniform Many { uvec4 first; uint rest; } many[2];
layout(push_constant) uniform Push { uint a; vec2 b; uint c[4]; mat2 m; } push;
void main()
{
   uint i = gl_GlobalInvocationID.x;
   CHECK(arr[0].items.length() == (4096 - 8) / 8 && arr[U(1)].items.length() == 511 && tail.tail.length() == (65536 - 16) / 16);
   CHECK(results.length() == (65536 - 16) / 4);
   arr[U(1)].items[i] = uvec2(i, i * 2u);
   arr[0].items[i].y = i + 5u;
   CHECK(arr[1].items[i] == uvec2(i, i * 2u) && arr[U(0)].items[i].y == i + 5u);
   tail.tail[i] = vec3(float(i), 1, 2);
   CHECK(tail.tail[i] == vec3(float(i), 1, 2) && tail.tail[i].x == float(i));
   CHECK(ubo.u[3] == uvec4(12, 13, 14, 15) && ubo.u[U(5)].z == 22u && ubo.u[U(5)][U(1)] == 21u);
   CHECK(many[0].rest == 4u && many[U(1)].first.y == 1u);
   CHECK(push.a == 100u && floatBitsToUint(push.b) == uvec2(102, 103) && push.c[U(2)] == 106u && push.c[3] == 107u && floatBitsToUint(push.m[1].x) == 110u);
   CHECK(input_[1023] == 1023u && input_.length() == 1024);
   if (i == 0) { tail.tail[U(1000) * 100000u] = vec3(1.0); CHECK(tail.tail[U(1000) * 60u].x == 0.0 || true); }
}
