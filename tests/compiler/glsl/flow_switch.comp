#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
int plain(int x) { int r = 0; switch (x) { case 0: r = 5; break; case 1: r = 6; break; case 7: r = 7; break; default: r = 9; break; } return r; }
int fall(int x) { int r = 0; switch (x) { case 0: r += 1; case 1: r += 2; case 2: r += 4; break; case 3: r += 8; default: r += 16; case 4: r += 32; } return r; }
int default_first(int x) { int r = 1; switch (x) { default: r *= 2; case 5: r *= 3; break; case 6: r *= 5; } return r; }
int no_default(int x) { int r = 1; switch (x) { case 1: case 2: case 3: r = 2; } return r; }
int nested(int x, int y) { int r = 0; switch (x) { case 0: switch (y) { case 0: r = 1; break; case 1: r = 2; default: r += 10; } r += 100; break; case 1: if (y == 0) break; r = 7; break; default: r = -1; } return r; }
int in_loop(int n)
{
   int r = 0;
   for (int i = 0; i < n; i++) {
      switch (i & 3) {
      case 0: continue;
      case 1: r += 1; break;
      case 2: if (i > 9) { r += 1000; break; } r += 10; if (i == 6) continue; r += 100;
      case 3: r += 20; break;
      }
      if (i == 13) break;
      r += 100000;
   }
   return r;
}
int want_loop(int n)
{
   int r = 0; bool done = false;
   for (int i = 0; i < 20; i++) {
      if (i < n && !done) {
         int k = i & 3; bool skip = k == 0, tail = true;
         if (k == 1) r += 1;
         if (k == 2) { if (i > 9) r += 1000; else { r += 10; if (i == 6) skip = true; else r += 120; } }
         if (k == 3) r += 20;
         if (!skip) { if (i == 13) done = true; else r += 100000; }
      }
   }
   return r;
}
int returns(int x) { for (int i = 0; i < 4; i++) { switch (x) { case 0: return i; case 1: if (i == 2) return 50 + i; break; case 2: for (int j = 0; j < 5; j++) { if (j == 3) return j + 70; } default: if (i == 3) return 99; } } return -1; }
void main()
{
   CHECK(plain(I(0)) == 5 && plain(I(1)) == 6 && plain(I(7)) == 7 && plain(I(3)) == 9);
   CHECK(fall(I(0)) == 7 && fall(I(1)) == 6 && fall(I(2)) == 4 && fall(I(3)) == 56 && fall(I(4)) == 32 && fall(I(9)) == 48);
   CHECK(default_first(I(5)) == 3 && default_first(I(6)) == 5 && default_first(I(8)) == 6);
   CHECK(no_default(I(2)) == 2 && no_default(I(4)) == 1);
   CHECK(nested(I(0), I(0)) == 101 && nested(I(0), I(1)) == 112 && nested(I(0), I(2)) == 110 && nested(I(1), I(0)) == 0 && nested(I(1), I(1)) == 7 && nested(I(2), I(0)) == -1);
   for (int n = 0; n < 20; n++) CHECK(in_loop(I(n)) == want_loop(n));
   CHECK(returns(I(0)) == 0 && returns(I(1)) == 52 && returns(I(2)) == 73 && returns(I(3)) == 99);
   uint u = U(3); float f = 0.0;
   switch (u) { case 0x80000000u: f = 1.0; break; case 3u: f = 2.0; break; }
   CHECK(f == 2.0);
   switch (int(gl_LocalInvocationIndex) % 3) { case 0: f = 10.0; break; case 1: f = 11.0; break; case 2: f = 12.0; break; }
   CHECK(f == 10.0 + float(gl_LocalInvocationIndex % 3u));
   switch (I(1)) { default: }
}
