#version 450
#extension GL_GOOGLE_include_directive : enable
#extension GL_KHR_shader_subgroup_basic : enable
#extension GL_KHR_shader_subgroup_ballot : enable
#extension GL_NV_shader_subgroup_partitioned : enable
#extension GL_EXT_shader_explicit_arithmetic_types : enable
#extension GL_EXT_shader_subgroup_extended_types_int8 : enable
#extension GL_EXT_shader_subgroup_extended_types_int64 : enable
#include "check.glsl"
layout(local_size_x = 32) in;

// Numbers of the lanes of `active` whose key is the same: all, up to this one, before this one.
uint sum(uint active_lanes, uint me, uint which, uint mode)
{
   uint total = 0;
   for (uint l = 0; l < 32; l++)
      if ((active_lanes >> l & 1u) != 0u && l * 7u % 5u % which == me * 7u % 5u % which && (mode == 0u || l < me || (mode == 1u && l == me)))
         total += l + 1u;
   return total;
}

uint mask_of(uint active_lanes, uint me, uint which)
{
   uint mask = 0;
   for (uint l = 0; l < 32; l++)
      if ((active_lanes >> l & 1u) != 0u && l * 7u % 5u % which == me * 7u % 5u % which)
         mask |= 1u << l;
   return mask;
}

void test(uint active_lanes, uint which)
{
   uint me = gl_SubgroupInvocationID, key = U(me) * 7u % 5u % which, x = me + 1u;
   uvec4 part = subgroupPartitionNV(key);
   uint mask = mask_of(active_lanes, me, which);
   CHECK(part == uvec4(mask, 0, 0, 0));
   CHECK(subgroupPartitionNV(vec2(1.0, float(key))) == part);
   CHECK(subgroupPartitionNV(bvec2((key & 1u) != 0u, (key & 2u) != 0u)).x == (mask | subgroupPartitionNV(key & 3u).x));
   CHECK(subgroupPartitionedAddNV(x, part) == sum(active_lanes, me, which, 0u));
   CHECK(subgroupPartitionedInclusiveAddNV(x, part) == sum(active_lanes, me, which, 1u));
   CHECK(subgroupPartitionedExclusiveAddNV(x, part) == sum(active_lanes, me, which, 2u));
   CHECK(subgroupPartitionedAddNV(vec3(x), part) == vec3(sum(active_lanes, me, which, 0u)));
   CHECK(subgroupPartitionedInclusiveAddNV(double(x), part) == double(sum(active_lanes, me, which, 1u)));
   CHECK(subgroupPartitionedExclusiveAddNV(uint64_t(x), part) == uint64_t(sum(active_lanes, me, which, 2u)));
   CHECK(subgroupPartitionedMinNV(int(x), part) == findLSB(mask) + 1);
   CHECK(subgroupPartitionedMaxNV(uint64_t(x), part) == uint64_t(findMSB(mask) + 1));
   CHECK(subgroupPartitionedOrNV(1u << me, part) == mask);
   CHECK(subgroupPartitionedXorNV(me == 0u, part) == ((mask & 1u) != 0u));
   CHECK(subgroupPartitionedInclusiveOrNV(1u << me, part) == (mask & gl_SubgroupLeMask.x));
   CHECK(subgroupPartitionedExclusiveAndNV(~0u ^ (1u << me), part) == ~(mask & gl_SubgroupLtMask.x));
   bool first = (mask & gl_SubgroupLtMask.x) == 0u;
   CHECK(!first || subgroupPartitionedExclusiveMinNV(int64_t(me), part) == 0x7fffffffffffffffl);
   CHECK(!first || subgroupPartitionedExclusiveMaxNV(int8_t(5), part) == int8_t(-128));
   CHECK(!first || subgroupPartitionedExclusiveMulNV(3.0, part) == 1.0);
}

void main()
{
   test(~0u, 5u);
   test(~0u, 1u);
   if ((0x9e3779b9u >> gl_SubgroupInvocationID & 1u) != 0u)
      test(0x9e3779b9u, 3u);
   else
      test(~0x9e3779b9u, 2u);
}
