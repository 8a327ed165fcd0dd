#version 450
#extension GL_GOOGLE_include_directive : require
#include "view.glsl"
layout(location = 0) in vec2 local;
layout(location = 1) flat in int number;
layout(location = 0) out vec4 albedo;
layout(location = 1) out vec4 normal;
void main()
{
    float r = dot(local, local);
    if (r > 1.0)
        discard;
    float z = sqrt(1.0 - r);
    gl_FragDepth = gl_FragCoord.z - z * 0.12;
    albedo = vec4(palette(number), 1.0);
    normal = vec4(local, -z, 1.0);
}
