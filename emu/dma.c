/* Copy engine: channels, and jobs on runs of bytes; boxes of elements are dma_image.c's. One channel per ring, one host thread for all of them. Channels take turns slice by slice (1 MiB), jobs of a channel run in
 * order. Registers and queues are guarded by the lock; the job at the head of a channel is worked on outside of it, so
 * only the engine's thread removes that one.
 * Invariant: INFLIGHT falls only after the job's bytes, cycles and counters are visible. A fault stops its channel: the jobs behind it
 * are dropped and GO is ignored until KILL.
 */
#include "dma.h"
#include "settings.h"
#include <stdlib.h>
#include <string.h>

typedef struct dma_job {
   uint32_t op; /* GPU_DMA_*, anything else faults */
   uint64_t src, dst, bytes;
   uint64_t total;               /* bytes as asked for */
   emu_dma_box box;              /* the *_IMAGE ones, instead of the above */
   emu_dma_traffic traffic;      /* moved so far */
   emu_time_job *time;           /* NULL: nobody asks for time */
   uint64_t units;
} dma_job;

typedef struct dma_channel {
   uint32_t src_lo, src_hi, dst_lo, dst_hi, bytes_lo, bytes_hi;
   uint32_t box[GPU_IMAGE_JOB_DW];
   dma_job queue[GPU_DMA_DEPTH];
   uint32_t head, count;
   bool stopped; /* by a fault */
   bool kill;    /* drop the job in work, too */
   uint64_t cycles;
} dma_channel;

struct emu_dma {
   emu_device *dev;
   pthread_t thread;
   emu_agent *agent; /* the thread's */
   pthread_mutex_t lock;
   pthread_cond_t work, idle;
   bool quit;
   int active; /* channel whose head job is being worked on, -1: none */
   emu_trace *trace; /* the thread's, made with the first job that has a time */
   dma_channel channel[GPU_RINGS];
};

/* ---- moving bytes, without the lock ----------------------------------------------------------------------------------- */
uint8_t *emu_dma_translate(emu_device *dev, uint64_t va, bool write, uint64_t *avail_B, bool *sysmem, emu_dma_stop *stop)
{
   emu_walk w;
   enum gpu_fault f = emu_mmu_walk(dev, va, write, &w);
   emu_counter_add(dev, GPU_COUNTER_TLB_MISSES, 1);
   uint8_t *host = f == GPU_FAULT_NONE ? emu_pa_host(dev, w.pa, avail_B) : NULL;
   if (!host) {
      *stop = (emu_dma_stop){f == GPU_FAULT_NONE ? GPU_FAULT_BAD_ADDRESS : f, write ? GPU_ACCESS_WRITE : GPU_ACCESS_READ, va, 0};
      return NULL;
   }
   uint64_t page_left_B = w.page_B - va % w.page_B;
   *avail_B = *avail_B < page_left_B ? *avail_B : page_left_B;
   *sysmem = w.pa >= GPU_PA_SYSMEM;
   return host;
}

static uint64_t least(uint64_t a, uint64_t b)
{
   return a < b ? a : b;
}

static bool copy_piece(emu_device *dev, dma_job *j, uint64_t limit_B, uint64_t *done, emu_dma_stop *stop)
{
   uint64_t src_B, dst_B;
   bool src_sysmem, dst_sysmem;
   uint8_t *src = emu_dma_translate(dev, j->src, false, &src_B, &src_sysmem, stop);
   uint8_t *dst = src ? emu_dma_translate(dev, j->dst, true, &dst_B, &dst_sysmem, stop) : NULL;
   if (!dst)
      return false;
   uint64_t n = least(least(src_B, dst_B), limit_B);
   memmove(dst, src, n); /* two addresses may reach the same bytes */
   emu_dma_moved(&j->traffic, emu_dma_flags(src_sysmem, dst_sysmem), j->src, j->dst, n);
   j->src += n;
   *done = n;
   return true;
}

static void fill_dwords(uint8_t *dst, uint32_t pattern, uint64_t bytes)
{
   uint32_t *d = (uint32_t *)dst;
   for (uint64_t i = 0; i < bytes / 4; i++)
      d[i] = pattern;
}

static bool fill_piece(emu_device *dev, dma_job *j, uint64_t limit_B, uint64_t *done, emu_dma_stop *stop)
{
   uint64_t dst_B;
   bool dst_sysmem;
   uint8_t *dst = emu_dma_translate(dev, j->dst, true, &dst_B, &dst_sysmem, stop);
   if (!dst)
      return false;
   uint64_t n = least(dst_B, limit_B);
   fill_dwords(dst, (uint32_t)j->src, n);
   emu_dma_moved(&j->traffic, EMU_DMA_FILL | emu_dma_flags(false, dst_sysmem), 0, j->dst, n);
   *done = n;
   return true;
}

static bool check_job(const dma_job *j, emu_dma_stop *stop)
{
   *stop = (emu_dma_stop){.fault = GPU_FAULT_BAD_DMA, .va = j->dst, .info = j->op};
   if (j->op == GPU_DMA_FILL)
      return j->dst % 4 == 0 && j->total % 4 == 0;
   return j->op == GPU_DMA_COPY;
}

static bool run_bytes(emu_device *dev, dma_job *j, bool *ended, emu_dma_stop *stop)
{
   uint64_t left = EMU_DMA_SLICE_B, n;
   if (!check_job(j, stop))
      return false;
   while (left > 0 && j->bytes > 0) {
      uint64_t limit = least(left, j->bytes);
      if (!(j->op == GPU_DMA_COPY ? copy_piece : fill_piece)(dev, j, limit, &n, stop))
         return false;
      j->dst += n;
      j->bytes -= n;
      left -= n;
   }
   *ended = j->bytes == 0;
   return true;
}

/* Up to a slice of the job; false: it faulted. */
static bool run_slice(emu_device *dev, dma_job *j, bool *ended, emu_dma_stop *stop)
{
   *ended = false;
   if (j->op == GPU_DMA_COPY_IMAGE || j->op == GPU_DMA_FILL_IMAGE)
      return emu_dma_box_slice(dev, j->op == GPU_DMA_FILL_IMAGE, &j->box, &j->traffic, ended, stop);
   return run_bytes(dev, j, ended, stop);
}

/* ---- traces ---------------------------------------------------------------------------------------------------------------- */
void emu_dma_tell(emu_dma_traffic *t)
{
   if (t->bytes && emu_trace_room(t->trace, 7)) {
      const uint64_t v[3] = {t->bytes, t->from, t->to};
      *t->trace->at++ = (uint32_t)EMU_REC_COPY << 28 | t->flags;
      for (unsigned i = 0; i < 3; i++) {
         *t->trace->at++ = (uint32_t)v[i];
         *t->trace->at++ = (uint32_t)(v[i] >> 32);
      }
   }
   t->bytes = 0;
}

/* A slice is a unit, handed over at once: the job may be gone with the next command. */
static bool run_traced(struct emu_dma *d, dma_job *j, bool *ended, emu_dma_stop *stop)
{
   if (!d->trace)
      d->trace = emu_trace_create(d->dev);
   if (!d->trace) {
      *stop = (emu_dma_stop){.fault = GPU_FAULT_EXHAUSTED, .info = j->op};
      return false;
   }
   j->traffic.trace = d->trace;
   emu_trace_unit_begin(d->trace, j->time, EMU_UNIT_COPY, emu_time_units(j->time, 1));
   j->units++;
   bool ok = run_slice(d->dev, j, ended, stop);
   emu_dma_tell(&j->traffic);
   emu_trace_unit_end(d->trace, true);
   return ok;
}

static void finish(dma_job *j, bool killed)
{
   if (j->time)
      emu_time_finish(j->time, j->units, killed);
   j->time = NULL;
}

/* ---- the engine's thread ------------------------------------------------------------------------------------------------------ */
static void drop_all(dma_channel *c)
{
   for (uint32_t i = 0; i < c->count; i++)
      finish(&c->queue[(c->head + i) % GPU_DMA_DEPTH], true);
   c->head = c->count = 0;
   c->kill = false;
}

static void pop(dma_channel *c)
{
   c->head = (c->head + 1) % GPU_DMA_DEPTH;
   c->count--;
}

/* Locked. The job in work has been finished (stop == NULL), has faulted, or was killed meanwhile. */
static void retire(struct emu_dma *d, dma_channel *c, dma_job *j, bool faulted)
{
   emu_time_count(d->dev, j->time, GPU_COUNTER_COPY_BYTES, j->total - j->bytes + j->box.written_B);
   if (!faulted)
      emu_time_count(d->dev, j->time, GPU_COUNTER_COPY_JOBS, 1);
   finish(j, faulted);
   c->queue[c->head].time = NULL;
   if (faulted) {
      c->stopped = true;
      drop_all(c);
      return;
   }
   pop(c);
}

static int next_channel(const struct emu_dma *d, int last)
{
   for (unsigned i = 1; i <= GPU_RINGS; i++) {
      int n = (int)(((unsigned)last + i) % GPU_RINGS);
      if (d->channel[n].count > 0)
         return n;
   }
   return -1;
}

/* Called and returns locked. A fault is recorded before INFLIGHT falls: whoever waits for 0 must not take it for success. */
static void work_on(struct emu_dma *d, int n)
{
   dma_channel *c = &d->channel[n];
   dma_job j = c->queue[c->head];
   emu_dma_stop stop = {0};
   d->active = n;
   pthread_mutex_unlock(&d->lock);
   emu_agent_enter(d->agent);
   bool done, ok = j.time ? run_traced(d, &j, &done, &stop) : run_slice(d->dev, &j, &done, &stop);
   emu_agent_leave(d->agent);
   if (d->trace)
      emu_trace_flush(d->trace);
   if (!ok)
      emu_fault_record(d->dev, &(emu_fault_info){.type = stop.fault, .access = stop.access, .va = stop.va, .ring = (uint32_t)n,
                                                 .info = stop.info});
   pthread_mutex_lock(&d->lock);
   bool ended = c->kill || !ok || done;
   if (c->kill)
      drop_all(c);
   else if (ended)
      retire(d, c, &j, !ok);
   else
      c->queue[c->head] = j;
   d->active = -1;
   if (ended) {
      pthread_mutex_unlock(&d->lock);
      emu_cp_event(d->dev, GPU_EVENT_DMA);
      pthread_mutex_lock(&d->lock);
   }
}

static void *thread_main(void *arg)
{
   struct emu_dma *d = arg;
   int last = 0;
   pthread_mutex_lock(&d->lock);
   while (!d->quit) {
      int n = next_channel(d, last);
      if (n < 0) {
         pthread_cond_broadcast(&d->idle);
         pthread_cond_wait(&d->work, &d->lock);
         continue;
      }
      last = n;
      work_on(d, n);
   }
   pthread_mutex_unlock(&d->lock);
   return NULL;
}

/* ---- registers ----------------------------------------------------------------------------------------------------------------------- */
static uint32_t *plain_register(dma_channel *c, uint32_t offset)
{
   if (offset >= GPU_OFF_DMA_JOB && offset < GPU_OFF_DMA_JOB + 4 * GPU_IMAGE_JOB_DW)
      return &c->box[(offset - GPU_OFF_DMA_JOB) / 4];
   switch (offset) {
   case GPU_OFF_DMA_SRC_LO: return &c->src_lo;
   case GPU_OFF_DMA_SRC_HI: return &c->src_hi;
   case GPU_OFF_DMA_DST_LO: return &c->dst_lo;
   case GPU_OFF_DMA_DST_HI: return &c->dst_hi;
   case GPU_OFF_DMA_BYTES_LO: return &c->bytes_lo;
   case GPU_OFF_DMA_BYTES_HI: return &c->bytes_hi;
   default: return NULL;
   }
}

static void latch(const dma_channel *c, uint32_t op, dma_job *j)
{
   *j = (dma_job){.op = op};
   if (op == GPU_DMA_COPY_IMAGE || op == GPU_DMA_FILL_IMAGE) {
      memcpy(j->box.dw, c->box, sizeof(j->box.dw));
      return;
   }
   j->src = (uint64_t)c->src_hi << 32 | c->src_lo;
   j->dst = (uint64_t)c->dst_hi << 32 | c->dst_lo;
   j->bytes = j->total = (uint64_t)c->bytes_hi << 32 | c->bytes_lo;
}

static void debug_job(const struct emu_dma *d, const dma_channel *c, const dma_job *j)
{
   unsigned channel = (unsigned)(c - d->channel);
   gpu_image_job b;
   if (j->op != GPU_DMA_COPY_IMAGE && j->op != GPU_DMA_FILL_IMAGE) {
      emu_debug(d->dev, DMA, "channel %u op %u src %012llx dst %012llx bytes %llx", channel, j->op, (unsigned long long)j->src,
                (unsigned long long)j->dst, (unsigned long long)j->bytes);
      return;
   }
   bool ok = gpu_image_job_decode(j->box.dw, j->op == GPU_DMA_FILL_IMAGE, &b);
   emu_debug(d->dev, DMA, "channel %u op %u src %012llx +%u,%u tile %u dst %012llx +%u,%u tile %u box %ux%ux%u bytes %u of %u%s",
             channel, j->op, (unsigned long long)b.src.va, b.src.x, b.src.y, 1u << b.src.tile_log2, (unsigned long long)b.dst.va,
             b.dst.x, b.dst.y, 1u << b.dst.tile_log2, b.width, b.height, b.depth, b.bytes, b.dst.unit_B, ok ? "" : " (malformed)");
}

/* False: dropped. */
static bool go(struct emu_dma *d, dma_channel *c, uint32_t op, emu_time_job *time)
{
   if (c->count == GPU_DMA_DEPTH || c->stopped)
      return false;
   dma_job *j = &c->queue[(c->head + c->count) % GPU_DMA_DEPTH];
   latch(c, op, j);
   j->time = time;
   c->count++;
   pthread_cond_signal(&d->work);
   debug_job(d, c, j);
   return true;
}

/* The job in work is dropped by the engine's thread, within a slice. */
static void kill_channel(struct emu_dma *d, dma_channel *c)
{
   c->stopped = false;
   if (d->active == (int)(c - d->channel) && c->count > 0) {
      for (uint32_t i = 1; i < c->count; i++)
         finish(&c->queue[(c->head + i) % GPU_DMA_DEPTH], true);
      c->count = 1;
      c->kill = true;
   } else {
      drop_all(c);
   }
}

uint32_t emu_dma_read(emu_device *dev, uint32_t ring, uint32_t offset)
{
   struct emu_dma *d = dev->dma;
   dma_channel *c = &d->channel[ring % GPU_RINGS];
   uint32_t *plain = plain_register(c, offset), value = 0;
   pthread_mutex_lock(&d->lock);
   if (plain)
      value = *plain;
   else if (offset == GPU_OFF_DMA_INFLIGHT)
      value = c->count;
   pthread_mutex_unlock(&d->lock);
   return value;
}

void emu_dma_write(emu_device *dev, uint32_t ring, uint32_t offset, uint32_t value)
{
   struct emu_dma *d = dev->dma;
   dma_channel *c = &d->channel[ring % GPU_RINGS];
   uint32_t *plain = plain_register(c, offset);
   emu_time_job *time = NULL;
   bool dropped = false;
   if (offset == GPU_OFF_DMA_GO && dev->settings.timing != EMU_TIMING_OFF) /* without the lock: it waits for a place */
      time = emu_time_launch(dev, ring % GPU_RINGS, EMU_JOB_COPY, 0);
   pthread_mutex_lock(&d->lock);
   if (plain)
      *plain = value;
   else if (offset == GPU_OFF_DMA_GO)
      dropped = !go(d, c, value, time);
   else if (offset == GPU_OFF_DMA_KILL)
      kill_channel(d, c);
   pthread_mutex_unlock(&d->lock);
   if (time && dropped)
      emu_time_finish(time, 0, true);
}

/* ---- life ------------------------------------------------------------------------------------------------------------------------------- */
void emu_dma_reset(emu_device *dev)
{
   struct emu_dma *d = dev->dma;
   if (!d)
      return;
   pthread_mutex_lock(&d->lock);
   for (unsigned i = 0; i < GPU_RINGS; i++)
      kill_channel(d, &d->channel[i]);
   while (d->active >= 0 || next_channel(d, 0) >= 0)
      pthread_cond_wait(&d->idle, &d->lock);
   memset(d->channel, 0, sizeof(d->channel));
   pthread_mutex_unlock(&d->lock);
}

static bool create_locks(struct emu_dma *d)
{
   if (pthread_mutex_init(&d->lock, NULL) != 0)
      return false;
   if (pthread_cond_init(&d->work, NULL) == 0) {
      if (pthread_cond_init(&d->idle, NULL) == 0)
         return true;
      pthread_cond_destroy(&d->work);
   }
   pthread_mutex_destroy(&d->lock);
   return false;
}

static void destroy_all(struct emu_dma *d)
{
   emu_agent_destroy(d->agent);
   if (d->trace)
      emu_trace_destroy(d->trace);
   pthread_cond_destroy(&d->idle);
   pthread_cond_destroy(&d->work);
   pthread_mutex_destroy(&d->lock);
   free(d);
}

bool emu_dma_create(emu_device *dev)
{
   struct emu_dma *d = calloc(1, sizeof(*d));
   if (!d || !create_locks(d)) {
      free(d);
      return false;
   }
   d->dev = dev;
   d->active = -1;
   d->agent = emu_agent_create(dev);
   if (!d->agent || pthread_create(&d->thread, NULL, thread_main, d) != 0) {
      destroy_all(d);
      return false;
   }
   dev->dma = d;
   return true;
}

void emu_dma_destroy(emu_device *dev)
{
   struct emu_dma *d = dev->dma;
   if (!d)
      return;
   emu_dma_reset(dev);
   pthread_mutex_lock(&d->lock);
   d->quit = true;
   pthread_cond_signal(&d->work);
   pthread_mutex_unlock(&d->lock);
   pthread_join(d->thread, NULL);
   dev->dma = NULL;
   destroy_all(d);
}
