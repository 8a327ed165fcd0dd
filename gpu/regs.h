/* Register names, both ways, and the register dump. Manual: chapter "Registers".
 *
 * A register is named BLOCK.NAME; blocks with several instances carry the instance, arrays the index:
 * "ID.MAGIC", "RING2.WPTR", "CS0.USER15".
 */
#ifndef GPU_REGS_H
#define GPU_REGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum reg_access { REG_RO, REG_RW, REG_W1C, REG_CP, REG_GO, REG_CPGO };

typedef struct reg_block_info {
   const char *name;
   uint32_t base, stride, count;
   const char *doc;
} reg_block_info;

typedef struct reg_info {
   const reg_block_info *block;
   const char *name;
   uint32_t offset; /* in an instance of the block, bytes */
   enum reg_access access;
   uint32_t reset;
   const char *doc;
} reg_info;

/* Which register an address is. */
typedef struct reg_place {
   const reg_info *info;
   uint32_t instance; /* of the block */
   uint32_t index;    /* in the array */
} reg_place;

const reg_info *reg_table(size_t *count);
const reg_block_info *reg_block_table(size_t *count);

/* Registers that a record stands for, at 4-byte steps: 1 unless it is an array. */
uint32_t reg_count(const reg_info *info);

/* The register at a BAR0 byte address; false if there is none. */
bool reg_find(uint32_t address, reg_place *out);
/* Address of a name; false if unknown. */
bool reg_find_name(const char *name, size_t len, uint32_t *address);
uint32_t reg_address(const reg_place *place);
/* Name of an address into buf, "0x1234" if it is no register. Returns the length as snprintf does. */
int reg_name(uint32_t address, char *buf, size_t size);

/* "RO", "RW", ... */
const char *reg_access_text(enum reg_access access);

/* Every register that can be read, in address order, one line each without newline: address, name, value,
 * meaning. read is called once per register, put once per line. Reading has no side effect but the latch of
 * counter halves. */
typedef uint32_t (*reg_read_fn)(void *ctx, uint32_t address);
typedef void (*reg_line_fn)(void *ctx, const char *line);
void reg_dump(reg_read_fn read, void *read_ctx, reg_line_fn put, void *put_ctx);

#endif
