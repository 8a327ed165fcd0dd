#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
int classify(int x)
{
   int r;
   if (x < 10) { if (x < 5) { if (x < 2) r = 1; else r = 2; } else r = 3; }
   else if (x < 20) r = 4;
   else if (x < 30) { r = 5; if (x == 25) r = 6; }
   else r = 7;
   return r;
}
void main()
{
   CHECK(classify(I(1)) == 1 && classify(I(3)) == 2 && classify(I(7)) == 3 && classify(I(15)) == 4 && classify(I(22)) == 5 && classify(I(25)) == 6 && classify(I(90)) == 7);
   int x = int(gl_LocalInvocationIndex), r = 0;
   if ((x & 1) != 0) r += 1; else r += 2;
   if ((x & 2) != 0) { r += 10; if ((x & 4) != 0) r += 100; }
   int want = ((x & 1) != 0 ? 1 : 2) + ((x & 2) != 0 ? 10 + ((x & 4) != 0 ? 100 : 0) : 0);
   CHECK(r == want);
   int calls = 0;
   bool both = (x >= 0) && (++calls > 0), either = (x >= 0) || (++calls > 0);
   CHECK(both && either && calls == 1);
   int sel = x > 15 ? (x > 20 ? 3 : 2) : 1;
   CHECK(sel == (x > 20 ? 3 : x > 15 ? 2 : 1));
   if (B(false)) { CHECK(false); } else if (B(true)) { } else CHECK(false);
   if (x == 5) return;
   CHECK(x != 5);
   if (x == 6) { if (B(true)) return; CHECK(false); }
   CHECK(x != 6);
}
