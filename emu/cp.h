/* The command processor block, shared by its own files: cp.c (thread, reset, events), cp_boot.c (boot ROM),
 * cp_local.c (registers that only the processor sees), cp_debug.c (log and packet trace).
 *
 * Who owns what: the core, its SRAM and the local registers belong to the processor's thread; fields marked
 * atomic are also read or written by host threads; want and phase are guarded by mutex.
 */
#ifndef EMU_CP_H
#define EMU_CP_H

#include "machine.h"
#include "rv32.h"

enum cp_want { CP_WANT_RESET, CP_WANT_RUN, CP_WANT_EXIT };

/* FIGMENT_FW nouns. X(NAME, noun, what it prints) */
#define CP_DEBUG_LIST(X)                                     \
   X(LOG, "log", "what the firmware writes to its log")      \
   X(PACKETS, "packets", "packets as the firmware starts them")
enum {
#define X(name, noun, doc) CP_DEBUG_INDEX_##name,
   CP_DEBUG_LIST(X)
#undef X
};
#define CP_DEBUG_LOG (1u << CP_DEBUG_INDEX_LOG)
#define CP_DEBUG_PACKETS (1u << CP_DEBUG_INDEX_PACKETS)

typedef struct emu_cp {
   emu_device *dev;
   pthread_t thread;
   pthread_mutex_t control;   /* one host thread at a time moves RESET */
   pthread_mutex_t mutex;
   pthread_cond_t wake;       /* to the processor's thread */
   pthread_cond_t moved;      /* from it: in_reset changed */
   enum cp_want want;
   bool in_reset;
   atomic_bool stop;          /* want is no longer RUN: leave rv32_run */
   atomic_bool sleeping;
   _Atomic uint32_t event, event_mask;

   /* host visible registers */
   _Atomic uint32_t status, fw_lo, fw_hi, fw_size, mailbox[4];
   _Atomic uint32_t halt_pc, halt_cause, halt_tval;

   /* the processor's own */
   rv32_core core;
   emu_agent *agent;
   emu_tlb tlb;
   uint32_t xfer_va_lo, xfer_va_hi, xfer_sram, xfer_bytes, xfer_status;
   uint64_t timer_deadline_ns; /* 0: stopped */
   uint32_t account, count_value;
   uint64_t accounted;         /* core.instret up to which instructions are in retired[] */
   uint64_t retired[2];        /* by ACCOUNT */

   uint32_t debug;             /* CP_DEBUG_* */
   char log[240];
   uint32_t log_used;
} emu_cp;

/* cp_boot.c: check the image at FW_LO/HI, copy it to SRAM and set the core to its entry. False: image refused. */
bool cp_boot(emu_cp *cp);

/* cp_local.c */
void cp_local_reset(emu_cp *cp);
uint32_t cp_local_read(emu_cp *cp, uint32_t address);
void cp_local_write(emu_cp *cp, uint32_t address, uint32_t value);
/* Put what has retired since the last call to the account in force and to the performance counters. */
void cp_account(emu_cp *cp);
/* Set EVENT.TIMER if the one-shot timer has run out. */
void cp_timer_poll(emu_cp *cp);

/* cp_debug.c */
uint32_t cp_debug_settings(const emu_device *dev);
void cp_debug_log(emu_cp *cp, char c);
void cp_debug_packet(emu_cp *cp, uint32_t trace);

#endif
