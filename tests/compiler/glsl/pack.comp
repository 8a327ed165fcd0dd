#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
void main()
{
   vec4 v = vec4(F(0.0), F(0.5), F(1.0), F(-2.0));
   CHECK(packUnorm4x8(v) == 0x00ff8000u);
   CHECK(packSnorm4x8(v) == 0x817f4000u);
   CHECK(packUnorm2x16(v.yz) == 0xffff8000u && packSnorm2x16(v.zw) == 0x80017fffu);
   CHECK(unpackUnorm4x8(0xff008033u + U(0)) == vec4(51.0, 128.0, 0.0, 255.0) / 255.0);
   CHECK(unpackSnorm4x8(0x7f80813fu + U(0)) == vec4(63.0 / 127.0, -1.0, -1.0, 1.0));
   CHECK(unpackUnorm2x16(0xffff0000u + U(0)) == vec2(0, 1) && unpackSnorm2x16(0x80007fffu + U(0)) == vec2(1, -1));
   CHECK(packHalf2x16(vec2(F(1.0), F(-0.5))) == 0xb8003c00u && unpackHalf2x16(0xc0003555u + U(0)) == vec2(0.333251953125, -2.0));
   CHECK(unpackHalf2x16(packHalf2x16(vec2(F(0.1), F(1000.0)))) == vec2(0.0999755859375, 1000.0));
}
