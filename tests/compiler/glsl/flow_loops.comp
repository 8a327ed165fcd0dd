#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
void main()
{
   int x = int(gl_LocalInvocationIndex), s = 0;
   for (int i = 0; i < 10; i++) s += i;
   CHECK(s == 45);
   s = 0;
   for (int i = 0; i < x; i++) s += i;
   CHECK(s == x * (x - 1) / 2);
   s = 0; int n = 0;
   while (n < 10) { n++; if (n == 3) continue; if (n == 8) break; s += n; }
   CHECK(s == 1 + 2 + 4 + 5 + 6 + 7 && n == 8);
   s = 0;
   do { s++; } while (s < x);
   CHECK(s == max(1, x));
   s = 0; n = 0;
   do { n++; if ((n & 1) != 0) continue; s += n; } while (n < 9);
   CHECK(s == 20);
   s = 0;
   for (int i = 0; i < 5; i++) { for (int j = 0; j < 5; j++) { if (j > i) break; if (j == 2) continue; s += 10 * i + j; } if (i == 3) continue; s += 1000; }
   int want = 0;
   for (int k = 0; k < 25; k++) { int i = k / 5, j = k % 5; if (j <= i && j != 2) want += 10 * i + j; if (j == 4 && i != 3) want += 1000; }
   CHECK(s == want);
   s = 0;
   for (;;) { s++; if (s > 20) { if (x >= 0) break; } if (s == 100) break; }
   CHECK(s == 21);
   int a = 1, b = 2;
   for (int i = 0; i < x; i++) { int t = a; a = b; b = t; }
   CHECK(((x & 1) == 0) ? (a == 1 && b == 2) : (a == 2 && b == 1));
   int f0 = 0, f1 = 1;
   for (int i = 0; i < 20; i++) { int f2 = f0 + f1; f0 = f1; f1 = f2; }
   CHECK(f0 == 6765);
   s = 0;
   for (int i = 0; i < 8; i++) { if (i == x % 8) continue; if (((i + x) & 1) != 0) { if (i > 5) continue; s += 1; } s += 100; }
   want = 0;
   for (int i = 0; i < 8; i++) if (i != x % 8) want += ((i + x) & 1) != 0 ? (i > 5 ? 0 : 101) : 100;
   CHECK(s == want);
   s = 0;
   int c = 0;
   for (int i = 0; i < 6; i++) { for (int j = 0; ; j++) { c++; if (j == i) break; if (j == 3) { s += 7; continue; } s++; } }
   CHECK(c == 21 && s == 0 + 1 + 2 + 3 + (3 + 7) + (4 + 7));
   s = 0;
   for (int i = 0, j = 10; i < j; i++, j--) s += j - i;
   CHECK(s == 10 + 8 + 6 + 4 + 2);
   s = 3;
   while (s < 100 && (s & 32) == 0) s *= 2;
   CHECK(s == 48);
   while (true) { if (x > 1000) { CHECK(false); } break; }
   for (int i = 0; i < 0; i++) CHECK(false);
   int last = -1;
   for (int i = 0; i < 100; i++) { last = i; if (i * i > x) break; }
   CHECK(last * last > x && (last == 0 || (last - 1) * (last - 1) <= x));
}
