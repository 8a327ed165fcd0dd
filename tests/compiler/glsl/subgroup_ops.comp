#version 450
#extension GL_GOOGLE_include_directive : enable
#extension GL_KHR_shader_subgroup_basic : enable
#extension GL_KHR_shader_subgroup_vote : enable
#extension GL_KHR_shader_subgroup_arithmetic : enable
#extension GL_KHR_shader_subgroup_ballot : enable
#extension GL_KHR_shader_subgroup_shuffle : enable
#extension GL_KHR_shader_subgroup_shuffle_relative : enable
#extension GL_KHR_shader_subgroup_clustered : enable
#extension GL_KHR_shader_subgroup_quad : enable
#extension GL_EXT_shader_explicit_arithmetic_types : enable
#extension GL_EXT_shader_subgroup_extended_types_int8 : enable
#extension GL_EXT_shader_subgroup_extended_types_int16 : enable
#extension GL_EXT_shader_subgroup_extended_types_int64 : enable
#extension GL_EXT_shader_subgroup_extended_types_float16 : enable
#include "check.glsl"
// Every kind of operation and of type, with all lanes and with those of odd masks; 80 invocations: the last wave is half empty.
layout(local_size_x = 20, local_size_y = 4) in;

uint lane = gl_SubgroupInvocationID;
uint value(uint l) { return (l * 0x9e3779b1u) ^ (l << 7); }
bool in_mask(uint mask, uint l) { return (mask >> l & 1u) != 0u; }

// What the lanes of a mask give, folded one by one: mode 0 reduction, 1 inclusive, 2 exclusive scan.
bool counts(uint mask, uint l, uint size, uint mode)
{
   return in_mask(mask, l) && l / size == lane / size && (mode == 0u || l < lane || (mode == 1u && l == lane));
}
#define FOLD(T, name, start, expr) \
   T name(uint mask, uint size, uint mode) \
   { \
      T s = start; \
      for (uint l = 0; l < 32; l++) \
         if (counts(mask, l, size, mode)) { uint v = value(l); s = expr; } \
      return s; \
   }
FOLD(uint, sum_u, 0u, s + v)
FOLD(uint, mul_u, 1u, s * (v | 1u))
FOLD(int, min_i, 0x7fffffff, min(s, int(v)))
FOLD(uint, max_u, 0u, max(s, v))
FOLD(uint, and_u, ~0u, s & v)
FOLD(uint, or_u, 0u, s | v)
FOLD(uint, xor_u, 0u, s ^ v)
FOLD(float, max_f, uintBitsToFloat(0xff800000u), max(s, float(v & 0xffffu)))
FOLD(float, sum_f, 0.0, s + float(v & 0xffffu))
FOLD(uint64_t, sum_l, uint64_t(0), s + (uint64_t(v) << 20 | v))
FOLD(int64_t, min_l, int64_t(0x7fffffffffffffffL), min(s, int64_t(v) << 31 ^ int64_t(int(v))))
FOLD(int8_t, min_c, int8_t(127), min(s, int8_t(v)))
FOLD(int16_t, max_s, int16_t(-32768), max(s, int16_t(v)))
FOLD(uint8_t, sum_c, uint8_t(0), s + uint8_t(v))

#define MODES(fn, op, x) \
   CHECK(subgroup##op(x) == fn(mask, 32u, 0u)); \
   CHECK(subgroupInclusive##op(x) == fn(mask, 32u, 1u)); \
   CHECK(subgroupExclusive##op(x) == fn(mask, 32u, 2u)); \
   CHECK(subgroupClustered##op(x, 1u) == fn(mask, 1u, 0u)); \
   CHECK(subgroupClustered##op(x, 4u) == fn(mask, 4u, 0u)); \
   CHECK(subgroupClustered##op(x, 16u) == fn(mask, 16u, 0u)); \
   CHECK(subgroupClustered##op(x, 32u) == fn(mask, 32u, 0u))

void arithmetic(uint mask)
{
   uint v = value(lane + U(0));
   MODES(sum_u, Add, v);
   MODES(mul_u, Mul, v | 1u);
   MODES(min_i, Min, int(v));
   MODES(max_u, Max, v);
   MODES(and_u, And, v);
   MODES(or_u, Or, v);
   MODES(xor_u, Xor, v);
   MODES(max_f, Max, float(v & 0xffffu));
   MODES(sum_f, Add, float(v & 0xffffu)); // whole numbers: exact in any order
   MODES(sum_l, Add, uint64_t(v) << 20 | v);
   MODES(min_l, Min, int64_t(v) << 31 ^ int64_t(int(v)));
   MODES(min_c, Min, int8_t(v));
   MODES(max_s, Max, int16_t(v));
   MODES(sum_c, Add, uint8_t(v));
   CHECK(subgroupAdd(float16_t(lane & 3u)) <= float16_t(96.0));
   CHECK(subgroupAdd(uvec3(v, 1u, lane)) == uvec3(sum_u(mask, 32u, 0u), bitCount(mask), subgroupAdd(lane)));
   CHECK(subgroupAnd(lane < 32u) && subgroupOr(lane == findLSB(mask)) && !subgroupXor(lane > 32u));
   CHECK(subgroupInclusiveXor(true) == ((bitCount(mask & gl_SubgroupLeMask.x) & 1) != 0));
   CHECK(subgroupExclusiveAnd(lane != findLSB(mask)) == (lane == findLSB(mask)));
}

void votes(uint mask)
{
   uint low = findLSB(mask), high = findMSB(mask);
   CHECK(subgroupElect() == (lane == low));
   CHECK(subgroupAll(lane <= high) && !subgroupAll(lane != high));
   CHECK(subgroupAny(lane == high) && !subgroupAny(lane > high));
   CHECK(subgroupAllEqual(U(7)) && subgroupAllEqual(vec2(F(1.5), 2.0)) && subgroupAllEqual(lane < 32u));
   CHECK(subgroupAllEqual(lane) == (low == high));
   CHECK(subgroupAllEqual(bvec2(true, lane == high)) == (low == high));
   CHECK(subgroupAllEqual(uint64_t(lane) << 40) == (low == high));
   float zero = (lane & 1u) != 0u ? F(0.0) : -F(0.0);
   CHECK(subgroupAllEqual(zero));
}

void ballots(uint mask)
{
   uvec4 all = subgroupBallot(true), odd = subgroupBallot((lane & 1u) != 0u);
   CHECK(all == uvec4(mask, 0, 0, 0) && odd == uvec4(mask & 0xaaaaaaaau, 0, 0, 0));
   CHECK(subgroupInverseBallot(odd) == ((lane & 1u) != 0u));
   CHECK(subgroupBallotBitExtract(odd, lane ^ 1u) == in_mask(odd.x, lane ^ 1u));
   CHECK(subgroupBallotBitCount(odd) == uint(bitCount(odd.x)));
   CHECK(subgroupBallotInclusiveBitCount(all) == uint(bitCount(mask & gl_SubgroupLeMask.x)));
   CHECK(subgroupBallotExclusiveBitCount(all) == uint(bitCount(mask & gl_SubgroupLtMask.x)));
   CHECK(subgroupBallotFindLSB(all) == uint(findLSB(mask)) && subgroupBallotFindMSB(all) == uint(findMSB(mask)));
   CHECK(subgroupBroadcastFirst(value(lane)) == value(findLSB(mask)));
   CHECK(subgroupBroadcastFirst(dvec2(lane, 1.0)) == dvec2(findLSB(mask), 1.0));
   CHECK(gl_SubgroupEqMask.x == 1u << lane && gl_SubgroupGeMask.x == ~gl_SubgroupLtMask.x);
   CHECK(gl_SubgroupGtMask.x == ~gl_SubgroupLeMask.x && gl_SubgroupLeMask.x == (gl_SubgroupLtMask.x | 1u << lane));
}

void moves(uint mask)
{
   uint v = value(lane), first = findLSB(mask);
   uint other = in_mask(mask, (lane * 7u + 3u) & 31u) ? (lane * 7u + 3u) & 31u : first;
   CHECK(subgroupShuffle(v, other) == value(other));
   CHECK(subgroupShuffle(uint64_t(v) << 9, other) == uint64_t(value(other)) << 9);
   CHECK(subgroupShuffle(bvec2(lane > 9u, true), other) == bvec2(other > 9u, true));
   CHECK(subgroupShuffle(uint16_t(v), first) == uint16_t(value(first)));
   uint got = subgroupShuffleXor(v, U(5)), up = subgroupShuffleUp(v, U(3)), down = subgroupShuffleDown(v, 2u);
   CHECK(!in_mask(mask, lane ^ 5u) || got == value(lane ^ 5u));
   CHECK(lane < 3u || !in_mask(mask, lane - 3u) || up == value(lane - 3u));
   CHECK(lane > 29u || !in_mask(mask, lane + 2u) || down == value(lane + 2u));
   uint q0 = subgroupQuadBroadcast(v, 0u), q3 = subgroupQuadBroadcast(v, 3u);
   uint h = subgroupQuadSwapHorizontal(v), t = subgroupQuadSwapVertical(v), d = subgroupQuadSwapDiagonal(v);
   CHECK(!in_mask(mask, lane & ~3u) || q0 == value(lane & ~3u));
   CHECK(!in_mask(mask, lane | 3u) || q3 == value(lane | 3u));
   CHECK(!in_mask(mask, lane ^ 1u) || h == value(lane ^ 1u));
   CHECK(!in_mask(mask, lane ^ 2u) || t == value(lane ^ 2u));
   CHECK(!in_mask(mask, lane ^ 3u) || d == value(lane ^ 3u));
}

void everything(uint mask)
{
   arithmetic(mask);
   votes(mask);
   ballots(mask);
   moves(mask);
}

void main()
{
   uint here = gl_SubgroupID == 2u ? 0xffffu : ~0u; // 80 = 32 + 32 + 16
   CHECK(gl_SubgroupSize == 32u && gl_NumSubgroups == 3u);
   CHECK(gl_SubgroupID * 32u + lane == gl_LocalInvocationIndex);
   everything(here);
   uint mask = here & (U(0x2d1) * 0x10204081u | 0x40u);
   if (in_mask(mask, lane))
      everything(mask);
   else
      CHECK(subgroupAdd(1u) == uint(bitCount(here & ~mask)));
   subgroupBarrier();
   subgroupMemoryBarrierShared();
}
