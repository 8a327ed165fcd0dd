#version 450
layout(location = 0) flat out int number;
void main() {
   number = gl_VertexIndex;
   gl_Position = vec4(0, 0, 0, 1);
}
