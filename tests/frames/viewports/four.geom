#version 450
layout(triangles, invocations = 4) in;
layout(triangle_strip, max_vertices = 3) out;
layout(location = 0) in vec4 rgba[];
layout(location = 0) out vec4 colour;
void main()
{
    for (int i = 0; i < 3; i++) {
        gl_ViewportIndex = gl_InvocationID;
        gl_Position = vec4(gl_in[i].gl_Position.xy, 0.25 * float(i), 1.0);
        colour = rgba[i] * (1.0 - 0.15 * float(gl_InvocationID));
        EmitVertex();
    }
}
