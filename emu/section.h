/* Operating-system shared memory: sections (shareable, with a trailer) and the board's own sparse memory. The two
 * systems differ in section_posix.c and section_win32.c only; section.c holds what is common.
 */
#ifndef EMU_SECTION_H
#define EMU_SECTION_H

#include "machine.h"

#define EMU_SECTION_MAX_B (UINT64_C(1) << 40)

struct emu_section {
   _Atomic uint32_t refs;
   uint64_t payload_B;
   uint8_t *map;    /* section_total_B bytes, page aligned: payload, zeros up to 64 KiB, trailer */
   intptr_t handle; /* fd or HANDLE, never inheritable */
};

static inline uint64_t emu_round_chunk(uint64_t size_B)
{
   return (size_B + GPU_CHUNK_B - 1) & ~(GPU_CHUNK_B - 1);
}

static inline uint64_t emu_section_total_B(uint64_t payload_B)
{
   return emu_round_chunk(payload_B) + EMU_SECTION_TRAILER_B;
}

/* System parts. Each sets s->handle and s->map (total = emu_section_total_B(s->payload_B)) or leaves nothing behind. */
emu_result emu_section_os_create(emu_section *s, const emu_section_info *info);
emu_result emu_section_os_import(emu_section *s, intptr_t handle);
emu_result emu_section_os_import_name(emu_section *s, const void *win32_name);
emu_result emu_section_os_export(emu_section *s, uint32_t win32_access, bool inherit, intptr_t *handle);
void emu_section_os_close(emu_section *s);

/* ---- the board's private memory: one section, never exported, host memory only where touched -------------------- */
typedef struct emu_board {
   uint8_t *base;
   uint64_t size_B;
   intptr_t handle;
   _Atomic uint8_t *committed; /* Windows: one per EMU_BOARD_GRANULE_B; NULL where the system commits by itself */
   pthread_mutex_t lock;
} emu_board;
#define EMU_BOARD_GRANULE_B (UINT64_C(2) << 20)

emu_result emu_board_create(emu_board *b, uint64_t size_B);
void emu_board_destroy(emu_board *b);
/* Make [offset, offset + size_B) touchable; false on host memory exhaustion. */
bool emu_board_commit(emu_board *b, uint64_t offset, uint64_t size_B);
/* Zero the range (64 KiB aligned), giving host memory back where the system can. */
void emu_board_discard(emu_board *b, uint64_t offset, uint64_t size_B);

#endif
