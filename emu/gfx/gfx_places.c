/* Where a draw has shaded quads: each place of its targets counts once (FS_QUAD_PLACES), in however many rounds
 * it is drawn. A draw of one round knows from its tiles alone; one of several keeps a bit for each quad of the
 * tiles of the layers that it touches. A tile is one worker's at a time. Host memory that runs out costs
 * exactness, no more.
 */
#include <stdlib.h>
#include "back.h"

struct gfx_places {
   uint16_t (*layer[GPU_GFX_LAYERS_MAX])[GFX_TILE / 2]; /* by tile, or NULL */
};

void gfx_places_layer(gfx_draw *d, uint32_t layer, uint32_t tiles)
{
   if (!d->several)
      return;
   if (!d->places)
      d->places = calloc(1, sizeof *d->places);
   if (d->places && !d->places->layer[layer])
      d->places->layer[layer] = calloc(tiles, sizeof *d->places->layer[layer]);
}

uint64_t gfx_places_add(gfx_draw *d, const gfx_tile *t, uint32_t tile)
{
   uint16_t *before = d->places && d->places->layer[t->layer] ? d->places->layer[t->layer][tile] : NULL;
   uint64_t places = 0;
   for (unsigned y = 0; y < GFX_TILE / 2; y++) {
      unsigned rows = t->shaded[y];
      if (before) {
         rows &= ~(unsigned)before[y];
         before[y] |= t->shaded[y];
      }
      places += (unsigned)__builtin_popcount(rows);
   }
   return places;
}

void gfx_places_free(gfx_draw *d)
{
   for (uint32_t n = 0; d->places && n < GPU_GFX_LAYERS_MAX; n++)
      free(d->places->layer[n]);
   free(d->places);
   d->places = NULL;
}
