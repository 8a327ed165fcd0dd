#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
int work(int x)
{
   int r = 0;
   for (int i = 0; i < 6; i++) {
      if (i == x) { for (int j = 0; j < 4; j++) { if (j == 2) { r += 1; break; } r += 10; } continue; }
      int k = 0;
      while (true) {
         k++;
         if (k > 3) break;
         if (((k + x) & 1) == 0) { do { r += 100; if (r > 5000) return r; } while (I(0) != 0); continue; }
         switch (k) { case 1: r += 1000; continue; case 2: break; default: if (x == 31) return -r; }
         r += 10000 * 0 + 3;
      }
      if (x == 30 && i == 2) return 77;
   }
   return r;
}
int expect(int x)
{
   int r = 0, i = 0, k = 0; bool inner = false;
   for (int step = 0; step < 200; step++) {
      if (i >= 6) return r;
      if (!inner) { if (i == x) { r += 21; i++; } else { k = 0; inner = true; } }
      else {
         k++;
         if (k > 3) { inner = false; if (x == 30 && i == 2) return 77; i++; }
         else if (((k + x) & 1) == 0) { r += 100; if (r > 5000) return r; }
         else if (k == 1) r += 1000;
         else { if (k == 3 && x == 31) return -r; r += 3; }
      }
   }
   return -12345;
}
void main()
{
   int x = int(gl_LocalInvocationIndex);
   CHECK(work(x) == expect(x));
   for (int i = 0; i < 6; i++) CHECK(work(I(i)) == expect(i));
}
