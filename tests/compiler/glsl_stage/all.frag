#version 460
#extension GL_EXT_demote_to_helper_invocation : require
#extension GL_ARB_shader_stencil_export : require
layout(location = 0) in vec2 plain;
layout(location = 1) flat in ivec4 whole;
layout(location = 2) in Inner { centroid mat2x3 m; float list[3]; } inner;
layout(location = 8) noperspective sample in vec2 part;
layout(location = 0) out vec4 colour;
layout(location = 0, index = 1) out vec4 second;
layout(location = 2) out ivec2 numbers[2];
layout(set = 0, binding = 1) buffer Buffer { uint words[]; };
layout(set = 1, binding = 2) uniform sampler2D images[3];
layout(set = 1, binding = 4) uniform samplerCube cube;
layout(set = 1, binding = 5) uniform sampler2DShadow shade;
layout(set = 1, binding = 11, rgba8) uniform image2D target;
in vec4 gl_FragCoord;
layout(depth_less) out float gl_FragDepth;
void main() {
   vec2 at = interpolateAtOffset(plain, vec2(0.25, -0.25)) + interpolateAtSample(plain, whole.x & 3) + interpolateAtCentroid(part);
   if (whole.y == 3)
      discard;
   if (gl_FragCoord.x > 100 * plain.x)
      demote;
   colour = texture(images[whole.z & 1], at, 0.5) + textureGrad(images[2], at, dFdx(at), dFdyFine(at)) +
            texture(cube, inner.m * at) + vec4(texture(shade, vec3(at, 0.5)));
   second = vec4(fwidth(inner.list[whole.w & 1]), textureQueryLod(images[0], at), gl_FrontFacing ? 1 : 0);
   numbers[0] = ivec2(gl_PrimitiveID, gl_SampleID);
   numbers[1] = ivec2(gl_Layer, gl_ViewportIndex);
   if (!helperInvocationEXT())
      atomicAdd(words[gl_SampleMaskIn[0] & 7], 1);
   imageStore(target, ivec2(gl_FragCoord), vec4(gl_PointCoord, gl_SamplePosition));
   gl_FragDepth = gl_FragCoord.z * 0.5;
   gl_FragStencilRefARB = whole.x;
   gl_SampleMask[0] = gl_SampleMaskIn[0] & ~1;
}
