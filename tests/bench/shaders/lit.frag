#version 450
// Textured, with a diffuse and a specular light.
layout(set = 0, binding = 0) uniform sampler2D image;
layout(push_constant) uniform Push { mat4 transform; vec4 colour; vec4 params; } push; // params: light
layout(location = 0) in vec4 colour;
layout(location = 1) in vec2 place;
layout(location = 2) in vec3 facing;
layout(location = 0) out vec4 result;
void main()
{
   vec3 n = normalize(facing), light = normalize(push.params.xyz);
   float diffuse = max(dot(n, light), 0.0);
   float specular = pow(max(reflect(-light, n).z, 0.0), 16.0);
   vec3 base = texture(image, place).rgb * push.colour.rgb;
   result = vec4(base * (0.2 + 0.8 * diffuse) + vec3(0.5 * specular), 1.0);
}
