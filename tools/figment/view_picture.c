/* figment view: which picture. Sections say themselves what they show (gpu/picture.h); of a process, it is the frame of a swapchain that was
 * shown last, or, where nothing is presented, the largest exported image. Nothing in another's memory is believed unless it fits.
 */
#include "view.h"

#include <stdlib.h>
#include <string.h>

#include "formats.h"
#include "image.h"
#include "picture.h"

#define SEARCH_MS 200 /* between two looks at which sections a process has */

/* ---- what one section shows ---------------------------------------------------------------------------- */
/* Bytes from the first texel, or tile, to the last; 0 if there is none. */
static uint64_t fill_layout(const struct gpu_picture *p, view_image *im)
{
   const fmt_info *f = fmt_lookup(p->format);
   unsigned texel_B = f ? map_texel_bytes(f->name) : 0;
   if (!texel_B || !p->width || !p->height || p->width > 32768 || p->height > 32768)
      return 0;
   *im = (view_image){.w = p->width, .h = p->height, .format = f->name, .tiled = p->tiling != GPU_TILING_LINEAR, .texel_B = texel_B};
   uint64_t row_B = (uint64_t)p->width * texel_B;
   if (!im->tiled) {
      im->stride = p->row_pitch_B;
      return im->stride < row_B ? 0 : im->stride * (p->height - 1) + row_B;
   }
   gpu_image_shape shape = {.element_B = texel_B, .block_w_px = 1, .block_h_px = 1, .width = p->width, .height = p->height, .depth = 1};
   gpu_image_level_of(&shape, 0, &im->level);
   return im->level.size_B;
}

bool view_described(const map_view *view, view_image *im, uint64_t *shown_ns)
{
   struct gpu_picture p;
   uint64_t payload = map_payload_size(view->size);
   if (payload > view->size || view->size - payload < GPU_PICTURE_AT_B + sizeof p)
      return false;
   memcpy(&p, view->data + payload + GPU_PICTURE_AT_B, sizeof p);
   if (p.magic != GPU_PICTURE_MAGIC || (p.kind != GPU_PICTURE_IMAGE && p.kind != GPU_PICTURE_FRAME))
      return false;
   uint64_t bytes = fill_layout(&p, im);
   if (!bytes || p.offset_B > payload || bytes > payload - p.offset_B)
      return false;
   im->bytes = bytes;
   im->texels = view->data + p.offset_B;
   im->is_frame = p.kind == GPU_PICTURE_FRAME;
   *shown_ns = p.shown_ns;
   return true;
}

void view_untile(const view_image *im, const uint8_t *tiles, uint8_t *rows)
{
   for (uint32_t y = 0; y < im->h; y++)
      for (uint32_t x = 0; x < im->w; x++, rows += im->texel_B)
         memcpy(rows, tiles + gpu_image_element_offset(&im->level, x, y, 0), im->texel_B);
}

/* ---- those of a process -------------------------------------------------------------------------------- */
typedef struct held {
   uint64_t id;
   map_view view;
   bool there;
} held;

struct view_process {
   long pid;
   unsigned since_ms; /* the last search */
   int count;
   held held[VIEW_SECTIONS];
   view_section list[VIEW_SECTIONS];
};

static held *find_held(view_process *p, uint64_t id)
{
   for (int i = 0; i < p->count; i++)
      if (p->held[i].id == id)
         return &p->held[i];
   return NULL;
}

/* Map what is new and let go of what the process no longer has. */
static void search(view_process *p)
{
   int n = view_sections(NULL, p->pid, p->list, VIEW_SECTIONS), kept = 0;
   for (int i = 0; i < p->count; i++)
      p->held[i].there = false;
   for (int i = 0; i < n; i++) {
      held *h = find_held(p, p->list[i].id);
      map_view view;
      if (h)
         h->there = true;
      else if (p->count < VIEW_SECTIONS && view_section_open(NULL, p->pid, &p->list[i], &view))
         p->held[p->count++] = (held){p->list[i].id, view, true};
   }
   for (int i = 0; i < p->count; i++)
      if (p->held[i].there)
         p->held[kept++] = p->held[i];
      else
         map_close(&p->held[i].view);
   p->count = kept;
}

static bool is_better(const view_image *a, uint64_t a_ns, const view_image *b, uint64_t b_ns)
{
   if (a->is_frame != b->is_frame)
      return a->is_frame;
   return a->is_frame ? a_ns > b_ns : a->bytes > b->bytes;
}

view_process *view_process_open(long pid)
{
   view_process *p = calloc(1, sizeof *p);
   if (p)
      *p = (view_process){.pid = pid, .since_ms = SEARCH_MS};
   return p;
}

void view_process_close(view_process *p)
{
   for (int i = 0; p && i < p->count; i++)
      map_close(&p->held[i].view);
   free(p);
}

bool view_process_picture(view_process *p, unsigned passed_ms, view_image *out)
{
   bool found = false;
   uint64_t best_ns = 0, ns;
   view_image im;
   p->since_ms += passed_ms;
   if (p->since_ms >= SEARCH_MS) {
      p->since_ms = 0;
      search(p);
   }
   for (int i = 0; i < p->count; i++)
      if (view_described(&p->held[i].view, &im, &ns) && (!im.is_frame || ns) && (!found || is_better(&im, ns, out, best_ns))) {
         *out = im;
         best_ns = ns;
         found = true;
      }
   return found;
}

/* ---- counters ------------------------------------------------------------------------------------------ */
const struct gpu_watch_page *view_counters(const tool_command *c, long pid)
{
   view_section list[VIEW_SECTIONS];
   int n = view_sections(c, pid, list, VIEW_SECTIONS);
   map_view mapped;

   for (int i = 0; i < n; i++) {
      /* Its payload is rounded up to a chunk and small: others are not even mapped. */
      if (list[i].payload != 65536 || !view_section_open(NULL, pid, &list[i], &mapped))
         continue;
      const struct gpu_watch_page *page = (const void *)mapped.data;
      if (page->magic == GPU_WATCH_MAGIC && page->size_B == sizeof *page && page->count == GPU_COUNTER_COUNT)
         return page;
      map_close(&mapped);
   }
   return NULL;
}
