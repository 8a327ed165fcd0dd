/* ppm_compare A B LEVELS SHARE: two pictures (P6 of 8 bits, or BMP of 32) look alike if at most one of SHARE pixels differs by more than LEVELS in a
 * channel, and neither is of one colour. Exit status 1 if not. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct picture {
   unsigned width, height;
   uint8_t *rgb;
};

static int allocate(struct picture *p)
{
   if (p->width <= 16384 && p->height <= 16384)
      p->rgb = malloc((size_t)p->width * p->height * 3);
   return p->rgb != NULL;
}

static int load_ppm(FILE *f, struct picture *p)
{
   return fscanf(f, "P6 %u %u 255", &p->width, &p->height) == 2 && fgetc(f) == '\n' && allocate(p) &&
          fread(p->rgb, 3, (size_t)p->width * p->height, f) == (size_t)p->width * p->height;
}

/* Rows from the bottom up, blue first. */
static int load_bmp(FILE *f, struct picture *p)
{
   uint8_t head[54], pixel[4];
   if (fread(head, 1, sizeof head, f) != sizeof head || head[28] != 32)
      return 0;
   memcpy(&p->width, head + 18, 4);
   memcpy(&p->height, head + 22, 4);
   if (!allocate(p))
      return 0;
   for (unsigned y = p->height; y-- > 0;)
      for (unsigned x = 0; x < p->width; x++) {
         if (fread(pixel, 1, 4, f) != 4)
            return 0;
         uint8_t *to = p->rgb + 3 * ((size_t)y * p->width + x);
         to[0] = pixel[2];
         to[1] = pixel[1];
         to[2] = pixel[0];
      }
   return 1;
}

static struct picture load(const char *path)
{
   struct picture p = {0};
   FILE *f = fopen(path, "rb");
   int first = f ? fgetc(f) : EOF;
   if (f)
      ungetc(first, f);
   if (!f || !(first == 'B' ? load_bmp(f, &p) : load_ppm(f, &p))) {
      printf("%s cannot be read\n", path);
      exit(1);
   }
   fclose(f);
   return p;
}

static int is_flat(const struct picture *p)
{
   for (size_t i = 1; i < (size_t)p->width * p->height; i++)
      if (memcmp(p->rgb, p->rgb + 3 * i, 3))
         return 0;
   return 1;
}

int main(int count, char **arguments)
{
   if (count != 5)
      return 2;
   struct picture a = load(arguments[1]), b = load(arguments[2]);
   int levels = atoi(arguments[3]), most = 0;
   size_t all = (size_t)a.width * a.height, wrong = 0;
   if (a.width != b.width || a.height != b.height || is_flat(&a) || is_flat(&b)) {
      printf("%ux%u and %ux%u, or nothing is drawn\n", a.width, a.height, b.width, b.height);
      return 1;
   }
   for (size_t i = 0; i < all; i++) {
      int worst = 0;
      for (size_t k = 3 * i; k < 3 * i + 3; k++)
         if (abs(a.rgb[k] - b.rgb[k]) > worst)
            worst = abs(a.rgb[k] - b.rgb[k]);
      wrong += worst > levels;
      most = worst > most ? worst : most;
   }
   printf("%zu of %zu pixels differ by more than %d, at most by %d\n", wrong, all, levels, most);
   return wrong * (size_t)atoi(arguments[4]) > all;
}
