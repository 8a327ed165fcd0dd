/* Waves that stay on their cores for long: looking ahead in their traces, and passing over parts of these.
 *
 * What a wave did in a window is its share. Shares are instructions; of workgroups that often come to
 * barriers they are barriers, the same number for all waves, so that these still meet at the same ones. A
 * share that touches another number of lines than the window did is other work, and nobody passes far beyond
 * it, nor beyond the end of any wave. Of a core's waves that go on nearly as ever each gets what it did in all
 * its time: many times what they differ by in a window would tear those apart that wait for each other's lines.
 */
#include "sample.h"
#include "skip.h"

typedef struct wave_ahead {
   time_wave *wave;
   time_portion *portion; /* the latest that was looked into; NULL: what the wave reads now */
   const uint32_t *at, *end;
   bool to_barrier;
   uint64_t measured;                      /* instructions of the window, and of a share of these */
   uint64_t instructions, lines, barriers; /* that lie ahead */
   uint64_t known;                         /* lines of shares before */
   uint64_t share;                         /* barriers, if not 0, else instructions of the window */
   uint32_t shares;
   uint64_t at_share[TIME_REACH + 1]; /* instructions up to their ends */
} wave_ahead;

/* So few in a window: shares are instructions, and nothing is passed over beyond the next barrier. */
#define BARRIERS_FEW 2u

struct time_ahead {
   uint32_t waves, reach;
   uint32_t shares; /* that all waves have ahead */
   uint32_t looked; /* waves, for the next of them */
   wave_ahead wave[];
};

bool time_ahead_create(time_machine *m, time_ahead **a)
{
   size_t waves = (size_t)m->profile.cores * (m->profile.waves_per_core + m->profile.schedulers_per_core);
   *a = time_machine_alloc(m, sizeof **a + waves * sizeof(wave_ahead));
   return *a != NULL;
}

static time_wave *wave_at(const time_machine *m, uint32_t core, uint32_t sched, uint32_t place)
{
   const time_sched *s = &m->core[core].sched[sched];
   return place < s->waves ? s->wave[place] : NULL;
}

void time_ahead_open(time_machine *m)
{
   for (uint32_t c = 0; c < m->profile.cores; c++)
      for (uint32_t k = 0; k < m->profile.schedulers_per_core; k++)
         for (uint32_t i = 0; i < m->core[c].sched[k].waves; i++) {
            time_wave *w = wave_at(m, c, k, i);
            w->mark_instructions = w->instructions;
            w->mark_lines = w->lines;
            w->mark_barriers = w->barriers;
         }
}

/* Barriers that all waves of the group came to. */
static uint64_t group_barriers(const time_group *g)
{
   uint64_t least = UINT64_MAX;
   for (uint32_t k = 0; k < g->waves; k++)
      if (g->wave[k])
         least = time_earlier(least, g->wave[k]->barriers - g->wave[k]->mark_barriers);
   return least;
}

/* Or are those that are left records of the segment at hand? */
static bool has_segment(const uint32_t *at, const uint32_t *end)
{
   while (at < end && !time_is_segment(at)) {
      uint32_t n = time_record_dwords(at);
      at = n < (size_t)(end - at) ? at + n : end;
   }
   return at < end;
}

static void begin_wave(wave_ahead *a, time_wave *w)
{
   *a = (wave_ahead){.wave = w, .at = w->at, .end = w->end, .measured = w->instructions - w->mark_instructions};
   uint64_t n = w->group ? group_barriers(w->group) : 0;
   a->share = n >= BARRIERS_FEW ? n : 0;
   /* a barrier in the segment at hand is not ahead of it */
   a->to_barrier = w->to_barrier && (!a->share || has_segment(w->at, w->end));
}

/* A window with a barrier or two, but no whole share: what stands around barriers is not what lies between
 * them. */
static bool is_torn(const time_wave *w)
{
   return w->group && w->barriers != w->mark_barriers && group_barriers(w->group) < BARRIERS_FEW;
}

/* Instructions in 2^16 cycles of all those that have been followed since it was launched. */
static uint64_t rate_of(const time_machine *m, const wave_ahead *a)
{
   return a->measured ? time_scale(a->wave->instructions, UINT64_C(1) << 16, m->loop.now - a->wave->began) : 0;
}

static bool is_as_ever(const wave_ahead *a, uint64_t ever)
{
   return !a->share && 8 * ever >= 7 * a->measured && 7 * ever <= 8 * a->measured;
}

/* What the waves of a core did together is shared out by their rates. */
static void even_out(const time_machine *m, wave_ahead *a, uint32_t waves)
{
   uint64_t did = 0, rates = 0;
   for (uint32_t i = 0; i < waves; i++) {
      did += a[i].measured;
      rates += rate_of(m, &a[i]);
   }
   for (uint32_t i = 0; i < waves; i++)
      if (!is_as_ever(&a[i], time_scale(did, rate_of(m, &a[i]), rates)))
         return;
   for (uint32_t i = 0; i < waves; i++)
      a[i].measured = time_scale(did, rate_of(m, &a[i]), rates);
}

bool time_ahead_begin(time_machine *m, time_ahead *a, uint64_t age, uint32_t reach)
{
   a->waves = a->looked = a->shares = 0;
   a->reach = reach;
   for (uint32_t c = 0; c < m->profile.cores; c++) {
      const uint32_t first = a->waves;
      for (uint32_t k = 0; k < m->profile.schedulers_per_core; k++)
         for (uint32_t i = 0; i < m->core[c].sched[k].waves; i++) {
            time_wave *w = wave_at(m, c, k, i);
            if (w->age >= age || w->passes || is_torn(w))
               return false;
            begin_wave(&a->wave[a->waves++], w);
         }
      even_out(m, a->wave + first, a->waves - first);
   }
   return a->waves != 0;
}

static inline bool is_share(const wave_ahead *a, uint64_t measured)
{
   return a->share ? a->barriers >= (a->shares + 1) * a->share
                   : a->instructions + a->wave->surplus >= (a->shares + 1) * measured;
}

/* Shares that end here: a record may be several of them, and what was passed over too much is some. True: no
 * more need be looked for, since it is the one that is wanted, or more lies between its barriers than in the
 * window. */
static inline bool end_shares(wave_ahead *a, uint64_t measured, uint32_t share)
{
   while (is_share(a, measured)) {
      if (a->share && a->instructions - a->at_share[a->shares] > 2 * measured)
         return true;
      a->at_share[++a->shares] = a->instructions;
      if (a->shares == share)
         return true;
   }
   return false;
}

static inline void look_at_record(wave_ahead *a)
{
   const uint32_t *r = a->at;
   const time_program *t = a->wave->program;
   uint32_t n = time_record_dwords(r), segment = *r & 0xfffff;
   a->at = n < (size_t)(a->end - r) ? r + n : a->end;
   if (time_is_segment(r) && segment < t->segments)
      a->instructions += (uint64_t)t->segment[segment].count * (1 + (*r >> 20 & 0xff));
   else
      a->lines += time_skip_lines(r);
}

/* Up to the end of so many shares, or of what may be passed over. Shares of instructions end where another
 * segment begins in the same portion or the next: the one before a barrier stays, or the wave would not come
 * to it. False: the trace has not arrived. */
static bool look_wave(time_machine *m, wave_ahead *a, uint32_t share)
{
   const uint64_t measured = a->measured;
   for (;;) {
      while (a->at < a->end) {
         if (!a->share && time_is_segment(a->at) && end_shares(a, measured, share))
            return true;
         look_at_record(a);
      }
      if (a->to_barrier) {
         if (!a->share)
            return true;
         a->to_barrier = false;
         a->barriers++;
         if (end_shares(a, measured, share))
            return true;
      }
      enum time_read r = time_read_ahead(m, a->wave, &a->portion);
      if (r != TIME_READ_SEGMENT)
         return r == TIME_READ_OVER;
      a->at = a->portion->data;
      a->end = a->at + a->portion->dwords;
      a->to_barrier = a->portion->barrier;
   }
}

/* Waves that did nothing do not count. */
static bool is_idle(const time_wave *w)
{
   return w->instructions == w->mark_instructions;
}

/* Do all waves together touch about as many lines in this share as in the window? */
static bool is_alike(time_ahead *a)
{
   uint64_t lines = 0, before = 0;
   for (uint32_t i = 0; i < a->waves; i++) {
      wave_ahead *w = &a->wave[i];
      lines += w->lines - w->known;
      before += is_idle(w->wave) ? 0 : w->wave->lines - w->wave->mark_lines;
      w->known = w->lines;
   }
   return (lines > before ? lines - before : before - lines) <= before / 4 + 16;
}

/* The next share of all waves. False: a trace has not arrived; *over: one of the waves has less left. */
static bool look_at_share(time_machine *m, time_ahead *a, bool *over)
{
   *over = false;
   for (; a->looked < a->waves && !*over; a->looked++) {
      wave_ahead *w = &a->wave[a->looked];
      if (is_idle(w->wave) || w->shares > a->shares)
         continue;
      if (!look_wave(m, w, a->shares + 1))
         return false;
      *over = w->shares <= a->shares;
   }
   return true;
}

bool time_ahead_look(time_machine *m, time_ahead *a, uint32_t *times)
{
   bool over = false;
   while (a->shares < a->reach) {
      if (!look_at_share(m, a, &over))
         return false;
      bool alike = is_alike(a);
      if (over || (!alike && a->shares >= TIME_REACH_LEAST))
         break;
      a->shares++;
      a->looked = 0;
   }
   *times = a->shares;
   return true;
}

uint64_t time_ahead_measured(const time_ahead *a)
{
   uint64_t n = 0;
   for (uint32_t i = 0; i < a->waves; i++)
      n += a->wave[i].measured;
   return n;
}

uint64_t time_ahead_pass(time_ahead *a, uint32_t times)
{
   uint64_t passed = 0;
   for (uint32_t i = 0; i < a->waves; i++) {
      const wave_ahead *v = &a->wave[i];
      time_wave *w = v->wave;
      uint64_t n = v->at_share[times], measured = v->measured;
      if (is_idle(w))
         continue;
      w->surplus = v->share ? 0 : w->surplus + n - times * measured;
      if (!n)
         continue;
      w->passes = true;
      w->pass_instructions = n;
      w->pass_barriers = v->share * times;
      TIME_COUNT(w->job, TIMED_INSTRUCTIONS, n);
      passed += n;
   }
   return passed;
}

/* ---- the wave's side ------------------------------------------------------------------------ */
/* Up to the portion's end, or so far as it is to go. */
static void pass_portion(time_machine *m, time_wave *w, time_skip_wave *s)
{
   s->at = w->at;
   s->end = w->end;
   s->segment = NULL;
   time_skip_records(m, s, w->pass_barriers ? UINT64_MAX : w->pass_instructions);
   w->at = s->at;
}

/* At the portion's end; is it far enough? */
static bool pass_barrier(time_wave *w)
{
   if (!w->pass_barriers || !w->to_barrier)
      return false;
   w->to_barrier = false;
   return --w->pass_barriers == 0;
}

enum time_read time_ahead_wave(time_machine *m, time_wave *w)
{
   const bool by_barriers = w->pass_barriers != 0;
   enum time_read r = TIME_READ_SEGMENT;
   time_skip_wave s = {.program = w->program, .core = w->core->index};
   do {
      pass_portion(m, w, &s);
      if (by_barriers ? pass_barrier(w) : s.instructions >= w->pass_instructions)
         break;
      r = time_read_portion(m, w);
   } while (r == TIME_READ_SEGMENT);
   w->pass_instructions -= s.instructions; /* exactly all of them, unless the trace has not arrived */
   if (r != TIME_READ_STARVED) {
      w->job->counters[GPU_COUNTER_TIMED_INSTRUCTIONS] -= w->pass_instructions;
      w->passes = false;
      w->pass_instructions = w->pass_barriers = 0;
      w->repeat = 0;
      w->previous = UINT32_MAX;
   }
   return r;
}
