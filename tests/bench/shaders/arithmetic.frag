#version 450
// Some two hundred operations and no memory: what shading alone costs.
layout(location = 0) in vec4 colour;
layout(location = 1) in vec2 place;
layout(location = 0) out vec4 result;
void main()
{
   vec2 z = vec2(0.0);
   vec3 sum = vec3(0.0);
   for (int i = 0; i < 16; i++) {
      z = vec2(z.x * z.x - z.y * z.y, 2.0 * z.x * z.y) * 0.5 + place;
      sum += vec3(z, dot(z, z)) * colour.rgb;
   }
   result = vec4(fract(sum), 1.0);
}
