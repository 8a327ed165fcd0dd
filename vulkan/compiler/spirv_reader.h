/* The SPIR-V reader's own structures, shared by spirv_*.c.
 *
 * How it works: spirv_parse.c walks the module once and fills a table of ids (types, constants, global
 * variables, functions with their blocks). spirv_cfg.c turns each function's blocks into a tree of structured
 * control flow. spirv_function.c then walks that tree from the entry point, calls inlined, and emits IR. A
 * value is the flat list of its scalars: vectors, matrices, arrays and structs are ranges of it, so composite
 * instructions cost nothing. A scalar has 32 bits: of a 64-bit number there are two, low half first; smaller numbers are
 * zero-extended, f16 as its bits. Arithmetic takes components in their working form (spirv_wide.c). A pointer is the description of a
 * place (spv_pointer); it becomes scalars only where it must be a value (spirv_pointer_value.c).
 * Errors leave through spv_fail (longjmp to spirv_to_ir); all memory hangs on the reader's or the shader's
 * arena.
 */
#ifndef SC_SPIRV_READER_H
#define SC_SPIRV_READER_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <spirv/unified1/spirv.h>

#include "ir.h"
#include "isa.h"
#include "sc.h"

#define SPV_MAX_VALUE_SCALARS 65536u   /* largest composite that may be handled as a value */
#define SPV_MAX_VAR_SCALARS 256u       /* larger function variables live in scratch memory */
#define SPV_MAX_IR (2u << 20)          /* IR instructions of one shader */
#define SPV_MAX_WORK (256u << 20)      /* steps of the reader, a bound on time */
#define SPV_MAX_NESTING 400u           /* constructs and types inside each other */
#define SPV_MAX_CALL_DEPTH 64u
#define SPV_UNKNOWN UINT32_MAX         /* size of runtime arrays and of what is too large to count */

typedef struct spv_reader spv_reader;
typedef struct spv_type spv_type;
typedef struct spv_block spv_block;
typedef struct spv_function spv_function;

enum spv_type_kind { SPV_T_VOID, SPV_T_BOOL, SPV_T_INT, SPV_T_FLOAT, SPV_T_VECTOR, SPV_T_MATRIX, SPV_T_ARRAY,
                     SPV_T_RUNTIME_ARRAY, SPV_T_STRUCT, SPV_T_POINTER, SPV_T_FUNCTION, SPV_T_IMAGE, SPV_T_SAMPLER,
                     SPV_T_SAMPLED_IMAGE };

typedef struct spv_member {
   const spv_type *type;
   uint32_t first;            /* flat index of its first scalar */
   uint32_t packed_B;         /* its place in the packed layout */
   uint32_t offset_B;         /* SPV_UNKNOWN: not decorated */
   uint32_t matrix_stride_B;
   bool row_major, coherent;
} spv_member;

/* What OpTypeImage says. */
typedef struct spv_image_type {
   uint8_t dim;               /* enum gpu_dim, for sampling and queries */
   uint8_t texel_dim;         /* for integer coordinates: cubes are arrays of faces */
   bool multisampled, storage; /* storage: read and written without a sampler */
   bool subpass;              /* input attachment: read where the fragment is */
} spv_image_type;

struct spv_type {
   uint8_t kind;              /* enum spv_type_kind */
   bool is_signed, block, buffer_block;
   uint8_t width;             /* bits of integers and floats */
   uint8_t slots;             /* of scalars, vectors, matrices: scalars per component, 2 if it has 64 bits */
   uint8_t align_B;           /* largest component in it, at most 8 */
   uint32_t packed_B;         /* size in the packed layout, SPV_UNKNOWN if unbounded */
   uint32_t id;
   uint32_t count;            /* components, columns, elements, members or parameters */
   const spv_type *elem;      /* component, column, element, pointee or return type */
   spv_member *members;       /* struct; of function types only .type */
   uint32_t stride_B;         /* ArrayStride, 0: none */
   uint32_t storage;          /* pointers: SpvStorageClass */
   uint32_t scalars;          /* flat size in scalars of 32 bits, SPV_UNKNOWN if unbounded */
   uint32_t depth;            /* nesting of types */
   const spv_image_type *image; /* images; .elem is the sampled type. Sampled images: .elem is the image type */
   char *classes;             /* per scalar, see spv_scalar_class; made when first asked for */
};

/* A value: scalars in flat order, or a pointer, or an image, sampler or both: where their descriptors are. */
typedef struct spv_pointer spv_pointer;
typedef struct spv_handle {
   const spv_pointer *image, *sampler; /* RESOURCE pointers, NULL: none */
} spv_handle;
typedef struct spv_value {
   const spv_type *type;
   ir_inst **c;
   spv_pointer *ptr;
   const spv_handle *handle;
} spv_value;

enum spv_pointer_kind {
   SPV_P_VARS,      /* IR variables, one per scalar */
   SPV_P_INPUT,     /* built-in input */
   SPV_P_SCRATCH, SPV_P_LDS, /* packed layout: every scalar at the next multiple of its size */
   SPV_P_BUFFER, SPV_P_PUSH, /* explicit layout */
   SPV_P_RESOURCE,  /* images and samplers */
   SPV_P_TEXEL,     /* of a storage image, for atomics */
   SPV_P_ADDRESS,   /* explicit layout, at a 64-bit address */
   SPV_P_RECORD,    /* record of a vertex or patch memory, of graphics stages */
};

struct spv_pointer {
   uint8_t kind;              /* enum spv_pointer_kind */
   bool coherent, row_major;
   bool in_block;             /* buffers: past the array of descriptors */
   bool chosen;               /* BUFFER: the descriptor is word[0..3], chosen at run time, not a binding */
   uint8_t dyn_count;
   const spv_type *type;      /* pointee */
   const uint32_t *vars;      /* VARS: IR variable of each scalar of the root */
   uint32_t first;            /* VARS, INPUT: flat index */
   struct {
      ir_inst *index;
      uint32_t count, stride;
   } dyn[2];                  /* VARS, INPUT: dynamic vector or matrix index, in scalars */
   uint32_t builtin;          /* INPUT */
   uint32_t binding;          /* BUFFER, RESOURCE, TEXEL: index into sc_input.bindings */
   ir_inst *element;          /* the same: dynamic descriptor index or NULL */
   const struct spv_stage_input *stage; /* INPUT of graphics stages: what each scalar is, NULL for compute */
   struct spv_variable *variable; /* RECORD */
   ir_inst *vertex;           /* RECORD: index in the array over vertices, NULL: none */
   bool by_vertex, compact, placed, downwards; /* RECORD: not indexed by vertex yet; see spirv_stage.c */
   uint32_t element_imm;
   const spv_image_type *texel_image; /* TEXEL */
   ir_inst *texel_at[4];      /* TEXEL: coordinates, layer, sample; parts that it has */
   ir_inst *word[4];          /* ADDRESS: low and high half; BUFFER: see chosen */
   ir_inst *base;             /* memory: dynamic byte offset or NULL */
   uint64_t imm;              /* memory: constant byte offset */
   uint32_t element_B;        /* stride of the array whose element this is, 0: none's */
   uint32_t matrix_stride_B;  /* inside a matrix member */
   uint32_t comp_stride_B;    /* bytes between the components of a vector pointee, 0: they are neighbours */
};

typedef struct spv_decoration {
   struct spv_decoration *next;
   uint32_t decoration, member; /* SPV_UNKNOWN: the whole */
   const uint32_t *args;
   uint32_t arg_count;
} spv_decoration;

typedef struct spv_variable {
   const spv_type *type;      /* pointee */
   uint32_t id, storage, initializer;
   uint64_t written;          /* outputs: members (modulo 64) that some instruction may write */
   spv_pointer *ptr;          /* made at the first use */
   struct spv_variable *next;
} spv_variable;

enum spv_id_kind {
   SPV_K_NONE,
   SPV_K_STRING,
   SPV_K_EXT_SET,
   SPV_K_TYPE,
   SPV_K_CONST,
   SPV_K_GLOBAL,
   SPV_K_FUNCTION,
   SPV_K_LABEL,
   SPV_K_LOCAL,
   SPV_K_GROUP
};
enum spv_ext_set { SPV_EXT_GLSL450, SPV_EXT_IGNORED, SPV_EXT_UNKNOWN };

typedef struct spv_id {
   uint8_t kind;              /* enum spv_id_kind */
   bool no_contraction;
   bool in_interface;         /* the entry point names it */
   bool needs_memory;         /* variables and parameters: an array in it is indexed dynamically */
   uint32_t id, word;         /* word: of the defining instruction */
   const spv_type *type;      /* of the result; of SPV_K_TYPE the type itself */
   spv_decoration *decorations;
   const char *name;
   uint32_t *bits;            /* CONST: per scalar */
   uint32_t ext_set;
   spv_variable *var;
   spv_function *fn;          /* FUNCTION itself; LOCAL, LABEL: the function it stands in */
   spv_block *block;          /* LABEL */
   spv_value *value;          /* CONST, LOCAL: current value */
   uint32_t instance;         /* LOCAL: instance of the function that defined the value */
   uint32_t *phi_vars;        /* OpPhi: IR variables, valid for phi_instance */
   uint32_t phi_instance;
} spv_id;

/* One instruction of the module. w[0] is its first word. */
typedef struct spv_inst {
   const uint32_t *w;
   uint32_t word, op, n;
   bool sparse; /* op is what an OpImageSparse* asks for beside its residency code */
} spv_inst;

struct spv_block {
   spv_block *next;
   uint32_t label;
   uint32_t first, term;      /* words of the first instruction behind the label and of the terminator */
   uint32_t merge;            /* word of OpSelectionMerge or OpLoopMerge, 0: none */
   bool has_phi;
   bool placed;               /* in the control-flow tree already */
   struct cf_scope *switch_scope; /* the switch that it is a case of */
};

/* ---- structured control flow (spirv_cfg.c) ----------------------------------------------------- */

enum cf_scope_kind { CF_S_FUNCTION, CF_S_SELECTION, CF_S_SWITCH, CF_S_CASE, CF_S_LOOP };

typedef struct cf_scope {
   uint8_t kind;
   bool in_continue;          /* while the continue construct is being built */
   bool continue_reached, trivial_continue;
   bool needs_loop;           /* some jump to its end is not where control falls through to the end anyway */
   uint32_t merge_count;      /* jumps to the merge block */
   uint32_t merge, cont, header; /* labels */
   struct cf_scope *parent;
   struct ir_level *level;    /* emission: IR loop that its end is reached by breaking from */
   struct ir_level *body_level; /* emission: IR loop around the body, its end is the continue construct */
} cf_scope;

enum cf_kind { CF_BLOCK, CF_EDGE, CF_IF, CF_SEQ, CF_SWITCH, CF_LOOP, CF_JUMP };
enum cf_jump { CF_J_MERGE, CF_J_CONTINUE, CF_J_BACK, CF_J_FALL, CF_J_RETURN, CF_J_KILL, CF_J_UNREACHABLE };

typedef struct cf_node cf_node;
typedef struct cf_list { cf_node *first, *last; } cf_list;

typedef struct cf_case {
   cf_scope *scope;           /* CF_S_CASE; its merge is the case's label */
   uint32_t label;
   bool is_default, falls_in; /* falls_in: another case continues here */
   uint32_t fall_to;          /* index of the case that it continues in, SPV_UNKNOWN: none */
   uint32_t fall_var;         /* emission: bool variable "came from the case before" */
   bool edge;                 /* its block has phis: copies for the switch's own edge */
   cf_list list;
} cf_case;

struct cf_node {
   uint8_t kind;              /* enum cf_kind */
   uint8_t jump;              /* JUMP: enum cf_jump */
   bool noop;                 /* JUMP: control falls through to the target anyway */
   cf_node *next;
   uint32_t word;             /* of the branch or terminator */
   spv_block *block;          /* BLOCK; EDGE: target; SWITCH: the switch's own block */
   uint32_t from;             /* EDGE: label of the predecessor */
   uint32_t cond; /* IF: id of the condition; SWITCH: of the selector; JUMP RETURN: of the value or 0 */
   cf_scope *scope;           /* IF (may be NULL), SEQ, SWITCH, LOOP: own; JUMP: target */
   cf_list then_list, else_list; /* IF; SEQ: then_list; LOOP: body, continue construct */
   cf_case *cases;            /* SWITCH, default first */
   uint32_t *order;           /* SWITCH: execution order of the cases */
   uint32_t case_count, fall_case; /* JUMP FALL: index of the case */
   cf_node *switch_node;      /* JUMP FALL */
};

struct spv_function {
   spv_function *next;
   uint32_t id, word;
   const spv_type *type;      /* SPV_T_FUNCTION */
   uint32_t param_count, *params;
   spv_block *blocks, *last_block;
   cf_list body;              /* built at the first call */
   cf_scope *scope;           /* NULL: not built yet */
   bool active;
   uint32_t instance;         /* of the running or last inlining */
   uint32_t *return_vars;
};

/* An IR loop being emitted, innermost first. */
typedef struct ir_escape {
   struct ir_escape *next;
   struct ir_level *target;
   bool is_continue;
   uint32_t var;              /* bool: set when this way out was taken */
} ir_escape;
typedef struct ir_level {
   struct ir_level *parent;
   ir_loop *loop;
   ir_escape *escapes;
} ir_level;

struct spv_call { struct spv_call *next; uint32_t function; const uint32_t *args; uint32_t count; };

struct spv_reader {
   const sc_input *in;
   const uint32_t *w;
   uint32_t word_count, bound, version;
   spv_id **ids;
   struct spv_chunk *chunks;
   size_t arena_B, arena_limit_B;
   uint64_t work;
   jmp_buf fail;
   int result;
   char *err;
   size_t err_size;
   uint32_t current;          /* word of the instruction at hand, for messages */

   uint32_t entry;            /* function id */
   sc_stage_info stage;       /* graphics stages: what execution modes say */
   bool has_kill, has_local_size;
   uint32_t local_size[3], local_size_ids[3];
   bool local_size_by_id;
   uint32_t workgroup_size_id;
   spv_function *functions, *last_function;
   struct spv_call *calls;
   spv_variable *variables;   /* global ones */

   ir_shader *s;
   ir_builder b;
   ir_inst *mark;             /* everything before it in the first block dominates the shader */
   ir_inst *const_cache[1024], *bool_cache[2], *undef_cache[2];
   uint32_t *repair;          /* per IR instruction id: 1 + variable that carries it out of its scope */
   uint32_t repair_capacity;
   ir_level *level;
   ir_inst *barycentrics;     /* InterpolateAt*: where inputs are loaded, else NULL */
   spv_function *fn;          /* being emitted */
   cf_scope *entry_scope;
   uint32_t instances, call_depth, emit_depth;
   uint32_t lds_B, scratch_B, scratch_max_B;
   bool lds_explicit;         /* workgroup variables are blocks: laid out by the module, one over the other */
   uint32_t scratch_floor_B;  /* end of the last private variable */
};

/* ---- spirv_parse.c ----------------------------------------------------------------------------- */
#ifdef _WIN32
#define SPV_PRINTF __attribute__((format(gnu_printf, 3, 4)))
#else
#define SPV_PRINTF __attribute__((format(printf, 3, 4)))
#endif
SPV_PRINTF _Noreturn void spv_fail(spv_reader *r, int result, const char *fmt, ...);
_Noreturn void spv_unsupported_op(spv_reader *r, const spv_inst *i);
void *spv_alloc(spv_reader *r, size_t size); /* zeroed, never NULL */
void spv_work(spv_reader *r, uint32_t steps);
spv_inst spv_read(spv_reader *r, uint32_t word);           /* checks the word count against the module */
void spv_need(spv_reader *r, const spv_inst *i, uint32_t words); /* fails if the instruction is shorter */
spv_id *spv_get(spv_reader *r, uint32_t id);               /* entry of an id, made if new */
const spv_decoration *spv_find_decoration(const spv_id *e, uint32_t decoration, uint32_t member);
const spv_type *spv_get_type(spv_reader *r, uint32_t id);
spv_function *spv_get_function(spv_reader *r, uint32_t id);
const char *spv_string(spv_reader *r, const spv_inst *i, uint32_t first, uint32_t *words);
void spv_define(spv_reader *r, spv_id *e, uint8_t kind);   /* fails if defined already */

/* ---- spirv_function_table.c: functions and blocks of the module -------------------------------- */
void spv_parse_functions(spv_reader *r, uint32_t word);
void spv_mark_memory_variables(spv_reader *r);

/* ---- spirv_names.c ----------------------------------------------------------------------------- */
const char *spv_op_name(uint32_t op);
const char *spv_capability_name(uint32_t capability);
/* Why the opcode is not supported ("images are not supported"), NULL if nothing better is known. */
const char *spv_op_reason(uint32_t op);
const char *spv_builtin_name(uint32_t builtin);

/* ---- spirv_partition.c: parts of a subgroup ----------------------------------------------------- */
typedef struct spv_partition spv_partition;
ir_inst *spv_partition_of(spv_reader *r, const spv_value *v); /* mask of the active lanes with the same bits */
const spv_partition *spv_use_partition(spv_reader *r, ir_inst *ballot);
/* group: enum ir_group, mode: enum ir_group_mode; x: scalar or pair */
ir_inst *spv_partition_scan(spv_reader *r, const spv_partition *p, uint8_t group, uint32_t mode, ir_inst *x);

/* ---- spirv_types.c ----------------------------------------------------------------------------- */
bool spv_parse_type(spv_reader *r, const spv_inst *i);     /* false: not a type instruction */
const char *spv_type_classes(spv_reader *r, const spv_type *t);
uint32_t spv_array_stride(spv_reader *r, const spv_type *t); /* of an array in memory with an explicit layout */
/* Of scalars and vectors, matrices: of a component; 0 otherwise. spv_type_classes has p for pointers, w for those to the LDS. b = bool, c s i l = integers of 8, 16, 32, 64 bits, h f d =
 * floats of 16, 32, 64 bits. */
char spv_scalar_class(const spv_type *t);
char spv_kind(const spv_type *t);         /* 'b', 'i', 'f' whatever the width, 0 otherwise */
const spv_type *spv_component(const spv_type *t); /* of scalars, vectors, matrices: the type of one component */
uint32_t spv_component_B(const spv_type *t);
static inline uint32_t spv_components(const spv_type *t) /* of scalars, vectors, matrices */
{
   return t->slots == 2 ? t->scalars / 2 : t->scalars;
}
bool spv_is_scalar(const spv_type *t);
/* Flat list of byte offsets of all scalars of the pointee placed at 0. */
void spv_layout(spv_reader *r, const spv_pointer *p, uint32_t *offsets);
uint64_t spv_extent_B(spv_reader *r, const spv_type *block); /* size of a block in its explicit layout */

spv_type *spv_new_type(spv_reader *r, const spv_inst *i, uint8_t kind);

/* ---- spirv_image_type.c: image types, variables and handles -------------------------------------- */
void spv_parse_image_type(spv_reader *r, const spv_inst *i); /* OpTypeImage, OpTypeSampler, OpTypeSampledImage */
spv_pointer *spv_resource_pointer(spv_reader *r, const spv_variable *v, spv_pointer *p);
spv_value *spv_load_handle(spv_reader *r, const spv_pointer *p); /* OpLoad of an image, sampler or both */
spv_value *spv_undefined_handle(spv_reader *r, const spv_type *t); /* may be passed around, not used */
spv_handle *spv_reach_handle(spv_reader *r, const spv_handle *h);
ir_inst *spv_resource(spv_reader *r, const spv_pointer *p, bool sampler); /* descriptor of 8 dwords */

/* ---- spirv_image*.c: operations ------------------------------------------------------------------ */
/* Address of an image operation: scalars in the order of the ISA, and the fields that say which there are. */
#define SPV_IMAGE_PARTS 16u
typedef struct spv_texel_address {
   ir_inst *part[SPV_IMAGE_PARTS];
   unsigned count;
   isa_img img;
} spv_texel_address;
ir_inst *spv_image_op(spv_reader *r, enum ir_op op, const spv_texel_address *a, ir_inst *const *fixed, unsigned count);
/* Integer scalars of a coordinate operand, `count` of them. */
void spv_image_integers(spv_reader *r, spv_texel_address *a, uint32_t id, unsigned count);
bool spv_emit_image(spv_reader *r, const spv_inst *i);
bool spv_emit_image_query(spv_reader *r, const spv_inst *i);
/* The image operand of an instruction; want_sampler: it must be a sampled image. */
const spv_image_type *spv_use_image(spv_reader *r, uint32_t id, bool want_sampler, spv_handle **h, const spv_type **sampled);
void spv_set_texel(spv_reader *r, const spv_inst *i, ir_inst *texel, const spv_type *sampled);
/* Atomics: pointers to texels (OpImageTexelPointer). */
void spv_emit_texel_pointer(spv_reader *r, const spv_inst *i);
ir_inst *spv_texel_load(spv_reader *r, const spv_pointer *p); /* 32 bits */
void spv_texel_store(spv_reader *r, const spv_pointer *p, ir_inst *data);
ir_inst *spv_texel_atomic(spv_reader *r, const spv_pointer *p, enum ir_atomic kind, ir_inst *data, ir_inst *compare);

/* ---- spirv_const.c ----------------------------------------------------------------------------- */
bool spv_parse_constant(spv_reader *r, const spv_inst *i);
uint32_t spv_const_u32(spv_reader *r, uint32_t id); /* value of a scalar integer constant, fails otherwise */
bool spv_try_const_u32(spv_reader *r, uint32_t id, uint32_t *value);

/* ---- spirv_const_op.c -------------------------------------------------------------------------- */
void spv_eval_spec_op(spv_reader *r, const spv_inst *i, const spv_type *type, uint32_t *out);

/* ---- spirv_cfg.c, spirv_cfg_analyse.c ---------------------------------------------------------- */
void cf_build(spv_reader *r, spv_function *f);
void cf_analyse(spv_reader *r, spv_function *f);
cf_node *cf_append(spv_reader *r, cf_list *list, uint8_t kind);
bool cf_list_is_empty(const cf_list *list); /* nothing to emit */

uint32_t spv_literal_words(spv_reader *r, uint32_t selector); /* of each literal of a switch */

/* ---- spirv_flow.c: emission of the tree -------------------------------------------------------- */
void spv_emit_function_body(spv_reader *r, spv_function *f);

/* ---- spirv_function.c -------------------------------------------------------------------------- */
void spv_emit_entry(spv_reader *r);
void spv_emit_call(spv_reader *r, const spv_inst *i);
void spv_emit_block(spv_reader *r, spv_block *b);
void spv_emit_phi_copies(spv_reader *r, uint32_t from, spv_block *to);
/* Types and values of ids. spv_raw gives scalars as they were defined, spv_use ones that may be used here. */
spv_value *spv_raw(spv_reader *r, uint32_t id);
spv_value *spv_use(spv_reader *r, uint32_t id);
spv_value *spv_use_class(spv_reader *r, uint32_t id, char cls, uint32_t count); /* bool or 32-bit operand, checked */
spv_pointer *spv_use_pointer(spv_reader *r, uint32_t id);
ir_inst *spv_use_index(spv_reader *r, uint32_t id);       /* scalar integer operand */
ir_inst *spv_reach(spv_reader *r, ir_inst *i);            /* the value, usable at the builder's place */
spv_value *spv_new_value(spv_reader *r, const spv_type *type);
void spv_set(spv_reader *r, uint32_t id, spv_value *v);   /* defines the result of the instruction at hand */
ir_inst *spv_c32(spv_reader *r, uint32_t bits); /* constants, emitted once at the start of the shader */
ir_inst *spv_cf(spv_reader *r, float f);
ir_inst *spv_cbool(spv_reader *r, bool v);
ir_inst *spv_cundef(spv_reader *r, char cls);
ir_builder spv_prologue(spv_reader *r);                   /* builder that inserts before r->mark */
enum ir_type spv_ir_type(char cls);

/* ---- spirv_pointer.c --------------------------------------------------------------------------- */
spv_pointer *spv_global_pointer(spv_reader *r, spv_variable *v);
/* Place for a function or private variable; memory: an array in it is indexed dynamically. */
spv_pointer *spv_make_storage(spv_reader *r, const spv_type *type, bool memory, const char *name);
spv_pointer *spv_access(spv_reader *r, const spv_pointer *base, const uint32_t *index_ids, uint32_t count);
ir_inst *spv_descriptor(spv_reader *r, const spv_pointer *p);
/* Memory pointer plus extra_B as dynamic offset and constant. */
ir_inst *spv_address(spv_reader *r, const spv_pointer *p, uint32_t extra_B, uint32_t *imm);
ir_inst *spv_input_scalar(spv_reader *r, uint32_t builtin, uint32_t component);
bool spv_is_explicit(const spv_reader *r, const spv_pointer *p); /* laid out by the module's decorations */

/* ---- spirv_pointer_value.c ---------------------------------------------------------------------- */
uint32_t spv_pointer_scalars(uint32_t storage);           /* of a pointer as a value; SPV_UNKNOWN: it is never one */
spv_value *spv_pointer_to_value(spv_reader *r, const spv_type *type, const spv_pointer *p);
spv_pointer *spv_value_to_pointer(spv_reader *r, const spv_value *v);
void spv_address_step(spv_reader *r, spv_pointer *p, uint32_t id, uint32_t stride); /* ADDRESS: index x stride, 64 bits */
void spv_fold_address(spv_reader *r, spv_pointer *p);     /* ADDRESS: offsets into the address itself */
bool spv_emit_pointer_value(spv_reader *r, const spv_inst *i);

/* ---- spirv_memory.c, spirv_sync.c -------------------------------------------------------------- */
spv_value *spv_load(spv_reader *r, const spv_pointer *p, bool coherent);
void spv_store(spv_reader *r, const spv_pointer *p, const spv_value *v, bool coherent);
bool spv_emit_memory(spv_reader *r, const spv_inst *i);
void spv_set_pointer(spv_reader *r, const spv_inst *i, spv_pointer *p); /* the result of the instruction at hand */
bool spv_emit_atomic(spv_reader *r, const spv_inst *i);
void spv_emit_shared_init(spv_reader *r);

/* ---- spirv_group.c: subgroup operations ---------------------------------------------------------- */
bool spv_emit_group(spv_reader *r, const spv_inst *i);
ir_inst *spv_subgroup_mask(spv_reader *r, uint32_t builtin); /* low word of SubgroupEqMask and its like */
bool spv_has_derivatives(const spv_reader *r); /* spirv_image.c */
/* ---- spirv_stage.c, spirv_stage_ops.c: graphics stages ------------------------------------------- */
spv_pointer *spv_stage_pointer(spv_reader *r, spv_variable *v, spv_pointer *p); /* p: empty, to be filled in or left */
ir_inst *spv_stage_scalar(spv_reader *r, const spv_pointer *p, uint32_t at); /* input: scalar at a flat index of the variable */
bool spv_stage_is_linear(const spv_pointer *p);
void spv_stage_step(spv_reader *r, spv_pointer *p, uint32_t id);
void spv_stage_load(spv_reader *r, const spv_pointer *p, spv_value *v);
void spv_stage_store(spv_reader *r, const spv_pointer *p, const spv_value *v);
void spv_emit_outputs(spv_reader *r);      /* all output variables to the record */
void spv_emit_output_init(spv_reader *r);
/* Dword of the record for each scalar of an output of type t, SPV_UNKNOWN where there is none. */
void spv_output_dwords(spv_reader *r, const spv_variable *v, const spv_type *t, uint32_t *dwords);
void spv_collect_captures(spv_reader *r); /* spirv_capture.c */
void spv_find_sample_shading(spv_reader *r); /* what the interface asks for, read or not */
bool spv_emit_stage(spv_reader *r, const spv_inst *i);
void spv_emit_demote(spv_reader *r);
void spv_emit_interpolate_at(spv_reader *r, const spv_inst *i, uint32_t function);
bool spv_stage_mode(spv_reader *r, struct sc_stage_info *info, const spv_inst *i); /* false: not a mode of these stages */
extern const uint32_t spv_execution_models[SC_STAGE_COUNT];
extern const char *const spv_model_names[SC_STAGE_COUNT];

/* ---- spirv_alu.c, spirv_composite.c, spirv_matrix.c, spirv_glsl450.c, spirv_math.c ------------- */
bool spv_emit_alu(spv_reader *r, const spv_inst *i);
bool spv_emit_composite(spv_reader *r, const spv_inst *i);
bool spv_emit_matrix(spv_reader *r, const spv_inst *i);
void spv_emit_glsl450(spv_reader *r, const spv_inst *i);
ir_inst *spv_dot(spv_reader *r, uint32_t n, ir_inst *const *a, ir_inst *const *c);
ir_inst *spv_determinant(spv_reader *r, uint32_t n, ir_inst *const *m);
void spv_inverse(spv_reader *r, uint32_t n, ir_inst *const *m, ir_inst **out);

/* One f32 function of one scalar, by GLSL.std.450 number; NULL if it is none. */
typedef ir_inst *(*spv_math1)(spv_reader *r, ir_inst *x);
spv_math1 spv_math_function(uint32_t number);
ir_inst *spv_math_atan2(spv_reader *r, ir_inst *y, ir_inst *x);
ir_inst *spv_math_pow(spv_reader *r, ir_inst *x, ir_inst *y);

/* ---- spirv_wide.c: components in working form, whatever their width -------------------------------
 * 64 bits: a pair (ncomp 2). f16: as f32. Smaller integers: extended to 32 bits. */
ir_inst *spv_pair(spv_reader *r, ir_inst *low, ir_inst *high);
ir_inst *spv_half(spv_reader *r, ir_inst *pair, unsigned k);
/* Component k of a scalar, vector or matrix; sign: small integers are sign-extended, else zero-extended. */
ir_inst *spv_get_component(spv_reader *r, const spv_value *v, uint32_t k, bool sign);
/* Scalars of one component of this type, from the working form: rounds or cuts to the width. */
void spv_put_component(spv_reader *r, const spv_type *type, ir_inst **scalars, ir_inst *x);
/* Defines the result of the instruction at hand: all components of a scalar, vector or matrix. */
void spv_set_components(spv_reader *r, uint32_t id, spv_value *v, ir_inst *const *c);
ir_inst *spv_cf_like(spv_reader *r, const ir_inst *like, float f); /* a constant, f64 if `like` is a pair */
/* Operand of a kind ('b', 'i', 'f') and any width; count 0: any number of components, but no matrix. */
spv_value *spv_use_kind(spv_reader *r, uint32_t id, char kind, uint32_t count);
/* The operation on working forms: the 64-bit one if an operand is a pair. */
ir_inst *spv_op1(spv_reader *r, enum ir_op op, ir_inst *a);
ir_inst *spv_op2(spv_reader *r, enum ir_op op, ir_inst *a, ir_inst *c);
ir_inst *spv_op3(spv_reader *r, enum ir_op op, ir_inst *a, ir_inst *c, ir_inst *d);
bool spv_emit_conversion(spv_reader *r, const spv_inst *i); /* spirv_convert.c */
bool spv_emit_integer(spv_reader *r, const spv_inst *i);    /* spirv_integer.c */

/* Operands of an instruction that works component by component, by a string of one letter each: first the result, then the
 * words from `first` on. b = bool; f = float; F = float of at most 32 bits; i = integer; j = integer, small ones
 * sign-extended; I = integer of 32 bits; n = integer of any width, of which 32 bits count; m = signed integer of
 * any width. All f and i have one width. */
#define SPV_MAX_OPERANDS 4u
typedef struct spv_operands {
   spv_value *result;
   const spv_value *v[SPV_MAX_OPERANDS];
   const char *letters;
   unsigned count;
} spv_operands;
/* scalars: bit k: operand k is a scalar even if the result is a vector. */
spv_operands spv_use_operands(spv_reader *r, const spv_inst *i, uint32_t first, const char *letters, unsigned scalars);
/* Working forms of component k of all operands. */
void spv_get_operands(spv_reader *r, const spv_operands *o, uint32_t k, ir_inst **s);

/* Short forms of emission at the builder's place. */
#define E1(r, op, a) spv_op1(r, IR_##op, a)
#define E2(r, op, a, c) spv_op2(r, IR_##op, a, c)
#define E3(r, op, a, c, d) spv_op3(r, IR_##op, a, c, d)

#endif
