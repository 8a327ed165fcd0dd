/* Jobs of the copy engine on boxes of elements: the dwords of DMA.JOB, of COPY_IMAGE and of FILL_IMAGE.
 * Manual: chapter "Copy engine".
 *
 * Freestanding, like gpu/image.h, whose rule of tiles it shares: a surface here is one level of an image, or
 * a buffer. Whoever writes a job folds level, layer and first slice into the address, so that the engine
 * knows nothing of images.
 */
#ifndef GPU_IMAGE_JOB_H
#define GPU_IMAGE_JOB_H

#include <stdbool.h>
#include <stdint.h>
#include "image.h"

#define GPU_IMAGE_JOB_DW 18u
#define GPU_IMAGE_JOB_UNIT_MAX_B 32u
#define GPU_IMAGE_JOB_TILE_LOG2_MAX 5u

/* A surface:
 * dw0, dw1 va   dw2 [2:0] tile_log2 [13:8] unit_B [20:16] first_B   dw3 [15:0] x [31:16] y   dw4, dw5 row_B
 * dw6, dw7 slice_B A job: dw0..7 destination   dw8 [15:0] width [31:16] height   dw9 [15:0] depth [21:16]
 * bytes [25:24] samples_log2 dw10..17 source, or the pattern of a fill. All other bits are zero. */
typedef struct gpu_job_surface {
   uint64_t va;        /* of element (0, 0) of the first slice */
   uint32_t tile_log2; /* 0..5; 0: linear */
   uint32_t unit_B;    /* bytes of a sample of an element, 1..32; an element is unit_B << samples_log2 */
   uint32_t first_B;   /* of each unit */
   uint32_t x, y;      /* of the box, elements */
   uint64_t row_B;     /* from a row of tiles (tile_log2 0: of elements) to the next */
   uint64_t slice_B;
} gpu_job_surface;

typedef struct gpu_image_job {
   gpu_job_surface dst, src;
   uint32_t width, height, depth; /* elements, 0..65535 each */
   uint32_t bytes;                /* of each unit, from first_B on, 1..32 */
   uint32_t samples_log2;
   uint32_t pattern[8]; /* fill: what each unit gets from first_B on; in the place of src */
} gpu_image_job;

static inline void gpu_job_surface_encode(const gpu_job_surface *s, uint32_t dw[8])
{
   dw[0] = (uint32_t)s->va;
   dw[1] = (uint32_t)(s->va >> 32);
   dw[2] = s->tile_log2 | s->unit_B << 8 | s->first_B << 16;
   dw[3] = s->x | s->y << 16;
   dw[4] = (uint32_t)s->row_B;
   dw[5] = (uint32_t)(s->row_B >> 32);
   dw[6] = (uint32_t)s->slice_B;
   dw[7] = (uint32_t)(s->slice_B >> 32);
}

static inline void gpu_image_job_encode(const gpu_image_job *j, bool fill, uint32_t dw[GPU_IMAGE_JOB_DW])
{
   gpu_job_surface_encode(&j->dst, dw);
   dw[8] = j->width | j->height << 16;
   dw[9] = j->depth | j->bytes << 16 | j->samples_log2 << 24;
   if (!fill)
      gpu_job_surface_encode(&j->src, dw + 10);
   for (unsigned i = 0; fill && i < 8; i++)
      dw[10 + i] = j->pattern[i];
}

static inline bool gpu_job_surface_decode(const uint32_t dw[8], gpu_job_surface *s)
{
   s->va = dw[0] | (uint64_t)dw[1] << 32;
   s->tile_log2 = dw[2] & 7;
   s->unit_B = dw[2] >> 8 & 63;
   s->first_B = dw[2] >> 16 & 31;
   s->x = dw[3] & 0xffff;
   s->y = dw[3] >> 16;
   s->row_B = dw[4] | (uint64_t)dw[5] << 32;
   s->slice_B = dw[6] | (uint64_t)dw[7] << 32;
   return !(dw[2] & ~0x1f3f07u) && s->tile_log2 <= GPU_IMAGE_JOB_TILE_LOG2_MAX && s->unit_B >= 1 &&
          s->unit_B <= GPU_IMAGE_JOB_UNIT_MAX_B;
}

/* False: BAD_DMA. */
static inline bool gpu_image_job_decode(const uint32_t dw[GPU_IMAGE_JOB_DW], bool fill, gpu_image_job *j)
{
   bool ok = gpu_job_surface_decode(dw, &j->dst) && !(dw[9] & ~0x33fffffu);
   j->width = dw[8] & 0xffff;
   j->height = dw[8] >> 16;
   j->depth = dw[9] & 0xffff;
   j->bytes = dw[9] >> 16 & 63;
   j->samples_log2 = dw[9] >> 24 & 3;
   for (unsigned i = 0; i < 8; i++)
      j->pattern[i] = fill ? dw[10 + i] : 0;
   j->src = j->dst;
   if (!fill)
      ok = gpu_job_surface_decode(dw + 10, &j->src) && ok;
   return ok && j->bytes >= 1 && j->dst.first_B + j->bytes <= j->dst.unit_B &&
          j->src.first_B + j->bytes <= j->src.unit_B;
}

/* Address of element (x, y, z) of the box, without first_B; modulo 2^64. */
static inline uint64_t gpu_job_surface_row(const gpu_job_surface *s, uint32_t y, uint32_t z,
                                           uint32_t element_B)
{
   uint32_t n = s->tile_log2, at = s->y + y;
   return s->va + z * s->slice_B + (at >> n) * s->row_B +
          (uint64_t)(gpu_image_spread(at & ((1u << n) - 1)) << 1) * element_B;
}

static inline uint64_t gpu_job_surface_column(const gpu_job_surface *s, uint32_t x, uint32_t element_B)
{
   uint32_t n = s->tile_log2, at = s->x + x;
   return (((uint64_t)(at >> n) << 2 * n) + gpu_image_spread(at & ((1u << n) - 1))) * element_B;
}

#endif
