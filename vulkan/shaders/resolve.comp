/* A region of vkCmdResolveImage or an attachment: the first sample, or the mean of the samples in their order, the least or the
 * greatest. Defined from outside: SOURCE, TARGET, VALUE, and FILTERS for floats, which have a mean. */
#version 450
#extension GL_EXT_samplerless_texture_functions : require

layout(local_size_x = 8, local_size_y = 8) in;
layout(set = 0, binding = 0) uniform SOURCE source;
layout(set = 0, binding = 1) uniform writeonly TARGET target;
layout(push_constant) uniform Region
{
   ivec4 target0; /* w: samples */
   ivec4 source0; /* w: VkResolveModeFlagBits */
   ivec4 size;
} r;

void main()
{
   ivec3 id = ivec3(gl_GlobalInvocationID);
   if (any(greaterThanEqual(id, r.size.xyz)))
      return;
   VALUE value = texelFetch(source, r.source0.xyz + id, 0);
   int mode = r.source0.w;
   for (int s = 1; s < r.target0.w && mode != 1; s++) {
      VALUE next = texelFetch(source, r.source0.xyz + id, s);
      value = mode == 4 ? min(value, next) : mode == 8 ? max(value, next) : value + next;
   }
#ifdef FILTERS
   if (mode == 2)
      value *= 1.0 / float(r.target0.w);
#endif
   imageStore(target, r.target0.xyz + id, value);
}
