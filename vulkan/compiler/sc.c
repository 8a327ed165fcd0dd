/* The compiler's pipeline: SPIR-V reader, SSA passes, back end, and the FIGMENT_SC debug output.
 *
 * Debug builds validate after every pass. Flags are read once; printing never changes the result.
 */
#include "sc.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ir.h"
#include "mach.h"

enum debug_bits { DEBUG_IR = 1, DEBUG_IR_ALL = 2, DEBUG_ISA = 4, DEBUG_STATS = 8, DEBUG_MACH = 16 };

static const struct {
   const char *name;
   unsigned bit;
   const char *help;
} debug_flags[] = {
   {"ir", DEBUG_IR, "print the IR as read and as optimised"},
   {"ir-all", DEBUG_IR_ALL, "print the IR after every pass that changed it"},
   {"mach", DEBUG_MACH, "print machine code before and after register allocation"},
   {"isa", DEBUG_ISA, "print the final instructions"},
   {"stats", DEBUG_STATS, "print one line of statistics per shader"},
};

static unsigned debug_bits;

static void debug_help(void)
{
   fprintf(stderr, "FIGMENT_SC: comma-separated list of\n");
   for (size_t i = 0; i < sizeof debug_flags / sizeof *debug_flags; i++)
      fprintf(stderr, "  %-8s %s\n", debug_flags[i].name, debug_flags[i].help);
   fprintf(stderr, "  %-8s %s\n", "help", "print this list");
}

static void parse_flag(const char *text, size_t len)
{
   for (size_t i = 0; i < sizeof debug_flags / sizeof *debug_flags; i++) {
      if (strlen(debug_flags[i].name) == len && !memcmp(debug_flags[i].name, text, len)) {
         debug_bits |= debug_flags[i].bit;
         return;
      }
   }
   if (len != 4 || memcmp(text, "help", 4))
      fprintf(stderr, "FIGMENT_SC: unknown name \"%.*s\"\n", (int)len, text);
   debug_help();
}

static void parse_debug(void)
{
   const char *text = getenv("FIGMENT_SC");
   while (text && *text) {
      size_t len = strcspn(text, ",");
      if (len)
         parse_flag(text, len);
      text += len + (text[len] == ',');
   }
}

static unsigned debug(void)
{
   static pthread_once_t once = PTHREAD_ONCE_INIT;
   pthread_once(&once, parse_debug);
   return debug_bits;
}

/* ---- passes -------------------------------------------------------------------------------------- */

static void check(ir_shader *s, const char *pass)
{
#ifndef NDEBUG
   ir_validate(s, pass);
#endif
}

static bool usable(const ir_shader *s)
{
   return !s->out_of_memory && !s->too_deep;
}

static bool run_pass(ir_shader *s, bool (*pass)(ir_shader *), const char *name)
{
   if (!usable(s))
      return false;
   bool progress = pass(s);
   check(s, name);
   if (progress && (debug() & DEBUG_IR_ALL) && usable(s)) {
      fprintf(stderr, "---- after %s\n", name);
      ir_print(s, stderr);
   }
   return progress;
}
#define RUN(s, pass) run_pass(s, pass, #pass)

#define MAX_ROUNDS 6u

static void simplify(ir_shader *s)
{
   for (unsigned round = 0; round < MAX_ROUNDS; round++) {
      bool progress = RUN(s, opt_fold);
      progress |= RUN(s, opt_cse);
      progress |= RUN(s, opt_dce);
      progress |= RUN(s, opt_if);
      if (!progress)
         return;
   }
}

void sc_optimise(ir_shader *s, bool contract)
{
   RUN(s, opt_mem2reg);
   simplify(s);
   RUN(s, opt_memory);
   simplify(s);
   RUN(s, opt_licm);
   simplify(s);
   if (contract && RUN(s, opt_fma))
      simplify(s);
   RUN(s, opt_dce);
}

static int check_limits(const sc_input *in, const sc_program *out, char *err, size_t err_size)
{
   uint64_t size = 1;
   for (int k = 0; k < 3; k++) {
      if (out->group_size[k] == 0 || (in->max_group_size[k] && out->group_size[k] > in->max_group_size[k])) {
         snprintf(err, err_size, "workgroup size %c is %u, the limit is %u", "xyz"[k], out -> group_size[k],
                  in -> max_group_size[k]);
         return SC_E_LIMIT;
      }
      size *= out->group_size[k];
   }
   if (in->max_group_invocations && size > in->max_group_invocations) {
      snprintf(err, err_size, "%llu invocations per workgroup, the limit is %u", (unsigned long long)size,
               in->max_group_invocations);
      return SC_E_LIMIT;
   }
   if (in->max_lds_B && out->lds_B > in->max_lds_B) {
      snprintf(err, err_size, "%u bytes of shared memory, the limit is %u", out->lds_B, in->max_lds_B);
      return SC_E_LIMIT;
   }
   if (in->max_scratch_B && out->scratch_B > in->max_scratch_B) {
      snprintf(err, err_size, "%u bytes of private memory per invocation, the limit is %u", out->scratch_B,
               in->max_scratch_B);
      return SC_E_LIMIT;
   }
   return SC_OK;
}

/* ---- back end ------------------------------------------------------------------------------------- */

static void print_program(const sc_program *p)
{
   for (size_t at = 0; at < p->word_count;) {
      isa_inst i;
      unsigned used;
      char text[160];
      if (isa_decode(p->words + at, p->word_count - at, &i, &used) != ISA_OK)
         snprintf(text, sizeof text, "undecodable");
      else
         isa_print(&i, (uint32_t)at, text, sizeof text);
      fprintf(stderr, "%5zu: %s\n", at, text);
      at += used;
   }
}

static uint32_t count_instructions(ir_shader *s)
{
   uint32_t n = 0;
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      for (ir_inst *i = b->first; i; i = i->next)
         n++;
   }
   return n;
}

static void set_register_limits(mach *m, const sc_input *in)
{
   m->max_vregs = in && in->max_vregs ? in->max_vregs : ISA_MAX_VREGS;
   m->max_sregs = in && in->max_sregs ? in->max_sregs : ISA_MAX_SREGS;
   m->max_vregs = m->max_vregs > ISA_MAX_VREGS ? ISA_MAX_VREGS : m->max_vregs < 16 ? 16 : m->max_vregs;
   m->max_sregs = m->max_sregs > ISA_MAX_SREGS ? ISA_MAX_SREGS : m->max_sregs < 16 ? 16 : m->max_sregs;
   m->max_scratch_B = in && in->max_scratch_B ? in->max_scratch_B : UINT32_MAX / 8;
}

static void print_mach(const mach *m, const char *stage)
{
   if (debug() & DEBUG_MACH) {
      fprintf(stderr, "---- %s\n", stage);
      mach_print(m, stderr);
   }
}

int ir_to_isa(ir_shader *s, sc_program *out, char *err, size_t err_size)
{
   RUN(s, lower_descriptors);
   RUN(s, lower_lcssa);
   if (!usable(s))
      return SC_E_NO_MEMORY;
   analyse_divergence(s);
   if (RUN(s, lower_waterfall) && usable(s)) {
      RUN(s, opt_dce);
      analyse_divergence(s);
   }
   if (!usable(s)) {
      snprintf(err, err_size, s->too_deep ? "control flow is nested deeper than %u levels" : "out of memory", IR_MAX_DEPTH);
      return s->too_deep ? SC_E_LIMIT : SC_E_NO_MEMORY;
   }
   if (debug() & DEBUG_IR) {
      fprintf(stderr, "---- optimised\n");
      ir_print(s, stderr);
   }
   if (s->input && s->input->want_ir && !(out->ir_text = sc_ir_text(s)))
      return SC_E_NO_MEMORY;
   mach *m = isel(s);
   if (!m)
      return SC_E_NO_MEMORY;
   m->scratch_B = (s->scratch_B + 3) & ~3u;
   m->spirv_word = 0;
   m->keep_origins = s->input && s->input->want_origins;
   set_register_limits(m, s->input);
   mach_dce(m);
   print_mach(m, "selected");
   sched(m);
   int result = m->out_of_memory ? SC_E_NO_MEMORY : ra_run(m, err, err_size);
   if (result == SC_OK) {
      print_mach(m, "allocated");
      result = emit_program(m, out, err, err_size);
   }
   mach_destroy(m);
   if (result != SC_OK)
      return result;
   if (!sc_stage_finish(s, out))
      return SC_E_NO_MEMORY;
   out->lds_B = s->lds_B;
   memcpy(out->group_size, s->group_size, sizeof out->group_size);
   out->stats.ir_instructions = count_instructions(s);
   if (debug() & DEBUG_ISA)
      print_program(out);
   return SC_OK;
}

/* ---- entry ------------------------------------------------------------------------------------------ */

static int compile(const sc_input *in, ir_shader *s, sc_program *out, char *err, size_t err_size)
{
   int result;
   memcpy(out->group_size, s->group_size, sizeof out->group_size);
   out->lds_B = s->lds_B;
   out->scratch_B = s->scratch_B;
   if ((result = check_limits(in, out, err, err_size)) != SC_OK)
      return result;
   check(s, "spirv_to_ir");
   if ((debug() & DEBUG_IR) && usable(s)) {
      fprintf(stderr, "---- as read\n");
      ir_print(s, stderr);
   }
   sc_optimise(s, true);
   if (s->too_deep) {
      snprintf(err, err_size, "control flow is nested deeper than %u levels", IR_MAX_DEPTH);
      return SC_E_LIMIT;
   }
   if (s->out_of_memory)
      return SC_E_NO_MEMORY;
   if ((result = ir_to_isa(s, out, err, err_size)) != SC_OK)
      return result;
   return check_limits(in, out, err, err_size);
}

static void report(const sc_program *p)
{
   const sc_stats *s = &p->stats;
   if (debug() & DEBUG_STATS)
      fprintf(stderr,
              "sc: %u instructions (%u IR), %u sgprs, %u vgprs, %u spills, %u fills, %u scratch, %u lds%s\n",
              s->instructions, s->ir_instructions, s->sgprs, s->vgprs, s->spills, s->fills, p->scratch_B,
              p->lds_B, p->ordered ? ", ordered" : "");
}

sc_result sc_compile(const sc_input *in, sc_program *out, char *err, size_t err_size)
{
   ir_shader *s = NULL;
   char unused[1];
   if (!err || !err_size) {
      err = unused;
      err_size = sizeof unused;
   }
   err[0] = 0;
   memset(out, 0, sizeof *out);
   int result = spirv_to_ir(in, &s, err, err_size);
   if (result == SC_OK)
      result = compile(in, s, out, err, err_size);
   ir_shader_destroy(s);
   if (result != SC_OK) {
      sc_program_finish(out);
      if (!err[0])
         snprintf(err, err_size, result == SC_E_NO_MEMORY ? "out of memory" : "compilation failed");
      return (sc_result)result;
   }
   report(out);
   return SC_OK;
}

void sc_program_finish(sc_program *p)
{
   free(p->words);
   free(p->ir_text);
   free(p->origins);
   free(p->stage);
   memset(p, 0, sizeof *p);
}
