/* FIGMENT_* environment variables as the emulator reads them, and its debug output. */
#ifndef EMU_SETTINGS_H
#define EMU_SETTINGS_H

#include "machine.h"

/* Nouns of FIGMENT_EMU. X(NAME, noun, what it prints) */
#define EMU_DEBUG_LIST(X)                                                                                    \
   X(MMIO, "mmio", "register accesses of the host")                                                          \
   X(FAULT, "fault", "fault records")                                                                        \
   X(IRQ, "irq", "interrupts raised")                                                                        \
   X(DMA, "dma", "copy engine jobs")                                                                         \
   X(BIND, "bind", "physical ranges bound, unbound, discarded")                                              \
   X(CP, "cp", "command processor: boot, halts")                                                             \
   X(PACKETS, "packets", "packets as the firmware starts them")                                              \
   X(CS, "cs", "dispatches")                                                                                 \
   X(GFX, "gfx", "draws")                                                                                    \
   X(LOG, "log", "what the firmware writes to its log")

enum {
#define X(name, noun, doc) EMU_DEBUG_INDEX_##name,
   EMU_DEBUG_LIST(X)
#undef X
};
enum emu_debug {
#define X(name, noun, doc) EMU_DEBUG_##name = 1 << EMU_DEBUG_INDEX_##name,
   EMU_DEBUG_LIST(X)
#undef X
};

/* Read and check every FIGMENT_* variable. `profile` overrides FIGMENT_PROFILE unless NULL. On failure false and a message that
 * lists what is valid. */
bool emu_settings_read(const char *profile, emu_settings *out, char *err, size_t err_size);

/* One line on stderr if the noun is on: emu_debug(dev, IRQ, "status %08x", bits). */
#define emu_debug(dev, noun, ...)                                                                            \
   do {                                                                                                      \
      if ((dev)->settings.debug & EMU_DEBUG_##noun)                                                          \
         emu_debug_print(EMU_DEBUG_INDEX_##noun, __VA_ARGS__);                                               \
   } while (0)
void emu_debug_print(unsigned noun, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
