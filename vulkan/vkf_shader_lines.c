/* From an instruction of the card to the line of GLSL that it comes from: the compiler says which SPIR-V
 * instruction each word comes from, and the module's debug information (OpLine, or DebugLine of
 * NonSemantic.Shader.DebugInfo) where in which source that stands. Modules are as hostile as applications:
 * nothing here trusts a length or an id.
 */
#include "vkf_shader_lines.h"
#include "program_hash.h"
#include <errno.h>
#include <pthread.h>
#include <spirv/unified1/spirv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_DW 5u
#define MAX_IDS (1u << 22)
#define MAX_FILES 64u
/* NonSemantic.Shader.DebugInfo.100 */
enum { DEBUG_SOURCE = 35, DEBUG_SOURCE_CONTINUED = 102, DEBUG_LINE = 103, DEBUG_NO_LINE = 104 };

struct place {
   uint32_t file, line; /* id of the file's OpString or DebugSource; line 0: unknown */
};

struct text {
   const uint32_t *words;
   uint32_t count;
};

struct scan {
   const uint32_t *words;
   size_t count;
   uint32_t bound;
   struct text *string; /* by id: OpString */
   uint32_t *constant;  /* by id: OpConstant */
   uint32_t *source;    /* by id: DebugSource's file */
   uint32_t debug_set;
   struct place *at;         /* by word: of the instruction that begins there */
   struct text *source_text; /* by id of the file */
   uint32_t files[MAX_FILES], file_count;
};

static const char *path(void)
{
   const char *p = getenv("FIGMENT_SHADER_LINES");
   return p && *p ? p : NULL;
}

bool vkf_shader_lines_wanted(void)
{
   return path() != NULL;
}

static uint32_t id(const struct scan *s, uint32_t v)
{
   return v < s->bound ? v : 0;
}

/* ---- the module ---- */
static void note_extended(struct scan *s, const uint32_t *w, uint32_t n, struct place *now)
{
   if (n < 5 || !s->debug_set || w[3] != s->debug_set)
      return;
   uint32_t op = w[4];
   if (op == DEBUG_SOURCE && n >= 6) {
      s->source[id(s, w[2])] = id(s, w[5]);
      if (n >= 7)
         s->source_text[id(s, w[5])] = s->string[id(s, w[6])];
   } else if (op == DEBUG_LINE && n >= 7) {
      *now = (struct place){s->source[id(s, w[5])], s->constant[id(s, w[6])]};
   } else if (op == DEBUG_NO_LINE) {
      *now = (struct place){0, 0};
   }
}

static void note(struct scan *s, const uint32_t *w, uint32_t n, struct place *now)
{
   switch (w[0] & 0xffff) {
   case SpvOpString:
      if (n >= 3)
         s->string[id(s, w[1])] = (struct text){w + 2, n - 2};
      break;
   case SpvOpConstant:
      if (n >= 4)
         s->constant[id(s, w[2])] = w[3];
      break;
   case SpvOpSource:
      if (n >= 5)
         s->source_text[id(s, w[3])] = (struct text){w + 4, n - 4};
      break;
   case SpvOpExtInstImport:
      if (n >= 3 && (n - 2) * 4u > 28 && !memcmp(w + 2, "NonSemantic.Shader.DebugInfo", 28))
         s->debug_set = w[1];
      break;
   case SpvOpLine:
      if (n >= 4)
         *now = (struct place){id(s, w[1]), w[2]};
      break;
   case SpvOpExtInst:
      note_extended(s, w, n, now);
      break;
   case SpvOpNoLine:
   case SpvOpLabel:
   case SpvOpFunctionEnd:
      *now = (struct place){0, 0};
      break;
   default:
      break;
   }
}

static void scan_module(struct scan *s)
{
   struct place now = {0, 0};
   for (size_t at = HEADER_DW; at < s->count;) {
      uint32_t n = s->words[at] >> 16;
      if (!n || n > s->count - at)
         return;
      note(s, s->words + at, n, &now);
      s->at[at] = now;
      at += n;
   }
}

static bool begin(struct scan *s, const struct vkf_shader_module *m)
{
   if (m->word_count <= HEADER_DW || m->words[3] == 0 || m->words[3] > MAX_IDS)
      return false;
   *s = (struct scan){.words = m->words, .count = m->word_count, .bound = m->words[3]};
   s->string = calloc(s->bound, sizeof *s->string);
   s->constant = calloc(s->bound, sizeof *s->constant);
   s->source = calloc(s->bound, sizeof *s->source);
   s->source_text = calloc(s->bound, sizeof *s->source_text);
   s->at = calloc(s->count, sizeof *s->at);
   return s->string && s->constant && s->source && s->source_text && s->at;
}

static void end(struct scan *s)
{
   free(s->string);
   free(s->constant);
   free(s->source);
   free(s->source_text);
   free(s->at);
}

/* ---- JSON ---- */
/* glslang puts its options before a source, as comments that end with a #line: lines are counted behind it.
 */
static size_t options_before(const char *c, size_t size)
{
   static const char option[] = "// OpModuleProcessed ", first[] = "#line 1\n";
   size_t at = 0;
   while (size - at > sizeof option && !memcmp(c + at, option, sizeof option - 1)) {
      const char *end = memchr(c + at, '\n', size - at);
      if (!end)
         return 0;
      at = (size_t)(end - c) + 1;
   }
   bool found = at && size - at > sizeof first && !memcmp(c + at, first, sizeof first - 1);
   return found ? at + sizeof first - 1 : 0;
}

static void put_text(FILE *f, struct text t)
{
   const char *c = (const char *)t.words, *last = c + t.count * 4u;
   if (t.count)
      c += options_before(c, t.count * 4u);
   fputc('"', f);
   for (; c < last && *c; c++) {
      unsigned char ch = (unsigned char)*c;
      if (ch == '\n' || ch == '\t')
         fputs(ch == '\n' ? "\\n" : "\\t", f);
      else if (ch < 0x20 || ch == 0x7f)
         fprintf(f, "\\u%04x", ch);
      else
         fprintf(f, ch == '"' || ch == '\\' ? "\\%c" : "%c", ch);
   }
   fputc('"', f);
}

static void put_string(FILE *f, const char *s)
{
   fputc('"', f);
   for (; *s; s++)
      fprintf(f, (unsigned char)*s < 0x20 || *s == '"' || *s == '\\' ? "_" : "%c", *s);
   fputc('"', f);
}

/* Its index among the files that are named; MAX_FILES: too many. */
static uint32_t file_index(struct scan *s, uint32_t file)
{
   uint32_t i = 0;
   while (i < s->file_count && s->files[i] != file)
      i++;
   if (i == s->file_count && i < MAX_FILES)
      s->files[s->file_count++] = file;
   return i;
}

static bool put_lines(FILE *f, struct scan *s, const sc_program *p)
{
   bool any = false;
   for (size_t n = 0; n < p->word_count; n++) {
      uint32_t from = p->origins[n];
      struct place at = from < s->count ? s->at[from] : (struct place){0, 0};
      uint32_t file = at.line && at.file ? file_index(s, at.file) : MAX_FILES;
      if (file == MAX_FILES)
         continue;
      fprintf(f, "%s[%u,%u,%u]", any ? "," : "", (unsigned)n, file, at.line);
      any = true;
   }
   return any;
}

static void put_program(FILE *f, struct scan *s, const sc_input *in, const sc_program *p)
{
   static const char *const stages[SC_STAGE_COUNT] = {
       "compute", "vertex", "tessellation control", "tessellation evaluation", "geometry", "fragment"};
   fprintf(f, "{\"program\":\"%016llx\",\"stage\":\"%s\",\"entry\":",
           (unsigned long long)gpu_program_hash(p->words, p->word_count), stages[in->stage]);
   put_string(f, in->entry);
   fputs(",\"lines\":[", f);
   put_lines(f, s, p);
   fputs("],\"files\":[", f);
   for (uint32_t i = 0; i < s->file_count; i++) {
      fprintf(f, "%s{\"name\":", i ? "," : "");
      put_text(f, s->string[s->files[i]]);
      fputs(",\"text\":", f);
      put_text(f, s->source_text[s->files[i]]);
      fputs("}", f);
   }
   fputs("]}\n", f);
}

void vkf_shader_lines_write(const struct vkf_shader_module *module, const sc_input *in,
                            const sc_program *program)
{
   static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
   static bool said;
   struct scan s = {0};
   bool ok = program->origins && begin(&s, module);
   if (ok)
      scan_module(&s);
   pthread_mutex_lock(&lock);
   FILE *f = ok ? fopen(path(), "ab") : NULL;
   if (f)
      put_program(f, &s, in, program);
   if ((ok && !f) || (f && (ferror(f) | fclose(f)) != 0)) {
      if (!said)
         fprintf(stderr, "figment: cannot write FIGMENT_SHADER_LINES %s: %s\n", path(), strerror(errno));
      said = true;
   }
   pthread_mutex_unlock(&lock);
   end(&s);
}
