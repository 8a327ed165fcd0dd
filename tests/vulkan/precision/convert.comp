#version 460
// Conversions between types: case 7 * from + to, in the order f16 f32 f64 i32 u32 i64 u64, on bits in the low end of 64.
#extension GL_EXT_shader_explicit_arithmetic_types : require
#extension GL_EXT_shader_16bit_storage : require
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint conversion = 0;
layout(std430, set = 0, binding = 0) readonly buffer I { uint64_t operands[]; };
layout(std430, set = 0, binding = 1) writeonly buffer R { uint64_t results[]; };

#define ROW(from, x) \
   case from * 7: r = uint64_t(halfBitsToUint16(float16_t(x))); break; \
   case from * 7 + 1: r = uint64_t(floatBitsToUint(float(x))); break; \
   case from * 7 + 2: r = doubleBitsToUint64(double(x)); break; \
   case from * 7 + 3: r = uint64_t(uint(int(x))); break; \
   case from * 7 + 4: r = uint64_t(uint(x)); break; \
   case from * 7 + 5: r = uint64_t(int64_t(x)); break; \
   case from * 7 + 6: r = uint64_t(x); break;

void main()
{
   uint at = gl_GlobalInvocationID.x;
   uint64_t v = operands[at], r = 0ul;
   switch (conversion) {
   ROW(0, uint16BitsToHalf(uint16_t(v)))
   ROW(1, uintBitsToFloat(uint(v)))
   ROW(2, uint64BitsToDouble(v))
   ROW(3, int(uint(v)))
   ROW(4, uint(v))
   ROW(5, int64_t(v))
   ROW(6, v)
   }
   results[at] = r;
}
