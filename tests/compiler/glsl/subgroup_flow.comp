#version 450
#extension GL_GOOGLE_include_directive : enable
#extension GL_KHR_shader_subgroup_ballot : enable
#extension GL_KHR_shader_subgroup_arithmetic : enable
#extension GL_KHR_shader_subgroup_shuffle : enable
#extension GL_KHR_shader_subgroup_vote : enable
#include "check.glsl"
// Which lanes are together: loops that lanes leave and repeat apart, nested ifs, switches, returns from functions.
layout(local_size_x = 64) in;

uint lane = gl_SubgroupInvocationID;
uint below(uint n) { return n >= 32u ? ~0u : (1u << n) - 1u; }
uint active_lanes() { return subgroupBallot(true).x; }

// Lane l makes l & 7 + 1 turns; those that are still in are together, behind the loop all are.
void leave_apart()
{
   uint turns = (lane & U(7)) + 1u, last = 0u, uniform_sum = 0u;
   for (uint n = 0; n < turns; n++) {
      uint want = 0u;
      for (uint l = 0; l < 32; l++)
         want |= (l & 7u) >= n ? 1u << l : 0u;
      CHECK(active_lanes() == want);
      last = subgroupAdd(1u);        // uniform in each turn, but lanes take different ones out with them
      uniform_sum += last;
   }
   CHECK(active_lanes() == ~0u);
   CHECK(last == 32u - 4u * (lane & 7u));
   CHECK(uniform_sum == turns * 32u - 4u * (turns * (turns - 1u) / 2u));
   CHECK(subgroupMax(last) == 32u && subgroupMin(last) == 4u);
}

void continue_apart()
{
   uint here = ~0u;
   for (uint n = 0; n < U(5); n++) {
      uint want = 0u;
      for (uint l = 0; l < 32; l++)
         want |= (l + n) % 3u != 0u ? here & 1u << l : 0u;
      CHECK(active_lanes() == here);  // who went on early waited for the others
      here &= n == 2u ? ~want : ~(want & ~below(21u + n));
      if ((lane + n) % 3u == 0u)
         continue;
      CHECK(active_lanes() == want);
      CHECK(subgroupBroadcastFirst(lane) == uint(findLSB(want)));
      if (lane > 20u + n)
         break;
      CHECK(active_lanes() == (want & below(21u + n)));
      if (n == 2u)
         break;
   }
   CHECK(active_lanes() == ~0u);
}

uint early(uint x)
{
   if (x < 5u) return subgroupAdd(1u);
   if (x < 12u) {
      if ((x & 1u) != 0u) return subgroupAdd(10u);
      CHECK(active_lanes() == 0x540u);
   } else {
      for (uint n = 0; ; n++) {
         if (x - 12u == n) return 1000u + n;
         CHECK(active_lanes() == (~0u << (13u + n)));
      }
   }
   CHECK(active_lanes() == 0x540u);
   return subgroupAdd(100u);
}

void functions()
{
   uint r = early(lane + U(0));
   CHECK(active_lanes() == ~0u);
   CHECK(r == (lane < 5u ? 5u : lane >= 12u ? 1000u + lane - 12u : (lane & 1u) != 0u ? 40u : 300u));
}

void switches()
{
   uint r = 0u;
   switch (lane % U(5)) {
   case 0: CHECK(active_lanes() == 0x42108421u); r = subgroupAdd(1u); break;
   case 3:
      if (lane > 15u) { CHECK(active_lanes() == 0x10840000u); break; }
      r = subgroupMax(lane);
      CHECK(r == 13u);
      break;
   case 4: r = subgroupMin(lane); break;
   default: CHECK(active_lanes() == 0x8c6318c6u); r = 9u;
   }
   CHECK(active_lanes() == ~0u);
   uint m = lane % 5u;
   CHECK(r == (m == 0u ? 7u : m == 3u ? (lane > 15u ? 0u : 13u) : m == 4u ? 4u : 9u));
}

void nested()
{
   uint bits = 0u;
   if ((lane & 1u) != 0u) {
      if ((lane & 2u) != 0u) { CHECK(active_lanes() == 0x88888888u); bits = 3u; }
      else bits = subgroupBallot(lane < 16u).x;
      CHECK(active_lanes() == 0xaaaaaaaau);
   } else {
      CHECK(active_lanes() == 0x55555555u);
      bits = subgroupShuffle(lane, lane ^ 2u);
   }
   CHECK(bits == ((lane & 3u) == 3u ? 3u : (lane & 1u) != 0u ? 0x2222u : lane ^ 2u));
}

// What is uniform in a loop's turn decides in a branch behind it, for each lane by itself.
void decide_later()
{
   uint x = lane, mine = 0u;
   while (true) {
      uint least = subgroupMin(x);
      if (x == least) { mine = least * 2u; break; }
   }
   CHECK(mine == lane * 2u);
   if (mine > 31u) CHECK(active_lanes() == 0xffff0000u);
   else CHECK(active_lanes() == 0xffffu);
   CHECK(subgroupAll(mine < 64u));
}

// A waterfall: one turn for each different value.
void waterfall()
{
   uint v = lane * U(11) % 4u, turns = 0u, sum = 0u;
   for (;;) {
      uint first = subgroupBroadcastFirst(v);
      turns++;
      if (first == v) { sum = subgroupAdd(first + 1u); break; }
   }
   CHECK(sum == 8u * (v + 1u) && turns <= 4u);
   CHECK(subgroupMax(turns) == 4u);
}

// Nothing may be moved into or out of a branch.
void stay()
{
   uint before = subgroupAdd(1u), inside = 0u;
   if (lane < U(9)) inside = subgroupAdd(1u);
   uint after = subgroupAdd(1u);
   CHECK(before == 32u && after == 32u && inside == (lane < 9u ? 9u : 0u));
   bool low = lane < U(4);
   uint chosen = low ? subgroupAdd(2u) : subgroupAdd(3u);
   CHECK(chosen == (low ? 8u : 84u));
   uint n = 0u;
   for (uint k = 0; k <= lane; k++) n += subgroupAdd(1u); // the operand does not change, the lanes do
   CHECK(n == 32u * (lane + 1u) - lane * (lane + 1u) / 2u);
}

void main()
{
   leave_apart();
   continue_apart();
   functions();
   switches();
   nested();
   decide_later();
   waterfall();
   stay();
}
