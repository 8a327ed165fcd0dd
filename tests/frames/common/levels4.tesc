#version 450
layout(vertices = 4) out;
layout(push_constant) uniform Push { float outer, inner; };
void main()
{
    gl_out[gl_InvocationID].gl_Position = gl_in[gl_InvocationID].gl_Position;
    if (gl_InvocationID == 0) {
        gl_TessLevelOuter[0] = outer;
        gl_TessLevelOuter[1] = outer + 4.0;
        gl_TessLevelOuter[2] = outer + 2.5;
        gl_TessLevelOuter[3] = 2.0;
        gl_TessLevelInner[0] = inner;
        gl_TessLevelInner[1] = inner + 2.0;
    }
}
