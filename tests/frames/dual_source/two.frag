#version 450
layout(location = 0) in vec2 place;
layout(location = 0, index = 0) out vec4 colour;
layout(location = 0, index = 1) out vec4 cover;
void main()
{
    cover = vec4(place.x, place.y, 1.0 - place.x, 0.5 + 0.5 * place.y);
    colour = vec4(vec3(0.9, 0.7, 0.3) * cover.rgb, 1.0);
}
