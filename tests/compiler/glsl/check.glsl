// Shared by all shaders here: input that the compiler cannot know, and self-checks (README.md has the contract).
#extension GL_GOOGLE_include_directive : enable
layout(std430, set = 0, binding = 0) buffer Results {
   uint failures, checks, last_bad_line, unused_;
   uint results[];
};
layout(std430, set = 0, binding = 1) readonly buffer Input { uint input_[]; };

// The numbers themselves, but read from memory.
uint U(uint n) { return input_[n]; }
int I(int n) { return n < 0 ? -int(input_[-n]) : int(input_[n]); }
float F(float n) { float whole = floor(abs(n)); return sign(n) * (float(input_[uint(whole)]) + (abs(n) - whole)); }
bool B(bool b) { return input_[b ? 1 : 0] != 0; }

void check(bool ok, int line)
{
   atomicAdd(checks, 1);
   if (!ok) {
      atomicAdd(failures, 1);
      atomicMax(last_bad_line, uint(line));
   }
}
bool near(float a, float b, float tolerance) { return abs(a - b) <= tolerance * max(1e-30, abs(b)); }
#define CHECK(x) check((x), __LINE__)
#define NEAR(a, b) check(near(a, b, 1e-6), __LINE__)
