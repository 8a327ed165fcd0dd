#version 450
/* Elements of an array of blocks go to a buffer each. */
layout(isolines, equal_spacing) in;
layout(xfb_buffer = 0, xfb_stride = 8) out;
layout(xfb_buffer = 1, xfb_stride = 8) out;
layout(location = 0, xfb_buffer = 0) out Half {
   layout(xfb_offset = 0) float coordinate;
   layout(xfb_offset = 4) int patch_id;
} halves[2];
void main() {
   halves[0].coordinate = gl_TessCoord.x;
   halves[1].coordinate = gl_TessCoord.y;
   halves[0].patch_id = gl_PrimitiveID;
   halves[1].patch_id = -gl_PrimitiveID;
   gl_Position = vec4(0, 0, 0, 1);
}
