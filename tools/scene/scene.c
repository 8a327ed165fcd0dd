/* The scene's main program: an animation into an exported image, the second process looking on, and a comparison of what both saw last. */
#include "scene.h"

#include <string.h>
#include <time.h>

#define STB_IMAGE_WRITE_IMPLEMENTATION
#include "stb/stb_image_write.h"

static const char usage[] =
   "usage: figment-scene --png FILE [--viewer FIGMENT --viewer-png FILE [--window]] [--size WxH] [--frames N]\n"
   "                     [--samples 1|2|4|8]\n\n"
   "Renders an animated scene (textures with mipmaps and anisotropic filter, shadow map, blending, multisampling)\n"
   "into an exported linear image and writes its last frame, as the GPU reads it, to --png. With --viewer the\n"
   "command `FIGMENT view` maps the same memory meanwhile, without Vulkan, shows it (--window) and saves the last\n"
   "picture that it saw; the two files must be the same.\n\n"
   "   --size WxH     of the picture (default 768x432)\n"
   "   --frames N     of the animation (default 8)\n"
   "   --samples N    of each pixel (default 4)\n\n"
   "example: figment-scene --png scene.png --viewer build/bin/figment --viewer-png seen.png --window\n";

static scene_options parse(int argc, char **argv)
{
   scene_options o = {.width = 768, .height = 432, .frames = 8, .samples = VK_SAMPLE_COUNT_4_BIT};
   bool ok = true;
   for (int i = 1; i < argc && ok; i++) {
      const char *key = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
      char rest;
      if (!strcmp(key, "--help") || !strcmp(key, "-h")) {
         fputs(usage, stdout);
         exit(0);
      }
      if (!strcmp(key, "--window")) {
         o.window = true;
         continue;
      }
      i++;
      if (!value)
         ok = false;
      else if (!strcmp(key, "--png"))
         o.png = value;
      else if (!strcmp(key, "--viewer"))
         o.viewer = value;
      else if (!strcmp(key, "--viewer-png"))
         o.viewer_png = value;
      else if (!strcmp(key, "--size"))
         ok = sscanf(value, "%ux%u%c", &o.width, &o.height, &rest) == 2;
      else if (!strcmp(key, "--frames"))
         o.frames = (uint32_t)strtoul(value, NULL, 10);
      else if (!strcmp(key, "--samples"))
         o.samples = (VkSampleCountFlagBits)strtoul(value, NULL, 10);
      else
         ok = false;
   }
   bool samples_fit = o.samples == 1 || o.samples == 2 || o.samples == 4 || o.samples == 8;
   bool size_fits = o.width >= 16 && o.height >= 16 && o.width <= 4096 && o.height <= 4096;
   if (!ok || !o.png || !o.viewer != !o.viewer_png || !o.frames || !samples_fit || !size_fits) {
      fputs(usage, stderr);
      exit(2);
   }
   return o;
}

static double now_s(void)
{
   struct timespec t;
   clock_gettime(CLOCK_MONOTONIC, &t);
   return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void create_targets(scene *s)
{
   const scene_image plain = {.width = s->opt.width, .height = s->opt.height, .levels = 1, .layers = 1, .samples = VK_SAMPLE_COUNT_1_BIT};
   s->target = s->colour = s->depth = s->shadow = plain;
   s->target.format = s->colour.format = VK_FORMAT_R8G8B8A8_UNORM;
   s->depth.format = s->shadow.format = VK_FORMAT_D32_SFLOAT;
   s->colour.samples = s->depth.samples = s->opt.samples;
   s->shadow.width = s->shadow.height = SCENE_SHADOW_PX;
   scene_create_image(s, &s->target, VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT, VK_IMAGE_ASPECT_COLOR_BIT, true);
   scene_create_image(s, &s->colour, VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT, VK_IMAGE_ASPECT_COLOR_BIT, false);
   scene_create_image(s, &s->depth, VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT, VK_IMAGE_ASPECT_DEPTH_BIT, false);
   scene_create_image(s, &s->shadow, VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT | VK_IMAGE_USAGE_SAMPLED_BIT, VK_IMAGE_ASPECT_DEPTH_BIT, false);
   VkMemoryPropertyFlags host = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
   s->camera = scene_create_buffer(s, sizeof(scene_camera), VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT, host);
   s->readback = scene_create_buffer(s, (VkDeviceSize)s->opt.width * s->opt.height * 4, VK_BUFFER_USAGE_TRANSFER_DST_BIT, host);
}

static void destroy_targets(scene *s)
{
   scene_image *const images[] = {&s->target, &s->colour, &s->depth, &s->shadow, &s->materials};
   scene_buffer *const buffers[] = {&s->camera, &s->readback, &s->vertices, &s->indices};
   for (size_t i = 0; i < SCENE_MATERIALS; i++)
      vkDestroyImageView(s->device, s->material[i], NULL);
   for (size_t i = 0; i < sizeof images / sizeof *images; i++)
      scene_destroy_image(s, images[i]);
   for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
      scene_destroy_buffer(s, buffers[i]);
}

static void animate(scene *s)
{
   double start = now_s();
   for (uint32_t i = 0; i < s->opt.frames; i++) {
      scene_draw(s, 6.0f * (float)(i + 1) / (float)s->opt.frames);
      printf("%s%u", i ? " " : "frame ", i + 1);
   }
   double host_s = now_s() - start;
   printf("\nrendered %u frames of %u x %u pixels with %u samples: %.2f ms of GPU time and %.2f s of host time each\n", s->opt.frames,
          s->opt.width, s->opt.height, (unsigned)s->opt.samples, 1e3 * s->gpu_s / s->opt.frames, host_s / s->opt.frames);
}

static bool same_file(const char *a, const char *b)
{
   FILE *fa = fopen(a, "rb"), *fb = fopen(b, "rb");
   bool same = fa && fb;
   while (same) {
      int ca = fgetc(fa), cb = fgetc(fb);
      same = ca == cb;
      if (ca == EOF)
         break;
   }
   if (fa)
      fclose(fa);
   if (fb)
      fclose(fb);
   return same;
}

/* The GPU's own copy of the last frame as PNG. */
static bool write_picture(scene *s)
{
   scene_read_back(s);
   if (stbi_write_png(s->opt.png, (int)s->opt.width, (int)s->opt.height, 4, s->readback.host, (int)s->opt.width * 4))
      return true;
   fprintf(stderr, "scene: cannot write %s\n", s->opt.png);
   return false;
}

int main(int argc, char **argv)
{
   scene s = {.opt = parse(argc, argv)};
   setvbuf(stdout, NULL, _IONBF, 0); /* its lines interleave with the other process's */
   if (!demo_vk_load_library())
      return 1;
   scene_open(&s);
   create_targets(&s);
   double start = now_s();
   scene_make(&s);
   scene_create_pipelines(&s);
   printf("made textures, meshes and pipelines: %.2f s\n", now_s() - start);
   scene_viewer *viewer = NULL;
   bool ok = true;
   if (s.opt.viewer) {
      remove(s.opt.viewer_png);
      intptr_t handle = scene_export(&s, &s.target);
      viewer = scene_viewer_start(&s, handle);
      scene_close_handle(handle);
      ok = viewer != NULL;
   }
   animate(&s);
   ok &= write_picture(&s);
   if (viewer) {
      ok &= scene_viewer_finish(viewer);
      bool same = same_file(s.opt.png, s.opt.viewer_png);
      printf("scene: the last picture of the second process %s what the GPU reads\n", same ? "is byte for byte" : "DIFFERS from");
      ok &= same;
   }
   scene_destroy_pipelines(&s);
   destroy_targets(&s);
   scene_close(&s);
   return ok ? 0 : 1;
}
