#version 460
// One operation of precision_ops.def, chosen by specialisation constant 0, on records of seven operands. BITS is 16, 32 or 64.
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_shader_explicit_arithmetic_types : require
#extension GL_EXT_shader_16bit_storage : require
#extension GL_EXT_spirv_intrinsics : require
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint operation = 0;
spirv_execution_mode(extensions = ["SPV_KHR_float_controls"], capabilities = [4464], 4459, BITS); // DenormPreserve
spirv_execution_mode(extensions = ["SPV_KHR_float_controls"], capabilities = [4466], 4461, BITS); // SignedZeroInfNanPreserve
spirv_execution_mode(extensions = ["SPV_KHR_float_controls"], capabilities = [4467], 4462, BITS); // RoundingModeRTE
#if BITS == 16
#define T float16_t
#define V f16vec3
#define M f16mat3
#define ALL(number, expression) case number: r = expression; break;
#define HS(number, expression) ALL(number, expression)
#define S(number, expression)
#define ETA(s) s
#elif BITS == 32
#define T float
#define V vec3
#define M mat3
#define ALL(number, expression) case number: r = expression; break;
#define HS(number, expression) ALL(number, expression)
#define S(number, expression) ALL(number, expression)
#define ETA(s) s
#else
#define T double
#define V dvec3
#define M dmat3
#define ALL(number, expression) case number: r = expression; break;
#define HS(number, expression)
#define S(number, expression)
#define ETA(s) float(s)
#endif
layout(std430, set = 0, binding = 0) readonly buffer I { T operands[]; };
layout(std430, set = 0, binding = 1) writeonly buffer R { T results[]; };

T compared(T a, T b)
{
   return T((a == b ? 1 : 0) + (a != b ? 2 : 0) + (a < b ? 4 : 0) + (a <= b ? 8 : 0) + (a > b ? 16 : 0) + (a >= b ? 32 : 0));
}
T mantissa(T a)
{
   int e;
   return frexp(a, e);
}
T exponent(T a)
{
   int e;
   T unused = frexp(a, e);
   return T(e);
}
T whole(T a)
{
   T w;
   T unused = modf(a, w);
   return w;
}
#if BITS == 32
spirv_instruction(id = 116) float quantized(float a); // OpQuantizeToF16
#endif

void main()
{
   uint at = gl_GlobalInvocationID.x;
   T a = operands[at * 7], b = operands[at * 7 + 1], c = operands[at * 7 + 2], d = operands[at * 7 + 3];
   T e = operands[at * 7 + 4], f = operands[at * 7 + 5], s = operands[at * 7 + 6], r = T(0), w;
   V x = V(a, b, c), y = V(d, e, f), v = V(0);
   M m = M(x, y, V(c, a, b));
   switch (operation) {
#define OP(number, name, kind, inputs, expression, exact, range) kind(number, expression)
#define OPV(number, name, kind, inputs, expression, exact, range) case number: v = expression; r = v.x; break;
#include "precision_ops.def"
   }
   results[at * 3] = r;
   results[at * 3 + 1] = v.y;
   results[at * 3 + 2] = v.z;
}
