#version 450
/* Two triangles that cover the whole viewport, at depth 0.5. */
void main() {
   const vec2 corner[6] = vec2[](vec2(-1, -1), vec2(1, -1), vec2(-1, 1), vec2(-1, 1), vec2(1, -1), vec2(1, 1));
   gl_Position = vec4(corner[gl_VertexIndex % 6], 0.5, 1);
}
