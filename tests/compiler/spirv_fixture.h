/* Test support: GLSL to SPIR-V by glslang, and the pipeline layout that glsl/README.md promises. Include
 * once. */
#ifndef TEST_SPIRV_FIXTURE_H
#define TEST_SPIRV_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spirv_layout.h"

#ifndef FIXTURE_GLSL_DIR
static char *fixture_glsl_dir(void) /* next to this file */
{
   static char dir[1024];
   if (!dir[0]) {
      snprintf(dir, sizeof dir, "%s", __FILE__);
      char *slash = strrchr(dir, '/');
      snprintf(slash ? slash + 1 : dir, 8, "glsl");
   }
   return dir;
}
#define FIXTURE_GLSL_DIR fixture_glsl_dir()
#endif

struct fixture_module { uint32_t *words; size_t count; };

static bool fixture_read(const char *path, struct fixture_module *m)
{
   FILE *f = fopen(path, "rb");
   if (!f)
      return false;
   fseek(f, 0, SEEK_END);
   long size = ftell(f);
   rewind(f);
   m->words = malloc(size > 0 ? (size_t)size : 1);
   m->count = fread(m->words, 4, (size_t)size / 4, f);
   fclose(f);
   return m->count > 5;
}

static bool fixture_ends_in(const char *name, const char *suffix)
{
   size_t n = strlen(name), s = strlen(suffix);
   return n > s && !strcmp(name + n - s, suffix);
}

static inline bool fixture_is_assembly(const char *name)
{
   return fixture_ends_in(name, ".spvasm");
}

static inline bool fixture_is_shader(const char *name)
{
   return fixture_ends_in(name, ".comp") || fixture_is_assembly(name);
}

/* Compiles glsl/<name> by glslang or assembles it by spirv-as, with extra flags; the caller frees words. */
static bool fixture_compile(const char *name, const char *flags, struct fixture_module *m)
{
   char path[64], command[4096];
   snprintf(path, sizeof path, "/tmp/figment-spirv-%ld.spv", (long)getpid());
   if (fixture_is_assembly(name))
      snprintf(command, sizeof command, "spirv-as %s '%s/%s' -o %s", flags, FIXTURE_GLSL_DIR, name, path);
   else
      snprintf(command, sizeof command, "glslangValidator -V %s -I'%s' '%s/%s' -o %s >/dev/null", flags,
               FIXTURE_GLSL_DIR, FIXTURE_GLSL_DIR, name, path);
   bool ok = system(command) == 0 && fixture_read(path, m);
   remove(path);
   return ok;
}

/* Runs spirv-opt -O over the module; false (module unchanged) if the tool is missing. */
static inline bool fixture_optimise(struct fixture_module *m)
{
   char path[64], command[256];
   struct fixture_module out;
   snprintf(path, sizeof path, "/tmp/figment-spirv-opt-%ld.spv", (long)getpid());
   FILE *f = fopen(path, "wb");
   if (!f)
      return false;
   fwrite(m->words, 4, m->count, f);
   fclose(f);
   snprintf(command, sizeof command, "spirv-opt -O %s -o %s 2>/dev/null", path, path);
   bool ok = system(command) == 0 && fixture_read(path, &out);
   remove(path);
   if (ok) {
      free(m->words);
      *m = out;
   }
   return ok;
}

static const sc_spec_entry fixture_spec[] = {{0, 4, 6}, {2, 4, 1}, {10, 4, 8}, {11, 4, 2}};

static sc_input fixture_input(const struct fixture_module *m)
{
   return (sc_input){
       .words = m->words,
       .word_count = m->count,
       .entry = "main",
       .bindings = fixture_bindings,
       .binding_count = sizeof fixture_bindings / sizeof *fixture_bindings,
       .spec = fixture_spec,
       .spec_count = sizeof fixture_spec / sizeof *fixture_spec,
       .max_group_invocations = 1024,
       .max_group_size = {1024, 1024, 64},
       .max_lds_B = 65536,
       .max_scratch_B = 65536,
   };
}

static inline sc_input fixture_image_input(const struct fixture_module *m)
{
   sc_input in = fixture_input(m);
   in.bindings = fixture_image_bindings;
   in.binding_count = sizeof fixture_image_bindings / sizeof *fixture_image_bindings;
   return in;
}

#endif
