// error: limit: 
#version 450
layout(local_size_x = 1) in;
layout(std430, set = 0, binding = 0) buffer B { uint x[]; };
uint f0(uint a) { return a * 3u + x[a]; }
uint f1(uint a) { return f0(a) + f0(a + 1u); }
uint f2(uint a) { return f1(a) + f1(a + 1u); }
uint f3(uint a) { return f2(a) + f2(a + 1u); }
uint f4(uint a) { return f3(a) + f3(a + 1u); }
uint f5(uint a) { return f4(a) + f4(a + 1u); }
uint f6(uint a) { return f5(a) + f5(a + 1u); }
uint f7(uint a) { return f6(a) + f6(a + 1u); }
uint f8(uint a) { return f7(a) + f7(a + 1u); }
uint f9(uint a) { return f8(a) + f8(a + 1u); }
uint f10(uint a) { return f9(a) + f9(a + 1u); }
uint f11(uint a) { return f10(a) + f10(a + 1u); }
uint f12(uint a) { return f11(a) + f11(a + 1u); }
uint f13(uint a) { return f12(a) + f12(a + 1u); }
uint f14(uint a) { return f13(a) + f13(a + 1u); }
uint f15(uint a) { return f14(a) + f14(a + 1u); }
uint f16(uint a) { return f15(a) + f15(a + 1u); }
uint f17(uint a) { return f16(a) + f16(a + 1u); }
uint f18(uint a) { return f17(a) + f17(a + 1u); }
uint f19(uint a) { return f18(a) + f18(a + 1u); }
uint f20(uint a) { return f19(a) + f19(a + 1u); }
uint f21(uint a) { return f20(a) + f20(a + 1u); }
uint f22(uint a) { return f21(a) + f21(a + 1u); }
uint f23(uint a) { return f22(a) + f22(a + 1u); }
uint f24(uint a) { return f23(a) + f23(a + 1u); }
uint f25(uint a) { return f24(a) + f24(a + 1u); }
uint f26(uint a) { return f25(a) + f25(a + 1u); }
uint f27(uint a) { return f26(a) + f26(a + 1u); }
uint f28(uint a) { return f27(a) + f27(a + 1u); }
uint f29(uint a) { return f28(a) + f28(a + 1u); }
void main() { x[0] = f29(x[1]); }
