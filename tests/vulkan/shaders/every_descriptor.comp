#version 450
// One descriptor of every type; what each one gives is written out.
layout(local_size_x = 1) in;
layout(set = 0, binding = 0) uniform sampler white_border; // immutable
layout(set = 0, binding = 1) uniform texture2D texture_;
layout(set = 0, binding = 2) uniform sampler2D combined[3]; // immutable samplers: white border, clamped, white border
layout(set = 0, binding = 3, rgba8) uniform readonly image2D stored;
layout(set = 0, binding = 4) uniform samplerBuffer uniform_texels;
layout(set = 0, binding = 5, r32ui) uniform uimageBuffer storage_texels;
layout(set = 0, binding = 6) uniform Uniform { uint value; } uniform_;
layout(set = 0, binding = 7) buffer Storage { uint v[64]; } result;
layout(set = 0, binding = 8) uniform Inline { uvec4 v[3]; } inline_;
layout(set = 0, binding = 9) uniform Dynamic { uint value; } dynamic_;
layout(set = 0, binding = 10) buffer DynamicStorage { uint value; } dynamic_storage;

void main()
{
   uint n = 0;
   result.v[n++] = packUnorm4x8(textureLod(sampler2D(texture_, white_border), vec2(0.5), 0));
   result.v[n++] = packUnorm4x8(textureLod(sampler2D(texture_, white_border), vec2(-3), 0));
   for (int i = 0; i < 3; i++) {
      result.v[n++] = packUnorm4x8(textureLod(combined[i], vec2(0.5), 0));
      result.v[n++] = packUnorm4x8(textureLod(combined[i], vec2(-3), 0));
   }
   result.v[n++] = packUnorm4x8(imageLoad(stored, ivec2(1)));
   result.v[n++] = packUnorm4x8(texelFetch(uniform_texels, 2));
   result.v[n++] = uint(textureSize(uniform_texels));
   result.v[n++] = imageLoad(storage_texels, 3).x;
   imageStore(storage_texels, 5, uvec4(4711));
   result.v[n++] = uniform_.value;
   result.v[n++] = inline_.v[0].x + inline_.v[2].w;
   result.v[n++] = dynamic_.value;
   dynamic_storage.value = 815;
}
