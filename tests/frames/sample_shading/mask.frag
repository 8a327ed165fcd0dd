#version 450
// Coverage by the shader: as many samples as the row of eight tells.
layout(location = 0) in vec2 place;
layout(location = 0) out vec4 target;
void main()
{
    int row = int(gl_FragCoord.y) >> 3;
    gl_SampleMask[0] = gl_SampleMaskIn[0] & ((1 << (row & 7)) - 1);
    target = vec4(1.0, 0.8, 0.3, 1.0);
}
