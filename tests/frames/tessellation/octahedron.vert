#version 450
void main()
{
    int face = gl_VertexIndex / 3, i = gl_VertexIndex % 3;
    vec3 s = vec3((face & 1) == 0 ? 1.0 : -1.0, (face & 2) == 0 ? 1.0 : -1.0, (face & 4) == 0 ? 1.0 : -1.0);
    bool turn = s.x * s.y * s.z > 0.0; // so that all faces wind the same way
    int axis = i == 0 ? 0 : (i == 1) == turn ? 1 : 2;
    gl_Position = vec4(axis == 0 ? s.x : 0.0, axis == 1 ? s.y : 0.0, axis == 2 ? s.z : 0.0, 1.0);
}
