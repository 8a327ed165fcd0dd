// A ray tracer: structs, functions with in, out and inout parameters, reflections by a loop, early returns.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 8, local_size_y = 8) in;
struct material { vec3 colour; float mirror; };
struct sphere { vec3 centre; float radius; material m; };
struct ray { vec3 from, along; };
struct hit { float t; vec3 at, normal; material m; };
const sphere scene[4] = sphere[](
   sphere(vec3(0.0, 0.0, 4.0), 1.0, material(vec3(0.9, 0.2, 0.2), 0.3)),
   sphere(vec3(1.7, 0.3, 3.2), 0.6, material(vec3(0.2, 0.9, 0.3), 0.1)),
   sphere(vec3(-1.5, -0.2, 3.0), 0.7, material(vec3(0.2, 0.3, 0.9), 0.6)),
   sphere(vec3(0.0, -101.0, 4.0), 100.0, material(vec3(0.6), 0.0)));
bool meets(in ray r, in sphere s, inout float t)
{
   vec3 d = s.centre - r.from;
   float b = dot(d, r.along), c = b * b - dot(d, d) + s.radius * s.radius;
   if (c < 0.0)
      return false;
   float near = b - sqrt(c);
   if (near < 1e-3 || near >= t)
      return false;
   t = near;
   return true;
}
bool trace(ray r, out hit h)
{
   int which = -1;
   h.t = 1e9;
   for (int i = 0; i < scene.length(); i++)
      if (meets(r, scene[i], h.t))
         which = i;
   if (which < 0)
      return false;
   h.at = r.from + h.t * r.along;
   h.normal = normalize(h.at - scene[which].centre);
   h.m = scene[which].m;
   return true;
}
vec3 colour_of(ray r)
{
   vec3 sum = vec3(0), weight = vec3(1);
   for (int bounce = 0; bounce < 4; bounce++) {
      hit h;
      if (!trace(r, h))
         return sum + weight * mix(vec3(1.0), vec3(0.4, 0.6, 1.0), 0.5 * r.along.y + 0.5);
      vec3 light = normalize(vec3(1.0, 2.0, -1.0));
      hit shadow;
      float lit = trace(ray(h.at, light), shadow) ? 0.1 : max(dot(h.normal, light), 0.1);
      sum += weight * h.m.colour * lit * (1.0 - h.m.mirror);
      weight *= h.m.mirror;
      if (h.m.mirror == 0.0)
         break;
      r = ray(h.at, reflect(r.along, h.normal));
   }
   return sum;
}
void main()
{
   uvec2 g = gl_GlobalInvocationID.xy;
   vec3 c = colour_of(ray(vec3(0), normalize(vec3((vec2(g) - 23.7) / 32.0, 1.0))));
   for (uint i = 0; i < 3; i++)
      put((g.y * 48 + g.x) * 3 + i, c[i]);
}
