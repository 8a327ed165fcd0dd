/* The instruction set's text form, from the author's side: the assembler.
 *
 * One pass reads lines into words, labels and pending branches; then the branches are resolved.
 * Invariant: text is accepted only if every field of the record it names is filled legally, so the
 * encoder cannot refuse it; every error names line and column. Printing is isa_print.c's. Syntax:
 * manual, chapter "Shader ISA", section "Assembly text".
 */
#include "gpu_printf.h"
#include "image.h"
#include "isa.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct place {
   const char *at;   /* in the text */
   const char *line; /* start of its line */
   uint32_t number;  /* of its line, from 1 */
};

struct label {
   struct place place;
   size_t len;
   size_t word;
};

/* A branch to a label whose address may not be known yet. */
struct pending {
   struct place place;
   size_t len;
   size_t word;   /* index of the branch */
   unsigned used; /* its words */
};

struct assembler {
   struct place now;
   uint64_t *words;
   size_t count, room;
   struct label *labels;
   size_t label_count, label_room;
   struct pending *pending;
   size_t pending_count, pending_room;
   char *err;
   size_t err_size;
   bool failed;
};

/* One operand as written, before it is judged against a kind. */
struct operand {
   struct place place;
   uint32_t number;
   unsigned regs;
   bool neg, abs;
};

GPU_PRINTF(3, 4) static bool fail_at(struct assembler *a, struct place p, const char *format, ...)
{
   va_list args;

   if (a->failed)
      return false;
   a->failed = true;
   if (!a->err_size)
      return false;
   int n = snprintf(a->err, a->err_size, "%" PRIu32 ":%u: ", p.number, (unsigned)(p.at - p.line) + 1);
   if (n < 0 || (size_t)n >= a->err_size)
      return false;
   va_start(args, format);
   vsnprintf(a->err + n, a->err_size - (size_t)n, format, args);
   va_end(args);
   return false;
}

/* Make room for one more element; false on exhaustion. */
static bool grow(struct assembler *a, void **array, size_t *room, size_t count, size_t element_B)
{
   if (count < *room)
      return true;
   size_t wanted = *room ? *room * 2 : 64;
   void *p = wanted <= SIZE_MAX / element_B ? realloc(*array, wanted * element_B) : NULL;
   if (!p)
      return fail_at(a, a->now, "out of memory");
   *array = p;
   *room = wanted;
   return true;
}

static bool push_word(struct assembler *a, uint64_t word)
{
   if (!grow(a, (void **)&a->words, &a->room, a->count, sizeof *a->words))
      return false;
   a->words[a->count++] = word;
   return true;
}

/* ---- characters and tokens ------------------------------------------------------------ */

static bool is_digit(char c)
{
   return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
   return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name(char c)
{
   return is_name_start(c) || is_digit(c);
}

static char peek(const struct assembler *a)
{
   return *a->now.at;
}

static void skip_blanks(struct assembler *a)
{
   while (peek(a) == ' ' || peek(a) == '\t' || peek(a) == '\r')
      a->now.at++;
}

static bool at_line_end(const struct assembler *a)
{
   const char *p = a->now.at;
   return *p == '\0' || *p == '\n' || *p == ';' || (p[0] == '/' && p[1] == '/');
}

static void skip_line(struct assembler *a)
{
   while (peek(a) && peek(a) != '\n')
      a->now.at++;
   if (peek(a) == '\n') {
      a->now.at++;
      a->now.line = a->now.at;
      a->now.number++;
   }
}

static bool accept(struct assembler *a, char c)
{
   if (peek(a) != c)
      return false;
   a->now.at++;
   return true;
}

static bool expect(struct assembler *a, char c)
{
   return accept(a, c) || fail_at(a, a->now, "expected '%c'", c);
}

static size_t name_length(const struct assembler *a)
{
   size_t n = 0;
   if (is_name_start(peek(a)))
      while (is_name(a->now.at[n]))
         n++;
   return n;
}

static bool accept_word(struct assembler *a, const char *word)
{
   size_t n = strlen(word);
   if (strncmp(a->now.at, word, n) || is_name(a->now.at[n]))
      return false;
   a->now.at += n;
   return true;
}

static unsigned digit_value(char c)
{
   if (is_digit(c))
      return (unsigned)(c - '0');
   if (c >= 'a' && c <= 'f')
      return (unsigned)(c - 'a') + 10;
   if (c >= 'A' && c <= 'F')
      return (unsigned)(c - 'A') + 10;
   return UINT32_MAX;
}

/* Unsigned decimal or 0x number, at most `max`. */
static bool read_unsigned(struct assembler *a, uint64_t max, uint64_t *value)
{
   struct place start = a->now;
   unsigned base = a->now.at[0] == '0' && a->now.at[1] == 'x' ? 16 : 10;

   if (base == 16)
      a->now.at += 2;
   if (digit_value(peek(a)) >= base)
      return fail_at(a, start, "expected a number");
   *value = 0;
   for (unsigned digit; (digit = digit_value(peek(a))) < base; a->now.at++) {
      if (digit > max || *value > (max - digit) / base)
         return fail_at(a, start, "number too large, at most %" PRIu64, max);
      *value = *value * base + digit;
   }
   return !is_name(peek(a)) || fail_at(a, start, "malformed number");
}

/* ---- operands --------------------------------------------------------------------------- */

static bool read_register(struct assembler *a, struct operand *o)
{
   bool vector = peek(a) == 'v';
   uint64_t first, last, max = (vector ? ISA_MAX_VREGS : ISA_MAX_SREGS) - 1;

   a->now.at++;
   if (accept(a, '[')) {
      if (!read_unsigned(a, max, &first) || !expect(a, ':') || !read_unsigned(a, max, &last) ||
          !expect(a, ']'))
         return false;
      if (last < first)
         return fail_at(a, o->place, "register range runs backwards");
   } else {
      if (!read_unsigned(a, max, &first))
         return false;
      last = first;
   }
   o->number = (uint32_t)first + (vector ? ISA_V0 : ISA_S0);
   o->regs = (unsigned)(last - first) + 1;
   return true;
}

static bool set_literal(struct assembler *a, struct operand *o, isa_inst *inst, uint32_t bits)
{
   if (inst->has_literal && inst->literal != bits)
      return fail_at(a, o->place, "an instruction has room for one literal, 0x%08" PRIx32 " is already there",
                     inst->literal);
   inst->has_literal = true;
   inst->literal = bits;
   o->number = ISA_LITERAL;
   return true;
}

/* Integer or float, what counts is the bits: either may turn out to be an inline constant. */
static bool set_number(struct assembler *a, struct operand *o, isa_inst *inst, uint32_t bits)
{
   o->number = isa_inline_bits(bits);
   return o->number != ISA_LITERAL || set_literal(a, o, inst, bits);
}

/* Length of the decimal number at p, *is_float set if it has a fraction or an exponent. */
static size_t decimal_length(const char *p, bool *is_float)
{
   size_t n = p[0] == '-';

   *is_float = false;
   while (is_digit(p[n]))
      n++;
   if (p[n] == '.') {
      *is_float = true;
      for (n++; is_digit(p[n]); n++)
         ;
   }
   if (p[n] == 'e' || p[n] == 'E') {
      *is_float = true;
      n++;
      n += p[n] == '-' || p[n] == '+';
      while (is_digit(p[n]))
         n++;
   }
   return n;
}

static bool set_float(struct assembler *a, struct operand *o, isa_inst *inst, const char *text)
{
   char *end;
   float value = strtof(text, &end);
   uint32_t bits;

   if (*end)
      return fail_at(a, o->place, "malformed number");
   memcpy(&bits, &value, sizeof bits);
   if ((bits & 0x7f800000) == 0x7f800000)
      return fail_at(a, o->place, "number too large for f32");
   return set_number(a, o, inst, bits);
}

static bool set_integer(struct assembler *a, struct operand *o, isa_inst *inst, const char *text)
{
   errno = 0;
   long long value = strtoll(text, NULL, 10);
   if (errno || value < INT32_MIN || value > (long long)UINT32_MAX)
      return fail_at(a, o->place, "number does not fit 32 bits");
   return set_number(a, o, inst, (uint32_t)value);
}

static bool read_number(struct assembler *a, struct operand *o, isa_inst *inst)
{
   char text[64];
   bool is_float;
   uint64_t value;

   if (a->now.at[0] == '0' && a->now.at[1] == 'x')
      return read_unsigned(a, UINT32_MAX, &value) && set_literal(a, o, inst, (uint32_t)value);
   size_t n = decimal_length(a->now.at, &is_float);
   if (n >= sizeof text || is_name(a->now.at[n]))
      return fail_at(a, o->place, "malformed number");
   memcpy(text, a->now.at, n);
   text[n] = '\0';
   a->now.at += n;
   return is_float ? set_float(a, o, inst, text) : set_integer(a, o, inst, text);
}

/* A register, exec or number, without modifiers. */
static bool read_primary(struct assembler *a, struct operand *o, isa_inst *inst)
{
   char c = peek(a), next = c ? a->now.at[1] : '\0';

   o->regs = 1;
   if ((c == 'v' || c == 's') && (is_digit(next) || next == '['))
      return read_register(a, o);
   if (accept_word(a, "exec")) {
      o->number = ISA_EXEC;
      return true;
   }
   if (is_digit(c) || (c == '-' && is_digit(next)))
      return read_number(a, o, inst);
   return fail_at(a, a->now, "expected an operand");
}

static bool read_operand(struct assembler *a, struct operand *o, isa_inst *inst)
{
   *o = (struct operand){.place = a->now};
   if (peek(a) == '-' && !is_digit(a->now.at[1]))
      o->neg = accept(a, '-');
   o->abs = accept_word(a, "abs");
   bool parens = o->abs || peek(a) == '(';
   if (parens && !expect(a, '('))
      return false;
   skip_blanks(a);
   if (!read_primary(a, o, inst))
      return false;
   skip_blanks(a);
   return !parens || expect(a, ')');
}

static bool judge_operand(struct assembler *a, const struct operand *o, unsigned kind, unsigned regs)
{
   bool constant = o->number >= ISA_INT_M16 && (kind == ISA_K_A2 || kind == ISA_K_F2);
   if (kind == ISA_K_VA && o->regs != regs)
      return fail_at(a, o->place, "this image address has %u vector registers", regs);
   if ((!constant && o->regs != regs) || !isa_kind_allows(kind, o->number))
      return fail_at(a, o->place, "expected %s", isa_kind_text(kind));
   return true;
}

static bool separator(struct assembler *a, bool *first)
{
   skip_blanks(a);
   if (*first) {
      *first = false;
      return true;
   }
   if (!expect(a, ','))
      return false;
   skip_blanks(a);
   return true;
}

static bool read_source(struct assembler *a, const isa_info *info, unsigned i, isa_inst *inst)
{
   struct operand o;

   if (!read_operand(a, &o, inst) || !judge_operand(a, &o, info->src[i], isa_source_regs(inst, i)))
      return false;
   if ((o.neg || o.abs) && !(info->flags & ISA_F_FMOD))
      return fail_at(a, o.place, "%s has no operand modifiers", info->name);
   inst->src[i] = (uint16_t)o.number;
   inst->neg |= (uint8_t)(o.neg << i);
   inst->abs |= (uint8_t)(o.abs << i);
   return true;
}

static bool read_destination(struct assembler *a, const isa_info *info, isa_inst *inst)
{
   struct operand o;

   if (!read_operand(a, &o, inst) || !judge_operand(a, &o, info->dst, isa_kind_regs(info->dst)))
      return false;
   if (o.neg || o.abs)
      return fail_at(a, o.place, "a destination has no modifiers");
   inst->dst = (uint16_t)o.number;
   return true;
}

/* ---- one instruction ----------------------------------------------------------------------- */

static bool accept_suffix(struct assembler *a, const char *name)
{
   size_t n = strlen(name);
   if (peek(a) != '.' || strncmp(a->now.at + 1, name, n) || is_name(a->now.at[n + 1]))
      return false;
   a->now.at += n + 1;
   return true;
}

/* Suffixes that only image instructions have; false if it is none of them. */
static bool apply_img_suffix(struct assembler *a, isa_img *img)
{
   for (unsigned dim = 1; dim < GPU_DIM_COUNT; dim++)
      if (accept_suffix(a, isa_img_dim_text(dim))) {
         img->dim = (uint8_t)dim;
         return true;
      }
   for (unsigned lod = 1; lod < ISA_LOD_COUNT; lod++)
      if (accept_suffix(a, isa_img_lod_text(lod))) {
         img->lod = (uint8_t)lod;
         return true;
      }
   for (unsigned c = 0; c < 4; c++)
      if (accept_suffix(a, (const char[2]){"rgba"[c], '\0'})) {
         img->component = (uint8_t)c;
         return true;
      }
   bool *flag = accept_suffix(a, "sample") ? &img->sample
                : accept_suffix(a, "off")  ? &img->offset
                : accept_suffix(a, "cmp")  ? &img->compare
                                           : NULL;
   if (flag)
      *flag = true;
   return flag != NULL;
}

/* Apply one mnemonic suffix; whether the record allows it is the encoder's rule, so ask it. */
static bool apply_suffix(struct assembler *a, const isa_info *info, isa_inst *inst)
{
   struct place start = a->now;
   isa_inst probe = {.op = info->opcode, .src = {0}};
   uint64_t words[2];
   unsigned used;

   if (info->format == ISA_FMT_IMG && apply_img_suffix(a, &inst->img))
      return true;
   if (info->format == ISA_FMT_IMG)
      probe.img.dim = GPU_DIM_2D;
   if (accept_word(a, ".sat"))
      inst->sat = probe.sat = true;
   else if (accept_word(a, ".nd"))
      inst->nd = probe.nd = true;
   else if (accept_word(a, ".ret"))
      inst->ret = probe.ret = true;
   else if (accept_word(a, ".coh"))
      inst->coherent = probe.coherent = true;
   else
      return fail_at(a, start, "unknown suffix; there are .sat .nd .ret .coh");
   probe.dst = info->dst >= ISA_K_S1 && info->dst <= ISA_K_S8 ? ISA_S0 : 0;
   for (int i = 0; i < 3; i++)
      probe.src[i] = isa_kind_allows(info->src[i], 0) ? 0 : ISA_S0;
   if (isa_encode(&probe, words, &used) != ISA_OK)
      return fail_at(a, start, "%s has no such suffix", info->name);
   return true;
}

static bool read_mnemonic(struct assembler *a, isa_inst *inst, const isa_info **info)
{
   size_t n = name_length(a);

   if (!n)
      return fail_at(a, a->now, "expected an instruction");
   *info = isa_lookup_name(a->now.at, n);
   if (!*info)
      return fail_at(a, a->now, "unknown instruction '%.*s'", n > 40 ? 40 : (int)n, a->now.at);
   *inst = (isa_inst){.op = (*info)->opcode};
   a->now.at += n;
   while (peek(a) == '.')
      if (!apply_suffix(a, *info, inst))
         return false;
   return true;
}

/* "@12" is an absolute word index, a name is a label that is resolved at the end. */
static bool read_target(struct assembler *a, isa_inst *inst, unsigned used)
{
   struct place start = a->now;
   size_t n = name_length(a);

   if (n) {
      if (!grow(a, (void **)&a->pending, &a->pending_room, a->pending_count, sizeof *a->pending))
         return false;
      a->pending[a->pending_count++] = (struct pending){start, n, a->count, used};
      a->now.at += n;
      return true;
   }
   if (!accept(a, '@'))
      return fail_at(a, start, "expected a branch target: label or @word");
   bool negative = accept(a, '-');
   uint64_t value;
   if (!read_unsigned(a, (uint64_t)1 << 33, &value))
      return false;
   int64_t distance = (negative ? -(int64_t)value : (int64_t)value) - (int64_t)(a->count + used);
   if (distance < INT32_MIN || distance > INT32_MAX)
      return fail_at(a, start, "branch target out of reach");
   inst->target = (int32_t)distance;
   return true;
}

static bool read_offset(struct assembler *a, isa_inst *inst)
{
   uint64_t value;

   skip_blanks(a);
   if (accept(a, ','))
      skip_blanks(a);
   else if (peek(a) != '+')
      return true;
   if (!expect(a, '+') || !read_unsigned(a, ISA_IMM_MAX, &value))
      return false;
   inst->imm = (uint32_t)value;
   return true;
}

static bool emit(struct assembler *a, const isa_inst *inst, struct place start)
{
   uint64_t words[2];
   unsigned used;
   isa_error e = isa_encode(inst, words, &used);

   if (e != ISA_OK)
      return fail_at(a, start, "%s", isa_error_text(e));
   for (unsigned i = 0; i < used; i++)
      if (!push_word(a, words[i]))
         return false;
   return true;
}

static bool read_instruction(struct assembler *a)
{
   struct place start = a->now;
   const isa_info *info;
   isa_inst inst;
   bool first = true;

   if (!read_mnemonic(a, &inst, &info))
      return false;
   if (is_name(peek(a)))
      return fail_at(a, a->now, "expected a blank");
   if (info->format == ISA_FMT_IMG && !inst.img.dim)
      return fail_at(a, start, "%s needs a dimension: .1d .2d .3d .cube .1da .2da .cubea .buf", info->name);
   if (info->dst && (!separator(a, &first) || !read_destination(a, info, &inst)))
      return false;
   for (unsigned i = 0; i < 3; i++)
      if (info->src[i] && (!separator(a, &first) || !read_source(a, info, i, &inst)))
         return false;
   if (info->format == ISA_FMT_BRANCH &&
       (!separator(a, &first) || !read_target(a, &inst, 1 + inst.has_literal)))
      return false;
   if (info->format == ISA_FMT_MEM && !read_offset(a, &inst))
      return false;
   return emit(a, &inst, start);
}

/* ---- lines, labels, the whole text ------------------------------------------------------------ */

static bool read_label(struct assembler *a, size_t n)
{
   if (!grow(a, (void **)&a->labels, &a->label_room, a->label_count, sizeof *a->labels))
      return false;
   a->labels[a->label_count++] = (struct label){a->now, n, a->count};
   a->now.at += n + 1;
   return true;
}

static bool read_raw_word(struct assembler *a)
{
   uint64_t value;

   skip_blanks(a);
   return read_unsigned(a, UINT64_MAX, &value) && push_word(a, value);
}

static bool read_line(struct assembler *a)
{
   skip_blanks(a);
   for (size_t n = name_length(a); n && a->now.at[n] == ':'; n = name_length(a)) {
      if (!read_label(a, n))
         return false;
      skip_blanks(a);
   }
   if (at_line_end(a))
      return true;
   if (accept_word(a, ".word") ? !read_raw_word(a) : !read_instruction(a))
      return false;
   skip_blanks(a);
   return at_line_end(a) || fail_at(a, a->now, "unexpected text after the instruction");
}

static int compare_names(const char *a, size_t a_len, const char *b, size_t b_len)
{
   int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
   return order ? order : (a_len > b_len) - (a_len < b_len);
}

/* By name, then by place, so that a repeated definition is the later one. */
static int compare_labels(const void *pa, const void *pb)
{
   const struct label *a = pa, *b = pb;
   int order = compare_names(a->place.at, a->len, b->place.at, b->len);
   return order ? order : (a->place.at > b->place.at) - (a->place.at < b->place.at);
}

static bool sort_labels(struct assembler *a)
{
   if (a->label_count)
      qsort(a->labels, a->label_count, sizeof *a->labels, compare_labels);
   for (size_t i = 1; i < a->label_count; i++) {
      const struct label *l = &a->labels[i];
      if (!compare_names(l[-1].place.at, l[-1].len, l->place.at, l->len))
         return fail_at(a, l->place, "label '%.*s' is defined twice, first on line %" PRIu32,
                        l->len > 40 ? 40 : (int)l->len, l->place.at, l[-1].place.number);
   }
   return true;
}

static const struct label *find_label(const struct assembler *a, const struct pending *p)
{
   size_t low = 0, high = a->label_count;

   while (low < high) {
      size_t mid = low + (high - low) / 2;
      const struct label *l = &a->labels[mid];
      int order = compare_names(p->place.at, p->len, l->place.at, l->len);
      if (!order)
         return l;
      if (order < 0)
         high = mid;
      else
         low = mid + 1;
   }
   return NULL;
}

static bool resolve(struct assembler *a, const struct pending *p)
{
   const struct label *l = find_label(a, p);

   if (!l)
      return fail_at(a, p->place, "undefined label '%.*s'", p->len > 40 ? 40 : (int)p->len, p->place.at);
   int64_t distance = (int64_t)l->word - (int64_t)(p->word + p->used);
   if (distance < INT32_MIN || distance > INT32_MAX)
      return fail_at(a, p->place, "branch target out of reach");
   isa_inst inst;
   unsigned used;
   isa_decode(a->words + p->word, a->count - p->word, &inst, &used);
   inst.target = (int32_t)distance;
   uint64_t words[2];
   if (isa_encode(&inst, words, &used) != ISA_OK)
      return fail_at(a, p->place, "branch target out of reach");
   a->words[p->word] = words[0];
   return true;
}

static bool assemble(struct assembler *a)
{
   while (peek(a)) {
      if (!read_line(a))
         return false;
      skip_line(a);
   }
   if (!sort_labels(a))
      return false;
   for (size_t i = 0; i < a->pending_count; i++)
      if (!resolve(a, &a->pending[i]))
         return false;
   /* An empty program still needs an array, so that NULL always means an error. */
   return a->words || grow(a, (void **)&a->words, &a->room, 0, sizeof *a->words);
}

uint64_t *isa_assemble(const char *text, size_t *count, char *err, size_t err_size)
{
   struct assembler a = {.now = {text, text, 1}, .err = err, .err_size = err_size};

   if (err_size)
      err[0] = '\0';
   *count = 0;
   bool ok = assemble(&a);
   free(a.labels);
   free(a.pending);
   if (!ok) {
      free(a.words);
      return NULL;
   }
   *count = a.count;
   return a.words;
}
