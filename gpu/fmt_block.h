/* Compressed blocks to texels, and single sRGB codes. Manual: chapter "Formats". */
#ifndef GPU_FMT_BLOCK_H
#define GPU_FMT_BLOCK_H

#include "formats.h"

/* Decode one block of a BC, ETC2 (EAC) or ASTC format: block_w_px x block_h_px texels, row by row, four f32
 * each (red, green, blue, alpha; absent ones 0, 0, 1). Total: any bits give texels. False, and zeros in out's
 * first texel, if the format is not compressed. */
bool fmt_decode_block(const fmt_info *info, const void *block, float *out);

/* f32 of an sRGB code. */
float fmt_srgb_to_f32(uint8_t code);

#endif
