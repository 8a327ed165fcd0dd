/* The decoders behind fmt_decode_block, one per family. Private to gpu/. `out` holds 0, 0, 0, 1 in every texel
 * when they are called. */
#ifndef GPU_FMT_BLOCK_FORMATS_H
#define GPU_FMT_BLOCK_FORMATS_H

#include "fmt_block.h"

void fmt_bc_decode(const fmt_info *info, const uint8_t *block, float *out);
void fmt_etc_decode(const fmt_info *info, const uint8_t *block, float *out);
void fmt_astc_decode(const fmt_info *info, const uint8_t *block, float *out);

#endif
