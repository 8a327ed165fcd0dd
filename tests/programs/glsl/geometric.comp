// length, distance, dot, cross, normalize, faceforward, reflect, refract.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
void main()
{
   vec3 a = vec3(unit(GID), unit(GID + 1), unit(GID + 2)) * 4.0 - 2.0, b = normalize(vec3(unit(GID + 3), unit(GID + 4), unit(GID + 5)) - 0.4);
   vec3 n = normalize(a), list[5] = vec3[](cross(a, b), n, faceforward(b, n, a), reflect(a, b), refract(n, b, 0.7));
   for (uint i = 0; i < 15; i++)
      put(GID * 20 + i, list[i / 3][i % 3]);
   put(GID * 20 + 15, length(a)); put(GID * 20 + 16, distance(a, b)); put(GID * 20 + 17, dot(a, b)); put(GID * 20 + 18, length(a.xy)); put(GID * 20 + 19, dot(vec4(a, 1), vec4(b, 2)));
}
