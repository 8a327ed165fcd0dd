// Shared by the shaders here: what test_run_images.c fills images with. Index: texel x, y, layer or slice, level, sample
// and element of the binding.
#include "../glsl/check.glsl"
uint texel(uint x, uint y, uint z, uint level, uint s, uint element)
{
   return x + 16u * y + 256u * z + 4096u * level + 16384u * s + 65536u * element;
}
float ftexel(uint x, uint y, uint z, uint level, uint element) { return float(texel(x, y, z, level, 0u, element)); }
