/* figment view's window: SDL2, opened at run time, with its software renderer, so that watching a GPU needs none. Text is drawn as the
 * rectangles that stb_easy_font makes of it. */
#include "view.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <SDL.h>
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wsign-compare"
#include "stb/stb_easy_font.h"
#pragma GCC diagnostic pop

#define LIBRARY "libSDL2-2.0.so.0"
#define TEXT_BYTES 65536

#define FUNCTIONS(X)                                                                                                   \
   X(SDL_Init) X(SDL_Quit) X(SDL_GetError) X(SDL_SetHint) X(SDL_CreateWindow) X(SDL_DestroyWindow)                     \
   X(SDL_SetWindowTitle) X(SDL_CreateRenderer) X(SDL_DestroyRenderer) X(SDL_CreateTexture) X(SDL_DestroyTexture)       \
   X(SDL_UpdateTexture) X(SDL_RenderClear) X(SDL_RenderCopy) X(SDL_RenderFillRect) X(SDL_SetRenderDrawColor)           \
   X(SDL_SetRenderDrawBlendMode) X(SDL_RenderSetLogicalSize) X(SDL_RenderPresent) X(SDL_PollEvent)

static struct {
#define X(name) __typeof__(name) *name;
   FUNCTIONS(X)
#undef X
} sdl;

struct view_window {
   SDL_Window *window;
   SDL_Renderer *renderer;
   SDL_Texture *texture;
   uint32_t w, h;
   char title[200];
};

static bool load(const char **why)
{
   void *library = dlopen(LIBRARY, RTLD_NOW);
   if (!library) {
      *why = LIBRARY " is not installed (Debian package libsdl2-2.0-0)";
      return false;
   }
#define X(name)                                                                                                        \
   *(void **)&sdl.name = dlsym(library, #name);                                                                        \
   if (!sdl.name) {                                                                                                    \
      *why = LIBRARY " has no " #name;                                                                                 \
      return false;                                                                                                    \
   }
   FUNCTIONS(X)
#undef X
   return true;
}

/* A window that fits an ordinary screen: small pictures are enlarged by a whole number. */
static void window_size(uint32_t w, uint32_t h, int *ww, int *wh)
{
   double scale = 1;
   while (w * (scale + 1) <= 800 && h * (scale + 1) <= 600)
      scale++;
   while (w * scale > 1600 || h * scale > 1000)
      scale /= 2;
   *ww = (int)(w * scale) > 16 ? (int)(w * scale) : 16;
   *wh = (int)(h * scale) > 16 ? (int)(h * scale) : 16;
}

static bool create(view_window *v)
{
   int w, h;
   window_size(v->w, v->h, &w, &h);
   v->window = sdl.SDL_CreateWindow("figment view", SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, w, h, SDL_WINDOW_RESIZABLE);
   v->renderer = v->window ? sdl.SDL_CreateRenderer(v->window, -1, SDL_RENDERER_SOFTWARE) : NULL;
   if (!v->renderer)
      return false;
   v->texture = sdl.SDL_CreateTexture(v->renderer, SDL_PIXELFORMAT_RGBA32, SDL_TEXTUREACCESS_STREAMING, (int)v->w, (int)v->h);
   sdl.SDL_SetRenderDrawBlendMode(v->renderer, SDL_BLENDMODE_BLEND);
   return v->texture != NULL;
}

view_window *view_window_open(uint32_t w, uint32_t h, const char **why)
{
   if (!load(why))
      return NULL;
   sdl.SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "nearest");
   if (sdl.SDL_Init(SDL_INIT_VIDEO)) {
      *why = sdl.SDL_GetError();
      return NULL;
   }
   view_window *v = calloc(1, sizeof *v);
   if (v)
      *v = (view_window){.w = w, .h = h};
   if (v && create(v))
      return v;
   *why = v ? sdl.SDL_GetError() : "out of memory";
   if (v)
      view_window_close(v);
   return NULL;
}

/* Twice the font's size, white on a dark ground. */
static void draw_text(view_window *v, const char *text)
{
   static float quads[TEXT_BYTES / sizeof(float)]; /* four corners of x, y, z and a colour each */
   int scale = 2, n = stb_easy_font_print(6, 6, (char *)text, NULL, quads, sizeof quads);
   SDL_Rect ground = {0, 0, (stb_easy_font_width((char *)text) + 12) * scale, (stb_easy_font_height((char *)text) + 8) * scale};

   sdl.SDL_SetRenderDrawColor(v->renderer, 0, 0, 0, 150);
   sdl.SDL_RenderFillRect(v->renderer, &ground);
   sdl.SDL_SetRenderDrawColor(v->renderer, 255, 255, 255, 255);
   for (int i = 0; i < n; i++) {
      const float *q = &quads[i * 16];
      SDL_Rect r = {(int)q[0] * scale, (int)q[1] * scale, (int)(q[8] - q[0]) * scale, (int)(q[9] - q[1]) * scale};
      sdl.SDL_RenderFillRect(v->renderer, &r);
   }
}

static bool still_open(void)
{
   SDL_Event e;
   bool open = true;
   while (sdl.SDL_PollEvent(&e))
      open &= e.type != SDL_QUIT && !(e.type == SDL_KEYDOWN && e.key.keysym.sym == SDLK_ESCAPE);
   return open;
}

bool view_window_show(view_window *v, const uint8_t *rgba, const char *text, const char *title)
{
   if (strcmp(title, v->title)) {
      snprintf(v->title, sizeof v->title, "%s", title);
      sdl.SDL_SetWindowTitle(v->window, v->title);
   }
   sdl.SDL_UpdateTexture(v->texture, NULL, rgba, (int)v->w * 4);
   sdl.SDL_SetRenderDrawColor(v->renderer, 0, 0, 0, 255);
   sdl.SDL_RenderClear(v->renderer);
   sdl.SDL_RenderSetLogicalSize(v->renderer, (int)v->w, (int)v->h); /* keeps the picture's proportions */
   sdl.SDL_RenderCopy(v->renderer, v->texture, NULL, NULL);
   sdl.SDL_RenderSetLogicalSize(v->renderer, 0, 0);
   if (text)
      draw_text(v, text);
   sdl.SDL_RenderPresent(v->renderer);
   return still_open();
}

void view_window_close(view_window *v)
{
   if (v->texture)
      sdl.SDL_DestroyTexture(v->texture);
   if (v->renderer)
      sdl.SDL_DestroyRenderer(v->renderer);
   if (v->window)
      sdl.SDL_DestroyWindow(v->window);
   sdl.SDL_Quit();
   free(v);
}
