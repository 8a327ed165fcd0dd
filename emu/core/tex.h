/* What the parts of the texture unit share (tex_*.c): one image instruction's descriptors, decoded once because
 * they are the same for all lanes, and texels as four registers. Rules: manual, chapter "Images". */
#ifndef EMU_CORE_TEX_H
#define EMU_CORE_TEX_H

#include "arith_f32.h"
#include "core.h"
#include "formats.h"
#include "image.h"
#include "tex_view.h"

#define TEX_BLOCK_TEXELS_MAX 144u
#define TEX_BLOCKS 4u
#define TEX_ONE 0x3f800000u

typedef union tex_texel {
   uint32_t u[4];
   float f[4];
} tex_texel;

/* Kinds of texel that have code of their own. */
enum tex_kind {
   TEX_GENERIC,
   TEX_UNORM8,  /* 1..4 components of 8 bits, in order */
   TEX_BGRA8,   /* UNORM */
   TEX_SRGB8,   /* R8G8B8A8 */
   TEX_SRGB8_BGR, /* B8G8R8A8 */
   TEX_RAW32,   /* 1..4 components of 32 bits, any type */
   TEX_FLOAT16, /* 1..4 components */
   TEX_WIDE,    /* 64-bit components */
   TEX_DEPTH,
   TEX_STENCIL,
   TEX_BLOCK, /* compressed */
};

typedef struct tex_block {
   uint64_t va; /* all ones: empty */
   tex_texel texel[TEX_BLOCK_TEXELS_MAX];
} tex_block;

/* What a host thread keeps: views (tex_view.c), and blocks by their bytes (tex_memory.c): what a block decodes to depends on
 * nothing else, so entries never get stale. */
#define TEX_CACHE_ENTRIES 64u
#define TEX_BLOCK_B 16u
struct emu_tex_cache {
   tex_view view[TEX_VIEWS];
   unsigned next_view;
   struct {
      uint32_t format; /* 0: empty */
      uint8_t bytes[TEX_BLOCK_B];
      tex_texel texel[TEX_BLOCK_TEXELS_MAX];
   } entry[TEX_CACHE_ENTRIES];
};

/* One image instruction. */
typedef struct tex_unit {
   emu_core_ctx *x;
   const emu_uop *u;
   emu_wave *w;
   isa_img inst;
   unsigned lane; /* at work; faults are its */
   bool traced;   /* texels are put down as lines */
   uint8_t steps[ISA_WAVE_LANES / 4]; /* filter steps of each quad, for the timing model */
   bool null;
   gpu_image image;
   const fmt_info *format;
   enum tex_kind kind;
   bool integer; /* UINT, SINT, stencil, 64 bits: not filtered */
   uint32_t one; /* the number 1 of this format */
   gpu_image_shape shape;
   uint32_t levels_known; /* of level[], from the image's level 0 up */
   gpu_image_level level[GPU_IMAGE_LEVELS_MAX];
   gpu_sampler sampler;
   tex_texel border;
   tex_block block[TEX_BLOCKS];
} tex_unit;

/* Rows of the image address, in its order; NULL where the instruction has no such part. */
typedef struct tex_address {
   const uint32_t (*coord)[ISA_WAVE_LANES];
   unsigned coords;
   const uint32_t *layer, *sample, *offset, *reference;
   const uint32_t (*lod)[ISA_WAVE_LANES]; /* level, bias or gradients */
} tex_address;
tex_address tex_address_of(const tex_unit *t);

/* The lane at work takes so many passes of the filter; a quad as many as the lane that takes most. */
static inline void tex_take_steps(tex_unit *t, unsigned steps)
{
   uint8_t *q = &t->steps[t->lane / 4];
   *q = steps > *q ? (uint8_t)steps : *q;
}
/* Passes that a quad's texels of `bytes` cost: the filter takes four texels of 4 bytes at a time. */
static inline unsigned tex_steps_of_bytes(unsigned bytes)
{
   return bytes <= 4 ? 1 : bytes <= 8 ? 2 : 4;
}

/* Place of a texel, relative to the view. */
typedef struct tex_place {
   uint32_t x, y, z, layer, level, sample;
} tex_place;

/* ---- tex_memory.c ---------------------------------------------------------------------------------- */
const gpu_image_level *tex_level(tex_unit *t, uint32_t level);
/* VA of the element that holds a texel of the view; p must be inside. */
uint64_t tex_va(tex_unit *t, const tex_place *p);
/* Texel at p, before the swizzle. False: fault, recorded for t->lane. */
bool tex_read(tex_unit *t, const tex_place *p, tex_texel *out);
/* Replace it; compressed formats are left alone. */
bool tex_write(tex_unit *t, const tex_place *p, const tex_texel *value);

/* One 64-bit atomic at va; the second and third value as `op` needs them. */
bool tex_atomic64(tex_unit *t, uint64_t va, enum emu_atomic op, uint64_t c, uint64_t c2, uint64_t *old);

/* ---- tex_format.c ---------------------------------------------------------------------------------- */
enum tex_kind tex_kind_of(const fmt_info *format, bool stencil);
void tex_decode(const tex_unit *t, const uint8_t *memory, tex_texel *out);
void tex_encode(const tex_unit *t, const tex_texel *value, uint8_t *memory);
/* The texel of an access that is out of range. */
void tex_zero(const tex_unit *t, tex_texel *out);
void tex_swizzle(const tex_unit *t, tex_texel *texel);
/* Sampler's border colour with the format's absent components filled in. */
void tex_border(tex_unit *t);

/* ---- tex_lod.c ------------------------------------------------------------------------------------- */
/* Direction of a cube's coordinates on its face. */
typedef struct tex_cube {
   unsigned face;
   double s, t;
} tex_cube;
tex_cube tex_cube_of(const float v[3]);
/* A texel next to a face: sc and tc of `place` may be one outside in one direction. */
void tex_cube_wrap(unsigned *face, int32_t *x, int32_t *y, int32_t size);

typedef struct tex_lod {
   float lambda;            /* before the sampler's clamp */
   float clamped;
   uint32_t fixed;          /* clamped to the view, 8 fraction bits */
   unsigned points;         /* anisotropic, 1 without */
   double step[3];          /* from the first to the last point and beyond, normalised coordinates */
} tex_lod;
tex_lod tex_lod_of(const tex_unit *t, const tex_address *a, unsigned lane);

/* ---- tex_sample.c ---------------------------------------------------------------------------------- */
/* One lane of img_sample and img_gather. False: fault. */
bool tex_sample(tex_unit *t, const tex_address *a, tex_texel *out);
bool tex_gather(tex_unit *t, const tex_address *a, tex_texel *out);

#endif
