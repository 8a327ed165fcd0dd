/* figment map: an exported section mapped read-only, whatever the operating system calls it. */
#ifndef TOOLS_FIGMENT_MAP_H
#define TOOLS_FIGMENT_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tool.h"

/* A section as the command line names it; exactly one is not NULL. */
typedef struct map_source {
   const char *path;   /* Linux: a file, most often /proc/PID/fd/N */
   const char *handle; /* inherited file descriptor (Linux) or HANDLE value (Windows) */
   const char *name;   /* Windows: name of the section */
} map_source;

typedef struct map_view {
   const uint8_t *data;
   uint64_t size; /* of the whole object, trailer included */
} map_view;

/* Map the whole section for reading. False and a message (without a command: none) on failure. */
bool map_open(const tool_command *c, const map_source *source, map_view *out);

void map_close(map_view *view);

/* w x h texels of format `format` as RGBA8 without gaps, as a screen shows them. */
void map_convert(const char *format, const uint8_t *texels, uint32_t w, uint32_t h, uint64_t stride, uint8_t *rgba);
/* Write w x h RGBA8 texels without gaps as PNG. False and a message on failure. */
bool map_write_rgba(const tool_command *c, const char *path, const uint8_t *rgba, uint32_t w, uint32_t h);
/* "WxH", each from 1 to 32768. */
bool map_parse_size(const char *text, uint32_t *w, uint32_t *h);
/* Bytes of the payload of a mapped object of `size` bytes: without the trailer. */
uint64_t map_payload_size(uint64_t size);

/* Write w x h texels of format `format` ("rgba8", "bgra8" or a name of formats.def), `stride` bytes a row, as
 * PNG. The caller has checked that they lie in memory. False and a message on failure. */
bool map_write_png(const tool_command *c, const char *path, const uint8_t *texels, uint32_t w, uint32_t h,
                   uint64_t stride, const char *format);
/* Bytes of one texel; 0 if there is no such format or it cannot be shown. */
unsigned map_texel_bytes(const char *format);

#endif
