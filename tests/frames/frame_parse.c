/* Scene text to struct frame. One statement a line, `#` starts a comment, words are separated by blanks, options are
 * KEY=VALUE; pipelines, passes and buffers go on to a line `end`. The language is described in README.md of this folder. Every mistake is told
 * with its line; nothing in the text can write beyond the tables of struct frame.
 */
#include "frame.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WORDS 40
#define MAX_LINE 1024

struct parser {
   struct frame *f;
   const char *path;
   unsigned line;
   bool failed;
   char text[MAX_LINE];
   char *word[MAX_WORDS];
   unsigned words;
   enum { TOP, IN_PIPELINE, IN_PASS, IN_BUFFER } where;
   enum { F32, U32, U16, U8 } type; /* of the buffer */
};

static void wrong(struct parser *p, const char *what, const char *word)
{
   if (!p->failed)
      fprintf(stderr, "%s:%u: %s%s%s\n", p->path, p->line, what, word ? ": " : "", word ? word : "");
   p->failed = true;
}

/* ---- words ------------------------------------------------------------------------------------------------------------- */
static const char *word(struct parser *p, unsigned i)
{
   if (i < p->words)
      return p->word[i];
   wrong(p, "something is missing at the end of the line", NULL);
   return "";
}

static float number_of(struct parser *p, const char *text)
{
   char *end;
   float v = strtof(text, &end);
   if (end == text || *end)
      wrong(p, "no number", text);
   return v;
}

static float number(struct parser *p, unsigned i) { return number_of(p, word(p, i)); }

static uint32_t whole_of(struct parser *p, const char *text)
{
   char *end;
   unsigned long v = strtoul(text, &end, 0);
   if (end == text || *end || *text == '-' || v > UINT32_MAX)
      wrong(p, "no whole number", text);
   return (uint32_t)v;
}

static uint32_t whole(struct parser *p, unsigned i) { return whole_of(p, word(p, i)); }

static uint32_t kind_of(struct parser *p, enum frame_kind kind, const char *text)
{
   uint32_t v = 0;
   if (!frame_word(kind, text, &v))
      wrong(p, "unknown word", text);
   return v;
}

static uint32_t kind(struct parser *p, enum frame_kind k, unsigned i) { return kind_of(p, k, word(p, i)); }

/* Value of KEY=, NULL if it is not given. */
static const char *option(const struct parser *p, const char *key)
{
   size_t n = strlen(key);
   for (unsigned i = 1; i < p->words; i++)
      if (!strncmp(p->word[i], key, n) && p->word[i][n] == '=')
         return p->word[i] + n + 1;
   return NULL;
}

static bool flag(const struct parser *p, const char *name)
{
   for (unsigned i = 1; i < p->words; i++)
      if (!strcmp(p->word[i], name))
         return true;
   return false;
}

static uint32_t option_whole(struct parser *p, const char *key, uint32_t otherwise)
{
   const char *v = option(p, key);
   return v ? whole_of(p, v) : otherwise;
}

static VkFormat format_of(struct parser *p, const char *text)
{
   VkFormat format = VK_FORMAT_UNDEFINED;
   if (!frame_format(text, &format))
      wrong(p, "unknown format", text);
   return format;
}

static void copy_name(struct parser *p, char *out, const char *text)
{
   if (strlen(text) >= FRAME_NAME)
      wrong(p, "name too long", text);
   snprintf(out, FRAME_NAME, "%s", text);
}

/* Room for one more of a table of `max`. Without it the last entry is used again, and the text is wrong. */
static uint32_t one_more(struct parser *p, uint32_t *count, uint32_t max)
{
   if (*count < max)
      return (*count)++;
   wrong(p, "too many", p->word[0]);
   return max - 1;
}

#define FIND(table, count, what)                                                                                            \
   for (uint32_t i = 0; i < p->f->count; i++)                                                                               \
      if (!strcmp(p->f->table[i].name, text))                                                                               \
         return i;                                                                                                          \
   wrong(p, "no " what " of this name", text);                                                                              \
   return 0

static uint32_t image_of(struct parser *p, const char *text) { FIND(image, images, "image"); }
static uint32_t sampler_of(struct parser *p, const char *text) { FIND(sampler, samplers, "sampler"); }
static uint32_t buffer_of(struct parser *p, const char *text) { FIND(buffer, buffers, "buffer"); }
static uint32_t pipeline_of(struct parser *p, const char *text) { FIND(pipeline, pipelines, "pipeline"); }

/* Next part of a list A,B,C; false at its end. */
static bool next_part(const char **list, char *out, size_t size)
{
   if (!*list || !**list)
      return false;
   size_t n = strcspn(*list, ",");
   snprintf(out, size, "%.*s", (int)n, *list);
   *list += n + ((*list)[n] == ',');
   return true;
}

/* ---- resources --------------------------------------------------------------------------------------------------------- */
static void parse_size(struct parser *p, const char *text, uint32_t *w, uint32_t *h)
{
   char rest;
   if (sscanf(text, "%ux%u%c", w, h, &rest) != 2 || !*w || !*h || *w > 4096 || *h > 4096)
      wrong(p, "no size WxH from 1 to 4096", text);
}

static VkImageAspectFlags aspects_of(VkFormat format)
{
   switch (format) {
   case VK_FORMAT_D16_UNORM:
   case VK_FORMAT_D32_SFLOAT:
   case VK_FORMAT_X8_D24_UNORM_PACK32:
      return VK_IMAGE_ASPECT_DEPTH_BIT;
   case VK_FORMAT_D16_UNORM_S8_UINT:
   case VK_FORMAT_D24_UNORM_S8_UINT:
   case VK_FORMAT_D32_SFLOAT_S8_UINT:
      return VK_IMAGE_ASPECT_DEPTH_BIT | VK_IMAGE_ASPECT_STENCIL_BIT;
   case VK_FORMAT_S8_UINT:
      return VK_IMAGE_ASPECT_STENCIL_BIT;
   default:
      return VK_IMAGE_ASPECT_COLOR_BIT;
   }
}

static uint32_t full_chain(uint32_t w, uint32_t h)
{
   uint32_t n = 1;
   for (uint32_t s = w > h ? w : h; s > 1; s >>= 1)
      n++;
   return n;
}

static void parse_image(struct parser *p)
{
   struct frame_image *im = &p->f->image[one_more(p, &p->f->images, FRAME_MAX)];
   const char *mips = option(p, "mips"), *fill = option(p, "fill");
   copy_name(p, im->name, word(p, 1));
   im->format = format_of(p, word(p, 2));
   parse_size(p, word(p, 3), &im->width, &im->height);
   im->samples = (VkSampleCountFlagBits)option_whole(p, "samples", 1);
   im->cube = flag(p, "cube");
   im->layers = option_whole(p, "layers", im->cube ? 6 : 1);
   im->mips = !mips ? 1 : !strcmp(mips, "all") ? full_chain(im->width, im->height) : whole_of(p, mips);
   im->fill = fill ? (enum frame_fill)kind_of(p, FRAME_PATTERN, fill) : FRAME_FILL_NONE;
   im->aspects = aspects_of(im->format);
   if (im->fill && im->format != VK_FORMAT_R8G8B8A8_UNORM && im->format != VK_FORMAT_R8G8B8A8_SRGB)
      wrong(p, "patterns have the format R8G8B8A8_UNORM or _SRGB", NULL);
   if (im->fill)
      im->usage |= VK_IMAGE_USAGE_TRANSFER_DST_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT;
}

static void parse_clear(struct parser *p)
{
   struct frame_image *im = &p->f->image[image_of(p, word(p, 1))];
   im->clear = true;
   if (im->aspects & VK_IMAGE_ASPECT_COLOR_BIT)
      for (unsigned i = 0; i < 4; i++)
         im->clear_value.color.float32[i] = number(p, 2 + i);
   else
      im->clear_value.depthStencil = (VkClearDepthStencilValue){number(p, 2), p->words > 3 ? whole(p, 3) : 0};
}

static void parse_sampler(struct parser *p)
{
   struct frame_sampler *s = &p->f->sampler[one_more(p, &p->f->samplers, FRAME_MAX)];
   const char *min = option(p, "min"), *mag = option(p, "mag"), *mip = option(p, "mip"), *address = option(p, "address");
   const char *compare = option(p, "compare"), *aniso = option(p, "aniso"), *bias = option(p, "bias");
   copy_name(p, s->name, word(p, 1));
   VkSamplerAddressMode mode = (VkSamplerAddressMode)kind_of(p, FRAME_ADDRESS, address ? address : "repeat");
   s->info = (VkSamplerCreateInfo){.sType = VK_STRUCTURE_TYPE_SAMPLER_CREATE_INFO,
                                   .minFilter = (VkFilter)kind_of(p, FRAME_FILTER, min ? min : "linear"),
                                   .magFilter = (VkFilter)kind_of(p, FRAME_FILTER, mag ? mag : "linear"),
                                   .mipmapMode = (VkSamplerMipmapMode)kind_of(p, FRAME_MIP, mip ? mip : "linear"),
                                   .addressModeU = mode, .addressModeV = mode, .addressModeW = mode,
                                   .borderColor = VK_BORDER_COLOR_FLOAT_OPAQUE_WHITE,
                                   .mipLodBias = bias ? number_of(p, bias) : 0,
                                   .anisotropyEnable = aniso != NULL,
                                   .maxAnisotropy = aniso ? number_of(p, aniso) : 1,
                                   .compareEnable = compare != NULL,
                                   .compareOp = compare ? (VkCompareOp)kind_of(p, FRAME_COMPARE, compare) : VK_COMPARE_OP_NEVER,
                                   .maxLod = VK_LOD_CLAMP_NONE};
}

static void parse_buffer(struct parser *p)
{
   struct frame_buffer *b = &p->f->buffer[one_more(p, &p->f->buffers, FRAME_MAX)];
   static const char *const types[] = {"f32", "u32", "u16", "u8"};
   copy_name(p, b->name, word(p, 1));
   for (p->type = F32; p->type <= U8 && strcmp(types[p->type], word(p, 2)); p->type++)
      ;
   if (p->type > U8)
      wrong(p, "a buffer is of f32, u32, u16 or u8", word(p, 2));
   b->index_type = p->type == U16 ? VK_INDEX_TYPE_UINT16 : VK_INDEX_TYPE_UINT32;
   p->where = IN_BUFFER;
}

static void append(struct parser *p, struct frame_buffer *b, const void *data, size_t n)
{
   void *grown = realloc(b->data, b->size_B + n);
   if (!grown) {
      wrong(p, "not enough memory", NULL);
      return;
   }
   b->data = grown;
   memcpy((uint8_t *)b->data + b->size_B, data, n);
   b->size_B += n;
}

static void parse_values(struct parser *p)
{
   struct frame_buffer *b = &p->f->buffer[p->f->buffers - 1];
   for (unsigned i = 0; i < p->words; i++) {
      if (p->type == F32) {
         float v = number(p, i);
         append(p, b, &v, 4);
      } else {
         uint32_t v = whole(p, i);
         append(p, b, &v, p->type == U32 ? 4 : p->type == U16 ? 2 : 1); /* little-endian, as all that Figment runs on */
      }
   }
}

/* ---- pipelines ----------------------------------------------------------------------------------------------------------- */
static struct frame_pipeline *current(struct parser *p) { return &p->f->pipeline[p->f->pipelines - 1]; }

static void parse_pipeline(struct parser *p)
{
   struct frame_pipeline *q = &p->f->pipeline[one_more(p, &p->f->pipelines, FRAME_MAX)];
   const char *like = option(p, "like");
   if (like) {
      *q = p->f->pipeline[pipeline_of(p, like)];
      q->viewports = q->scissors = 0;
   } else {
      q->assembly = (VkPipelineInputAssemblyStateCreateInfo){.topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST};
      q->raster = (VkPipelineRasterizationStateCreateInfo){.lineWidth = 1};
      q->sample_mask = UINT32_MAX;
      for (unsigned i = 0; i < 8; i++)
         q->blends[i].colorWriteMask = 15;
   }
   copy_name(p, q->name, word(p, 1));
   p->where = IN_PIPELINE;
}

static void parse_stencil(struct parser *p)
{
   struct frame_pipeline *q = current(p);
   VkStencilOpState s = {.compareOp = (VkCompareOp)kind(p, FRAME_COMPARE, 1), .failOp = (VkStencilOp)kind(p, FRAME_STENCIL, 2),
                         .depthFailOp = (VkStencilOp)kind(p, FRAME_STENCIL, 3), .passOp = (VkStencilOp)kind(p, FRAME_STENCIL, 4),
                         .reference = whole(p, 5), .compareMask = option_whole(p, "read", 255),
                         .writeMask = option_whole(p, "write", 255)};
   q->depth.stencilTestEnable = VK_TRUE;
   if (!flag(p, "back"))
      q->depth.front = s;
   if (!flag(p, "front"))
      q->depth.back = s;
}

static void parse_blend(struct parser *p)
{
   VkPipelineColorBlendAttachmentState *b = &current(p)->blends[whole(p, 1) & 7];
   b->blendEnable = VK_TRUE;
   b->srcColorBlendFactor = (VkBlendFactor)kind(p, FRAME_FACTOR, 2);
   b->dstColorBlendFactor = (VkBlendFactor)kind(p, FRAME_FACTOR, 3);
   b->colorBlendOp = (VkBlendOp)kind(p, FRAME_BLEND, 4);
   bool alpha = p->words > 5;
   b->srcAlphaBlendFactor = alpha ? (VkBlendFactor)kind(p, FRAME_FACTOR, 5) : b->srcColorBlendFactor;
   b->dstAlphaBlendFactor = alpha ? (VkBlendFactor)kind(p, FRAME_FACTOR, 6) : b->dstColorBlendFactor;
   b->alphaBlendOp = alpha ? (VkBlendOp)kind(p, FRAME_BLEND, 7) : b->colorBlendOp;
}

static void parse_mask(struct parser *p)
{
   VkPipelineColorBlendAttachmentState *b = &current(p)->blends[whole(p, 1) & 7];
   b->colorWriteMask = 0;
   for (const char *c = word(p, 2); *c; c++) {
      const char *at = strchr("rgba", *c);
      if (at)
         b->colorWriteMask |= 1u << (at - "rgba");
      else if (*c != '-')
         wrong(p, "a mask is of r, g, b and a, or -", word(p, 2));
   }
}

static void parse_bind(struct parser *p)
{
   struct frame_pipeline *q = current(p);
   const char *type = word(p, 1), *name = word(p, 2);
   struct frame_binding *b = &q->binding[one_more(p, &q->bindings, 8)];
   *b = (struct frame_binding){0};
   if (!strcmp(type, "texture")) {
      b->type = VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER;
      b->image = image_of(p, name);
      b->sampler = sampler_of(p, word(p, 3));
      p->f->image[b->image].usage |= VK_IMAGE_USAGE_SAMPLED_BIT;
   } else if (!strcmp(type, "input")) {
      b->type = VK_DESCRIPTOR_TYPE_INPUT_ATTACHMENT;
      b->image = image_of(p, name);
      p->f->image[b->image].usage |= VK_IMAGE_USAGE_INPUT_ATTACHMENT_BIT;
   } else if (!strcmp(type, "uniform") || !strcmp(type, "storage")) {
      b->type = *type == 'u' ? VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER : VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
      b->buffer = buffer_of(p, name);
   } else
      wrong(p, "a binding is texture, input, uniform or storage", type);
}

static void parse_shader(struct parser *p)
{
   static const char *const stages[FRAME_STAGES] = {"vert", "tesc", "tese", "geom", "frag"};
   for (unsigned s = 0; s < FRAME_STAGES; s++)
      if (!strcmp(stages[s], p->word[0]))
         copy_name(p, current(p)->shader[s], word(p, 1));
}

static void parse_topology(struct parser *p)
{
   struct frame_pipeline *q = current(p);
   q->assembly.topology = (VkPrimitiveTopology)kind(p, FRAME_TOPOLOGY, 1);
   q->assembly.primitiveRestartEnable = flag(p, "restart");
   if (q->assembly.topology == VK_PRIMITIVE_TOPOLOGY_PATCH_LIST)
      q->patch = whole(p, 2);
}

static void parse_vertex(struct parser *p)
{
   struct frame_pipeline *q = current(p);
   q->vertex[one_more(p, &q->vertices, FRAME_MAX)] = (VkVertexInputBindingDescription){
      whole(p, 1), whole(p, 2), flag(p, "instance") ? VK_VERTEX_INPUT_RATE_INSTANCE : VK_VERTEX_INPUT_RATE_VERTEX};
}

static void parse_attribute(struct parser *p)
{
   struct frame_pipeline *q = current(p);
   q->attribute[one_more(p, &q->attributes, FRAME_MAX)] =
      (VkVertexInputAttributeDescription){whole(p, 1), whole(p, 2), format_of(p, word(p, 3)), whole(p, 4)};
}

static void parse_depth(struct parser *p)
{
   VkPipelineDepthStencilStateCreateInfo *d = &current(p)->depth;
   const char *bounds = option(p, "bounds");
   d->depthTestEnable = VK_TRUE;
   d->depthCompareOp = (VkCompareOp)kind(p, FRAME_COMPARE, 1);
   d->depthWriteEnable = !flag(p, "read");
   if (bounds) {
      char part[32];
      d->depthBoundsTestEnable = VK_TRUE;
      d->minDepthBounds = next_part(&bounds, part, sizeof part) ? number_of(p, part) : 0;
      d->maxDepthBounds = next_part(&bounds, part, sizeof part) ? number_of(p, part) : 1;
   }
}

static void parse_viewport(struct parser *p)
{
   struct frame_pipeline *q = current(p);
   q->viewport[one_more(p, &q->viewports, 16)] =
      (VkViewport){number(p, 1), number(p, 2), number(p, 3), number(p, 4), p->words > 5 ? number(p, 5) : 0,
                   p->words > 6 ? number(p, 6) : 1};
}

static void parse_scissor(struct parser *p)
{
   struct frame_pipeline *q = current(p);
   q->scissor[one_more(p, &q->scissors, 16)] =
      (VkRect2D){{(int32_t)whole(p, 1), (int32_t)whole(p, 2)}, {whole(p, 3), whole(p, 4)}};
}

static void parse_raster(struct parser *p)
{
   VkPipelineRasterizationStateCreateInfo *r = &current(p)->raster;
   const char *key = p->word[0];
   if (!strcmp(key, "cull"))
      r->cullMode = kind(p, FRAME_CULL, 1);
   else if (!strcmp(key, "front"))
      r->frontFace = (VkFrontFace)kind(p, FRAME_FRONT, 1);
   else if (!strcmp(key, "polygon"))
      r->polygonMode = (VkPolygonMode)kind(p, FRAME_POLYGON, 1);
   else if (!strcmp(key, "width"))
      r->lineWidth = number(p, 1);
   else if (!strcmp(key, "depth_clamp"))
      r->depthClampEnable = VK_TRUE;
   else { /* bias */
      r->depthBiasEnable = VK_TRUE;
      r->depthBiasConstantFactor = number(p, 1);
      r->depthBiasSlopeFactor = number(p, 2);
      r->depthBiasClamp = p->words > 3 ? number(p, 3) : 0;
   }
}

static void parse_samples(struct parser *p)
{
   struct frame_pipeline *q = current(p);
   const char *shading = option(p, "shading"), *mask = option(p, "mask");
   q->multisample.sampleShadingEnable = shading != NULL;
   q->multisample.minSampleShading = shading ? number_of(p, shading) : 0;
   q->sample_mask = mask ? whole_of(p, mask) : UINT32_MAX;
   q->multisample.alphaToCoverageEnable = flag(p, "alpha_to_coverage");
   q->multisample.alphaToOneEnable = flag(p, "alpha_to_one");
}

static void parse_logic(struct parser *p)
{
   current(p)->blend.logicOpEnable = VK_TRUE;
   current(p)->blend.logicOp = (VkLogicOp)kind(p, FRAME_LOGIC, 1);
}

static void parse_constants(struct parser *p)
{
   for (unsigned i = 0; i < 4; i++)
      current(p)->blend.blendConstants[i] = number(p, 1 + i);
}

/* ---- passes --------------------------------------------------------------------------------------------------------------- */
static struct frame_pass *pass_now(struct parser *p) { return &p->f->pass[p->f->passes - 1]; }

static bool is_colour(const struct frame_image *im) { return im->aspects & VK_IMAGE_ASPECT_COLOR_BIT; }

static uint32_t attachment_of(struct parser *p, const char *name)
{
   struct frame_pass *pass = pass_now(p);
   uint32_t image = image_of(p, name);
   for (uint32_t i = 0; i < pass->attachments; i++)
      if (pass->attachment[i] == image)
         return i;
   wrong(p, "the pass has no such attachment", name);
   return 0;
}

static uint32_t attachment_list(struct parser *p, const char *key, uint32_t *out, VkImageUsageFlags usage)
{
   const char *list = option(p, key);
   char name[FRAME_NAME];
   uint32_t n = 0;
   while (next_part(&list, name, sizeof name)) {
      uint32_t a = out[one_more(p, &n, 8)] = attachment_of(p, name);
      p->f->image[pass_now(p)->attachment[a]].usage |= usage;
   }
   return n;
}

static void parse_subpass(struct parser *p)
{
   struct frame_pass *pass = pass_now(p);
   struct frame_subpass *s = &pass->subpass[one_more(p, &pass->subpasses, 4)];
   uint32_t depth[8];
   s->colours = attachment_list(p, "colour", s->colour, VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT);
   s->resolves = attachment_list(p, "resolve", s->resolve, VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT);
   s->inputs = attachment_list(p, "input", s->input, VK_IMAGE_USAGE_INPUT_ATTACHMENT_BIT);
   s->depth = attachment_list(p, "depth", depth, VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT) ? depth[0] : VK_ATTACHMENT_UNUSED;
   if (s->resolves && s->resolves != s->colours)
      wrong(p, "as many images to resolve to as colours are expected", NULL);
}

/* A pass without `subpass` lines has one: its colours in order, its depth; single-sampled ones behind multisampled ones resolve them. */
static void default_subpass(struct parser *p)
{
   struct frame_pass *pass = pass_now(p);
   struct frame_subpass *s = &pass->subpass[0];
   bool many = p->f->image[pass->attachment[0]].samples > 1;
   pass->subpasses = 1;
   s->depth = VK_ATTACHMENT_UNUSED;
   for (uint32_t i = 0; i < pass->attachments; i++) {
      struct frame_image *im = &p->f->image[pass->attachment[i]];
      if (!is_colour(im))
         s->depth = i;
      else if (many && im->samples == 1 && s->resolves < 8)
         s->resolve[s->resolves++] = i;
      else if (s->colours < 8)
         s->colour[s->colours++] = i;
      im->usage |= is_colour(im) ? VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT : VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT;
   }
   if (s->resolves && s->resolves != s->colours)
      wrong(p, "a pass without subpass lines resolves all of its colours or none", NULL);
}

static void parse_pass(struct parser *p)
{
   struct frame_pass *pass = &p->f->pass[one_more(p, &p->f->passes, FRAME_MAX)];
   for (unsigned i = 1; i < p->words; i++)
      pass->attachment[one_more(p, &pass->attachments, FRAME_MAX_ATTACHMENTS)] = image_of(p, p->word[i]);
   if (!pass->attachments)
      wrong(p, "a pass names its attachments", NULL);
   pass->first_draw = p->f->draws;
   p->where = IN_PASS;
}

static struct frame_draw *add_draw(struct parser *p)
{
   struct frame_pass *pass = pass_now(p);
   if (!pass->subpasses)
      default_subpass(p);
   struct frame_draw *d = &p->f->draw[one_more(p, &p->f->draws, FRAME_MAX_DRAWS)];
   pass->draws = p->f->draws - pass->first_draw;
   *d = (struct frame_draw){.index = UINT32_MAX, .indirect = UINT32_MAX};
   return d;
}

static void parse_draw(struct parser *p)
{
   struct frame_draw *d = add_draw(p);
   const char *index = option(p, "index"), *indirect = option(p, "indirect"), *vertex = option(p, "vertex"), *push = option(p, "push");
   char part[FRAME_NAME];
   d->pipeline = pipeline_of(p, word(p, 1));
   d->vertices = option_whole(p, "count", 3);
   d->first = option_whole(p, "first", 0);
   d->instances = option_whole(p, "instances", 1);
   d->base = option_whole(p, "base", 0);
   d->vertex_offset = option_whole(p, "offset", 0);
   if (index)
      d->index = buffer_of(p, index);
   if (indirect) {
      d->indirect = buffer_of(p, indirect);
      d->count = option_whole(p, "draws", 1);
      d->stride = option_whole(p, "stride", 20);
      d->offset_B = option_whole(p, "at", 0);
   }
   while (next_part(&vertex, part, sizeof part))
      d->vertex[one_more(p, &d->vertex_buffers, 8)] = buffer_of(p, part);
   while (next_part(&push, part, sizeof part))
      d->push[one_more(p, &d->pushes, FRAME_PUSH_DW)] = number_of(p, part);
}

static void parse_next(struct parser *p) { add_draw(p)->next = true; }

/* ---- frame ------------------------------------------------------------------------------------------------------------------ */
static void parse_show(struct parser *p)
{
   for (unsigned i = 1; i < p->words; i++) {
      uint32_t im = p->f->show[one_more(p, &p->f->shows, 8)] = image_of(p, p->word[i]);
      p->f->image[im].usage |= VK_IMAGE_USAGE_TRANSFER_SRC_BIT;
   }
}

static void parse_needs(struct parser *p)
{
   for (unsigned i = 1; i < p->words; i++)
      snprintf(p->f->needs[one_more(p, &p->f->need_count, 16)], 48, "%s", p->word[i]);
}

static void parse_about(struct parser *p)
{
   size_t n = 0;
   for (unsigned i = 1; i < p->words && n < sizeof p->f->about; i++)
      n += (size_t)snprintf(p->f->about + n, sizeof p->f->about - n, "%s%s", n ? " " : "", p->word[i]);
}

static void parse_tolerance(struct parser *p)
{
   p->f->tolerance = (int)whole(p, 1);
   p->f->outliers = number(p, 2);
}

static void parse_end(struct parser *p)
{
   if (p->where == IN_PASS && !pass_now(p)->subpasses)
      default_subpass(p);
   p->where = TOP;
}

static const struct statement {
   const char *name;
   int where; /* bits 1 << TOP ... */
   void (*parse)(struct parser *p);
} statements[] = {
   {"about", 1 << TOP, parse_about},
   {"tolerance", 1 << TOP, parse_tolerance},
   {"needs", 1 << TOP, parse_needs},
   {"image", 1 << TOP, parse_image},
   {"clear", 1 << TOP, parse_clear},
   {"sampler", 1 << TOP, parse_sampler},
   {"buffer", 1 << TOP, parse_buffer},
   {"pipeline", 1 << TOP, parse_pipeline},
   {"pass", 1 << TOP, parse_pass},
   {"show", 1 << TOP, parse_show},
   {"vert", 1 << IN_PIPELINE, parse_shader},
   {"tesc", 1 << IN_PIPELINE, parse_shader},
   {"tese", 1 << IN_PIPELINE, parse_shader},
   {"geom", 1 << IN_PIPELINE, parse_shader},
   {"frag", 1 << IN_PIPELINE, parse_shader},
   {"topology", 1 << IN_PIPELINE, parse_topology},
   {"vertex", 1 << IN_PIPELINE, parse_vertex},
   {"attribute", 1 << IN_PIPELINE, parse_attribute},
   {"cull", 1 << IN_PIPELINE, parse_raster},
   {"front", 1 << IN_PIPELINE, parse_raster},
   {"polygon", 1 << IN_PIPELINE, parse_raster},
   {"width", 1 << IN_PIPELINE, parse_raster},
   {"bias", 1 << IN_PIPELINE, parse_raster},
   {"depth_clamp", 1 << IN_PIPELINE, parse_raster},
   {"depth", 1 << IN_PIPELINE, parse_depth},
   {"stencil", 1 << IN_PIPELINE, parse_stencil},
   {"blend", 1 << IN_PIPELINE, parse_blend},
   {"constants", 1 << IN_PIPELINE, parse_constants},
   {"mask", 1 << IN_PIPELINE, parse_mask},
   {"logic", 1 << IN_PIPELINE, parse_logic},
   {"samples", 1 << IN_PIPELINE, parse_samples},
   {"viewport", 1 << IN_PIPELINE, parse_viewport},
   {"scissor", 1 << IN_PIPELINE, parse_scissor},
   {"bind", 1 << IN_PIPELINE, parse_bind},
   {"subpass", 1 << IN_PASS, parse_subpass},
   {"draw", 1 << IN_PASS, parse_draw},
   {"next", 1 << IN_PASS, parse_next},
   {"end", 1 << IN_PIPELINE | 1 << IN_PASS | 1 << IN_BUFFER, parse_end},
};

static void split(struct parser *p)
{
   char *comment = strchr(p->text, '#');
   if (comment)
      *comment = '\0';
   p->words = 0;
   for (char *w = strtok(p->text, " \t\r\n"); w; w = strtok(NULL, " \t\r\n")) {
      if (p->words == MAX_WORDS) {
         wrong(p, "too many words in the line", NULL);
         return;
      }
      p->word[p->words++] = w;
   }
}

static void parse_line(struct parser *p)
{
   split(p);
   if (!p->words || p->failed)
      return;
   for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
      if (!strcmp(statements[i].name, p->word[0]) && statements[i].where >> p->where & 1) {
         statements[i].parse(p);
         return;
      }
   if (p->where == IN_BUFFER)
      parse_values(p);
   else
      wrong(p, "unknown here", p->word[0]);
}

struct frame *frame_parse(const char *directory, const char *name)
{
   char path[640];
   struct parser p = {.f = calloc(1, sizeof *p.f), .path = path};
   if (!p.f)
      return NULL;
   snprintf(p.f->name, sizeof p.f->name, "%s", name);
   snprintf(p.f->directory, sizeof p.f->directory, "%s/%s", directory, name);
   snprintf(path, sizeof path, "%s/scene.txt", p.f->directory);
   FILE *file = fopen(path, "r");
   if (!file) {
      fprintf(stderr, "%s: no frame of this name; `frames --list` names them\n", path);
      free(p.f);
      return NULL;
   }
   while (fgets(p.text, sizeof p.text, file)) {
      p.line++;
      parse_line(&p);
   }
   fclose(file);
   if (p.where != TOP || !p.f->shows)
      wrong(&p, p.where != TOP ? "the end of a block is missing" : "nothing is shown", NULL);
   if (!p.failed)
      return p.f;
   frame_free(p.f);
   return NULL;
}

void frame_free(struct frame *f)
{
   for (uint32_t i = 0; i < f->buffers; i++)
      free(f->buffer[i].data);
   free(f);
}
