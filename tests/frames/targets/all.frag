#version 450
layout(location = 0) in vec2 place;
layout(location = 0) out vec4 rgba8;
layout(location = 1) out vec4 srgb;
layout(location = 2) out vec4 wide;
layout(location = 3) out vec4 packed10;
layout(location = 4) out vec2 rg16;
layout(location = 5) out uvec4 integer;
layout(location = 6) out vec4 five;
layout(location = 7) out float single;
void main()
{
    vec2 d = place - 0.5;
    float ring = fract(dot(d, d) * 8.0);
    rgba8 = vec4(place, ring, 1.0);
    srgb = vec4(ring, place, place.x);
    wide = vec4(ring * 1.5, 1.0, place.y, 1.0);
    packed10 = vec4(place.yx * 0.8, ring, 0.5);
    rg16 = vec2(ring, place.x);
    integer = uvec4(ring * 255.0, place * 255.0, 255u);
    five = vec4(place.x, ring, place.y, 1.0);
    single = ring * place.x;
}
