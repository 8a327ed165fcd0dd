#version 450
// Never ends if the pushed number is odd.
layout(location = 0) in vec4 position;
layout(push_constant) uniform P { uint n; };
void main() {
   uint x = n;
   while (x != 0) x = x * 2 + (n & 1);
   gl_Position = position + float(x);
}
