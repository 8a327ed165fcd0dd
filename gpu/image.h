/* Images as a shader sees them: descriptors, and where every texel lies. Manual: chapter "Images".
 *
 * Freestanding: driver, compiler and machine share these rules by calling them. A descriptor that is not
 * well-formed (gpu_image_decode says false) acts as the null descriptor, all zeros.
 */
#ifndef GPU_IMAGE_H
#define GPU_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#define GPU_IMAGE_DESC_DW 8u
#define GPU_SAMPLER_DESC_DW 8u
#define GPU_IMAGE_ALIGN_B 256u /* of base addresses, levels of tiled images and layer strides */
#define GPU_IMAGE_LEVELS_MAX 16u
#define GPU_IMAGE_ANISOTROPY_MAX 16u
#define GPU_TEXEL_FRACTION_BITS 8u /* of filter weights and of the level of detail */

/* Same numbers in descriptors and in the DIM field of image instructions. */
enum gpu_dim {
   GPU_DIM_NONE,
   GPU_DIM_1D,
   GPU_DIM_2D,
   GPU_DIM_3D,
   GPU_DIM_CUBE,
   GPU_DIM_1D_ARRAY,
   GPU_DIM_2D_ARRAY,
   GPU_DIM_CUBE_ARRAY,
   GPU_DIM_BUFFER,
   GPU_DIM_COUNT
};

enum gpu_tiling { GPU_TILING_TILED, GPU_TILING_LINEAR };

enum gpu_swizzle { GPU_SWIZZLE_R, GPU_SWIZZLE_G, GPU_SWIZZLE_B, GPU_SWIZZLE_A, GPU_SWIZZLE_0, GPU_SWIZZLE_1 };

/* ---- image descriptor ---------------------------------------------------------------------------
 * dw0 [31:0]  va [39:8]
 * dw1 [7:0]   va [47:40]   [17:8] format   [21:18] dim   [22] tiling   [25:23] log2 of samples
 *     [26]    stencil: the stencil aspect of a DEPTH format   [31:27] zero
 * dw2 [15:0]  width - 1   [31:16] height - 1, texels of level 0   (BUFFER: [31:0] number of texels)
 * dw3 [13:0]  3D: depth of level 0 - 1, others: layers of the view - 1 (cubes: faces)   [27:14] base layer
 *     [31:28] zero
 * dw4 [3:0]   base level   [7:4] levels of the view - 1   [10:8] [13:11] [16:14] [19:17] swizzle of R G B A
 *     [31:20] zero
 * dw5 linear: row pitch in bytes, of a row of blocks   BUFFER: bytes to add to va   else zero
 * dw6 linear 3D: bytes from slice to slice   else zero
 * dw7 bytes from layer to layer / 256   (BUFFER: zero)
 */
typedef struct gpu_image {
   uint64_t va; /* 256 B aligned, of level 0 of layer 0 */
   uint32_t format;
   enum gpu_dim dim;
   enum gpu_tiling tiling;
   uint32_t samples_log2; /* 0..3; more than 0 only for 2D and 2D_ARRAY with one level */
   bool stencil;
   uint32_t width, height, depth; /* texels of level 0; depth 1 unless 3D */
   uint32_t base_layer, layers;   /* layers 1 if 3D, 6 n for cubes */
   uint32_t base_level, levels;
   enum gpu_swizzle swizzle[4];
   uint32_t row_pitch_B, slice_pitch_B;
   uint64_t layer_stride_B;
   uint32_t elements, offset_B; /* BUFFER */
} gpu_image;

static inline bool gpu_dim_is_cube(enum gpu_dim dim)
{
   return dim == GPU_DIM_CUBE || dim == GPU_DIM_CUBE_ARRAY;
}

static inline bool gpu_dim_is_array(enum gpu_dim dim)
{
   return dim >= GPU_DIM_1D_ARRAY && dim <= GPU_DIM_CUBE_ARRAY;
}

/* Fields of other dimensions and tilings are written as zero. */
static inline void gpu_image_encode(const gpu_image *i, uint32_t dw[GPU_IMAGE_DESC_DW])
{
   bool buffer = i->dim == GPU_DIM_BUFFER, linear = i->tiling == GPU_TILING_LINEAR && !buffer;
   uint32_t third = i->dim == GPU_DIM_3D ? i->depth : i->layers;

   dw[0] = (uint32_t)(i->va >> 8);
   dw[1] = (uint32_t)(i->va >> 40 & 0xff) | i->format << 8 | (uint32_t)i->dim << 18 |
           (uint32_t)linear << 22 | (buffer ? 0 : i->samples_log2 << 23) | (uint32_t)i->stencil << 26;
   dw[2] = buffer ? i->elements : (i->width - 1) | (i->height - 1) << 16;
   dw[3] = buffer ? 0 : (third - 1) | i->base_layer << 14;
   dw[4] = buffer ? 0 : i->base_level | (i->levels - 1) << 4;
   for (unsigned c = 0; c < 4; c++)
      dw[4] |= (uint32_t)i->swizzle[c] << (8 + 3 * c);
   dw[5] = buffer ? i->offset_B : linear ? i->row_pitch_B : 0;
   dw[6] = linear && i->dim == GPU_DIM_3D ? i->slice_pitch_B : 0;
   dw[7] = buffer ? 0 : (uint32_t)(i->layer_stride_B / GPU_IMAGE_ALIGN_B);
}

static inline bool gpu_image_fields_ok(const gpu_image *i)
{
   if (i->dim == GPU_DIM_NONE || i->dim >= GPU_DIM_COUNT || i->format == 0 || i->samples_log2 > 3)
      return false;
   for (unsigned c = 0; c < 4; c++)
      if (i->swizzle[c] > GPU_SWIZZLE_1)
         return false;
   if (gpu_dim_is_cube(i->dim) && (i->layers % 6 || i->width != i->height))
      return false;
   if ((i->dim == GPU_DIM_1D || i->dim == GPU_DIM_1D_ARRAY) && i->height != 1)
      return false;
   if (i->samples_log2 && ((i->dim != GPU_DIM_2D && i->dim != GPU_DIM_2D_ARRAY) || i->base_level || i->levels > 1))
      return false;
   if (i->tiling == GPU_TILING_LINEAR && (i->base_level || i->levels > 1))
      return false;
   return i->base_level + i->levels <= GPU_IMAGE_LEVELS_MAX && (i->dim != GPU_DIM_3D || !i->base_layer);
}

/* False: null descriptor, or one that counts as null. Whether the format exists is the caller's question. */
static inline bool gpu_image_decode(const uint32_t dw[GPU_IMAGE_DESC_DW], gpu_image *i)
{
   i->va = (uint64_t)dw[0] << 8 | (uint64_t)(dw[1] & 0xff) << 40;
   i->format = dw[1] >> 8 & 0x3ff;
   i->dim = (enum gpu_dim)(dw[1] >> 18 & 15);
   i->tiling = (enum gpu_tiling)(dw[1] >> 22 & 1);
   i->samples_log2 = dw[1] >> 23 & 7;
   i->stencil = dw[1] >> 26 & 1;
   bool buffer = i->dim == GPU_DIM_BUFFER, is_3d = i->dim == GPU_DIM_3D;
   uint32_t third = (dw[3] & 0x3fff) + 1;
   i->elements = buffer ? dw[2] : 0;
   i->offset_B = buffer ? dw[5] : 0;
   i->width = buffer ? 1 : (dw[2] & 0xffff) + 1;
   i->height = buffer ? 1 : (dw[2] >> 16) + 1;
   i->depth = is_3d ? third : 1;
   i->layers = is_3d ? 1 : third;
   i->base_layer = dw[3] >> 14 & 0x3fff;
   i->base_level = dw[4] & 15;
   i->levels = (dw[4] >> 4 & 15) + 1;
   for (unsigned c = 0; c < 4; c++)
      i->swizzle[c] = (enum gpu_swizzle)(dw[4] >> (8 + 3 * c) & 7);
   i->row_pitch_B = buffer ? 0 : dw[5];
   i->slice_pitch_B = dw[6];
   i->layer_stride_B = (uint64_t)dw[7] * GPU_IMAGE_ALIGN_B;
   return !(dw[1] >> 27) && !(dw[3] >> 28) && !(dw[4] >> 20) && gpu_image_fields_ok(i);
}

/* ---- sampler descriptor ---------------------------------------------------------------------------
 * dw0 [0] mag linear   [1] min linear   [2] linear between levels   [5:3] [8:6] [11:9] address mode of u v w
 *     [14:12] compare function   [15] unnormalised coordinates   [17:16] reduction   [18] cubes not seamless
 *     [23:19] greatest anisotropy, 0 and 1: none   [31:24] zero
 * dw1 bias, dw2 least, dw3 greatest level of detail, f32   dw4..7 border colour R G B A: f32 or integers
 * A sampler with bits or values that are not defined acts as if they were zero (anisotropy: as 16).
 */
enum gpu_address_mode {
   GPU_ADDRESS_REPEAT,
   GPU_ADDRESS_MIRROR,
   GPU_ADDRESS_CLAMP,
   GPU_ADDRESS_BORDER,
   GPU_ADDRESS_MIRROR_CLAMP,
};
enum gpu_compare { /* reference OP texel */
   GPU_COMPARE_NEVER,
   GPU_COMPARE_LESS,
   GPU_COMPARE_EQUAL,
   GPU_COMPARE_LESS_EQUAL,
   GPU_COMPARE_GREATER,
   GPU_COMPARE_NOT_EQUAL,
   GPU_COMPARE_GREATER_EQUAL,
   GPU_COMPARE_ALWAYS,
};
enum gpu_reduction { GPU_REDUCE_AVERAGE, GPU_REDUCE_MIN, GPU_REDUCE_MAX };

typedef struct gpu_sampler {
   bool mag_linear, min_linear, mip_linear, unnormalised, not_seamless;
   enum gpu_address_mode address[3];
   enum gpu_compare compare;
   enum gpu_reduction reduction;
   uint32_t anisotropy;
   uint32_t bias, min_lod, max_lod; /* bits of f32 */
   uint32_t border[4];
} gpu_sampler;

static inline void gpu_sampler_encode(const gpu_sampler *s, uint32_t dw[GPU_SAMPLER_DESC_DW])
{
   dw[0] = (uint32_t)s->mag_linear | (uint32_t)s->min_linear << 1 | (uint32_t)s->mip_linear << 2 |
           (uint32_t)s->address[0] << 3 | (uint32_t)s->address[1] << 6 | (uint32_t)s->address[2] << 9 |
           (uint32_t)s->compare << 12 | (uint32_t)s->unnormalised << 15 | (uint32_t)s->reduction << 16 |
           (uint32_t)s->not_seamless << 18 | (s->anisotropy & 31) << 19;
   dw[1] = s->bias;
   dw[2] = s->min_lod;
   dw[3] = s->max_lod;
   for (unsigned c = 0; c < 4; c++)
      dw[4 + c] = s->border[c];
}

static inline void gpu_sampler_decode(const uint32_t dw[GPU_SAMPLER_DESC_DW], gpu_sampler *s)
{
   s->mag_linear = dw[0] & 1;
   s->min_linear = dw[0] >> 1 & 1;
   s->mip_linear = dw[0] >> 2 & 1;
   for (unsigned k = 0; k < 3; k++) {
      uint32_t mode = dw[0] >> (3 + 3 * k) & 7;
      s->address[k] = mode > GPU_ADDRESS_MIRROR_CLAMP ? GPU_ADDRESS_REPEAT : (enum gpu_address_mode)mode;
   }
   s->compare = (enum gpu_compare)(dw[0] >> 12 & 7);
   s->unnormalised = dw[0] >> 15 & 1;
   uint32_t reduction = dw[0] >> 16 & 3, anisotropy = dw[0] >> 19 & 31;
   s->reduction = reduction > GPU_REDUCE_MAX ? GPU_REDUCE_AVERAGE : (enum gpu_reduction)reduction;
   s->not_seamless = dw[0] >> 18 & 1;
   s->anisotropy = anisotropy > GPU_IMAGE_ANISOTROPY_MAX ? GPU_IMAGE_ANISOTROPY_MAX : anisotropy;
   s->bias = dw[1];
   s->min_lod = dw[2];
   s->max_lod = dw[3];
   for (unsigned c = 0; c < 4; c++)
      s->border[c] = dw[4 + c];
}

/* ---- where texels lie -------------------------------------------------------------------------------
 * The element is a block of the format with all its samples. One layer holds its levels one after the other,
 * level 0 first; one level holds its slices one after the other; levels and slices begin at multiples of 256 bytes; a
 * slice is rows of square tiles, whose elements are in Morton order. Side of the tiles: 32 elements where the
 * level is more than 16 elements wide and high, else 4; 1D images have no tiles. Linear: one level, pitches
 * from the descriptor.
 */
typedef struct gpu_image_shape {
   enum gpu_tiling tiling;
   bool is_1d;
   uint32_t element_B; /* block_B << samples_log2 */
   uint32_t block_w_px, block_h_px;
   uint32_t width, height, depth; /* texels of level 0; depth 1 unless 3D */
   uint32_t row_pitch_B, slice_pitch_B; /* linear */
} gpu_image_shape;

typedef struct gpu_image_level {
   uint64_t offset_B;                          /* from the layer's start */
   uint32_t width_px, height_px, depth;        /* texels */
   uint32_t width_el, height_el;               /* elements */
   uint32_t tile_log2;                         /* side of a tile; 0: none */
   uint32_t element_B;
   uint64_t row_B;                             /* from one row of tiles (of elements) to the next */
   uint64_t slice_B;
   uint64_t size_B;                            /* multiple of 256; linear: exact */
} gpu_image_level;

static inline uint32_t gpu_image_minify(uint32_t size, uint32_t level)
{
   uint32_t s = level < 32 ? size >> level : 0;
   return s ? s : 1;
}

static inline uint64_t gpu_image_align(uint64_t x, uint64_t to)
{
   return (x + to - 1) / to * to;
}

/* Level `level` given where it begins. */
static inline void gpu_image_level_at(const gpu_image_shape *s, uint32_t level, uint64_t offset_B, gpu_image_level *l)
{
   l->offset_B = offset_B;
   l->width_px = gpu_image_minify(s->width, level);
   l->height_px = gpu_image_minify(s->height, level);
   l->depth = gpu_image_minify(s->depth, level);
   l->width_el = (l->width_px + s->block_w_px - 1) / s->block_w_px;
   l->height_el = (l->height_px + s->block_h_px - 1) / s->block_h_px;
   l->element_B = s->element_B;
   l->tile_log2 = 0;
   if (s->tiling == GPU_TILING_LINEAR) {
      l->row_B = s->row_pitch_B;
      l->slice_B = s->depth > 1 ? s->slice_pitch_B : l->row_B * l->height_el;
      l->size_B = l->slice_B * (l->depth - 1) + l->row_B * (l->height_el - 1) + (uint64_t)l->width_el * s->element_B;
      return;
   }
   if (!s->is_1d)
      l->tile_log2 = l->width_el > 16 && l->height_el > 16 ? 5 : 2;
   uint64_t side = UINT64_C(1) << l->tile_log2;
   uint64_t tiles_w = (l->width_el + side - 1) >> l->tile_log2, tiles_h = (l->height_el + side - 1) >> l->tile_log2;
   l->row_B = tiles_w * side * side * s->element_B;
   l->slice_B = gpu_image_align(l->row_B * tiles_h, GPU_IMAGE_ALIGN_B); /* so that a slice can be seen as a 2D image */
   l->size_B = l->slice_B * l->depth;
}

static inline void gpu_image_level_of(const gpu_image_shape *s, uint32_t level, gpu_image_level *l)
{
   gpu_image_level_at(s, 0, 0, l);
   for (uint32_t i = 1; i <= level && i < GPU_IMAGE_LEVELS_MAX; i++)
      gpu_image_level_at(s, i, l->offset_B + l->size_B, l);
}

/* Bytes of one layer of `levels` levels; multiple of 256 if tiled. The least layer stride is this, rounded up to 256. */
static inline uint64_t gpu_image_layer_B(const gpu_image_shape *s, uint32_t levels)
{
   gpu_image_level l;
   gpu_image_level_of(s, levels ? levels - 1 : 0, &l);
   return l.offset_B + l.size_B;
}

static inline uint32_t gpu_image_spread(uint32_t x) /* 5 bits to the even ones of 10 */
{
   x = (x | x << 4) & 0x10f;
   x = (x | x << 2) & 0x133;
   return (x | x << 1) & 0x155;
}

/* Byte offset of element (x, y, z), x < width_el and so on, from the layer's start. */
static inline uint64_t gpu_image_element_offset(const gpu_image_level *l, uint32_t x, uint32_t y, uint32_t z)
{
   uint32_t mask = (1u << l->tile_log2) - 1, n = l->tile_log2;
   uint64_t in_row = ((uint64_t)(x >> n) << 2 * n) + (gpu_image_spread(x & mask) | gpu_image_spread(y & mask) << 1);
   return l->offset_B + z * l->slice_B + (y >> n) * l->row_B + in_row * l->element_B;
}

#endif
