/* A region of vkCmdBlitImage, one invocation a destination texel. Coordinates are exact: a source coordinate is a fraction of
 * integers, so nearest filtering never depends on rounding, and a weight is rounded once.
 * Defined from outside: SOURCE, TARGET, VALUE, and FILTERS for floats, SOURCE_3D. */
#version 450
#extension GL_EXT_samplerless_texture_functions : require

layout(local_size_x = 8, local_size_y = 8) in;
layout(set = 0, binding = 0) uniform SOURCE source;
layout(set = 0, binding = 1) uniform writeonly TARGET target;
layout(push_constant) uniform Region
{
   ivec4 first;  /* texels to write; w: 1 filters linearly */
   ivec4 size;
   ivec4 target0; /* corner that corresponds to source0 */
   ivec4 source0;
   ivec4 span;    /* of the source, signed */
   ivec4 over;    /* of the target, positive */
   ivec4 last;    /* texel of the source, for clamping */
} r;

int floor_div(int n, int d)
{
   return n >= 0 ? n / d : -((d - 1 - n) / d);
}

/* Source texel and the weight of the one behind it, in direction k. */
int place(int k, int at, bool linear, out float weight)
{
   int d = 2 * r.over[k], n = (2 * (at - r.target0[k]) + 1) * r.span[k] - (linear ? r.over[k] : 0);
   int i = floor_div(n, d);
   weight = linear ? float(n - i * d) / float(d) : 0.0;
   return i + r.source0[k];
}

VALUE fetch(ivec3 at)
{
   return texelFetch(source, clamp(at, ivec3(0), r.last.xyz), 0);
}

void main()
{
   ivec3 id = ivec3(gl_GlobalInvocationID);
   if (any(greaterThanEqual(id, r.size.xyz)))
      return;
   ivec3 at = r.first.xyz + id, from;
   vec3 weight;
   bool linear = r.first.w != 0;
   from.x = place(0, at.x, linear, weight.x);
   from.y = place(1, at.y, linear, weight.y);
#ifdef SOURCE_3D
   const int taps = 8;
   from.z = place(2, at.z, linear, weight.z);
#else
   const int taps = 4; /* z chooses a layer */
   from.z = place(2, at.z, false, weight.z);
#endif
#ifdef FILTERS
   vec4 sum = vec4(0.0);
   for (int i = 0; i < taps; i++) {
      ivec3 step = ivec3(i & 1, i >> 1 & 1, i >> 2);
      vec3 w = mix(vec3(1.0) - weight, weight, equal(step, ivec3(1)));
      float both = w.x * w.y * w.z;
      if (both != 0.0)
         sum += both * fetch(from + step);
   }
   imageStore(target, at, sum);
#else
   imageStore(target, at, fetch(from));
#endif
}
