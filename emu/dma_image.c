/* Copy engine, boxes of elements between tiled and linear surfaces. A box is cut into cells: the part that
 * lies in one tile of the surface that has tiles (the destination's if both have), or a piece of a row. A
 * cell whose bytes follow each other on both sides is moved as one run; the others element by element, row by
 * row, with the addresses of a row's elements from a table of the cell. Invariant: host pointers live no
 * longer than a slice; every byte is reached through the page tables, in windows that lie within one page.
 * What the caller counts as written is whole cells.
 */
#include "dma.h"
#include <string.h>

#define WINDOWS 32u
#define WINDOW_B_LOG2 16
#define COLUMNS 64u
#define RUN_B 65536u
#define PATTERN_B 4096u
#define ELEMENT_MAX_B (GPU_IMAGE_JOB_UNIT_MAX_B << 3)

typedef struct window {
   uint64_t first, end; /* addresses; first > end: empty */
   uint8_t *host;       /* of first */
   bool sysmem;
} window;

/* One surface during a slice. */
typedef struct side {
   const gpu_job_surface *surface;
   bool write;
   uint32_t element_B;
   uint64_t column[COLUMNS]; /* of the cell: from the start of a row to its elements */
   window windows[WINDOWS];
} side;

typedef struct box_engine {
   emu_device *dev;
   emu_dma_traffic *traffic;
   emu_dma_stop *stop;
   gpu_image_job job;
   bool fill;
   bool whole;       /* elements take part with all of their bytes, on both sides */
   uint32_t piece_B; /* what follows each other in an element: all of it, or the bytes of one sample */
   uint32_t pieces;
   side dst, src;
   uint32_t pattern_B; /* multiple of the element */
   uint8_t pattern[PATTERN_B];
} box_engine;

/* ---- reaching memory
 * ------------------------------------------------------------------------------------------------------ */
static bool open_window(box_engine *e, side *s, window *w, uint64_t va)
{
   uint64_t avail_B;
   bool sysmem;
   uint8_t *host = emu_dma_translate(e->dev, va, s->write, &avail_B, &sysmem, e->stop);
   if (!host)
      return false;
   *w = (window){va, va + avail_B, host, sysmem};
   return true;
}

/* The window that va lies in; NULL: *stop tells why there is none. */
static window *window_of(box_engine *e, side *s, uint64_t va)
{
   window *w = &s->windows[(va >> WINDOW_B_LOG2) % WINDOWS];
   if (va >= w->first && va < w->end)
      return w;
   return open_window(e, s, w, va) ? w : NULL;
}

static void close_windows(side *s)
{
   for (unsigned i = 0; i < WINDOWS; i++)
      s->windows[i] = (window){1, 0, NULL, false};
}

static uint64_t least(uint64_t a, uint64_t b)
{
   return a < b ? a : b;
}

/* n bytes that follow each other on both sides. */
static bool copy_run(box_engine *e, uint64_t src, uint64_t dst, uint64_t n)
{
   while (n > 0) {
      window *from = window_of(e, &e->src, src), *to = from ? window_of(e, &e->dst, dst) : NULL;
      if (!to)
         return false;
      uint64_t now = least(n, least(from->end - src, to->end - dst));
      memmove(to->host + (dst - to->first), from->host + (src - from->first),
              now); /* two addresses may reach the same bytes */
      emu_dma_moved(e->traffic, emu_dma_flags(from->sysmem, to->sysmem), src, dst, now);
      src += now;
      dst += now;
      n -= now;
   }
   return true;
}

/* n bytes of the repeated pattern, beginning at its byte `phase`. */
static bool fill_run(box_engine *e, uint32_t phase, uint64_t dst, uint64_t n)
{
   while (n > 0) {
      window *to = window_of(e, &e->dst, dst);
      if (!to)
         return false;
      uint64_t now = least(least(n, to->end - dst), e->pattern_B - phase);
      memcpy(to->host + (dst - to->first), e->pattern + phase, now);
      emu_dma_moved(e->traffic, EMU_DMA_FILL | emu_dma_flags(false, to->sysmem), 0, dst, now);
      dst += now;
      n -= now;
      phase = (uint32_t)((phase + now) % e->pattern_B);
   }
   return true;
}

static bool run(box_engine *e, uint64_t src, uint64_t dst, uint64_t n)
{
   return e->fill ? fill_run(e, 0, dst, n) : copy_run(e, src, dst, n);
}

/* ---- rows of elements
 * ---------------------------------------------------------------------------------------------------------
 */
/* Host address of the row's first byte if all n elements are in one window, else NULL without a fault of
 * their own. */
static uint8_t *row_host(box_engine *e, side *s, uint64_t row, uint32_t n, bool *sysmem)
{
   uint64_t first = row + s->column[0], span = s->column[n - 1] - s->column[0];
   span += e->whole ? s->element_B : s->element_B - s->surface->unit_B + e->piece_B;
   window *w = &s->windows[(first >> WINDOW_B_LOG2) % WINDOWS];
   emu_dma_stop stop = *e->stop;
   bool open = (first >= w->first && first < w->end) || open_window(e, s, w, first);
   *e->stop = stop;
   if (!open || span > w->end - first)
      return NULL;
   *sysmem = w->sysmem;
   return w->host + (first - w->first);
}

#define MOVE_ROW(type)                                                                                       \
   for (uint32_t i = 0; i < n; i++) {                                                                        \
      type v;                                                                                                \
      memcpy(&v, from + (sc[i] - sc[0]), sizeof v);                                                          \
      memcpy(to + (dc[i] - dc[0]), &v, sizeof v);                                                            \
   }

typedef struct pair64 {
   uint64_t lo, hi;
} pair64;

/* A row whose elements are all within reach. */
static void move_row(box_engine *e, const uint8_t *from, uint8_t *to, uint32_t n)
{
   const uint64_t *sc = e->src.column, *dc = e->dst.column;
   if (e->pieces == 1) {
      switch (e->piece_B) {
      case 1:
         MOVE_ROW(uint8_t) return;
      case 2:
         MOVE_ROW(uint16_t) return;
      case 4:
         MOVE_ROW(uint32_t) return;
      case 8:
         MOVE_ROW(uint64_t) return;
      case 16:
         MOVE_ROW(pair64) return;
      default:
         break;
      }
   }
   uint32_t src_step = e->fill ? 0 : e->src.surface->unit_B, dst_step = e->dst.surface->unit_B;
   for (uint32_t i = 0; i < n; i++)
      for (uint32_t k = 0; k < e->pieces; k++)
         memmove(to + (dc[i] - dc[0]) + k * dst_step, from + (sc[i] - sc[0]) + k * src_step, e->piece_B);
}

/* The same through page boundaries, byte runs one by one. */
static bool crawl_row(box_engine *e, uint64_t src, uint64_t dst, uint32_t n)
{
   for (uint32_t i = 0; i < n; i++)
      for (uint32_t k = 0; k < e->pieces; k++)
         if (!run(e, src + e->src.column[i] + (uint64_t)k * e->src.surface->unit_B,
                  dst + e->dst.column[i] + (uint64_t)k * e->dst.surface->unit_B, e->piece_B))
            return false;
   return true;
}

static uint64_t row_va(const side *s, uint32_t y, uint32_t z)
{
   return gpu_job_surface_row(s->surface, y, z, s->element_B) + s->surface->first_B;
}

static bool move_rows(box_engine *e, const emu_dma_box *at, uint32_t width, uint32_t height)
{
   for (uint32_t r = 0; r < height; r++) {
      uint64_t src = row_va(&e->src, at->y + r, at->z), dst = row_va(&e->dst, at->y + r, at->z);
      bool src_sysmem = false, dst_sysmem = false;
      const uint8_t *from = e->fill ? e->pattern : row_host(e, &e->src, src, width, &src_sysmem);
      uint8_t *to = from ? row_host(e, &e->dst, dst, width, &dst_sysmem) : NULL;
      if (!to) {
         if (!crawl_row(e, src, dst, width))
            return false;
         continue;
      }
      move_row(e, from, to, width);
      uint64_t bytes = (uint64_t)width * e->pieces * e->piece_B;
      emu_dma_moved(e->traffic, (e->fill ? EMU_DMA_FILL : 0u) | emu_dma_flags(src_sysmem, dst_sysmem), e->fill ? 0 : src, dst, bytes);
   }
   return true;
}

/* ---- cells
 * ----------------------------------------------------------------------------------------------------------------------
 */
/* The surface whose tiles cut the box; NULL: none has tiles. */
static const gpu_job_surface *cutter(const box_engine *e)
{
   if (e->job.dst.tile_log2)
      return &e->job.dst;
   return !e->fill && e->job.src.tile_log2 ? &e->job.src : NULL;
}

static void cell_size(const box_engine *e, const emu_dma_box *at, uint32_t *width, uint32_t *height)
{
   const gpu_job_surface *s = cutter(e);
   uint32_t w = COLUMNS, h = 1;
   if (s) {
      uint32_t mask = (1u << s->tile_log2) - 1;
      w = mask + 1 - ((s->x + at->x) & mask);
      h = mask + 1 - ((s->y + at->y) & mask);
   } else if (e->whole) {
      w = RUN_B / e->dst.element_B;
   }
   *width = (uint32_t)least(w, e->job.width - at->x);
   *height = (uint32_t)least(h, e->job.height - at->y);
}

/* Whether the cell's elements follow each other on both sides, in the same order. */
static bool is_run(const box_engine *e, const emu_dma_box *at, uint32_t width, uint32_t height)
{
   const gpu_job_surface *d = &e->job.dst, *s = &e->job.src;
   if (!e->whole)
      return false;
   if (!cutter(e))
      return true; /* one row of linear elements */
   uint32_t side = 1u << d->tile_log2, mask = side - 1;
   if (!d->tile_log2 || width != side || height != side)
      return false;
   return e->fill || (s->tile_log2 == d->tile_log2 && !((s->x + at->x) & mask) && !((s->y + at->y) & mask));
}

static void set_columns(side *s, uint32_t x, uint32_t width, bool fill_source)
{
   for (uint32_t i = 0; i < width && i < COLUMNS; i++)
      s->column[i] = fill_source ? 0 : gpu_job_surface_column(s->surface, x + i, s->element_B);
}

static bool move_cell(box_engine *e, const emu_dma_box *at, uint32_t width, uint32_t height)
{
   if (is_run(e, at, width, height)) {
      uint64_t src =
          row_va(&e->src, at->y, at->z) + gpu_job_surface_column(&e->job.src, at->x, e->src.element_B);
      uint64_t dst =
          row_va(&e->dst, at->y, at->z) + gpu_job_surface_column(&e->job.dst, at->x, e->dst.element_B);
      return run(e, src, dst, (uint64_t)width * height * e->dst.element_B);
   }
   set_columns(&e->dst, at->x, width, false);
   set_columns(&e->src, at->x, width, e->fill);
   return move_rows(e, at, width, height);
}

static void step(const box_engine *e, emu_dma_box *at, uint32_t width, uint32_t height)
{
   at->x += width;
   if (at->x < e->job.width)
      return;
   at->x = 0;
   at->y += height;
   if (at->y < e->job.height)
      return;
   at->y = 0;
   at->z++;
}

/* ---- slices
 * -----------------------------------------------------------------------------------------------------------------------
 */
/* Pattern repeated for every sample; partial elements take its first bytes. */
static void lay_pattern(box_engine *e)
{
   uint32_t unit_B = e->whole ? e->job.bytes : e->piece_B;
   e->pattern_B = e->whole ? PATTERN_B / e->dst.element_B * e->dst.element_B : e->piece_B;
   for (uint32_t i = 0; i < e->pattern_B; i++)
      e->pattern[i] = ((const uint8_t *)e->job.pattern)[i % unit_B];
}

static void side_init(side *s, const gpu_job_surface *surface, uint32_t samples_log2, bool write)
{
   s->surface = surface;
   s->write = write;
   s->element_B = surface->unit_B << samples_log2;
   close_windows(s);
}

static bool engine_init(box_engine *e, const emu_dma_box *box)
{
   gpu_image_job *j = &e->job;
   if (!gpu_image_job_decode(box->dw, e->fill, j)) {
      *e->stop = (emu_dma_stop){.fault = GPU_FAULT_BAD_DMA,
                                .va = j->dst.va,
                                .info = e->fill ? GPU_DMA_FILL_IMAGE : GPU_DMA_COPY_IMAGE};
      return false;
   }
   side_init(&e->dst, &j->dst, j->samples_log2, true);
   side_init(&e->src, &j->src, j->samples_log2, false);
   e->whole = j->bytes == j->dst.unit_B && j->bytes == j->src.unit_B;
   e->pieces = e->whole ? 1 : 1u << j->samples_log2;
   e->piece_B = e->whole ? e->dst.element_B : j->bytes;
   if (e->fill)
      lay_pattern(e);
   return true;
}

bool emu_dma_box_slice(emu_device *dev, bool fill, emu_dma_box *box, emu_dma_traffic *traffic, bool *ended,
                       emu_dma_stop *stop)
{
   box_engine e;
   _Static_assert(ELEMENT_MAX_B <= PATTERN_B && (1u << GPU_IMAGE_JOB_TILE_LOG2_MAX) <= COLUMNS,
                  "a cell's row fits the tables");
   e.dev = dev;
   e.traffic = traffic;
   e.stop = stop;
   e.fill = fill;
   *ended = false;
   if (!engine_init(&e, box))
      return false;
   *ended = !e.job.width || !e.job.height || box->z >= e.job.depth;
   for (uint64_t budget = EMU_DMA_SLICE_B; !*ended && budget > 0;) {
      uint32_t width, height;
      cell_size(&e, box, &width, &height);
      if (!move_cell(&e, box, width, height))
         return false;
      uint64_t bytes = (uint64_t)width * height * e.pieces * e.piece_B;
      box->written_B += bytes;
      /* A cell of few bytes takes its time, too. */
      budget -= least(budget, bytes + 64);
      step(&e, box, width, height);
      *ended = box->z >= e.job.depth;
   }
   return true;
}
