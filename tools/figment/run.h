/* figment run: starting the program, and the report of the GPU. */
#ifndef TOOLS_FIGMENT_RUN_H
#define TOOLS_FIGMENT_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tool.h"

/* Environment of this process and its children. */
bool run_setenv(const char *name, const char *value);
/* Make the loader of this system find the driver: `manifest` exists, `directory` is where this executable
 * lies. */
bool run_expose_driver(const char *manifest, const char *directory);
/* Name of a fresh empty file for the report. */
bool run_temporary(char *path, size_t size);
/* Start argv[0] and wait for it. False and a message if it could not be started; else *status is its exit
 * status, 128 + n if signal n ended it. */
bool run_program(const tool_command *c, char **argv, int *status);

/* Make the driver's source lines (FIGMENT_SHADER_LINES) part of the report. False and a message on failure. */
bool run_merge_lines(const tool_command *c, const char *report, const char *lines);
#ifdef _WIN32
/* Start it and do not wait: the process' handle, or -1 and a message. */
intptr_t run_start(const tool_command *c, char **argv);
#endif

/* Print the report of a FIGMENT_REPORT file for people. False if the file holds none (no device was opened)
 * or cannot be read; a message says which. */
bool report_print(const tool_command *c, const char *path);

/* Tell programs started from here of the driver that belongs to this command. An exit status, with a message unless TOOL_OK. */
int run_set_up_driver(const tool_command *c);

#endif
