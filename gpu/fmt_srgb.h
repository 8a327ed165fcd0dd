/* Tables of the sRGB curve. Private to gpu/. */
#ifndef GPU_FMT_SRGB_H
#define GPU_FMT_SRGB_H

#include <stdint.h>

extern const uint32_t fmt_srgb_linear[256];
extern const uint32_t fmt_srgb_threshold[255];

#endif
