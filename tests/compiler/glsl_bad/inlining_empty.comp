// error: limit: 
#version 450
layout(local_size_x = 1) in;
layout(std430, set = 0, binding = 0) buffer B { uint x[]; };
void f0(uint a) {}
void f1(uint a) { f0(a); f0(a); }
void f2(uint a) { f1(a); f1(a); }
void f3(uint a) { f2(a); f2(a); }
void f4(uint a) { f3(a); f3(a); }
void f5(uint a) { f4(a); f4(a); }
void f6(uint a) { f5(a); f5(a); }
void f7(uint a) { f6(a); f6(a); }
void f8(uint a) { f7(a); f7(a); }
void f9(uint a) { f8(a); f8(a); }
void f10(uint a) { f9(a); f9(a); }
void f11(uint a) { f10(a); f10(a); }
void f12(uint a) { f11(a); f11(a); }
void f13(uint a) { f12(a); f12(a); }
void f14(uint a) { f13(a); f13(a); }
void f15(uint a) { f14(a); f14(a); }
void f16(uint a) { f15(a); f15(a); }
void f17(uint a) { f16(a); f16(a); }
void f18(uint a) { f17(a); f17(a); }
void f19(uint a) { f18(a); f18(a); }
void f20(uint a) { f19(a); f19(a); }
void f21(uint a) { f20(a); f20(a); }
void f22(uint a) { f21(a); f21(a); }
void f23(uint a) { f22(a); f22(a); }
void f24(uint a) { f23(a); f23(a); }
void f25(uint a) { f24(a); f24(a); }
void f26(uint a) { f25(a); f25(a); }
void f27(uint a) { f26(a); f26(a); }
void f28(uint a) { f27(a); f27(a); }
void f29(uint a) { f28(a); f28(a); }
void f30(uint a) { f29(a); f29(a); }
void f31(uint a) { f30(a); f30(a); }
void f32(uint a) { f31(a); f31(a); }
void f33(uint a) { f32(a); f32(a); }
void f34(uint a) { f33(a); f33(a); }
void f35(uint a) { f34(a); f34(a); }
void f36(uint a) { f35(a); f35(a); }
void f37(uint a) { f36(a); f36(a); }
void f38(uint a) { f37(a); f37(a); }
void f39(uint a) { f38(a); f38(a); }
void main() { f39(x[1]); }
