/* Which decoder a compressed format has. The decoders are fmt_bc.c, fmt_etc.c and fmt_astc.c. */
#include "fmt_block.h"

#include <string.h>

#include "fmt_block_formats.h"
#include "fmt_srgb.h"

float fmt_srgb_to_f32(uint8_t code)
{
   float f;
   memcpy(&f, &fmt_srgb_linear[code], sizeof f);
   return f;
}

bool fmt_decode_block(const fmt_info *info, const void *block, float *out)
{
   unsigned texels = (unsigned)info->block_w_px * info->block_h_px;

   memset(out, 0, 4 * texels * sizeof *out);
   for (unsigned i = 0; i < texels; i++)
      out[4 * i + 3] = 1;
   switch (info->layout) {
   case FMT_BC:
      fmt_bc_decode(info, block, out);
      return true;
   case FMT_ETC2:
      fmt_etc_decode(info, block, out);
      return true;
   case FMT_ASTC:
      fmt_astc_decode(info, block, out);
      return true;
   default:
      memset(out, 0, 4 * sizeof *out);
      return false;
   }
}
