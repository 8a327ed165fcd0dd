/* The shader compiler's public face: SPIR-V in, Figment ISA out.
 *
 * Reentrant and free of global state. Never crashes on any input: a module that is invalid or uses what
 * is not supported yields SC_E_* and a message that names opcode and word offset. Manual: "Shader
 * ISA", "Wave launch"; the resource interface below is the driver's own (not hardware's).
 *
 * Resource interface ("root table"): USER0/1 (s0:s1) hold the GPU address of a root table, 16-byte
 * aligned, read with scalar loads:
 *   [0, 64)      8 x u64: GPU address of descriptor set 0..7
 *   [64, 320)    push constants, 256 bytes
 *   [320, 576)   16 dynamic buffer descriptors (struct gpu_buffer_desc), offsets already added
 * A descriptor set is memory, 64-byte aligned; element i of a binding stands at the binding's offset + i *
 * sc_binding_stride_B(kind): a struct gpu_buffer_desc, an image or a sampler descriptor of gpu/image.h, or, for combined
 * ones, the image and 32 bytes behind it the sampler. Inline uniform data is for the driver to
 * pass as a uniform buffer.
 */
#ifndef SC_H
#define SC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SC_MAX_SETS 8u
#define SC_ROOT_SETS 0u
#define SC_ROOT_PUSH 64u
#define SC_PUSH_MAX_B 256u
#define SC_ROOT_DYNAMIC 320u
#define SC_MAX_DYNAMIC 16u
#define SC_ROOT_B 576u

typedef enum sc_result {
   SC_OK,
   SC_E_INVALID,     /* the module breaks SPIR-V's rules */
   SC_E_UNSUPPORTED, /* valid, but uses what this compiler does not support */
   SC_E_NO_MEMORY,
   SC_E_LIMIT,       /* exceeds a hardware limit (LDS, scratch, workgroup size) */
} sc_result;

enum sc_binding_kind {
   SC_BINDING_UNIFORM_BUFFER,
   SC_BINDING_STORAGE_BUFFER,
   SC_BINDING_SAMPLER,
   SC_BINDING_SAMPLED_IMAGE,
   SC_BINDING_COMBINED_IMAGE_SAMPLER,
   SC_BINDING_STORAGE_IMAGE,
   SC_BINDING_UNIFORM_TEXEL_BUFFER,
   SC_BINDING_STORAGE_TEXEL_BUFFER,
   SC_BINDING_INPUT_ATTACHMENT,
   SC_BINDING_INLINE_UNIFORM,
   SC_BINDING_KIND_COUNT
};

/* Bytes from one element of a binding to the next, and the alignment of its offset (inline uniform data: 1 and 16). */
static inline uint32_t sc_binding_stride_B(uint32_t kind)
{
   switch (kind) {
   case SC_BINDING_UNIFORM_BUFFER:
   case SC_BINDING_STORAGE_BUFFER:
      return 16;
   case SC_BINDING_COMBINED_IMAGE_SAMPLER:
      return 64;
   case SC_BINDING_INLINE_UNIFORM:
      return 1;
   default:
      return 32;
   }
}

/* One binding of the pipeline layout. */
typedef struct sc_binding {
   uint32_t set, binding;
   uint32_t kind;       /* enum sc_binding_kind */
   uint32_t count;      /* array size */
   bool dynamic;        /* descriptor lives in the root table */
   uint32_t offset_B;   /* in the set's memory; if dynamic: index of the first root-table dynamic descriptor */
} sc_binding;

typedef struct sc_spec_entry {
   uint32_t id;         /* SpecId */
   uint32_t size_B;     /* 1, 2, 4 or 8 */
   uint64_t value;      /* little-endian bits, zero-extended */
} sc_spec_entry;

enum sc_stage {
   SC_STAGE_COMPUTE,
   SC_STAGE_VERTEX,
   SC_STAGE_TESS_CONTROL,
   SC_STAGE_TESS_EVAL,
   SC_STAGE_GEOMETRY,
   SC_STAGE_FRAGMENT,
   SC_STAGE_COUNT
};

typedef struct sc_input {
   uint32_t stage;          /* enum sc_stage */
   const uint32_t *words;   /* SPIR-V, host byte order */
   size_t word_count;
   const char *entry;       /* entry point of the stage's execution model */
   const sc_binding *bindings;
   size_t binding_count;
   const sc_spec_entry *spec;
   size_t spec_count;
   bool (*offers)(uint32_t capability); /* does the device offer it? NULL: everything that the compiler knows */
   uint32_t max_group_invocations, max_group_size[3], max_lds_B, max_scratch_B; /* limits to enforce */
   /* Optional, 0 = default. The register limits exist to exercise spilling; memory is what one compilation may take. */
   uint32_t max_vregs, max_sregs;
   size_t max_memory_B;
   bool exact_bounds;       /* byte offsets into buffers do not wrap at 32 bits, whatever the indices are */
   bool want_origins;       /* keep in sc_program.origins where instructions come from */
   bool want_ir;            /* keep the text of the final IR in sc_program.ir_text */
} sc_input;

typedef struct sc_stats {
   uint32_t instructions, sgprs, vgprs, spills, fills;
   uint32_t ir_instructions; /* after optimisation */
} sc_stats;

/* Vertex shaders find component C of the attribute of location L in vector register SC_ATTRIBUTE_REG(4 L + C). */
#define SC_ATTRIBUTE_REG(n) (2u + (n))
#define SC_XFB_MAX 144u
#define SC_XFB_BUFFERS 4u
#define SC_XFB_STRIDE_MAX_B 2048u

typedef struct sc_xfb { /* a captured dword */
   uint8_t dword, buffer, stream;
   uint16_t offset_B;
} sc_xfb;

enum sc_domain { SC_DOMAIN_NONE, SC_DOMAIN_TRIANGLES, SC_DOMAIN_QUADS, SC_DOMAIN_ISOLINES };
enum sc_spacing { SC_SPACING_NONE, SC_SPACING_EQUAL, SC_SPACING_EVEN, SC_SPACING_ODD };
enum sc_output { SC_OUTPUT_POINTS, SC_OUTPUT_LINES, SC_OUTPUT_TRIANGLES };
enum sc_depth { SC_DEPTH_NONE, SC_DEPTH_ANY, SC_DEPTH_GREATER, SC_DEPTH_LESS, SC_DEPTH_UNCHANGED };

/* What a graphics shader tells about itself, besides its code. */
typedef struct sc_stage_info {
   uint32_t attributes;      /* vertex: locations read */
   uint32_t outputs[5];      /* bit n of the 160: dword n of the output record may be written (not of tessellation control) */
   uint8_t cull_distances;   /* bit n: dword 8 + n is one, not a clip distance */
   uint32_t input_vertices, output_vertices, invocations; /* geometry; tessellation control: output_vertices */
   uint8_t domain, spacing;  /* tessellation, either stage; 0 if it does not say */
   bool clockwise, point_mode;
   uint8_t output_primitive; /* geometry: enum sc_output */
   uint8_t streams;          /* geometry: mask */
   uint8_t depth;            /* fragment: enum sc_depth */
   bool early_tests, per_sample, demotes, side_effects;
   bool captures;            /* says that transform feedback captures its outputs */
   uint32_t xfb_stride_B[SC_XFB_BUFFERS], xfb_count;
   sc_xfb xfb[SC_XFB_MAX];
} sc_stage_info;

typedef struct sc_program {
   sc_stage_info *stage;   /* NULL for compute */
   uint64_t *words;        /* ISA */
   size_t word_count;
   uint32_t vregs, sregs;  /* for CS.RESOURCES */
   uint32_t lds_B, scratch_B;
   uint32_t group_size[3];
   bool ordered;           /* result may depend on the order of waves: set GPU_CS_FLAG_ORDERED */
   sc_stats stats;
   char *ir_text;          /* NULL unless it was wanted */
   uint32_t *origins;      /* [word_count] word offset of the SPIR-V instruction, 0: unknown; NULL unless wanted, or without memory */
} sc_program;

/* Compile. On success fills *out (free with sc_program_finish). On failure *out is zeroed and err holds a message. */
sc_result sc_compile(const sc_input *in, sc_program *out, char *err, size_t err_size);
void sc_program_finish(sc_program *p);

/* FIGMENT_SC debug flags, parsed once: "ir", "ir-all" (after every pass), "isa", "stats", "help". Unknown names are an error on stderr. */
#endif
