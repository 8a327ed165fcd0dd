/* The figment command as its users meet it: help, usage errors, files in and out, mapping a section, running a program.
 * argv[1] is the command, argv[2] gpu/manual. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>
#include <cmocka.h>

static const char *figment, *manual;
static char output[1 << 16];

/* Runs "figment <format>" by the shell, keeps both streams in `output`, returns the exit status. */
__attribute__((format(printf, 1, 2))) static int run(const char *format, ...)
{
   char args[2048], line[4096];
   va_list list;

   va_start(list, format);
   vsnprintf(args, sizeof args, format, list);
   va_end(list);
   snprintf(line, sizeof line, "'%s' %s 2>&1", figment, args);
   FILE *p = popen(line, "r");
   assert_non_null(p);
   size_t n = fread(output, 1, sizeof output - 1, p);
   output[n] = '\0';
   while (fgetc(p) != EOF) /* longer than we keep */
      ;
   int status = pclose(p);
   assert_true(WIFEXITED(status));
   return WEXITSTATUS(status);
}

static void said(const char *text)
{
   if (!strstr(output, text))
      fail_msg("expected \"%s\" in:\n%s", text, output);
}

static const char *const commands[] = {"run", "map", "asm", "disasm", "packets", "manual"};

static void help_everywhere(void **state)
{
   assert_int_equal(run("--help"), 0);
   said("usage: figment COMMAND");
   assert_int_equal(run("--version"), 0);
   assert_int_equal(run("%s", ""), 2);
   assert_int_equal(run("nonsense"), 2);
   said("unknown command nonsense");
   for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
      assert_int_equal(run("%s --help", commands[i]), 0);
      said("usage: figment ");
      said("example:\n   figment ");
      assert_int_equal(run("%s --no-such-option", commands[i]), 2);
      said("unknown option --no-such-option");
   }
}

static void manual_is_up_to_date(void **state)
{
   assert_int_equal(run("manual --check '%s'", manual), 0);
   assert_int_equal(run("manual --check /nonexistent"), 1);
   assert_int_equal(run("manual v_fma_f32"), 0);
   said("opcode 0x082");
   assert_int_equal(run("manual nothing"), 1);
}

static void write_file(const char *path, const void *data, size_t size)
{
   FILE *f = fopen(path, "wb");
   assert_non_null(f);
   assert_int_equal(fwrite(data, 1, size, f), size);
   fclose(f);
}

/* Every "](file.md)" of the manual names a file of the manual. */
static void check_links(const char *name)
{
   char file[512], line[4096], target[512];

   snprintf(file, sizeof file, "%s/%s", manual, name);
   FILE *f = fopen(file, "rb");
   assert_non_null(f);
   while (fgets(line, sizeof line, f))
      for (const char *p = line; (p = strstr(p, "](")); p += 2) {
         size_t n = strcspn(p + 2, ")#");
         snprintf(target, sizeof target, "%s/%.*s", manual, (int)n, p + 2);
         if (access(target, R_OK))
            fail_msg("%s links to %.*s, which does not exist", name, (int)n, p + 2);
      }
   fclose(f);
}

static void manual_links_hold(void **state)
{
   DIR *d = opendir(manual);
   unsigned files = 0;

   assert_non_null(d);
   for (struct dirent *e; (e = readdir(d));) {
      size_t n = strlen(e->d_name);
      if (n < 3 || strcmp(e->d_name + n - 3, ".md"))
         continue;
      check_links(e->d_name);
      files++;
   }
   closedir(d);
   assert_true(files > 15);
}

static char directory[] = "/tmp/figment-test-XXXXXX";

static const char *path(const char *name)
{
   static char paths[4][256];
   static unsigned next;
   char *p = paths[next++ % 4];
   snprintf(p, sizeof paths[0], "%s/%s", directory, name);
   return p;
}

static void assemble_and_back(void **state)
{
   static const char text[] = "a: v_add_f32 v1, 3.25, -abs(s4)\n s_brnz s5, a\n .word 0x3ff\n s_endpgm\n";
   char first[1 << 12];

   write_file(path("a.s"), text, sizeof text - 1);
   assert_int_equal(run("asm '%s' -o '%s'", path("a.s"), path("a.bin")), 0);
   assert_int_equal(run("asm '%s'", path("a.s")), 0);
   strncpy(first, output, sizeof first - 1);
   first[sizeof first - 1] = 0;
   assert_int_equal(run("disasm '%s'", path("a.bin")), 0);
   said("v_add_f32 v1, 0x40500000, -abs(s4)");
   said("= 3.25");
   said(".word 0x00000000000003ff");
   said("undefined opcode");
   assert_int_equal(run("disasm --bare '%s' 2>/dev/null | '%s' asm -", path("a.bin"), figment), 0);
   assert_string_equal(output, first);

   write_file(path("bad.s"), "s_nop\n  frob v1\n", 16);
   assert_int_equal(run("asm '%s'", path("bad.s")), 1);
   said("bad.s:2:3: unknown instruction 'frob'");
   assert_int_equal(run("asm /nonexistent"), 1);
   assert_int_equal(run("asm"), 2);
   write_file(path("odd.bin"), "1234567", 7);
   assert_int_equal(run("disasm '%s'", path("odd.bin")), 1);
   assert_int_equal(run("packets '%s'", path("odd.bin")), 1);
}

static void packet_stream(void **state)
{
   static const uint32_t dw[] = {0x00000303, 1, 2, 3, 0xffffffff};

   write_file(path("p.bin"), dw, sizeof dw);
   assert_int_equal(run("packets '%s'", path("p.bin")), 0);
   said("000000  00000303  DISPATCH\n");
   said("000004  ffffffff  ? undefined opcode\n");
   assert_int_equal(run("packets --offset 4 '%s'", path("p.bin")), 0);
   assert_null(strstr(output, "DISPATCH"));
   assert_int_equal(run("packets --offset 99 '%s'", path("p.bin")), 1);
   assert_int_equal(run("packets --offset x '%s'", path("p.bin")), 2);
}

/* A section as the card makes it: payload rounded up to 64 KiB, a page of trailer, sealed. */
static int make_section(bool sealed)
{
   int fd = memfd_create("test", MFD_ALLOW_SEALING);
   uint8_t bytes[16 * 16 * 4];

   assert_true(fd >= 0);
   assert_int_equal(ftruncate(fd, 0x10000 + 0x1000), 0);
   for (size_t i = 0; i < sizeof bytes; i++)
      bytes[i] = (uint8_t)i;
   assert_int_equal(pwrite(fd, bytes, sizeof bytes, 0), sizeof bytes);
   if (sealed)
      assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), 0);
   return fd;
}

static void map_a_section(void **state)
{
   int fd = make_section(true);
   char file[64];

   snprintf(file, sizeof file, "/proc/%d/fd/%d", (int)getpid(), fd);
   assert_int_equal(run("map %s", file), 0);
   said("payload 65536 bytes, trailer 4096 bytes");
   assert_int_equal(run("map --fd %d --hexdump --offset 16 --length 20", fd), 0);
   said("00000010  10 11 12 13 14 15 16 17  18 19 1a 1b 1c 1d 1e 1f");
   said("00000020  20 21 22 23");
   assert_int_equal(run("map %s --dump '%s' --length 1K", file, path("dump")), 0);
   uint8_t bytes[1025];
   FILE *f = fopen(path("dump"), "rb");
   assert_non_null(f);
   assert_int_equal(fread(bytes, 1, sizeof bytes, f), 1024);
   fclose(f);
   for (int i = 0; i < 1024; i++)
      assert_int_equal(bytes[i], (uint8_t)i);
   assert_int_equal(run("map %s --png '%s' 16x16", file, path("a.png")), 0);
   f = fopen(path("a.png"), "rb");
   assert_non_null(f);
   assert_int_equal(fread(bytes, 1, 24, f), 24);
   fclose(f);
   assert_memory_equal(bytes, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10", 24);
   close(fd);
}

static void map_refuses(void **state)
{
   int fd = make_section(true), loose = make_section(false);

   assert_int_equal(run("map --fd %d --png '%s' 4096x4096", fd, path("no.png")), 1);
   said("4096x4096 rgba8 needs 67108864 bytes, 65536 are there");
   assert_int_equal(access(path("no.png"), F_OK), -1);
   assert_int_equal(run("map --fd %d --png '%s' 0x16", fd, path("no.png")), 2);
   assert_int_equal(run("map --fd %d --png '%s' 16x16 --format NOPE", fd, path("no.png")), 2);
   assert_int_equal(run("map --fd %d --png '%s'", fd, path("no.png")), 2);
   assert_int_equal(run("map --fd %d --offset 65537", fd), 1);
   assert_int_equal(run("map --fd %d --offset 65000 --length 1K", fd), 1);
   assert_int_equal(run("map --fd %d", loose), 1);
   said("not sealed against shrinking");
   assert_int_equal(run("map --fd 999"), 1);
   assert_int_equal(run("map --fd x"), 1);
   assert_int_equal(run("map /dev/null"), 1);
   assert_int_equal(run("map --name foo"), 1);
   assert_int_equal(run("map"), 2);
   close(fd);
   close(loose);
}

static char *read_whole(const char *name)
{
   char *text = calloc(1, 1 << 16);
   FILE *f = fopen(name, "rb");
   assert_true(text && f);
   assert_true(fread(text, 1, (1 << 16) - 1, f) > 0);
   fclose(f);
   return text;
}

/* Inside run_a_program: the report that a program leaves, beside its baseline. */
static void baselines(void)
{
   static const char other[] = "{\"figment\":1,\"devices\":[{\"profile\":\"fg1\",\"counters\":{\"GPU_CYCLES\":1234569,\"WAVES\":42,"
                               "\"CORE_BYTES_READ\":10,\"COPY_BYTES\":5,\"DRAWS\":1},\"host\":{\"TLB_MISSES\":1}},\n"
                               "{\"profile\":\"two\",\"counters\":{\"WAVES\":7}}]}";
   static const char card[] = "{\"figment\":1,\"devices\":[{\"profile\":\"fg2\",\"counters\":{}},{\"profile\":\"two\",\"counters\":{}}]}";
   static const char old[] = "{\"figment_baseline\":1,\"devices\":[{\"profile\":\"fg1\",\"timing\":\"\",\"counters\":{\"WAVES\":42}},"
                             "{\"profile\":\"two\",\"timing\":\"\",\"counters\":{\"WAVES\":7}}]}";
   static const char command[] = "run -q --baseline '%s' %s -- sh -c 'cp %s $FIGMENT_REPORT; exit %d'";
   char base[512], canned[512];

   snprintf(base, sizeof base, "%s", path("baseline.json"));
   snprintf(canned, sizeof canned, "%s", path("canned.json"));
   write_file(path("other.json"), other, sizeof other - 1);
   write_file(path("card.json"), card, sizeof card - 1);
   assert_int_equal(run(command, base, "", canned, 0), 1);
   said("cannot open");
   assert_int_equal(run(command, base, "--update-baseline", canned, 4), 4);
   said("no baseline is written");
   assert_int_equal(run(command, base, "--update-baseline", canned, 0), 0);
   char *first = read_whole(base);
   assert_true(strstr(first, "\"BLEND_QUADS\": 0,\n") < strstr(first, "\"CLIP_IN\": 0,\n"));
   assert_non_null(strstr(first, "\"GPU_CYCLES\": 1234567,\n"));
   assert_null(strstr(first, "TLB_MISSES"));
   free(first);
   assert_int_equal(run(command, base, "", canned, 0), 0);
   said("counters are those of");
   assert_int_equal(run(command, base, "", path("other.json"), 0), 3);
   said("GPU_CYCLES                             1234567               1234569    +0.00 %   device 0\n");
   said("DRAWS                                        0                     1        new   device 0\n");
   said("2 of ");
   assert_int_equal(run(command, base, "", path("other.json"), 9), 9);
   said("nothing is compared");
   assert_int_equal(run(command, base, "--tolerance 0.5", path("other.json"), 0), 3); /* nothing is any percent of 0 */
   said("1 of ");
   assert_int_equal(run(command, base, "", path("card.json"), 0), 1);
   said("the baseline was taken with profile fg1, this run with fg2");
   write_file(base, old, sizeof old - 1);
   assert_int_equal(run(command, base, "", canned, 0), 0);
   said("counters are not in");
   write_file(base, "[]", 2);
   assert_int_equal(run(command, base, "", canned, 0), 1);
   said("is no baseline");
   assert_int_equal(run(command, base, "--tolerance x", canned, 0), 2);
   assert_int_equal(run("run --tolerance 1 -- true"), 2);
   assert_int_equal(run("run --update-baseline -- true"), 2);
}

/* Where the time goes: what stands in the report's jobs, judged. */
static void times(void)
{
   static const char report[] =
      "{\"figment\":1,\"devices\":[{\"profile\":\"fg1\",\"timing\":\"approx\",\"counters\":{\"GPU_CYCLES\":5000,\"DRAM_BYTES_READ\":9,"
      "\"L1_ACCESSES\":10,\"L1_HITS\":9},\"host\":{},\"card\":{\"core_clock_khz\":1600000,\"dram_B_per_s\":160000000000,\"cores\":16,"
      "\"waves_per_core\":32,\"copy_B_per_cycle\":1},\"job_count\":3,\"longest\":["
      "{\"kind\":\"draw\",\"ring\":0,\"number\":4,\"label\":[\"Frame\",\"a \\\"b\\\"\"],\"cycles\":1000,\"added\":1000,"
      "\"counters\":{\"DRAM_BYTES_READ\":90000}},"
      "{\"kind\":\"dispatch\",\"ring\":2,\"number\":1,\"label\":[],\"cycles\":900,\"added\":900,\"counters\":{\"ISSUE_SLOTS\":100,\"ISSUE_ACTIVE\":10,"
      "\"STALL_MEMORY\":70,\"STALL_PORT\":20,\"CORE_CYCLES\":900,\"WAVE_CYCLES\":7200}},"
      "{\"kind\":\"dispatch\",\"ring\":2,\"number\":2,\"label\":[],\"cycles\":800,\"added\":800,\"counters\":{\"ISSUE_SLOTS\":100,\"ISSUE_ACTIVE\":90,"
      "\"CORE_CYCLES\":800}}],"
      "\"left_out\":1,\"jobs\":["
      "{\"kind\":\"copy\",\"ring\":0,\"number\":1,\"label\":[\"up\"],\"cycles\":70,\"added\":70,\"counters\":{\"COPY_BYTES\":35}},"
      "{\"kind\":\"draw\",\"ring\":0,\"number\":2,\"label\":[\"up\"],\"cycles\":300,\"added\":300,\"counters\":{}},"
      "{\"kind\":\"copy\",\"ring\":0,\"number\":3,\"label\":[\"up\"],\"cycles\":30,\"added\":30,\"counters\":{\"COPY_BYTES\":30}}]}]}";

   write_file(path("times.json"), report, sizeof report - 1);
   assert_int_equal(run("run -- sh -c 'cp %s $FIGMENT_REPORT'", path("times.json")), 0);
   said("card fg1, timing approx\n");
   said("L1\n   L1_ACCESSES ");
   said("L1_HIT_RATE                               90.0 %\n");
   said("the longest of 3 jobs\n");
   said(" 1 000 cycles   ring 0, job 4, draw: Frame / a \"b\"\n      DRAM: 90 % of the memory's bandwidth\n");
   said("ring 2, job 1, dispatch\n      latency: 70 % of issue slots: waited for vector memory; occupancy 25 %\n");
   said("idle cores: they had work 6 % of the time; those that had, issue: 90 % of the schedulers' cycles while their cores had waves\n");
   said("by label\n");
   said(" 300 cycles   1 x draw: up\n      latency: no counter tells\n");
   said(" 100 cycles   2 x copy: up\n      copy: 65 % of the copy engine's rate\n");
   said("1 jobs are not in it");
   assert_int_equal(run("run --report-jobs -- sh -c 'test $FIGMENT_REPORT_JOBS = on'"), 0);
}

/* `run` needs a manifest beside the command: give it a copy of the command in a tree of our own. */
static void run_a_program(void **state)
{
   static const char report[] =
      "{\"figment\":1,\"devices\":[{\"profile\":\"fg1\",\"counters\":{\"GPU_CYCLES\":1234567,\"WAVES\":42,"
      "\"CORE_BYTES_READ\":10,\"COPY_BYTES\":5},\"host\":{\"TLB_MISSES\":9876}},\n{\"profile\":\"two\",\"counters\":{\"WAVES\":7}}]}";
   const char *real = figment;
   char copy[512], shell[1024];

   snprintf(shell, sizeof shell, "mkdir -p '%s/bin' '%s/share/vulkan/icd.d' && cp '%s' '%s/bin/figment'", directory, directory,
            figment, directory);
   assert_int_equal(system(shell), 0);
   snprintf(copy, sizeof copy, "%s/bin/figment", directory);
   figment = copy;
   unsetenv("FIGMENT_REPORT");
   assert_int_equal(run("run true"), 1);
   said("no driver");
   write_file(path("share/vulkan/icd.d/figment_icd.x86_64.json"), "{}", 2);
   write_file(path("canned.json"), report, sizeof report - 1);

   assert_int_equal(run("run --profile fg1-nano --threads 3 -- sh -c 'env; exit 7'"), 7);
   said("FIGMENT_PROFILE=fg1-nano\n");
   said("FIGMENT_THREADS=3\n");
   said("figment_icd.x86_64.json\n");
   said("no report: the program opened no Figment device");
   assert_int_equal(run("run -- sh -c 'cp %s $FIGMENT_REPORT'", path("canned.json")), 0);
   said("card fg1\n");
   said("1 234 567");
   said("of the host, different in every run\n   TLB_MISSES ");
   said("9 876 walks\n");
   said("card two\n");
   baselines();
   times();
   assert_int_equal(run("run --report '%s' -- sh -c 'cp %s $FIGMENT_REPORT'", path("kept.json"), path("canned.json")), 0);
   assert_int_equal(access(path("kept.json"), R_OK), 0);
   assert_int_equal(run("run --report '%s' -- true", path("kept.json")), 0); /* an old report is not taken for a new one */
   said("no report");
   assert_int_equal(run("run -q -- sh -c 'echo {nonsense >$FIGMENT_REPORT'"), 0);
   assert_int_equal(run("run -- sh -c 'echo {nonsense >$FIGMENT_REPORT'"), 0);
   said("is no report");
   assert_int_equal(run("run -- sh -c 'kill -9 $$'"), 128 + 9);
   assert_int_equal(run("run -- /nonexistent/program"), 1);
   said("cannot start /nonexistent/program");
   assert_int_equal(run("run"), 2);
   assert_int_equal(run("run --threads"), 2);
   figment = real;
}

#ifdef HAVE_EMU
static void identify_a_card(void **state)
{
   assert_int_equal(run("info"), 0);
   said("profile            fg1\n");
   said("cores              16, 4 schedulers each");
   assert_int_equal(run("info --profile fg1-nano --registers"), 0);
   said("profile            fg1-nano\n");
   said("0000  ID.MAGIC           464d4749");
   said("5000  COUNTER0.LO        00000000  GPU_CYCLES");
   assert_int_equal(run("info --profile no-such-card"), 1);
   said("no-such-card");
   assert_int_equal(run("info extra"), 2);
   assert_int_equal(run("info --bogus"), 2);
}
#endif

static int make_directory(void **state)
{
   return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
   char shell[256];
   snprintf(shell, sizeof shell, "rm -rf '%s'", directory);
   return system(shell);
}

int main(int argc, char **argv)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(help_everywhere),   cmocka_unit_test(manual_is_up_to_date),
      cmocka_unit_test(manual_links_hold), cmocka_unit_test(assemble_and_back),
      cmocka_unit_test(packet_stream),
      cmocka_unit_test(map_a_section),     cmocka_unit_test(map_refuses),
      cmocka_unit_test(run_a_program),
#ifdef HAVE_EMU
      cmocka_unit_test(identify_a_card),
#endif
   };
   if (argc != 3) {
      fprintf(stderr, "usage: tool_test FIGMENT MANUAL_DIRECTORY\n");
      return 2;
   }
   figment = argv[1];
   manual = argv[2];
   return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
