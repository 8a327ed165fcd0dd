#version 460
#extension GL_EXT_fragment_shader_barycentric : require
#extension GL_ARB_sparse_texture2 : require
#extension GL_KHR_shader_subgroup_ballot : require
#extension GL_KHR_shader_subgroup_quad : require
layout(location = 0) pervertexEXT in vec2 plain[];
layout(location = 1) pervertexEXT in Inner { flat ivec2 a; mat2 m; } inner[];
layout(location = 6) in vec3 usual;
layout(location = 0) out vec4 colour;
layout(set = 1, binding = 2) uniform sampler2D images[3];
void main() {
   vec4 texel;
   int code = sparseTextureARB(images[1], usual.xy, texel);
   code |= sparseTexelFetchARB(images[0], ivec2(usual.xy), 0, texel);
   vec2 sum = plain[0] * gl_BaryCoordEXT.x + plain[1] * gl_BaryCoordEXT.y + plain[2] * gl_BaryCoordNoPerspEXT.z;
   sum += inner[inner[0].a.x & 1].m * plain[2];
   colour = vec4(sum, float(subgroupBallotBitCount(subgroupBallot(sparseTexelsResidentARB(code)))), subgroupQuadSwapHorizontal(sum.x)) + texel;
}
