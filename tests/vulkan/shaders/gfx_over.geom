#version 450
// Emits a hundred times what it has declared: the first triangle counts.
layout(triangles) in;
layout(triangle_strip, max_vertices = 3) out;
void main() {
   for (int i = 0; i < 300; i++) {
      gl_Position = gl_in[i % 3].gl_Position * vec4(i < 3 ? 1 : 100, i < 3 ? 1 : 100, 1, 1);
      EmitVertex();
      if (i > 3 && i % 3 == 0)
         EndPrimitive();
   }
}
