/* Figment's command processor firmware: what its files share.
 *
 * main.c      boot and the scheduler loop            ring.c     enabling, stopping, one ring's turn
 * fetch.c     commands into SRAM, buffer levels      packets.c  what each packet does
 * waits.c     memory waits and engine waits          fences.c   signals, fences, timestamps, counters
 * draws.c     packets of the graphics front end      time.c     the rings' clocks
 * faults.c    raising faults, stopping rings at fault
 *
 * Rules. Packet work runs under ACCOUNT 1 and takes a path that depends on the commands and on memory alone, never on when an
 * event arrived: fetching, readiness checks and scheduling run under ACCOUNT 0. So the instruction count of a command
 * stream, and with it the ring's clock, is the same in every run. Nothing here spins: what cannot go on is
 * held, and looked at again when an event or the timer ends wfi.
 */
#ifndef FW_FW_H
#define FW_FW_H

#include "hw.h"

#define FW_VERSION 1u
#define FW_LEVELS 5u         /* the ring and 4 levels of indirect buffers */
#define FW_FETCH_DW 256u     /* commands held in SRAM per ring; no packet but NOP and WRITE is longer */
#define FW_WRITE_INLINE_DW 64u /* a longer payload of WRITE is streamed past the fetch buffer */
#define FW_TURN_NORMAL 8u    /* packets in a row before the next ring gets its turn */
#define FW_TURN_HIGH 32u

enum fw_state {
   FW_OFF,      /* not enabled, nothing in flight */
   FW_ON,
   FW_STOPPING, /* disabled, work in flight has been killed but is not gone yet */
   FW_FAULTED,
};

enum fw_hold {
   FW_GO,          /* not held */
   FW_HOLD_ENGINE, /* until an event of an engine */
   FW_HOLD_MEMORY, /* until memory changes: looked at on every event and by the timer */
};

/* A run of commands: the ring (positions count modulo 2^32) or an indirect buffer. */
struct fw_level {
   uint64_t va;
   uint32_t at_dw, end_dw;
};

struct fw_ring {
   uint32_t index;
   enum fw_state state;
   enum fw_hold hold;
   uint32_t status;        /* as last written to RING.STATUS */
   uint32_t size_dw;
   uint32_t depth;         /* current level, 0 is the ring */
   struct fw_level level[FW_LEVELS];
   uint32_t fetched_at_dw, fetched_dw; /* what `words` holds of the current level */
   uint32_t waits;         /* engines that the clock has been told to wait for by the packet ahead */
   uint32_t drawn, draws;  /* of an indirect draw packet: started, altogether; drawn is 0 unless one is at work */
   uint32_t words[FW_FETCH_DW];
};

/* A packet as it lies in SRAM. payload holds all of it; of a NOP nothing, of a long WRITE the address only. */
struct fw_packet {
   uint32_t header, opcode, count, flags;
   const uint32_t *payload;
   uint64_t va;            /* of the header */
};

extern struct fw_ring fw_rings[GPU_RINGS];

static inline uint64_t fw_u64(const uint32_t *lo)
{
   return lo[0] | (uint64_t)lo[1] << 32;
}

static inline uint32_t fw_cs(const struct fw_ring *r, uint32_t offset)
{
   return GPU_BLOCK_CS + r->index * GPU_STRIDE_CS + offset;
}

static inline uint32_t fw_dma(const struct fw_ring *r, uint32_t offset)
{
   return GPU_BLOCK_DMA + r->index * GPU_STRIDE_DMA + offset;
}

static inline uint32_t fw_ring_reg(const struct fw_ring *r, uint32_t offset)
{
   return GPU_BLOCK_RING + r->index * GPU_STRIDE_RING + offset;
}

/* ring.c */
void fw_ring_init(struct fw_ring *r, uint32_t index);
void fw_ring_control(struct fw_ring *r);            /* follow ENABLE */
bool fw_ring_turn(struct fw_ring *r, uint32_t packets); /* true if a packet was executed */
void fw_ring_set_status(struct fw_ring *r, enum gpu_ring_status status);
bool fw_ring_drained(const struct fw_ring *r);      /* no dispatch, copy or draw in flight */
void fw_ring_kill(const struct fw_ring *r);         /* abandon its work in flight */

/* fetch.c */
void fw_fetch_start(struct fw_ring *r, uint64_t base, uint32_t size_dw);
void fw_fetch_drop(struct fw_ring *r);              /* forget what was fetched ahead */
/* The next n dwords of the current level in SRAM, which are there (at + n <= end); NULL: a fault was raised. */
const uint32_t *fw_fetch(struct fw_ring *r, uint32_t n);
/* Copy part of the current level, past the fetch buffer; at_dw is relative to the level's position. */
fw_transfer_result fw_stream(const struct fw_ring *r, uint32_t at_dw, uint32_t *out, uint32_t n);
void fw_fetch_advance(struct fw_ring *r, uint32_t n);
bool fw_fetch_push(struct fw_ring *r, uint64_t va, uint32_t size_dw); /* false: too deep */
uint64_t fw_fetch_va(const struct fw_ring *r);      /* address of the next dword */
static inline uint32_t fw_fetch_left(const struct fw_ring *r)
{
   return r->level[r->depth].end_dw - r->level[r->depth].at_dw;
}

/* packets.c */
struct fw_packet_type {
   uint16_t min_dw, max_dw;
   uint8_t flags;                                   /* that may be set */
   /* Field ranges and alignment; NULL: anything goes. */
   bool (*valid)(const struct fw_packet *p);
   /* Whether it can run now; NULL: always. Runs under ACCOUNT 0, any number of times. */
   enum fw_hold (*ready)(struct fw_ring *r, const struct fw_packet *p);
   /* Runs once, under ACCOUNT 1, and moves the ring past the packet. False: a fault was raised. */
   bool (*execute)(struct fw_ring *r, const struct fw_packet *p);
};
const struct fw_packet_type *fw_packet_type(uint32_t opcode); /* NULL: undefined */
/* Dwords of the packet, header included, that are to lie in SRAM. */
uint32_t fw_packet_resident_dw(uint32_t opcode, uint32_t count);

/* waits.c */
enum fw_hold fw_wait_engines(struct fw_ring *r, uint32_t which); /* GPU_BARRIER_* */
bool fw_valid_wait_mem(const struct fw_packet *p);
bool fw_valid_wait_mem64(const struct fw_packet *p);
enum fw_hold fw_ready_wait_mem(struct fw_ring *r, const struct fw_packet *p);
enum fw_hold fw_ready_wait_mem64(struct fw_ring *r, const struct fw_packet *p);
bool fw_execute_wait_mem(struct fw_ring *r, const struct fw_packet *p);
bool fw_execute_wait_mem64(struct fw_ring *r, const struct fw_packet *p);
void fw_wait_timer(bool progress);                  /* before wfi: keep held rings polling, ever more slowly */

/* draws.c */
bool fw_valid_set_gfx(const struct fw_packet *p);
bool fw_execute_set_gfx(struct fw_ring *r, const struct fw_packet *p);
enum fw_hold fw_ready_draw(struct fw_ring *r, const struct fw_packet *p);
bool fw_execute_draw(struct fw_ring *r, const struct fw_packet *p);
bool fw_execute_draw_indexed(struct fw_ring *r, const struct fw_packet *p);
bool fw_valid_draw_indirect(const struct fw_packet *p);
bool fw_execute_draw_indirect(struct fw_ring *r, const struct fw_packet *p);
bool fw_valid_draw_xfb(const struct fw_packet *p);
bool fw_execute_draw_xfb(struct fw_ring *r, const struct fw_packet *p);
bool fw_valid_clear_target(const struct fw_packet *p);
bool fw_execute_clear_target(struct fw_ring *r, const struct fw_packet *p);
bool fw_valid_xfb(const struct fw_packet *p);
enum fw_hold fw_ready_xfb(struct fw_ring *r, const struct fw_packet *p);
bool fw_execute_xfb(struct fw_ring *r, const struct fw_packet *p); /* XFB_LOAD, XFB_STORE */

/* fences.c */
bool fw_valid_signal(const struct fw_packet *p);
enum fw_hold fw_ready_drained(struct fw_ring *r, const struct fw_packet *p);
bool fw_execute_signal(struct fw_ring *r, const struct fw_packet *p);
bool fw_execute_fence(struct fw_ring *r, const struct fw_packet *p);
bool fw_valid_timestamp(const struct fw_packet *p);
enum fw_hold fw_ready_timestamp(struct fw_ring *r, const struct fw_packet *p);
bool fw_execute_timestamp(struct fw_ring *r, const struct fw_packet *p);
bool fw_valid_counters(const struct fw_packet *p);
enum fw_hold fw_ready_counters(struct fw_ring *r, const struct fw_packet *p);
bool fw_execute_counters(struct fw_ring *r, const struct fw_packet *p);

/* time.c */
void fw_time_init(void);
void fw_time_packet(struct fw_ring *r);             /* add what the packet work since the last call took */
void fw_time_engines(struct fw_ring *r, uint32_t which); /* not before the end of what these engines were given: GPU_BARRIER_* */
bool fw_time_known(const struct fw_ring *r);        /* the clock has everything; else an event follows. Not under ACCOUNT 1 */
uint64_t fw_time(const struct fw_ring *r);          /* when it is known */
void fw_time_at_least(struct fw_ring *r, uint64_t time);
void fw_time_wake(struct fw_ring *r);               /* an idle ring got work: not before the published time */
void fw_time_publish(struct fw_ring *r);

/* faults.c */
/* Record the fault and stop the ring; all of them return false. */
bool fw_fault(struct fw_ring *r, enum gpu_fault type, enum gpu_access access, uint32_t info, uint64_t va);
bool fw_fault_transfer(struct fw_ring *r, fw_transfer_result t, uint32_t info);
bool fw_fault_packet(struct fw_ring *r, const struct fw_packet *p);
void fw_fault_collect(void);                        /* after EVENT.FAULT: stop the rings whose work faulted */

/* log.c */
void fw_log(const char *text);
void fw_log_hex(uint64_t v);

#endif
