/* The `figment` command: picks the subcommand. Each lives in a file of its own. */
#include <stdio.h>
#include <string.h>

#include "tool.h"

static const tool_command *const commands[] = {
   &tool_run,  &tool_report, &tool_trace, &tool_view, &tool_map, &tool_asm, &tool_disasm, &tool_packets, &tool_manual,
#ifdef FIGMENT_HAVE_EMU
   &tool_info,
#endif
};

#define COMMANDS (sizeof commands / sizeof *commands)

static void usage(FILE *to)
{
   fputs("figment - a GPU in software: run, look inside, assemble, decode\n\n"
         "usage: figment COMMAND [options]\n\ncommands:\n",
         to);
   for (size_t i = 0; i < COMMANDS; i++)
      fprintf(to, "   %-10s %s\n", commands[i]->name, commands[i]->summary);
   fputs("\n'figment COMMAND --help' explains a command and gives an example.\n", to);
}

int main(int argc, char **argv)
{
   if (argc < 2) {
      usage(stderr);
      return TOOL_USAGE;
   }
   if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
      usage(stdout);
      return TOOL_OK;
   }
   if (!strcmp(argv[1], "--version")) {
      puts("figment " FIGMENT_VERSION);
      return TOOL_OK;
   }
   for (size_t i = 0; i < COMMANDS; i++)
      if (!strcmp(argv[1], commands[i]->name))
         return commands[i]->main(commands[i], argc - 2, argv + 2);
   fprintf(stderr, "figment: unknown command %s\n\n", argv[1]);
   usage(stderr);
   return TOOL_USAGE;
}
