/* Random structured shaders for differential tests. */
#ifndef RANDOM_SHADER_H
#define RANDOM_SHADER_H

#include "oracle.h"
#include "sc.h"

typedef struct random_options {
   uint32_t seed;
   unsigned statements;  /* rough size */
   unsigned variables;   /* function variables: what is live across control flow */
   unsigned live;        /* values computed at the start and used at the end */
   unsigned max_depth;
   bool floats;
   bool across;          /* operations across lanes */
} random_options;

/* Bindings and memory that every random shader uses: 0 output, 1 input (storage), 2 uniform buffer, 3
 * atomics, 4 to 7 an array of four uniform buffers. */
#define RANDOM_BINDINGS 5u
#define RANDOM_OUTPUTS 24u /* words per invocation */
void random_input(sc_input *in, const random_options *o);
bool random_memory(eval_env *env,
                   const random_options *o); /* allocates the buffers, contents from the seed */
void random_memory_free(eval_env *env);

/* In variable form, as a SPIR-V reader would leave it. */
ir_shader *random_shader(const sc_input *in, const random_options *o);

#endif
