/* frames: draws scenes on a Vulkan driver and compares them with their baselines. Without names all of the folder are drawn. Exit status
 * 0: all alike, 1: some differ, 2: wrong command line, 77: the host cannot do what FIGMENT_ISA asks (CTest: skipped).
 */
#define _GNU_SOURCE
#include "frame.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct options {
   const char *directory, *spirv, *out, *icd;
   bool rebaseline, loose, list, quiet;
   int tolerance;
   float outliers;
   char **names;
   int count;
};

static const char usage[] =
   "usage: frames [options] [NAME...]\n\n"
   "Draws the scenes NAME (all without names) of a folder and compares each with its baseline.png.\n\n"
   "   --dir DIR         the scenes: DIR/NAME/scene.txt (default: where this program was built from)\n"
   "   --spirv DIR       their compiled shaders (default: those of the build)\n"
   "   --out DIR         where NAME.png goes and, of those that differ, NAME.diff.png: baseline, drawn, difference\n"
   "   --icd FILE        manifest of the Vulkan driver to draw with (default: VK_DRIVER_FILES, else the loader's choice)\n"
   "   --tolerance N     a pixel may differ by N of 255 (default 0)\n"
   "   --outliers P      that many percent of the pixels may differ by more (default 0)\n"
   "   --loose           the tolerance for other drivers that each scene states\n"
   "   --rebaseline      what is drawn becomes the baseline\n"
   "   --list            name the scenes and what they show\n"
   "   --quiet           say only what differs\n\n"
   "examples:\n"
   "   build/bin/frames --icd build/share/vulkan/icd.d/figment_icd.x86_64.json --out /tmp/frames\n"
   "   build/bin/frames --icd /usr/share/vulkan/icd.d/lvp_icd.x86_64.json --loose --out /tmp/lavapipe\n"
   "   build/bin/frames --rebaseline triangle\n";

static const char *argument(int argc, char **argv, int *i)
{
   if (*i + 1 < argc)
      return argv[++*i];
   fprintf(stderr, "frames: %s needs a value\n", argv[*i]);
   exit(2);
}

static struct options parse(int argc, char **argv)
{
   struct options o = {.directory = FRAME_DIR, .spirv = FRAME_SPIRV_DIR, .out = NULL, .names = argv};
   for (int i = 1; i < argc; i++) {
      const char *a = argv[i];
      if (!strcmp(a, "--help") || !strcmp(a, "-h")) {
         fputs(usage, stdout);
         exit(0);
      } else if (!strcmp(a, "--dir"))
         o.directory = argument(argc, argv, &i);
      else if (!strcmp(a, "--spirv"))
         o.spirv = argument(argc, argv, &i);
      else if (!strcmp(a, "--out"))
         o.out = argument(argc, argv, &i);
      else if (!strcmp(a, "--icd"))
         o.icd = argument(argc, argv, &i);
      else if (!strcmp(a, "--tolerance"))
         o.tolerance = atoi(argument(argc, argv, &i));
      else if (!strcmp(a, "--outliers"))
         o.outliers = strtof(argument(argc, argv, &i), NULL);
      else if (!strcmp(a, "--loose"))
         o.loose = true;
      else if (!strcmp(a, "--rebaseline"))
         o.rebaseline = true;
      else if (!strcmp(a, "--list"))
         o.list = true;
      else if (!strcmp(a, "--quiet"))
         o.quiet = true;
      else if (*a == '-') {
         fprintf(stderr, "frames: unknown option %s\n%s", a, usage);
         exit(2);
      } else
         o.names[o.count++] = argv[i];
   }
   return o;
}

/* ---- names ------------------------------------------------------------------------------------------------------------------- */
static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void all_names(struct options *o)
{
   DIR *dir = opendir(o->directory);
   char **names = calloc(256, sizeof *names), path[1024];
   if (!dir || !names) {
      fprintf(stderr, "frames: %s: %s\n", o->directory, strerror(errno));
      exit(2);
   }
   o->count = 0;
   for (struct dirent *e; (e = readdir(dir)) && o->count < 256;) {
      snprintf(path, sizeof path, "%s/%s/scene.txt", o->directory, e->d_name);
      if (*e->d_name != '.' && !access(path, R_OK))
         names[o->count++] = strdup(e->d_name);
   }
   closedir(dir);
   qsort(names, (size_t)o->count, sizeof *names, by_name);
   o->names = names;
}

static void free_names(struct options *o)
{
   for (int i = 0; i < o->count; i++)
      free(o->names[i]);
   free(o->names);
}

static int list(const struct options *o)
{
   int status = 0;
   for (int i = 0; i < o->count; i++) {
      struct frame *f = frame_parse(o->directory, o->names[i]);
      if (f) {
         printf("%-22s %s\n", f->name, f->about);
         frame_free(f);
      } else
         status = 1;
   }
   return status;
}

/* ---- one frame ----------------------------------------------------------------------------------------------------------------- */
static double now_s(void)
{
   struct timespec t;
   clock_gettime(CLOCK_MONOTONIC, &t);
   return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* True if the picture is as it should be. */
static bool judge(const struct options *o, const struct frame *f, const struct frame_picture *drawn, char *says, size_t size)
{
   char path[1024];
   struct frame_picture baseline;
   int tolerance = o->loose ? f->tolerance : o->tolerance;
   float outliers = o->loose ? f->outliers : o->outliers;
   snprintf(path, sizeof path, "%s/baseline.png", f->directory);
   if (o->rebaseline) {
      snprintf(says, size, "baseline written");
      return frame_write_png(path, drawn);
   }
   if (!frame_read_png(path, &baseline)) {
      snprintf(says, size, "no baseline %s; --rebaseline makes one", path);
      return false;
   }
   struct frame_difference d = frame_compare(drawn, &baseline, tolerance);
   float percent = 100.0f * (float)d.beyond / (float)(drawn->width * drawn->height);
   bool ok = !d.size && percent <= outliers;
   if (d.size)
      snprintf(says, size, "%ux%u pixels, the baseline has %ux%u", drawn->width, drawn->height, baseline.width, baseline.height);
   else if (!d.pixels)
      snprintf(says, size, "identical");
   else
      snprintf(says, size, "%u pixels differ, greatest difference %d, %.3f %% by more than %d (%.3f %% may)", d.pixels, d.greatest,
               (double)percent, tolerance, (double)outliers);
   if (!ok && !d.size && o->out) {
      snprintf(path, sizeof path, "%s/%s.diff.png", o->out, f->name);
      if (frame_write_difference(path, drawn, &baseline)) {
         size_t n = strlen(says);
         snprintf(says + n, size - n, "; see %s", path);
      }
   }
   free(baseline.rgba);
   return ok;
}

enum outcome { FINE, WRONG, LEFT_OUT };

static enum outcome draw_one(const struct options *o, const char *name)
{
   char says[1400], path[1024];
   double start = now_s();
   struct frame *f = frame_parse(o->directory, name);
   if (!f)
      return WRONG;
   const char *lacks = frame_lacks(f);
   if (lacks) {
      printf("%-22s left out: this driver lacks %s\n", name, lacks);
      frame_free(f);
      return LEFT_OUT;
   }
   struct frame_picture picture;
   frame_draw(f, o->spirv, &picture);
   bool ok = true;
   if (o->out) {
      snprintf(path, sizeof path, "%s/%s.png", o->out, name);
      ok = frame_write_png(path, &picture);
   }
   ok &= judge(o, f, &picture, says, sizeof says);
   if (!ok || !o->quiet)
      printf("%-22s %s %5.0f ms  %s\n", name, ok ? "ok    " : "FAILED", 1e3 * (now_s() - start), says);
   free(picture.rgba);
   frame_free(f);
   return ok ? FINE : WRONG;
}

/* What FIGMENT_ISA asks of a processor that lacks it is refused by the driver; a test skips that. */
static bool host_lacks_isa(void)
{
   const char *isa = getenv("FIGMENT_ISA");
   __builtin_cpu_init();
   bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
   bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd");
   return isa && ((!strcmp(isa, "v3") && !v3) || (!strcmp(isa, "v4") && !v4));
}

int main(int argc, char **argv)
{
   struct options o = parse(argc, argv);
   bool all = !o.count;
   int counts[3] = {0};
   setvbuf(stdout, NULL, _IOLBF, 0);
   if (all)
      all_names(&o);
   if (o.list) {
      int status = list(&o);
      if (all)
         free_names(&o);
      return status;
   }
   if (host_lacks_isa()) {
      printf("skipped: this processor lacks x86-64-%s\n", getenv("FIGMENT_ISA"));
      return 77;
   }
   if (o.icd) {
      setenv("VK_DRIVER_FILES", o.icd, 1);
      setenv("VK_ICD_FILENAMES", o.icd, 1); /* older loaders know only this one */
   }
   if (o.out && mkdir(o.out, 0777) && errno != EEXIST) {
      fprintf(stderr, "frames: cannot make %s: %s\n", o.out, strerror(errno));
      return 2;
   }
   frame_open();
   printf("driver: %s\n", frame_gpu.properties.deviceName);
   for (int i = 0; i < o.count; i++)
      counts[draw_one(&o, o.names[i])]++;
   frame_close();
   printf("%d of %d frames as they should be, %d left out\n", counts[FINE], o.count, counts[LEFT_OUT]);
   if (all)
      free_names(&o);
   return counts[WRONG] || !counts[FINE] ? 1 : 0;
}
