#version 450
// From the inner line two strips to the neighbours.
layout(lines_adjacency) in;
layout(line_strip, max_vertices = 6) out;
layout(location = 0) out vec4 colour;
void main()
{
    for (int s = 0; s < 2; s++) {
        for (int i = 0; i < 3; i++) {
            gl_Position = gl_in[s + i].gl_Position + vec4(0.06 * float(s), 0.0, 0.0, 0.0);
            colour = vec4(0.1 + 0.8 * float(s), 0.1, 0.2, 1.0);
            EmitVertex();
        }
        EndPrimitive();
    }
}
