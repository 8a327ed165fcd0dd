#version 450
#extension GL_GOOGLE_include_directive : enable
#extension GL_EXT_shader_image_int64 : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_KHR_memory_scope_semantics : require
#include "image.glsl"
layout(local_size_x = 64) in;
layout(set = 1, binding = 10, r32ui) uniform uimage2D flat_[4];
layout(set = 1, binding = 13, r32i) uniform iimageCube cube;
layout(set = 1, binding = 15, r32ui) uniform uimageBuffer buffer_;
layout(set = 1, binding = 17, r64ui) uniform u64image2D wide;
layout(set = 1, binding = 20, r32ui) uniform uimage2DMS samples;
layout(set = 1, binding = 24, r32f) uniform image2D real;
shared uint seen[64];
void main()
{
   uint i = gl_LocalInvocationIndex;
   seen[i] = 0u;
   barrier();
   uint old = imageAtomicAdd(flat_[0], ivec2(0), 1u); // was 0
   if (old < 64u)
      atomicAdd(seen[old], 1u);
   imageAtomicMax(flat_[0], ivec2(1, 0), i + 10u);    // was 1
   imageAtomicMin(flat_[0], ivec2(2, 0), 1u + (i & 1u));
   imageAtomicOr(flat_[0], ivec2(3, 0), 1u << (i & 31u));
   imageAtomicAnd(flat_[1], ivec2(3, 0), ~(i & 1u));
   imageAtomicXor(flat_[0], ivec2(4, 0), i);          // 4, an even number of each bit
   imageAtomicMin(cube, ivec3(1, 1, 2), -int(i));
   imageAtomicMax(cube, ivec3(1, 1, 3), -int(i));
   imageAtomicAdd(buffer_, int(i & 3u), 2u);
   imageAtomicAdd(samples, ivec2(0), int(i & 3u), i & 3u);
   imageAtomicAdd(wide, ivec2(0), 0x100000000ul + i);
   imageAtomicMax(wide, ivec2(1, 0), uint64_t(i) << 40);
   imageAtomicExchange(real, ivec2(i & 7u, i >> 3), -float(i));
   uint was = imageAtomicCompSwap(flat_[2], ivec2(i & 7u, i >> 3), texel(i & 7u, i >> 3, 0, 0, 0, 2) + (i & 1u), 5u);
   CHECK(was == texel(i & 7u, i >> 3, 0, 0, 0, 2));
   imageAtomicStore(flat_[3], ivec2(i & 7u, i >> 3), i ^ 21u, gl_ScopeDevice, gl_StorageSemanticsImage, gl_SemanticsRelease);
   memoryBarrierImage();
   barrier();
   CHECK(seen[i] == 1u && imageLoad(flat_[0], ivec2(0)).x == 64u);
   CHECK(imageLoad(flat_[0], ivec2(1, 0)).x == 73u && imageLoad(flat_[0], ivec2(2, 0)).x == 1u);
   CHECK(imageLoad(flat_[0], ivec2(3, 0)).x == 0xffffffffu && imageLoad(flat_[0], ivec2(4, 0)).x == 4u);
   CHECK(imageLoad(flat_[1], ivec2(3, 0)).x == 65538u);
   CHECK(imageLoad(cube, ivec3(1, 1, 2)).x == -63 && imageLoad(cube, ivec3(1, 1, 3)).x == 17 + 768);
   CHECK(imageLoad(buffer_, int(i & 3u)).x == (i & 3u) + 32u);
   CHECK(imageLoad(samples, ivec2(0), int(i & 3u)).x == 16384u * (i & 3u) + 16u * (i & 3u));
   CHECK(imageLoad(wide, ivec2(0)).x == 0x4000000000ul + 2016ul && imageLoad(wide, ivec2(1, 0)).x == 63ul << 40);
   CHECK(imageLoad(real, ivec2(i & 7u, i >> 3)).x == -float(i));
   CHECK(imageLoad(flat_[2], ivec2(i & 7u, i >> 3)).x == ((i & 1u) == 0u ? 5u : was));
   CHECK(imageAtomicLoad(flat_[3], ivec2(i & 7u, i >> 3), gl_ScopeDevice, gl_StorageSemanticsImage, gl_SemanticsAcquire) ==
         (i ^ 21u));
   CHECK(imageAtomicAdd(flat_[0], ivec2(99, 0), 1u) == 0u);
   barrier();
   imageStore(wide, ivec2(i & 7u, i >> 3), u64vec4(uint64_t(i) * 0x123456789abul));
   CHECK(imageLoad(wide, ivec2(i & 7u, i >> 3)).x == uint64_t(i) * 0x123456789abul);
   CHECK(imageLoad(wide, ivec2(i & 7u, i >> 3)).yzw == u64vec3(0ul, 0ul, 1ul));
}
