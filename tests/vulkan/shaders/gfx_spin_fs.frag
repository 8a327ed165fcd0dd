#version 450
layout(push_constant) uniform P { uint n; };
layout(location = 0) out vec4 color;
void main() {
   uint x = n;
   while (x != 0) x = x * 2 + (n & 1);
   color = vec4(1 + x);
}
