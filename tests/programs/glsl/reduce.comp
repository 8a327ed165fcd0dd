// Sum, minimum, maximum, and, or, xor and the place of the maximum, by trees in shared memory.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 256) in;
struct part { uint sum; int least; int most; uint all; uint any; uint parity; uint where; };
shared part p[256];
part join(part a, part b)
{
   part r = part(a.sum + b.sum, min(a.least, b.least), max(a.most, b.most), a.all & b.all, a.any | b.any, a.parity ^ b.parity, a.where);
   if (b.most > a.most)
      r.where = b.where;
   return r;
}
void main()
{
   uint d = random_dw[GID];
   p[LID] = part(d, int(d), int(d), d | 0xffu, d & 0xff00u, d, GID);
   for (uint s = 128; s > 0; s >>= 1) {
      barrier();
      if (LID < s)
         p[LID] = join(p[LID], p[LID + s]);
   }
   if (LID == 0) {
      put(WG * 8, p[0].sum); put(WG * 8 + 1, p[0].least); put(WG * 8 + 2, p[0].most); put(WG * 8 + 3, p[0].all);
      put(WG * 8 + 4, p[0].any); put(WG * 8 + 5, p[0].parity); put(WG * 8 + 6, p[0].where);
   }
}
