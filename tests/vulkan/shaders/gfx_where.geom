#version 450
layout(triangles) in;
layout(triangle_strip, max_vertices = 3) out;
layout(push_constant) uniform P { int layer, viewport; };
void main() {
   for (int i = 0; i < 3; i++) {
      gl_Position = gl_in[i].gl_Position;
      gl_Layer = layer;
      gl_ViewportIndex = viewport;
      EmitVertex();
   }
}
