#version 450
// Waits for a value that nobody writes.
layout(local_size_x = 32) in;
layout(set = 0, binding = 0) coherent buffer Data { volatile uint flag; uint done; };
void main() {
   while (flag != 77u) { }
   done = 1;
}
