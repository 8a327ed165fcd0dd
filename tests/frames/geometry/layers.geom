#version 450
layout(triangles) in;
layout(triangle_strip, max_vertices = 3) out;
layout(location = 0) in vec4 rgba[];
layout(location = 0) out vec4 colour;
void main()
{
    for (int i = 0; i < 3; i++) {
        gl_Layer = int(rgba[0].r * 40.0) & 3;
        gl_Position = gl_in[i].gl_Position;
        colour = rgba[i];
        EmitVertex();
    }
}
