/* What shaders of graphics stages assume beyond gpu/gfx.h: launch registers, and how big records are at most. Manual: chapter
 * "Graphics pipeline". Freestanding.
 */
#ifndef GPU_GFX_STAGE_H
#define GPU_GFX_STAGE_H

#include "gfx.h"

/* Cull distance n stands at 15 - n, behind the clip distances from 8 on: neither needs to know how many there are of the other. */
#define GPU_RECORD_CULL_LAST 15u
#define GPU_RECORD_LOCATIONS 32u
#define GPU_RECORD_B (4u * GPU_GFX_RECORD_DW_MAX)
#define GPU_FRAGMENT_COLOURS 8u

/* f_bary: which place in the pixel, and whether without perspective. At sample rate the centre means the sample. */
#define GPU_BARY_CENTRE 0u
#define GPU_BARY_CENTROID 1u
#define GPU_BARY_SAMPLE 2u
#define GPU_BARY_LINEAR 4u

/* Vector registers at launch. */
enum gpu_stage_vreg {
   GPU_VS_VERTEX = 0,
   GPU_VS_INSTANCE = 1,
   GPU_TCS_INVOCATION = 0,
   GPU_TCS_PRIMITIVE = 1,
   GPU_TES_COORD = 0, /* u v w */
   GPU_TES_PRIMITIVE = 3,
   GPU_GS_PRIMITIVE = 0,
   GPU_GS_INVOCATION = 1,
   GPU_FS_COORD = 0, /* x y z 1/w */
   GPU_FS_BITS = 4,  /* [0] front facing [7:4] sample [15:8] covered samples */
   GPU_FS_PRIMITIVE = 5,
   GPU_FS_LAYER = 6, /* [15:0] layer [31:16] viewport */
   GPU_FS_POINT = 7, /* point coordinate */
};

#endif
