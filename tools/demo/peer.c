/* The second process of the demo. It has no Vulkan in it: it maps a section object that somebody
 * gave it, saves what it sees as a PNG, sends the bytes back and writes a stamp into them.
 */
#include "peer.h"
#include "link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STB_IMAGE_WRITE_IMPLEMENTATION
#include "stb/stb_image_write.h"

static const char usage[] =
   "usage: figment-peer (--socket FD | --handle VALUE | --name NAME) --size BYTES\n"
   "                    --width PX --height PX --png FILE\n"
   "                    [--stamp-first WORD --stamp-words COUNT --stamp-seed N]\n"
   "Maps a shared memory section, saves it as an RGBA PNG, sends its bytes to the process that started\n"
   "it and then overwrites COUNT words. Started by figment-demo.\n";

int main(int argc, char **argv)
{
   peer_source src = {0};
   uint64_t size_B = 0;
   uint32_t width = 0, height = 0;
   demo_stamp stamp = {0};
   const char *png = NULL;
   for (int i = 1; i < argc; i += 2) {
      const char *key = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
      if (!value) {
         fputs(usage, strcmp(key, "--help") ? stderr : stdout);
         return strcmp(key, "--help") ? 2 : 0;
      }
      if (!strcmp(key, "--socket"))
         src.socket = value;
      else if (!strcmp(key, "--handle"))
         src.handle = value;
      else if (!strcmp(key, "--name"))
         src.name = value;
      else if (!strcmp(key, "--size"))
         size_B = strtoull(value, NULL, 10);
      else if (!strcmp(key, "--width"))
         width = (uint32_t)strtoul(value, NULL, 10);
      else if (!strcmp(key, "--height"))
         height = (uint32_t)strtoul(value, NULL, 10);
      else if (!strcmp(key, "--png"))
         png = value;
      else if (!strcmp(key, "--stamp-first"))
         stamp.first_word = (uint32_t)strtoul(value, NULL, 10);
      else if (!strcmp(key, "--stamp-words"))
         stamp.words = (uint32_t)strtoul(value, NULL, 10);
      else if (!strcmp(key, "--stamp-seed"))
         stamp.seed = (uint32_t)strtoul(value, NULL, 10);
      else {
         fprintf(stderr, "figment-peer: unknown option %s\n%s", key, usage);
         return 2;
      }
   }
   bool picture_fits = (uint64_t)width * height * 4 <= size_B && width && height;
   bool stamp_fits = ((uint64_t)stamp.first_word + stamp.words) * 4 <= size_B;
   if (!png || !picture_fits || !stamp_fits || !!src.socket + !!src.handle + !!src.name != 1) {
      fputs(usage, stderr);
      return 2;
   }

   uint8_t *bytes = peer_map(&src, size_B);
   if (!bytes)
      return 1;
   if (!stbi_write_png(png, (int)width, (int)height, 4, bytes, (int)width * 4)) {
      fprintf(stderr, "figment-peer: cannot write %s\n", png);
      return 1;
   }
   if (!peer_send(bytes, size_B))
      return 1;
   volatile uint32_t *words = (volatile uint32_t *)(void *)bytes + stamp.first_word;
   for (uint32_t i = 0; i < stamp.words; i++)
      words[i] = demo_stamp_word(stamp.seed, i);
   return peer_send("S", 1) ? 0 : 1;
}
