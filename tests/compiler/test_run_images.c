/* The self-checking shaders of glsl_image/ on the machine, with many registers and with few. Their checks must hold.
 *
 * Set 0 is that of glsl/README.md (results, numbers); set 1 has the images and samplers listed here. Images of
 * 32 bits are filled by a rule (texel_bits) that image.glsl repeats; all others are zero.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>

#define FIXTURE_GLSL_DIR image_glsl_dir()
static char *image_glsl_dir(void);
#include "core_rig.h"
#include "formats.h"
#include "image.h"
#include "spirv_fixture.h"

#define SETS_AT 0x1000u
#define SET_B 0x1000u
#define RESULTS_AT 0x10000u
#define INPUT_AT 0x20000u
#define IMAGES_AT 0x30000u

static char *image_glsl_dir(void)
{
   static char dir[1024];
   snprintf(dir, sizeof dir, "%s", __FILE__);
   char *slash = strrchr(dir, '/');
   snprintf(slash + 1, 16, "glsl_image");
   return dir;
}

/* ---- what set 1 holds --------------------------------------------------------------------------- */

enum { NEAREST, LINEAR, SHADOW, SAMPLERS };

typedef struct resource {
   uint32_t kind, count;
   const char *format[8]; /* of element k; the last given one stands for the rest */
   enum gpu_dim dim;
   uint32_t width, height, depth, layers, levels, samples_log2, sampler;
} resource;

#define IMAGE(kind_, count_, dim_, w_, h_, ...) \
   {.kind = SC_BINDING_##kind_, .count = count_, .dim = GPU_DIM_##dim_, .width = w_, .height = h_, .depth = 1, \
    .layers = 1, .levels = 1, __VA_ARGS__}

static const resource resources[] = {
   [0] = IMAGE(SAMPLED_IMAGE, 4, 2D, 8, 8, .format = {"R32_SFLOAT"}),
   [1] = {.kind = SC_BINDING_SAMPLER, .count = 3},
   [2] = IMAGE(COMBINED_IMAGE_SAMPLER, 3, 2D, 8, 8, .format = {"R32_SFLOAT"}),
   [3] = {.kind = SC_BINDING_COMBINED_IMAGE_SAMPLER, .count = 1, .dim = GPU_DIM_3D, .width = 8, .height = 4, .depth = 4,
          .layers = 1, .levels = 1, .format = {"R32_SFLOAT"}},
   [4] = {.kind = SC_BINDING_COMBINED_IMAGE_SAMPLER, .count = 1, .dim = GPU_DIM_CUBE, .width = 8, .height = 8, .depth = 1,
          .layers = 6, .levels = 1, .format = {"R32_SFLOAT"}},
   [5] = {.kind = SC_BINDING_COMBINED_IMAGE_SAMPLER, .count = 1, .dim = GPU_DIM_2D_ARRAY, .width = 8, .height = 8,
          .depth = 1, .layers = 3, .levels = 3, .format = {"R32_SFLOAT"}},
   [6] = {.kind = SC_BINDING_COMBINED_IMAGE_SAMPLER, .count = 1, .dim = GPU_DIM_CUBE_ARRAY, .width = 8, .height = 8,
          .depth = 1, .layers = 12, .levels = 1, .format = {"R32_SFLOAT"}},
   [7] = {.kind = SC_BINDING_COMBINED_IMAGE_SAMPLER, .count = 1, .dim = GPU_DIM_1D_ARRAY, .width = 8, .height = 1,
          .depth = 1, .layers = 5, .levels = 1, .format = {"R32_SFLOAT"}},
   [8] = IMAGE(COMBINED_IMAGE_SAMPLER, 1, 2D, 8, 8, .format = {"D32_SFLOAT"}, .sampler = SHADOW),
   [9] = {.kind = SC_BINDING_SAMPLED_IMAGE, .count = 1, .dim = GPU_DIM_2D, .width = 4, .height = 4, .depth = 1,
          .layers = 1, .levels = 1, .samples_log2 = 2, .format = {"R32_UINT"}},
   [10] = IMAGE(STORAGE_IMAGE, 4, 2D, 16, 16, .format = {"R32_UINT"}),
   [11] = {.kind = SC_BINDING_STORAGE_IMAGE, .count = 1, .dim = GPU_DIM_2D_ARRAY, .width = 8, .height = 8, .depth = 1,
           .layers = 4, .levels = 1, .format = {"R32G32B32A32_SFLOAT"}},
   [12] = {.kind = SC_BINDING_STORAGE_IMAGE, .count = 1, .dim = GPU_DIM_3D, .width = 8, .height = 4, .depth = 4,
           .layers = 1, .levels = 1, .format = {"R8G8B8A8_UNORM"}},
   [13] = {.kind = SC_BINDING_STORAGE_IMAGE, .count = 1, .dim = GPU_DIM_CUBE, .width = 8, .height = 8, .depth = 1,
           .layers = 6, .levels = 1, .format = {"R32_SINT"}},
   [14] = {.kind = SC_BINDING_STORAGE_IMAGE, .count = 1, .dim = GPU_DIM_CUBE_ARRAY, .width = 4, .height = 4, .depth = 1,
           .layers = 12, .levels = 1, .format = {"R32_UINT"}},
   [15] = IMAGE(STORAGE_TEXEL_BUFFER, 2, BUFFER, 64, 1, .format = {"R32_UINT"}),
   [16] = IMAGE(UNIFORM_TEXEL_BUFFER, 3, BUFFER, 64, 1, .format = {"R32_UINT"}),
   [17] = IMAGE(STORAGE_IMAGE, 1, 2D, 8, 8, .format = {"R64_UINT"}),
   [18] = IMAGE(STORAGE_IMAGE, 1, 1D, 64, 1, .format = {"R32_UINT"}),
   [19] = {.kind = SC_BINDING_STORAGE_IMAGE, .count = 1, .dim = GPU_DIM_1D_ARRAY, .width = 32, .height = 1, .depth = 1,
           .layers = 3, .levels = 1, .format = {"R32_UINT"}},
   [20] = {.kind = SC_BINDING_STORAGE_IMAGE, .count = 1, .dim = GPU_DIM_2D, .width = 4, .height = 4, .depth = 1,
           .layers = 1, .levels = 1, .samples_log2 = 2, .format = {"R32_UINT"}},
   [21] = IMAGE(STORAGE_IMAGE, 8, 2D, 32, 4,
                .format = {"R8G8B8A8_UNORM", "R16G16B16A16_SFLOAT", "R8G8B8A8_SNORM", "R32G32_SFLOAT",
                           "A2B10G10R10_UNORM_PACK32", "R16_SFLOAT", "R8_UNORM", "B10G11R11_UFLOAT_PACK32"}),
   [22] = IMAGE(STORAGE_IMAGE, 4, 2D, 32, 4, .format = {"R8G8B8A8_UINT", "R16G16_UINT", "R32G32B32A32_UINT", "R8_UINT"}),
   [23] = IMAGE(STORAGE_IMAGE, 4, 2D, 32, 4, .format = {"R8G8B8A8_SINT", "R16G16_SINT", "R32G32B32A32_SINT", "R16_SINT"}),
   [24] = IMAGE(STORAGE_IMAGE, 1, 2D, 16, 16, .format = {"R32_SFLOAT"}),
   [25] = IMAGE(SAMPLED_IMAGE, 1, NONE, 1, 1, .format = {"R32_SFLOAT"}), /* a null descriptor */
};
#define RESOURCES (sizeof resources / sizeof *resources)

static const sc_binding *const bindings = fixture_image_bindings;

static void check_bindings(void)
{
   assert_int_equal(sizeof fixture_image_bindings / sizeof *fixture_image_bindings, 2 + RESOURCES);
   for (uint32_t k = 0; k < RESOURCES; k++)
      assert_true(bindings[2 + k].kind == resources[k].kind && bindings[2 + k].count == resources[k].count);
}

/* ---- contents ---------------------------------------------------------------------------------------- */

static uint32_t texel_bits(const fmt_info *f, uint32_t x, uint32_t y, uint32_t z, uint32_t level, uint32_t sample,
                           uint32_t element)
{
   uint32_t v = x + 16 * y + 256 * z + 4096 * level + 16384 * sample + 65536 * element, bits;
   float value = (float)v;
   if (f->layout == FMT_DEPTH)
      value = (float)(x + 8 * y) / 64;
   if (f->block_B != 4 || f->components != 1)
      return 0;
   memcpy(&bits, &value, 4);
   return f->type == FMT_SFLOAT || f->layout == FMT_DEPTH ? bits : v;
}

static void fill(emu_device *dev, uint64_t at, const gpu_image *d, const gpu_image_shape *s, const fmt_info *f, uint32_t element)
{
   for (uint32_t layer = 0; layer < d->layers; layer++) {
      for (uint32_t n = 0; n < d->levels; n++) {
         gpu_image_level l;
         gpu_image_level_of(s, n, &l);
         for (uint32_t z = 0; z < l.depth; z++) {
            for (uint32_t p = 0; p < l.width_px * l.height_px << d->samples_log2; p++) {
               uint32_t sample = p & ((1u << d->samples_log2) - 1), xy = p >> d->samples_log2;
               uint32_t x = xy % l.width_px, y = xy / l.width_px;
               uint64_t to = at + layer * d->layer_stride_B + gpu_image_element_offset(&l, x, y, z) + sample * f->block_B;
               uint32_t bits = texel_bits(f, x, y, z + layer, n, sample, element);
               uint8_t zero[16] = {0};
               rig_copy(dev, to, f->block_B == 4 ? (void *)&bits : zero, f->block_B, true);
            }
         }
      }
   }
}

static uint64_t make_image(emu_device *dev, const resource *res, uint32_t element, uint64_t at, uint32_t *desc)
{
   unsigned n = element;
   while (n && (n > 7 || !res->format[n]))
      n--;
   const fmt_info *f = fmt_lookup_name(res->format[n], strlen(res->format[n]));
   gpu_image d = {.va = RIG_VA + at, .dim = res->dim, .samples_log2 = res->samples_log2, .width = res->width,
                  .height = res->height, .depth = res->depth, .layers = res->layers, .levels = res->levels};
   if (!f)
      fail_msg("format %s does not exist", res->format[n]);
   d.format = f->number;
   for (unsigned c = 0; c < 4; c++)
      d.swizzle[c] = (enum gpu_swizzle)c;
   if (res->dim == GPU_DIM_NONE) {
      memset(desc, 0, 32);
      return at;
   }
   if (res->dim == GPU_DIM_BUFFER) {
      d.elements = res->width;
      gpu_image_encode(&d, desc);
      for (uint32_t i = 0; i < res->width; i++) {
         uint32_t bits = texel_bits(f, i, 0, 0, 0, 0, element);
         rig_copy(dev, at + i * 4, &bits, 4, true);
      }
      return at + (res->width * 4u + 255) / 256 * 256;
   }
   gpu_image_shape s = {.is_1d = res->dim == GPU_DIM_1D || res->dim == GPU_DIM_1D_ARRAY,
                        .element_B = (uint32_t)f->block_B << res->samples_log2, .block_w_px = 1, .block_h_px = 1,
                        .width = res->width, .height = res->height, .depth = res->depth};
   d.layer_stride_B = gpu_image_layer_B(&s, res->levels);
   gpu_image_encode(&d, desc);
   fill(dev, at, &d, &s, f, element);
   return at + d.layer_stride_B * res->layers;
}

static void make_sampler(uint32_t which, uint32_t *desc)
{
   float greatest = 100;
   gpu_sampler s = {.mag_linear = which == LINEAR, .min_linear = which == LINEAR, .mip_linear = false,
                    .compare = which == SHADOW ? GPU_COMPARE_LESS : GPU_COMPARE_NEVER};
   memcpy(&s.max_lod, &greatest, 4);
   for (unsigned k = 0; k < 3; k++)
      s.address[k] = which == LINEAR ? GPU_ADDRESS_REPEAT : GPU_ADDRESS_CLAMP;
   gpu_sampler_encode(&s, desc);
}

static void make_sets(emu_device *dev)
{
   uint64_t at = IMAGES_AT;
   uint8_t root[SC_ROOT_B] = {0};
   uint32_t numbers[1024];
   for (unsigned set = 0; set < SC_MAX_SETS; set++) {
      uint64_t va = RIG_VA + SETS_AT + set * SET_B;
      memcpy(root + SC_ROOT_SETS + set * 8, &va, 8);
   }
   rig_copy(dev, 0, root, sizeof root, true);
   for (unsigned i = 0; i < 1024; i++)
      numbers[i] = i;
   rig_copy(dev, INPUT_AT, numbers, sizeof numbers, true);
   for (unsigned i = 0; i < 2; i++) {
      uint64_t va = RIG_VA + (i ? INPUT_AT : RESULTS_AT);
      struct gpu_buffer_desc d = {(uint32_t)va, (uint32_t)(va >> 32), i ? 4096 : 65536, 0};
      rig_copy(dev, SETS_AT + i * 16, &d, 16, true);
   }
   for (uint32_t k = 0; k < RESOURCES; k++) {
      const resource *res = &resources[k];
      for (uint32_t e = 0; e < res->count; e++) {
         uint32_t desc[16] = {0};
         bool combined = res->kind == SC_BINDING_COMBINED_IMAGE_SAMPLER;
         if (res->kind == SC_BINDING_SAMPLER)
            make_sampler(e, desc);
         else
            at = make_image(dev, res, e, at, desc);
         if (combined)
            make_sampler(res->sampler, desc + 8);
         rig_copy(dev, SETS_AT + SET_B + bindings[2 + k].offset_B + e * sc_binding_stride_B(res->kind), desc,
                  sc_binding_stride_B(res->kind), true);
      }
   }
   assert_true(at <= RIG_PROGRAM);
}

/* ---- runs ---------------------------------------------------------------------------------------------- */

static void run(emu_device *dev, const char *name, const sc_program *p)
{
   uint32_t head[4] = {0};
   rig_dispatch d = {.vregs = p->vregs, .sregs = p->sregs, .lds_B = p->lds_B, .scratch_B = p->scratch_B,
                     .flags = p->ordered, .watchdog = 1, .program = RIG_PROGRAM, .program_qw = (uint32_t)p->word_count,
                     .grid = {1, 1, 1}, .user = {(uint32_t)RIG_VA, (uint32_t)(RIG_VA >> 32)}};
   memcpy(d.group, p->group_size, sizeof d.group);
   assert_true(p->word_count * 8 <= RIG_B - RIG_PROGRAM);
   make_sets(dev);
   rig_copy(dev, RIG_PROGRAM, p->words, p->word_count * 8, true);
   rig_copy(dev, RESULTS_AT, head, sizeof head, true);
   rig_go(dev, &d);
   assert_true(rig_wait(dev, 0));
   if (emu_mmio_read(dev, GPU_REG_FAULT_STATUS) & 1)
      fail_msg("%s: fault %u", name, emu_mmio_read(dev, GPU_REG_FAULT_TYPE));
   rig_copy(dev, RESULTS_AT, head, sizeof head, false);
   if (head[0] || !head[1])
      fail_msg("%s with %u vregs, %u sregs: %u of %u checks failed, the last in line %u", name, p->vregs, p->sregs,
               head[0], head[1], head[2]);
}

static void compile_and_run(emu_device *dev, const char *name, sc_input in, uint32_t vregs, uint32_t sregs)
{
   char err[256] = "";
   sc_program p;
   in.max_vregs = vregs;
   in.max_sregs = sregs;
   if (sc_compile(&in, &p, err, sizeof err) != SC_OK)
      fail_msg("%s: %s", name, err);
   run(dev, name, &p);
   sc_program_finish(&p);
}

static void shaders(void **state)
{
   DIR *dir = opendir(image_glsl_dir());
   emu_device *dev = rig_open(2);
   unsigned count = 0;
   const char *only = getenv("ONLY");
   assert_non_null(dir);
   check_bindings();
   for (struct dirent *e; (e = readdir(dir));) {
      struct fixture_module m;
      if (!fixture_is_shader(e->d_name) || (only && strcmp(only, e->d_name)))
         continue;
      if (!fixture_compile(e->d_name, fixture_is_assembly(e->d_name) ? "" : "-I../glsl --target-env vulkan1.1", &m))
         fail_msg("%s does not compile", e->d_name);
      sc_input in = fixture_image_input(&m);
      compile_and_run(dev, e->d_name, in, 0, 0);
      compile_and_run(dev, e->d_name, in, 32, 32);
      compile_and_run(dev, e->d_name, in, 40, 128);
      if (fixture_optimise(&m)) {
         in.words = m.words;
         in.word_count = m.count;
         compile_and_run(dev, e->d_name, in, 0, 0);
      }
      free(m.words);
      count++;
   }
   closedir(dir);
   emu_device_close(dev);
   assert_true(count >= (only ? 1 : 6));
}

int main(void)
{
   const struct CMUnitTest tests[] = {cmocka_unit_test(shaders)};
   return cmocka_run_group_tests(tests, NULL, NULL);
}
