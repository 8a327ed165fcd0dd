#version 450
/* SampleId is in the interface, and nothing reads it. */
layout(constant_id = 0) const bool never = false;
layout(location = 0) out vec4 colour;

void main()
{
   colour = vec4(never ? float(gl_SampleID) : 1.0);
}
