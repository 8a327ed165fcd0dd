/* Runs the compute programs of glsl/ through the Vulkan loader and compares each result with the hash in expected.txt, which stands
 * for the very bits, and with what the host computes for itself (programs_reference.c). Builds of a FLOAT program that
 * an optimizer has rewritten are compared with the plain build, within a tolerance. See usage below. */
#include "programs.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

const struct prog prog_table[] = {
#define PROGRAM(name, x, y, z, kind) {#name, {x, y, z}, kind},
#include "programs.def"
};
const size_t prog_count = sizeof prog_table / sizeof *prog_table;

static const char usage[] =
   "usage: programs --spirv DIR [--plain DIR] [--expected FILE | --write FILE] [--save DIR | --compare DIR] [NAME...]\n"
   "  --spirv DIR      run DIR/NAME.spv\n"
   "  --plain DIR      DIR/NAME.spv is the build as the front end made it: FLOAT programs are compared with it, not with hashes\n"
   "  --expected FILE  hashes to compare with; --write makes the file\n"
   "  --save DIR       leave results in DIR/NAME.bin; --compare compares with such files, made by another driver, say\n"
   "example, two drivers:\n"
   "  VK_DRIVER_FILES=other.json programs --spirv build/tests/programs/plain --save /tmp/other\n"
   "  programs --spirv build/tests/programs/plain --compare /tmp/other\n";

static struct {
   const char *spirv, *plain, *expected, *write, *save, *compare;
} options;

static uint32_t random_dw[RESULT_DW];

uint32_t prog_random(uint32_t i) { return random_dw[i]; }

static void make_random(void)
{
   uint32_t s = 12345;
   for (uint32_t i = 0; i < RESULT_DW; i++) {
      s = s * 747796405u + 2891336453u;
      uint32_t w = ((s >> ((s >> 28) + 4)) ^ s) * 277803737u;
      random_dw[i] = w >> 22 ^ w;
   }
}

static bool close_enough(uint32_t a, uint32_t b)
{
   float x, y;
   memcpy(&x, &a, 4);
   memcpy(&y, &b, 4);
   return a == b || (isnan(x) && isnan(y)) || fabsf(x - y) <= 2e-5f + 2e-4f * fmaxf(fabsf(x), fabsf(y)) ||
          (a - b + 1 <= 2); /* integers of FLOAT programs: packed or rounded ones may be off by one */
}

/* Number of dwords that differ; says where the first ones do. */
static uint32_t difference(const struct prog *p, const uint32_t *got, const uint32_t *want)
{
   uint32_t wrong = 0;
   for (uint32_t i = 0; i < RESULT_DW; i++)
      if (p->kind == EXACT ? got[i] != want[i] : !close_enough(got[i], want[i])) {
         float x, y;
         memcpy(&x, &got[i], 4);
         memcpy(&y, &want[i], 4);
         if (wrong++ < 4)
            printf("%s: dword %u is 0x%08x (%.9g), not 0x%08x (%.9g)\n", p->name, i, got[i], (double)x, want[i], (double)y);
      }
   return wrong;
}

static bool file_result(const char *dir, const char *name, uint32_t *data, bool write)
{
   char path[1024];
   snprintf(path, sizeof path, "%s/%s.bin", dir, name);
   FILE *f = fopen(path, write ? "wb" : "rb");
   bool ok = f && (write ? fwrite(data, 4, RESULT_DW, f) : fread(data, 4, RESULT_DW, f)) == RESULT_DW;
   if (f)
      ok &= fclose(f) == 0;
   if (!ok)
      fprintf(stderr, "cannot %s %s\n", write ? "write" : "read", path);
   return ok;
}

static uint64_t expected_hash(const char *name)
{
   char word[64];
   unsigned long long hash = 0;
   FILE *f = fopen(options.expected, "r");
   if (!f) {
      fprintf(stderr, "cannot open %s\n", options.expected);
      exit(2);
   }
   while (fscanf(f, "%63s %llx", word, &hash) == 2)
      if (!strcmp(word, name))
         break;
      else
         hash = 0;
   fclose(f);
   return hash;
}

static bool matches_hash(const struct prog *p, const uint32_t *result)
{
   uint64_t want = expected_hash(p->name), got = XXH64(result, RESULT_DW * 4, 0);
   if (want != got)
      printf("%s: hash %016llx, expected %016llx\n", p->name, (unsigned long long)got, (unsigned long long)want);
   return want == got;
}

static bool run_build(const char *dir, const struct prog *p, uint32_t *result)
{
   char path[1024];
   snprintf(path, sizeof path, "%s/%s.spv", dir, p->name);
   return prog_run(path, p, result);
}

static bool check(const struct prog *p, FILE *hashes)
{
   static uint32_t result[RESULT_DW], other[RESULT_DW];
   bool ok = run_build(options.spirv, p, result);
   if (!ok)
      return false;
   const char *wrong = prog_reference(p->name, result);
   if (wrong) {
      printf("%s: %s\n", p->name, wrong);
      ok = false;
   }
   if (hashes)
      fprintf(hashes, "%s %016llx\n", p->name, (unsigned long long)XXH64(result, RESULT_DW * 4, 0));
   if (options.plain && p->kind == FLOAT)
      ok &= run_build(options.plain, p, other) && !difference(p, result, other);
   else if (options.expected)
      ok &= matches_hash(p, result);
   if (options.save)
      ok &= file_result(options.save, p->name, result, true);
   if (options.compare)
      ok &= file_result(options.compare, p->name, other, false) && !difference(p, result, other);
   return ok;
}

static int parse(int argc, char **argv)
{
   const struct { const char *name; const char **value; } list[] = {
      {"--spirv", &options.spirv}, {"--plain", &options.plain}, {"--expected", &options.expected},
      {"--write", &options.write}, {"--save", &options.save},   {"--compare", &options.compare}};
   int i = 1;
   for (; i < argc && argv[i][0] == '-'; i += 2) {
      size_t k = 0, n = sizeof list / sizeof *list;
      while (k < n && strcmp(list[k].name, argv[i]))
         k++;
      if (k == n || i + 1 == argc) {
         fputs(usage, stderr);
         exit(2);
      }
      *list[k].value = argv[i + 1];
   }
   if (!options.spirv) {
      fputs(usage, stderr);
      exit(2);
   }
   return i;
}

static bool wanted(int argc, char **argv, int first, const char *name)
{
   for (int i = first; i < argc; i++)
      if (!strcmp(argv[i], name))
         return true;
   return first == argc;
}

int main(int argc, char **argv)
{
   int first = parse(argc, argv);
   unsigned run = 0, failed = 0;
   FILE *hashes = options.write ? fopen(options.write, "w") : NULL;
   setvbuf(stdout, NULL, _IOLBF, 0);
   make_random();
   prog_open();
   for (size_t i = 0; i < prog_count; i++) {
      if (!wanted(argc, argv, first, prog_table[i].name))
         continue;
      run++;
      if (!check(&prog_table[i], hashes)) {
         printf("FAILED %s\n", prog_table[i].name);
         failed++;
      }
   }
   prog_close();
   if (hashes)
      fclose(hashes);
   printf("%u programs, %u failed\n", run, failed);
   return failed || !run;
}
