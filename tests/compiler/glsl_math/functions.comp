#version 450
// results[i] = f(x[i], y[i]); specialisation constant 0 selects f. For test_spirv_math.c, which knows the order.
layout(local_size_x = 32) in;
layout(constant_id = 0) const uint f = 0;
layout(std430, set = 0, binding = 1) readonly buffer X { float x[]; };
layout(std430, set = 0, binding = 2) writeonly buffer R { float results[]; };
layout(std430, set = 0, binding = 3) readonly buffer Y { float y[]; };
void main()
{
   uint i = gl_GlobalInvocationID.x;
   float a = x[i], b = y[i], r = 0.0;
   switch (f) {
   case 0: r = exp(a); break;
   case 1: r = log(a); break;
   case 2: r = exp2(a); break;
   case 3: r = log2(a); break;
   case 4: r = pow(a, b); break;
   case 5: r = sin(a); break;
   case 6: r = cos(a); break;
   case 7: r = tan(a); break;
   case 8: r = asin(a); break;
   case 9: r = acos(a); break;
   case 10: r = atan(a); break;
   case 11: r = atan(a, b); break;
   case 12: r = sinh(a); break;
   case 13: r = cosh(a); break;
   case 14: r = tanh(a); break;
   case 15: r = asinh(a); break;
   case 16: r = acosh(a); break;
   case 17: r = atanh(a); break;
   case 18: r = sqrt(a); break;
   case 19: r = inversesqrt(a); break;
   case 20: r = a / b; break;
   case 21: r = mod(a, b); break;
   }
   results[i] = r;
}
