#version 450
#extension GL_GOOGLE_include_directive : require
#include "scene.glsl"
layout(location = 0) out vec3 world;
void main()
{
    vec2 c = vec2(gl_VertexIndex == 1 || gl_VertexIndex == 2 || gl_VertexIndex == 4 ? 1.0 : -1.0,
                  gl_VertexIndex == 2 || gl_VertexIndex == 4 || gl_VertexIndex == 5 ? 1.0 : -1.0);
    world = vec3(c.x * 80.0, 0.0, c.y * 80.0);
    gl_Position = cam.world_to_clip * vec4(world, 1.0);
}
