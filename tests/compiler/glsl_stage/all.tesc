#version 450
layout(vertices = 3) out;
layout(location = 0) in vec2 plain[];
layout(location = 2) in Inner { vec4 a; float list[3]; } inner[];
layout(location = 0) out vec2 plain_out[];
layout(location = 1) patch out vec4 shared_out[2];
layout(location = 4) patch out Patch { float a; mat2 b; } whole;
layout(set = 0, binding = 1) buffer Buffer { uint words[]; };
void main() {
   int next = (gl_InvocationID + 1) % gl_PatchVerticesIn;
   gl_out[gl_InvocationID].gl_Position = gl_in[gl_InvocationID].gl_Position + gl_in[next].gl_Position;
   gl_out[gl_InvocationID].gl_ClipDistance[1] = gl_in[next].gl_ClipDistance[1];
   plain_out[gl_InvocationID] = plain[next] * inner[next].list[gl_InvocationID];
   barrier();
   plain_out[gl_InvocationID] += plain_out[(gl_InvocationID + 1) % 3];
   if (gl_InvocationID == 0) {
      for (int i = 0; i < 4; i++)
         gl_TessLevelOuter[i] = inner[i % 3].a[i];
      gl_TessLevelInner[0] = float(words[gl_PrimitiveID & 15]);
      gl_TessLevelInner[1] = 2;
      shared_out[gl_PrimitiveID & 1] = inner[0].a;
      whole.a = 1;
      whole.b = mat2(plain[0], plain[1]);
   }
}
