#version 450
// A rectangle over the whole target; tilted away from the viewer where the upper edge has a greater w.
layout(push_constant) uniform Push { mat4 transform; vec4 colour; vec4 params; } push; // params: depth, w above, repeats
layout(location = 0) out vec4 colour;
layout(location = 1) out vec2 place;
void main()
{
   vec2 corner = vec2(gl_VertexIndex & 1, gl_VertexIndex >> 1);
   float w = mix(push.params.y, 1.0, corner.y);
   gl_Position = vec4((corner * 2.0 - 1.0) * w, push.params.x * w, w);
   colour = vec4(corner, 1.0 - corner.x, 1.0) * push.colour;
   place = corner * push.params.z;
}
