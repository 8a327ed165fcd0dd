#version 450
layout(quads, fractional_odd_spacing, cw, point_mode) in;
layout(location = 0) in vec2 plain[];
layout(location = 1) patch in vec4 shared_in[2];
layout(location = 4) patch in Patch { float a; mat2 b; } whole;
layout(location = 0, xfb_buffer = 0, xfb_offset = 0, xfb_stride = 32) out vec4 colour;
layout(location = 1, xfb_buffer = 0, xfb_offset = 16) flat out dvec2 wide;
layout(set = 1, binding = 2) uniform sampler2D heights;
void main() {
   vec4 p = vec4(0);
   for (int i = 0; i < gl_PatchVerticesIn; i++)
      p += gl_in[i].gl_Position * gl_TessCoord[i % 3];
   p.z += textureLod(heights, gl_TessCoord.xy, whole.a).x + gl_TessLevelInner[0] * gl_TessLevelOuter[3];
   gl_Position = p;
   colour = shared_in[gl_PrimitiveID & 1] + vec4(whole.b * plain[gl_PatchVerticesIn - 1], 0, 1);
   wide = dvec2(gl_TessCoord.xy);
   gl_PointSize = 1;
}
