/* The graphics pipeline's part of the contract: places in records, enums of the GFX registers. Manual:
 * chapter "Graphics pipeline". Freestanding. Several enums have the order of Vulkan's, so that a driver
 * passes numbers through.
 */
#ifndef GPU_GFX_H
#define GPU_GFX_H

#include <stdint.h>

#define GPU_GFX_DEPTH 64u /* draws in flight */
#define GPU_GFX_TARGETS 8u
#define GPU_GFX_VIEWPORTS 16u
#define GPU_GFX_BINDINGS 32u
#define GPU_GFX_ATTRIBUTES 32u
#define GPU_GFX_USER_REGS 8u
#define GPU_GFX_STREAMS 4u
#define GPU_GFX_XFB_BUFFERS 4u
#define GPU_GFX_XFB_ENTRIES 144u /* every dword of a record */
#define GPU_GFX_PATCH_POINTS_MAX 32u
#define GPU_GFX_POINT_SIZE_MAX 1024u /* pixels; what is larger counts as this */
#define GPU_GFX_RECORD_DW_MAX 144u
#define GPU_GFX_GS_DW_MAX 65536u /* (GS_MAX_VERTICES + 1) x OUT_DW of the geometry stage */
#define GPU_GFX_PATCH_B_MAX 544u /* PATCH_B: 8 dwords and 32 locations */
#define GPU_GFX_TESS_LEVEL_MAX 64u
#define GPU_GFX_SIZE_MAX 16384u /* FB_WIDTH, FB_HEIGHT */
#define GPU_GFX_LAYERS_MAX 2048u
#define GPU_GFX_STATE_END 0xe00u /* SET_GFX reaches registers below this offset */

/* Stages, in the order of their registers. */
enum gpu_stage { GPU_STAGE_VS, GPU_STAGE_TCS, GPU_STAGE_TES, GPU_STAGE_GS, GPU_STAGE_FS, GPU_STAGE_COUNT };
#define GPU_STAGE_STRIDE 0x40u /* of VS, TCS, ... in the GFX block */
enum gpu_stage_register {      /* byte offsets behind VS, TCS, ... */
                          GPU_STAGE_PROGRAM_LO = 0x00,
                          GPU_STAGE_PROGRAM_HI = 0x04,
                          GPU_STAGE_PROGRAM_QW = 0x08,
                          GPU_STAGE_RESOURCES = 0x0c,
                          GPU_STAGE_SCRATCH_B = 0x10,
                          GPU_STAGE_OUT_DW = 0x14,
                          GPU_STAGE_FLAGS = 0x18,
                          GPU_STAGE_USER = 0x20,
};
enum gpu_stage_flags {
   GPU_STAGE_ORDERED = 1 << 0,         /* any stage: its waves run in the machine's fixed order */
   GPU_STAGE_FS_WRITES_DEPTH = 1 << 1, /* fragment outputs that count */
   GPU_STAGE_FS_WRITES_STENCIL = 1 << 2,
   GPU_STAGE_FS_WRITES_MASK = 1 << 3,
   GPU_STAGE_FS_KILLS = 1 << 4,        /* may use f_demote */
   GPU_STAGE_FS_EARLY = 1 << 5,        /* tests before shading, whatever the shader does */
   GPU_STAGE_FS_SIDE_EFFECTS = 1 << 6, /* stores or atomics: shade what cannot be seen, too */
   GPU_STAGE_FLAGS_ALL = 0x7f
};

/* Order of VkPrimitiveTopology. */
enum gpu_topology {
   GPU_TOPOLOGY_POINTS,
   GPU_TOPOLOGY_LINES,
   GPU_TOPOLOGY_LINE_STRIP,
   GPU_TOPOLOGY_TRIANGLES,
   GPU_TOPOLOGY_TRIANGLE_STRIP,
   GPU_TOPOLOGY_TRIANGLE_FAN,
   GPU_TOPOLOGY_LINES_ADJACENCY,
   GPU_TOPOLOGY_LINE_STRIP_ADJACENCY,
   GPU_TOPOLOGY_TRIANGLES_ADJACENCY,
   GPU_TOPOLOGY_TRIANGLE_STRIP_ADJACENCY,
   GPU_TOPOLOGY_PATCHES,
   GPU_TOPOLOGY_COUNT
};

/* Dwords of an output record. */
enum gpu_record {
   GPU_RECORD_POSITION = 0, /* x y z w */
   GPU_RECORD_POINT_SIZE = 4,
   GPU_RECORD_LAYER = 5,
   GPU_RECORD_VIEWPORT = 6,
   GPU_RECORD_PRIMITIVE_ID = 7,
   GPU_RECORD_DISTANCE = 8, /* 8 clip and cull distances */
   GPU_RECORD_LOCATION = 16,
};
/* Dwords of patch memory in front of the points' records. */
enum gpu_patch { GPU_PATCH_OUTER = 0, GPU_PATCH_INNER = 4, GPU_PATCH_LOCATION = 8 };
/* Dwords of a fragment's output record. */
enum gpu_fragment {
   GPU_FRAGMENT_COLOUR = 0, /* 4 a target */
   GPU_FRAGMENT_SECOND = 32,
   GPU_FRAGMENT_DEPTH = 36,
   GPU_FRAGMENT_STENCIL = 37,
   GPU_FRAGMENT_MASK = 38,
   GPU_FRAGMENT_DW = 40
};

enum gpu_gfx_command { GPU_GFX_DRAW = 1, GPU_GFX_CLEAR = 2 }; /* GFX.GO */
enum gpu_clear { GPU_CLEAR_DEPTH = 1 << 4, GPU_CLEAR_STENCIL = 1 << 5 }; /* CLEAR_TARGET WHAT; else a colour target */
enum gpu_tess_domain { GPU_TESS_TRIANGLES, GPU_TESS_QUADS, GPU_TESS_ISOLINES };
enum gpu_tess_spacing { GPU_TESS_EQUAL, GPU_TESS_FRACTIONAL_EVEN, GPU_TESS_FRACTIONAL_ODD };
enum gpu_polygon_mode { GPU_POLYGON_FILL, GPU_POLYGON_LINE, GPU_POLYGON_POINT };
enum gpu_line_mode { GPU_LINE_STRICT, GPU_LINE_BRESENHAM };

/* Orders of VkStencilOp, VkBlendFactor, VkBlendOp, VkLogicOp. */
enum gpu_stencil_op {
   GPU_STENCIL_KEEP,
   GPU_STENCIL_ZERO,
   GPU_STENCIL_REPLACE,
   GPU_STENCIL_INCREMENT_CLAMP,
   GPU_STENCIL_DECREMENT_CLAMP,
   GPU_STENCIL_INVERT,
   GPU_STENCIL_INCREMENT_WRAP,
   GPU_STENCIL_DECREMENT_WRAP,
};
enum gpu_blend_factor {
   GPU_FACTOR_ZERO,
   GPU_FACTOR_ONE,
   GPU_FACTOR_SOURCE,
   GPU_FACTOR_ONE_MINUS_SOURCE,
   GPU_FACTOR_TARGET,
   GPU_FACTOR_ONE_MINUS_TARGET,
   GPU_FACTOR_SOURCE_ALPHA,
   GPU_FACTOR_ONE_MINUS_SOURCE_ALPHA,
   GPU_FACTOR_TARGET_ALPHA,
   GPU_FACTOR_ONE_MINUS_TARGET_ALPHA,
   GPU_FACTOR_CONSTANT,
   GPU_FACTOR_ONE_MINUS_CONSTANT,
   GPU_FACTOR_CONSTANT_ALPHA,
   GPU_FACTOR_ONE_MINUS_CONSTANT_ALPHA,
   GPU_FACTOR_SOURCE_ALPHA_SATURATE,
   GPU_FACTOR_SECOND,
   GPU_FACTOR_ONE_MINUS_SECOND,
   GPU_FACTOR_SECOND_ALPHA,
   GPU_FACTOR_ONE_MINUS_SECOND_ALPHA,
   GPU_FACTOR_COUNT
};
enum gpu_blend_op {
   GPU_BLEND_ADD,
   GPU_BLEND_SUBTRACT,
   GPU_BLEND_REVERSE_SUBTRACT,
   GPU_BLEND_MIN,
   GPU_BLEND_MAX,
   GPU_BLEND_OP_COUNT
};

/* Standard sample positions in 1/16 pixel from the pixel's upper left corner; of the 1, 2, 4 and 8 samples
 * from [0], [1], [3], [7] on. */
static const uint8_t gpu_sample_position[15][2] = {
    {8, 8},                                                                   /* 1 */
    {12, 12}, {4, 4},                                                         /* 2 */
    {6, 2},   {14, 6}, {2, 10}, {10, 14},                                     /* 4 */
    {9, 5},   {7, 11}, {13, 9}, {5, 3},   {3, 13}, {1, 7}, {11, 15}, {15, 1}, /* 8 */
};
static inline const uint8_t *gpu_sample_at(uint32_t samples_log2, uint32_t sample)
{
   return gpu_sample_position[(1u << samples_log2) - 1 + sample];
}

/* ---- shader start state (manual, "Wave launch" of the graphics stages) ---- */
enum {
   GPU_SREG_GFX_VERTEX_OFFSET = 16, /* first vertex, or VERTEX_OFFSET of indexed draws */
   GPU_SREG_GFX_FIRST_INSTANCE = 17,
   GPU_SREG_GFX_DRAW_INDEX = 18,
   GPU_SREG_GFX_VIEW_INDEX = 19,
   GPU_SREG_GFX_INPUT_POINTS = 20,  /* vertices of the input primitive: tessellation, geometry */
   GPU_SREG_GFX_OUTPUT_POINTS = 21, /* of patches */
};

#endif
