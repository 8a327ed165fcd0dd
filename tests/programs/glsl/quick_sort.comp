// Quick sort of 48 numbers of a lane with a stack of its own; the result is checked for order and summed.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 32) in;
void main()
{
   float a[48];
   for (int i = 0; i < 48; i++)
      a[i] = float(int(random_dw[(GID * 48 + i) & 16383u]) >> 8);
   ivec2 stack[16];
   int top = 0;
   stack[top++] = ivec2(0, 47);
   while (top > 0) {
      ivec2 s = stack[--top];
      if (s.x >= s.y)
         continue;
      float pivot = a[(s.x + s.y) / 2];
      int i = s.x, j = s.y;
      while (i <= j) {
         while (a[i] < pivot) i++;
         while (a[j] > pivot) j--;
         if (i <= j) {
            float t = a[i];
            a[i++] = a[j];
            a[j--] = t;
         }
      }
      bool right_first = j - s.x < s.y - i;
      stack[top++] = right_first ? ivec2(i, s.y) : ivec2(s.x, j);
      stack[top++] = right_first ? ivec2(s.x, j) : ivec2(i, s.y);
   }
   uint wrong = 0;
   for (int i = 1; i < 48; i++)
      if (a[i - 1] > a[i])
         wrong++;
   put(GID * 4, wrong); put(GID * 4 + 1, int(a[0])); put(GID * 4 + 2, int(a[24])); put(GID * 4 + 3, int(a[47]));
}
