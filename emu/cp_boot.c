/* Boot ROM of the command processor: checks the firmware image in VRAM and loads it. Every field of the header is
 * data from outside; nothing is copied before it has been checked. Manual: chapter "Boot".
 */
#include <string.h>
#include "cp.h"
#include "settings.h"

/* Copy physical memory; false where nothing is behind it. */
static bool read_pa(emu_device *dev, uint64_t pa, void *dst, uint64_t size_B)
{
   for (uint8_t *out = dst; size_B > 0;) {
      uint64_t avail;
      const void *host = emu_pa_host(dev, pa, &avail);
      if (!host || !avail)
         return false;
      uint64_t n = avail < size_B ? avail : size_B;
      memcpy(out, host, n);
      out += n;
      pa += n;
      size_B -= n;
   }
   return true;
}

static uint32_t crc32_of(const uint8_t *p, uint32_t size_B)
{
   uint32_t crc = ~0u;
   for (uint32_t i = 0; i < size_B; i++) {
      crc ^= p[i];
      for (int bit = 0; bit < 8; bit++)
         crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1)));
   }
   return ~crc;
}

static const char *header_error(const emu_cp *cp, const struct gpu_fw_header *h, uint32_t size_B)
{
   if (h->magic != GPU_FW_MAGIC)
      return "bad magic";
   if (h->abi != GPU_ABI_VERSION)
      return "other ABI version";
   if (h->bytes == 0 || h->bytes > cp->core.sram_B || h->bytes > size_B - sizeof *h)
      return "bad size";
   if (h->entry & 1 || h->entry >= h->bytes)
      return "bad entry";
   return NULL;
}

static const char *load(emu_cp *cp)
{
   struct gpu_fw_header h;
   uint64_t pa = atomic_load(&cp->fw_lo) | (uint64_t)atomic_load(&cp->fw_hi) << 32;
   uint32_t size_B = atomic_load(&cp->fw_size);
   memset(cp->core.sram, 0, cp->core.sram_B);
   if (pa % 4 || pa >= cp->dev->profile.vram_B || size_B > cp->dev->profile.vram_B - pa)
      return "image outside VRAM";
   if (size_B < sizeof h || !read_pa(cp->dev, pa, &h, sizeof h))
      return "no image";
   const char *error = header_error(cp, &h, size_B);
   if (error)
      return error;
   if (!read_pa(cp->dev, pa + sizeof h, cp->core.sram, h.bytes))
      return "image outside VRAM";
   if (crc32_of(cp->core.sram, h.bytes) != h.crc)
      return "bad checksum";
   rv32_reset(&cp->core, h.entry);
   return NULL;
}

bool cp_boot(emu_cp *cp)
{
   cp_local_reset(cp);
   emu_agent_enter(cp->agent);
   const char *error = load(cp);
   emu_agent_leave(cp->agent);
   emu_debug(cp->dev, CP, "boot: %s", error ? error : "image accepted");
   return !error;
}
