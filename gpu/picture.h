/* What a section shows: a note in its trailer, by which a viewer finds the picture in it without being told
 * where and how large. Written by the exporting driver; a viewer believes nothing of it that does not fit the
 * section. Manual: chapter "Section port". */
#ifndef GPU_PICTURE_H
#define GPU_PICTURE_H

#include <stdint.h>

#define GPU_PICTURE_MAGIC UINT64_C(0x3154434950574746) /* "FGWPICT1" */
#define GPU_PICTURE_AT_B 2048u                         /* of the trailer */

enum gpu_picture_kind {
   GPU_PICTURE_IMAGE = 1, /* the image last bound to exported memory: its first level and layer */
   GPU_PICTURE_FRAME = 2, /* what a swapchain gives the window system */
};

struct gpu_picture {
   uint64_t magic; /* written last */
   uint32_t kind;
   uint32_t format; /* number of formats.def */
   uint32_t width, height;
   uint32_t tiling;      /* enum gpu_tiling of image.h */
   uint32_t row_pitch_B; /* linear */
   uint64_t offset_B;    /* of the first texel, or tile */
   uint64_t shown_ns;    /* FRAME: when it was last shown, by a clock that all frames of the machine share; 0: not yet */
};
_Static_assert(sizeof(struct gpu_picture) == 48, "layout shared between processes");

#endif
