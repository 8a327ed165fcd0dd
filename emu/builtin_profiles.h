/* The profiles of gpu/profiles as text, generated at build time (embed.cmake). */
#ifndef EMU_BUILTIN_PROFILES_H
#define EMU_BUILTIN_PROFILES_H

#include <stddef.h>

typedef struct emu_builtin_profile {
   const char *name, *json;
} emu_builtin_profile;

extern const emu_builtin_profile emu_builtin_profiles[];
extern const size_t emu_builtin_profile_count;

#endif
