/* What every shader here shares: one set of resources, one block of push constants. COUNT is how much of the
 * measured work is done; the program measures with two counts and divides the difference. */
layout(push_constant) uniform Push {
   uint count, a, b, c;
   uvec2 address; /* of device memory, where the shader uses addresses */
   float f, g;
} push;
layout(set = 0, binding = 0, std430) buffer Arena { uint arena[]; };
layout(set = 0, binding = 1, std430) buffer Result { uint result[]; };
