/* The tables' text side. The first byte chooses: 0 assembler (and what it accepts is printed and assembled again to the
 * same bits), 1 disassembler of any words (what decodes survives print and assemble), 2 packet printer and checker. */
#include "fuzz.h"
#include "isa.h"
#include "packets.h"

#define MAX_INPUT_B 8192u

/* The printed form of one instruction assembles to the same words. */
static void check_text(const uint64_t *words, unsigned used, const isa_inst *inst)
{
   char line[256], source[400], err[256];
   int n = isa_print(inst, 0, line, sizeof line);
   fuzz_check(n > 0 && n < (int)sizeof line);
   snprintf(source, sizeof source, "%s\n", line);
   size_t count;
   uint64_t *again = isa_assemble(source, &count, err, sizeof err);
   if (!again)
      fprintf(stderr, "%s\n%s\n", line, err);
   fuzz_check(again && count == used && !memcmp(again, words, used * 8));
   free(again);
}

static void check_words(const uint64_t *words, size_t count)
{
   for (size_t i = 0; i < count;) {
      isa_inst inst;
      unsigned used = 0;
      isa_error e = isa_decode(words + i, count - i, &inst, &used);
      fuzz_check((used == 1 || used == 2) && used <= count - i);
      if (e == ISA_OK) {
         uint64_t again[2];
         unsigned n;
         fuzz_check(isa_encode(&inst, again, &n) == ISA_OK && n == used && !memcmp(again, words + i, n * 8));
         check_text(words + i, used, &inst);
      } else {
         char text[64];
         fuzz_check(used == 1 && isa_error_text(e)[0]);
         isa_print(&inst, (uint32_t)i, text, sizeof text);
      }
      i += used;
   }
}

static void assemble(const uint8_t *data, size_t size)
{
   char *text = malloc(size + 1), err[128] = "";
   size_t count = 0;
   fuzz_check(text);
   memcpy(text, data, size);
   text[size] = 0;
   uint64_t *words = isa_assemble(text, &count, err, sizeof err);
   fuzz_check(words || err[0]);
   if (words)
      check_words(words, count);
   free(words);
   free(text);
}

static void count_line(void *ctx, const char *line)
{
   *(size_t *)ctx += strlen(line);
}

static void packets(const uint8_t *data, size_t size)
{
   size_t n = size / 4, length = 0, walked = 0, bad = 0;
   uint32_t *dw = malloc(n ? n * 4 : 1);
   fuzz_check(dw);
   memcpy(dw, data, n * 4);
   size_t said = pkt_print(dw, n, count_line, &length);
   while (walked < n) {
      size_t used = 0;
      bad += pkt_check(dw + walked, n - walked, &used, NULL) != PKT_OK;
      fuzz_check(used >= 1 && used <= n - walked);
      walked += used;
   }
   fuzz_check(said == bad);
   free(dw);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
   return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
   if (!size)
      return 0;
   size = size - 1 < MAX_INPUT_B ? size - 1 : MAX_INPUT_B;
   if (data[0] % 3 == 0) {
      assemble(data + 1, size);
   } else if (data[0] % 3 == 1) {
      uint64_t *words = malloc(size / 8 ? size / 8 * 8 : 1);
      fuzz_check(words);
      memcpy(words, data + 1, size / 8 * 8);
      check_words(words, size / 8);
      free(words);
   } else {
      packets(data + 1, size);
   }
   return 0;
}
