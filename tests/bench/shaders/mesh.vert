#version 450
layout(push_constant) uniform Push { mat4 transform; vec4 colour; vec4 params; } push;
layout(location = 0) in vec3 position;
layout(location = 1) in vec3 normal;
layout(location = 2) in vec2 place_in;
layout(location = 0) out vec4 colour;
layout(location = 1) out vec2 place;
layout(location = 2) out vec3 facing;
void main()
{
   gl_Position = push.transform * vec4(position, 1.0);
   colour = vec4(abs(normal), 1.0) * push.colour;
   place = place_in;
   facing = normal;
}
