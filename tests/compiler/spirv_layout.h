/* The pipeline layouts that the compiler's test shaders expect, for tests and fuzzers. Include once per program. */
#ifndef TEST_SPIRV_LAYOUT_H
#define TEST_SPIRV_LAYOUT_H

#include "sc.h"

/* Of the shaders in glsl/: glsl/README.md. */
static const sc_binding fixture_bindings[] = {
   {0, 0, SC_BINDING_STORAGE_BUFFER, 1, false, 0},  {0, 1, SC_BINDING_STORAGE_BUFFER, 1, false, 16},
   {0, 2, SC_BINDING_STORAGE_BUFFER, 1, false, 32}, {0, 3, SC_BINDING_STORAGE_BUFFER, 1, false, 48},
   {0, 4, SC_BINDING_STORAGE_BUFFER, 2, false, 64}, {1, 0, SC_BINDING_UNIFORM_BUFFER, 1, false, 0},
   {1, 1, SC_BINDING_UNIFORM_BUFFER, 2, false, 16},
};

/* The layout of the shaders in glsl_image/: set 1 is what test_run_images.c fills. */
static const sc_binding fixture_image_bindings[] = {
   {0, 0, SC_BINDING_STORAGE_BUFFER, 1, false, 0},
   {0, 1, SC_BINDING_STORAGE_BUFFER, 1, false, 16},
   {1, 0, SC_BINDING_SAMPLED_IMAGE, 4, false, 64},
   {1, 1, SC_BINDING_SAMPLER, 3, false, 192},
   {1, 2, SC_BINDING_COMBINED_IMAGE_SAMPLER, 3, false, 288},
   {1, 3, SC_BINDING_COMBINED_IMAGE_SAMPLER, 1, false, 480},
   {1, 4, SC_BINDING_COMBINED_IMAGE_SAMPLER, 1, false, 544},
   {1, 5, SC_BINDING_COMBINED_IMAGE_SAMPLER, 1, false, 608},
   {1, 6, SC_BINDING_COMBINED_IMAGE_SAMPLER, 1, false, 672},
   {1, 7, SC_BINDING_COMBINED_IMAGE_SAMPLER, 1, false, 736},
   {1, 8, SC_BINDING_COMBINED_IMAGE_SAMPLER, 1, false, 800},
   {1, 9, SC_BINDING_SAMPLED_IMAGE, 1, false, 864},
   {1, 10, SC_BINDING_STORAGE_IMAGE, 4, false, 896},
   {1, 11, SC_BINDING_STORAGE_IMAGE, 1, false, 1024},
   {1, 12, SC_BINDING_STORAGE_IMAGE, 1, false, 1056},
   {1, 13, SC_BINDING_STORAGE_IMAGE, 1, false, 1088},
   {1, 14, SC_BINDING_STORAGE_IMAGE, 1, false, 1120},
   {1, 15, SC_BINDING_STORAGE_TEXEL_BUFFER, 2, false, 1152},
   {1, 16, SC_BINDING_UNIFORM_TEXEL_BUFFER, 3, false, 1216},
   {1, 17, SC_BINDING_STORAGE_IMAGE, 1, false, 1312},
   {1, 18, SC_BINDING_STORAGE_IMAGE, 1, false, 1344},
   {1, 19, SC_BINDING_STORAGE_IMAGE, 1, false, 1376},
   {1, 20, SC_BINDING_STORAGE_IMAGE, 1, false, 1408},
   {1, 21, SC_BINDING_STORAGE_IMAGE, 8, false, 1440},
   {1, 22, SC_BINDING_STORAGE_IMAGE, 4, false, 1696},
   {1, 23, SC_BINDING_STORAGE_IMAGE, 4, false, 1824},
   {1, 24, SC_BINDING_STORAGE_IMAGE, 1, false, 1952},
   {1, 25, SC_BINDING_SAMPLED_IMAGE, 1, false, 1984},
};

#endif
