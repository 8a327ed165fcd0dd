/* Tests of whole compute programs: what the files of this folder share. */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RESULT_DW 16384

enum prog_kind { EXACT, FLOAT };

struct prog {
   const char *name;
   uint32_t groups[3];
   enum prog_kind kind;
};
extern const struct prog prog_table[];
extern const size_t prog_count;

/* The random dwords of set 0 binding 1, RESULT_DW of them. */
uint32_t prog_random(uint32_t i);

/* The first physical device behind the Vulkan loader, with what all programs need. Failures end the process with a message. */
void prog_open(void);
void prog_close(void);
/* Run one SPIR-V file; result: RESULT_DW dwords. Returns false, having said why, if the driver refuses it. */
bool prog_run(const char *path, const struct prog *program, uint32_t *result);

/* Compare with what the host computes for itself: NULL if all is right or nothing is known of the program, else what is wrong. */
const char *prog_reference(const char *name, const uint32_t *result);

#endif
