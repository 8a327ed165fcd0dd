/* What the subcommands of `figment` share: description, options, files, messages. */
#ifndef TOOLS_FIGMENT_TOOL_H
#define TOOLS_FIGMENT_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gpu_printf.h"

/* Exit statuses. */
enum { TOOL_OK = 0, TOOL_FAILED = 1, TOOL_USAGE = 2, TOOL_DIFFERS = 3 };

#define TOOL_MAX_ARGS 2

/* One option: "--dump", its arguments as shown in the help ("FILE", "FILE WxH", NULL for none). */
typedef struct tool_option {
   const char *name, *short_name, *args, *help;
} tool_option;

typedef struct tool_command {
   const char *name;
   const char *summary;        /* one line for the list of commands */
   const char *operands;       /* after the options in the usage line, "" for none */
   const char *help;           /* paragraphs after the options, "" for none */
   const char *example;        /* command lines, each with what it does */
   const tool_option *options; /* ended by a NULL name */
   bool leading_only; /* options stop at the first operand (the rest is another program's command line) */
   int (*main)(const struct tool_command *c, int argc, char **argv);
} tool_command;

/* Command line after tool_parse: given[i] tells of options[i], arg[i] are its arguments. */
#define TOOL_MAX_OPTIONS 24
typedef struct tool_line {
   bool given[TOOL_MAX_OPTIONS];
   const char *arg[TOOL_MAX_OPTIONS][TOOL_MAX_ARGS];
   char **operand;
   int operands;
} tool_line;

/* Parse argv (without the command's name), moving operands to its front. True if the command shall go on;
 * else *status is its exit status: help was shown, or a usage message. */
bool tool_parse(const tool_command *c, int argc, char **argv, tool_line *line, int *status);
void tool_help(const tool_command *c);

/* "figment NAME: ..." on stderr; returns the exit status. */
GPU_PRINTF(2, 3) int tool_fail(const tool_command *c, const char *format, ...);
GPU_PRINTF(2, 3) int tool_usage(const tool_command *c, const char *format, ...);

/* Whole file ("-": standard input) with a zero byte behind it; NULL and a message on failure. The caller
 * frees it. */
char *tool_read_file(const tool_command *c, const char *path, size_t *size);
/* Write a whole file ("-": standard output). False and a message on failure. */
bool tool_write_file(const tool_command *c, const char *path, const void *data, size_t size);
/* A number, decimal or 0x; optional suffix K, M or G (binary). False if malformed or beyond 64 bits. */
bool tool_number(const char *text, uint64_t *value);
/* Path of the directory that this executable lies in, without a trailing slash. False if the system does not
 * tell. */
bool tool_own_directory(char *out, size_t size);

extern const tool_command tool_asm, tool_disasm, tool_info, tool_manual, tool_map, tool_packets, tool_report, tool_run, tool_trace, tool_view;

#endif
