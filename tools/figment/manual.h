/* figment manual: the chapters of the reference that are generated from the tables of gpu/. */
#ifndef TOOLS_FIGMENT_MANUAL_H
#define TOOLS_FIGMENT_MANUAL_H

#include <stdbool.h>
#include <stddef.h>

#include "gpu_printf.h"

/* A growing text; failed is sticky and is checked once. */
typedef struct manual_text {
   char *p;
   size_t length, room;
   bool failed;
} manual_text;

GPU_PRINTF(2, 3) void manual_put(manual_text *t, const char *format, ...);
/* Table text: a '|' would end the cell. */
void manual_put_cell(manual_text *t, const char *text);

void manual_isa(manual_text *t);

struct isa_info;
/* One instruction for the terminal. */
void manual_instruction(manual_text *t, const struct isa_info *info);

#endif
