/* What the files of the shader cores share: the machine's insides, cores, schedulers, waves, workgroups.
 *
 * A core has room (wave slots, registers, local data share), schedulers, and the waves on them. A
 * scheduler's cycles are accounted for from left to right: everything before its `free` has been counted, as
 * issue or as a stall with its reason, so that the sums are exact whatever an engine does.
 */
#ifndef EMU_TIME_ENGINE_H
#define EMU_TIME_ENGINE_H

#include "model.h"
#include "program.h"

#define TIME_WHEEL_LOG2 12u
#define TIME_WHEEL (1u << TIME_WHEEL_LOG2)
#define TIME_QUEUE_MAX 16u  /* of the profile's port_queue */
#define TIME_BOARD_CLASSES 8u
#define TIME_NEVER (UINT64_MAX >> 8)

typedef struct time_loop {
   uint64_t now;
   uint64_t block; /* that is dealt out to the cycles */
   time_actor *starving;
   time_actor *cycle[TIME_WHEEL], *blocks[TIME_WHEEL], *beyond;
   uint64_t cycle_used[TIME_WHEEL / 64], block_used[TIME_WHEEL / 64];
} time_loop;

typedef struct time_core time_core;
typedef struct time_group time_group;

/* A part of a wave's trace that has arrived and is not read yet. */
typedef struct time_portion {
   struct time_portion *next;
   time_piece *piece; /* that holds it, or NULL */
   const uint32_t *data;
   uint32_t dwords;
   bool last, barrier; /* the wave's last; it ends at a barrier */
} time_portion;

#define TIME_CODE_EPOCH (UINT64_C(1) << 42)
#define TIME_CODE_LINES 64u
typedef struct time_code_line {
   uint64_t line, there;
} time_code_line;

/* Of 64 lines of code, which ones a scheduler is known to hold, and when all of these are there: a shorter way to
 * ask time_code_line. */
#define TIME_CODE_WINDOWS 4u
typedef struct time_code_window {
   uint64_t first;   /* key of a line, a multiple of 64 */
   uint64_t present; /* bits */
   uint64_t there;
} time_code_window;

static inline uint32_t time_code_window_of(uint64_t first)
{
   return (uint32_t)((first >> 6) * UINT64_C(0x9e3779b97f4a7c15) >> 62);
}

/* approx: what a wave takes of its scheduler. */
typedef struct time_share {
   uint64_t booked; /* until when that wave and older ones issue */
   uint32_t rate;   /* issue cycles in 1024 cycles, lately, but for */
   uint32_t issue;  /* those since */
   uint64_t since;
} time_share;

typedef struct time_sched {
   time_actor actor; /* detailed */
   time_core *core;
   time_wave **wave; /* resident, the oldest first */
   time_share *share; /* approx: by the same places */
   uint32_t waves;
   uint64_t free;      /* cycles before are accounted for; not before this may anything be issued */
   uint64_t last_age;  /* round robin: who issued last */
   uint32_t opens;     /* detailed: waves whose next instruction is not known yet */
   uint64_t room[TIME_PORTS]; /* when the queue to a unit has room: queue[queue_at] */
   uint64_t queue[TIME_PORTS][TIME_QUEUE_MAX]; /* when the units took its latest instructions */
   uint32_t queue_at[TIME_PORTS];
   uint64_t code_epoch; /* above the bits of lines; another one whenever the core was empty, and what is of others is gone */
   time_code_line code[TIME_CODE_LINES]; /* by line modulo their number; lines with their epoch */
   time_code_window window[TIME_CODE_WINDOWS]; /* by the first line's hash */
} time_sched;

struct time_core {
   uint32_t index;
   time_sched *sched;
   uint32_t waves, vregs, lds_B; /* in use */
   uint64_t since; /* of the ring's clock: cycles before are in CORE_CYCLES */
   time_actor *waiters;
};

/* approx: arithmetic that a wave has laid out and not yet booked with its scheduler, behind a wait. */
#define TIME_BLOCKS 4u
typedef struct time_block {
   uint64_t wait;            /* not before: time << 4 | enum time_why; 0: anything */
   uint32_t cycles, stalled; /* as in time_step */
   uint32_t issue, instructions, inst;
   int32_t branches; /* cycles without issue that go to branches, less those that go to other results */
} time_block;
/* What comes behind the blocks. */
enum time_due {
   TIME_DUE_NOTHING, /* is known yet */
   TIME_DUE_BOOKS,   /* they are to be booked, there is no room for more */
   TIME_DUE_CODE,    /* of the segment, from w->fetched on */
   TIME_DUE_STEP,    /* what ends w->step */
   TIME_DUE_OVER     /* the trace has ended */
};

enum time_wave_state { TIME_WAVE_RUNS, TIME_WAVE_BARRIER, TIME_WAVE_ENDS };

struct time_wave {
   time_actor actor; /* approx: goes on; both: ends */
   time_sched *sched;
   time_program *program;
   /* approx, and what both need most */
   const struct time_step *step; /* next in the segment, or NULL */
   uint64_t est, est_base;     /* ready and base at the end of the blocks, if nobody else issues */
   uint64_t ready;             /* the next instruction may be issued: time << 4 | enum time_why */
   uint64_t base;              /* time without the latest wait */
   uint64_t results, writes;   /* latest result on its way, latest write to be in L2: the same form */
   uint8_t due;                /* enum time_due */
   uint8_t blocks;             /* that are laid out; one more is being laid out */
   uint8_t port;               /* detailed: that the next instruction needs */
   bool open;                  /* detailed: next instruction not known yet */
   uint32_t place;             /* of its scheduler's */
   uint32_t previous;          /* segment before, or UINT32_MAX */
   uint32_t penalty;           /* cycles until results of the segment before are there */
   time_block block[TIME_BLOCKS];
   /* trace, and where the wave is in it */
   const uint32_t *at, *end;
   uint32_t segment, repeat;   /* segment now; so many times more */
   uint32_t inst, inst_first, inst_end; /* instruction that is next, of the segment */
   uint32_t fetched;           /* approx: code of the segment is there up to this instruction */
   uint64_t code_va, line;     /* of the program; of the line of code that it is in */
   emu_time_job *job;
   time_core *core;
   time_group *group; /* NULL: graphics */
   time_piece *piece; /* that holds what is read, or NULL */
   time_portion *first_portion, *last_portion;
   bool last;      /* nothing comes behind `end` and the portions */
   bool to_barrier; /* at `end` comes a barrier, at which the wave has not arrived */
   /* ahead.c: instructions, lines and barriers so far; the same when the window was opened; what is to be passed over
    * before the next segment: barriers, if not 0, else instructions */
   uint64_t instructions, lines, barriers, mark_instructions, mark_lines, mark_barriers;
   uint64_t pass_instructions, pass_barriers;
   uint64_t surplus; /* instructions that have been passed over before their turn */
   bool passes;
   uint32_t index, vregs, board_class, stage;
   enum time_wave_state state;
   uint64_t age;   /* number of its launch */
   uint64_t began; /* when, in the loop's time */
   uint64_t start; /* of the ring's clock */
   time_wave *next;  /* of the free ones */
   /* end */
   time_actor *done;
   uint64_t *done_at;
   uint64_t board[]; /* [program->board] results: time << 4 | enum time_why */
};

struct time_group {
   time_group *next;
   emu_time_job *job;
   time_unit *unit;
   time_core *core;
   time_piece *piece; /* being read */
   uint32_t offset;
   uint32_t waves, alive, arrived, lds_B;
   uint32_t capacity;
   uint64_t arrived_at;
   time_wave *wave[];
};

struct time_machine {
   emu_profile profile;
   bool detailed, failed;
   bool ended; /* a job has, in this run */
   uint64_t passed; /* cycles of the ring's clock that were passed over and are not in the loop's time (sample.c) */
   struct time_sampler *sampler;
   uint32_t port_queue;
   time_loop loop;
   time_memory *memory;
   time_core *core;
   emu_time_job *jobs; /* launched and not over, latest first */
   struct time_dispatch *dispatches;
   time_actor *any_waiters;
   time_wave *free_waves[TIME_BOARD_CLASSES];
   time_portion *free_portions;
   time_group *free_groups;
   uint64_t age;
   struct time_observer *observer; /* NULL: nobody looks (observe.c) */
   struct time_allocation *allocations;
   uint8_t *room, *room_end; /* for small ones, cleared */
   struct time_gfx *gfx;       /* front.c */
   struct time_copier *copier; /* copy.c */
};

static inline uint64_t time_pack(uint64_t at, enum time_why why)
{
   return at << 4 | (uint64_t)why;
}
static inline uint64_t time_when(uint64_t packed)
{
   return packed >> 4;
}
static inline uint64_t time_earlier(uint64_t a, uint64_t b)
{
   return a < b ? a : b;
}
static inline uint64_t time_later(uint64_t a, uint64_t b)
{
   return a > b ? a : b;
}

/* loop.c */
enum time_progress time_loop_run(time_machine *m, uint64_t until);
void time_forget(time_machine *m, time_actor *a);

/* machine.c */
void time_machine_fail(time_machine *m);
/* Cleared, freed with the machine; NULL: the machine has failed. */
void *time_machine_alloc(time_machine *m, size_t size_B);
time_program *time_job_program(time_machine *m, emu_time_job *j, unsigned stage);

/* reader.c: what a wave did */
enum time_read { TIME_READ_SEGMENT, TIME_READ_OVER, TIME_READ_STARVED };
/* The wave's next segment with instructions: sets segment, repeat, inst, inst_first, inst_end. */
enum time_read time_read_segment(time_machine *m, time_wave *w);
/* Dwords of a record inside a portion, without those that continue it. */
static inline uint32_t time_record_dwords(const uint32_t *r)
{
   switch (*r >> 28) {
   case EMU_REC_SEGMENT:
      return 1;
   case EMU_REC_RUN:
      return 3;
   case EMU_REC_LINES:
   case EMU_REC_MORE_LINES:
   case EMU_REC_BLOCK_LINES:
      return 1 + 2 * (*r >> 8 & 0xff);
   case EMU_REC_COPY:
      return 7;
   default:
      return 1;
   }
}
/* The wave goes on to its next portion. */
enum time_read time_read_portion(time_machine *m, time_wave *w);
/* The portion behind *at, or behind what the wave reads now if that is NULL; nothing of it is read yet. */
enum time_read time_read_ahead(time_machine *m, time_wave *w, time_portion **at);
/* Goes to the wave's next SEGMENT record, which is at w->at then. */
enum time_read time_peek_segment(time_machine *m, time_wave *w);
/* The record of instruction w->inst, a memory instruction, if it has one; passes it. */
const uint32_t *time_read_record(time_wave *w);
void time_read_drop(time_machine *m, time_wave *w); /* the wave reads no more */

/* core.c */
bool time_cores_create(time_machine *m); /* freed with the machine */
/* Counts the scheduler's cycles up to `at` for a reason. */
static inline void time_sched_stall(time_sched *s, uint64_t at, enum time_why why, emu_time_job *j,
                                    time_inst_cost *cost)
{
   if (at <= s->free)
      return;
   uint64_t n = at - s->free;
   TIME_COUNT(j, ISSUE_SLOTS, n);
   j->counters[GPU_COUNTER_ISSUE_ACTIVE + why] += n;
   if (cost && why < TIME_WHY_IDLE)
      cost->cycles[why] += n;
   s->free = at;
}
static inline void time_sched_issue(time_sched *s, uint64_t cycles, uint64_t instructions, emu_time_job *j)
{
   TIME_COUNT(j, TIMED_INSTRUCTIONS, instructions);
   TIME_COUNT(j, ISSUE_SLOTS, cycles);
   TIME_COUNT(j, ISSUE_ACTIVE, cycles);
   s->free += cycles;
}
/* NULL: the machine has failed. */
time_wave *time_wave_launch(time_machine *m, time_core *c, emu_time_job *j, unsigned stage, time_group *g,
                            uint64_t at);
/* It ends at `ready` (time << 4 | enum time_why), or when its results are there. */
void time_wave_finish(time_machine *m, time_wave *w, uint64_t ready);
/* A line of code as schedulers note it. */
static inline uint64_t time_code_key(const time_sched *s, uint64_t line)
{
   return line | s->code_epoch;
}
/* The scheduler holds a line of code (its key) instead of what is in its place. */
void time_code_put(time_sched *s, uint64_t key, uint64_t there);
/* The wave comes to a line of code at `now`: when it is there. */
uint64_t time_wave_enter_line(time_machine *m, time_wave *w, uint64_t line, uint64_t now);
static inline uint64_t time_wave_line(const time_wave *w, uint32_t word)
{
   return (w->code_va + 8 * (uint64_t)word) >> EMU_LINE_LOG2;
}
/* A memory instruction that is issued now: the record or NULL; books the unit, the scoreboard, writes. */
void time_wave_access(time_machine *m, time_wave *w, const time_inst *i, const uint32_t *record,
                      uint64_t now);
/* When the scheduler's queue to the unit has room. */
static inline uint64_t time_queue_room(const time_sched *s, unsigned port)
{
   return s->room[port];
}

/* group.c */
/* At a barrier; the last one releases all. */
void time_group_arrive(time_machine *m, time_wave *w, uint64_t at);
void time_group_wave_over(time_machine *m, time_wave *w); /* it has ended now */

/* The engines: approx.c, where waves act, and detailed.c, where schedulers do. Resume: a wave has been
 * launched, or may go on after a barrier; w->ready says when. */
void time_approx_resume(time_machine *m, time_wave *w);
void time_approx_act(time_machine *m, time_actor *a);
void time_detailed_resume(time_machine *m, time_wave *w);
void time_detailed_act(time_machine *m, time_actor *a);

#endif
