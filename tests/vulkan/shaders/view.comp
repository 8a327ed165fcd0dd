#version 450
// What a view shows: its size, its levels, the first texel of each level and layer.
layout(local_size_x = 1) in;
layout(set = 0, binding = 0) uniform usampler2DArray view;
layout(set = 0, binding = 1) buffer Result { uint v[]; } result;

void main()
{
   ivec3 size = textureSize(view, 0);
   result.v[0] = size.x;
   result.v[1] = size.y;
   result.v[2] = size.z;
   result.v[3] = textureQueryLevels(view);
   uint n = 4;
   for (int level = 0; level < textureQueryLevels(view); level++)
      for (int layer = 0; layer < size.z; layer++) {
         uvec4 t = texelFetch(view, ivec3(0, 0, layer), level);
         for (int c = 0; c < 4; c++)
            result.v[n++] = t[c];
      }
}
