/* The parser of profiles on any text. A profile that is accepted can be given to a device, which opens or says why
 * the host cannot carry it. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>
#include "device.h"
#include "fuzz.h"
#include "profile.h"

#define MAX_INPUT_B 70000u /* the parser's own bound is 64 KiB */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
   setenv("FIGMENT_THREADS", "1", 1);
   return 0;
}

/* Sizes that any host has, so that opening stays fast. */
static int is_small(const emu_profile *p)
{
   return p->vram_B <= UINT64_C(1) << 30 && p->sysmem_B <= UINT64_C(16) << 30 && p->cp_sram_B <= 1u << 20;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
   static int fd = -1;
   static char path[64];
   if (fd < 0) {
      fd = memfd_create("profile", 0);
      fuzz_check(fd >= 0);
      snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
   }
   size = size < MAX_INPUT_B ? size : MAX_INPUT_B;
   fuzz_check(!ftruncate(fd, 0) && pwrite(fd, data, size, 0) == (ssize_t)size);
   emu_profile profile;
   char err[256] = "";
   if (!emu_profile_load(path, &profile, err, sizeof err)) {
      fuzz_check(err[0]);
      return 0;
   }
   fuzz_check(memchr(profile.name, 0, sizeof profile.name) && profile.cores && profile.vram_B);
   if (is_small(&profile)) {
      emu_device *dev;
      emu_open_info info = {.profile = path};
      if (emu_device_open(&info, &dev, err, sizeof err) == EMU_OK)
         emu_device_close(dev);
      else
         fuzz_check(err[0]);
   }
   return 0;
}
