/* Handlers of memory instructions on single elements of 1, 2 or 8 bytes: bytes, 16-bit words, 64-bit atomics;
 * and of atomics on f32. Part of interp.c.
 *
 * As in interp_memory.h: addresses of all lanes first, then a row copy where the lanes are one run of memory,
 * host pointers inside one cached page, or memory.c, lane by lane. m->valid is 1 or 0 here: the element lies
 * inside or not.
 */
enum element_kind { ELEMENT_U8, ELEMENT_I8, ELEMENT_U16, ELEMENT_I16 };

static inline unsigned element_bytes(enum element_kind k)
{
   return k >= ELEMENT_U16 ? 2 : 1;
}

/* ---- addresses ------------------------------------------------------------------------------- */
/* Each returns true if every active lane's element lies inside; m is complete in any case. */
static inline bool global_elements(const emu_uop *u, emu_wave *w, emu_core_ctx *x, emu_lanes *m,
                                   unsigned bytes)
{
   (void)bytes;
   global_addresses(u, w, x, m);
   all_valid(m, 1);
   return true;
}

static inline bool buffer_elements(const emu_uop *u, emu_wave *w, emu_core_ctx *x, emu_lanes *m,
                                   unsigned bytes)
{
   const uint32_t *b = row(w, u->b);
   uint32_t *outside = x->temp[3];
   m->exec = w->exec;
   if (u->flags & EMU_UOP_UNIFORM) {
      uint64_t base = scalar_pair(w, u->a) + u->imm, size = scalar(w, u->a + 8),
               end = (uint64_t)u->imm + bytes;
      LANES m->va[l] = base + b[l];
      LANES outside[l] = b[l] + end > size ? 0xffffffffu : 0;
   } else {
      const uint32_t *lo = row(w, u->a), *hi = lo + ISA_WAVE_LANES, *size = hi + ISA_WAVE_LANES;
      uint64_t end = (uint64_t)u->imm + bytes;
      LANES m->va[l] = (lo[l] | (uint64_t)hi[l] << 32) + b[l] + u->imm;
      LANES outside[l] = b[l] + end > size[l] ? 0xffffffffu : 0;
   }
   LANES m->valid[l] = outside[l] ? 0 : 1;
   patch_inactive(w, x, m);
   return !(row_to_mask(outside) & w->exec);
}

static inline bool lds_elements(const emu_uop *u, emu_wave *w, emu_core_ctx *x, emu_lanes *m, unsigned bytes)
{
   const uint32_t *b = row(w, u->b);
   uint64_t size = x->lds_B;
   uint32_t *outside = x->temp[3];
   m->exec = w->exec;
   LANES m->va[l] = (uint64_t)b[l] + u->imm;
   LANES outside[l] = m->va[l] + bytes > size ? 0xffffffffu : 0;
   LANES m->valid[l] = outside[l] ? 0 : 1;
   patch_inactive(w, x, m);
   return !(row_to_mask(outside) & w->exec);
}

static inline lane_shape element_shape(const emu_wave *w, const emu_lanes *m, unsigned bytes)
{
   uint64_t first = m->va[__builtin_ctz(w->exec)], spread = 0, unrun = 0, misaligned = 0;
   uint64_t start = m->va[0];
   LANES
   {
      uint64_t va = m->va[l];
      spread |= va ^ first;
      misaligned |= va;
      unrun |= va ^ (start + bytes * lane_index[l]);
   }
   bool page = spread >> 16 == 0 && (misaligned & (bytes - 1)) == 0;
   return (lane_shape){first, page && w->exec == 0xffffffffu && unrun == 0, page};
}

/* ---- bytes and 16-bit words ------------------------------------------------------------------ */
static inline void element_load_run(const uint8_t *host, uint32_t *d, enum element_kind k)
{
   const uint8_t *u8 = host;
   const int8_t *i8 = (const int8_t *)host;
   const uint16_t *u16 = (const uint16_t *)(const void *)host;
   const int16_t *i16 = (const int16_t *)(const void *)host;
   switch (k) {
   case ELEMENT_U8:
      LANES d[l] = u8[l];
      return;
   case ELEMENT_I8:
      LANES d[l] = (uint32_t)(int32_t)i8[l];
      return;
   case ELEMENT_U16:
      LANES d[l] = u16[l];
      return;
   case ELEMENT_I16:
      LANES d[l] = (uint32_t)(int32_t)i16[l];
      return;
   }
}

static inline void element_store_run(uint8_t *host, const uint32_t *c, unsigned bytes)
{
   uint16_t *u16 = (uint16_t *)(void *)host;
   if (bytes == 1) {
      LANES host[l] = (uint8_t)c[l];
   } else {
      LANES u16[l] = (uint16_t)c[l];
   }
}

static inline uint32_t element_load(const uint8_t *host, enum element_kind k)
{
   if (element_bytes(k) == 2) {
      uint16_t v = __atomic_load_n((const uint16_t *)(const void *)host, __ATOMIC_RELAXED);
      return k == ELEMENT_I16 ? (uint32_t)(int32_t)(int16_t)v : v;
   }
   uint8_t v = __atomic_load_n(host, __ATOMIC_RELAXED);
   return k == ELEMENT_I8 ? (uint32_t)(int32_t)(int8_t)v : v;
}

static inline void element_store(uint8_t *host, uint32_t value, unsigned bytes)
{
   if (bytes == 2)
      __atomic_store_n((uint16_t *)(void *)host, (uint16_t)value, __ATOMIC_RELAXED);
   else
      __atomic_store_n(host, (uint8_t)value, __ATOMIC_RELAXED);
}

static inline void extend_lanes(uint32_t *d, uint32_t lanes, enum element_kind k)
{
   for (; lanes; lanes &= lanes - 1) {
      unsigned l = (unsigned)__builtin_ctz(lanes);
      d[l] = k == ELEMENT_I8 ? (uint32_t)(int32_t)(int8_t)d[l] : (uint32_t)(int32_t)(int16_t)d[l];
   }
}

/* Host address behind m->va when no lane needs memory.c, else NULL; what the address is relative to depends
 * on `lds`. */
static inline uint8_t *element_host(emu_core_ctx *x, lane_shape s, bool valid, bool write, bool lds,
                                    uint64_t *offset_mask)
{
   *offset_mask = lds ? ~UINT64_C(0) : 0xffff;
   if (!s.page || !valid)
      return NULL;
   if (lds)
      return x->lds;
   uint8_t *host = emu_tlb_fast(x->tlb, s.first, write);
   return host ? host - (s.first & 0xffff) : NULL;
}

static inline void trace_elements(const emu_uop *u, emu_core_ctx *x, const emu_lanes *m, bool valid, unsigned bytes, bool lds)
{
   if (lds)
      trace_lds(u, x, m, valid, bytes, 1, false);
   else
      trace_lanes(u, x, m, valid, bytes, 1);
}

static inline const emu_uop *element_load_lanes(const emu_uop *u, emu_wave *w, emu_core_ctx *x, emu_lanes *m,
                                                bool valid, bool lds, enum element_kind k)
{
   uint32_t *d = row(w, u->d);
   unsigned bytes = element_bytes(k);
   lane_shape s = element_shape(w, m, bytes);
   uint64_t offset_mask;
   const uint8_t *host = element_host(x, s, valid, false, lds, &offset_mask);
   if (host && s.run) {
      element_load_run(host + (s.first & offset_mask), d, k);
   } else if (host) {
      for (uint32_t mask = w->exec; mask; mask &= mask - 1) {
         unsigned l = (unsigned)__builtin_ctz(mask);
         d[l] = element_load(host + (m->va[l] & offset_mask), k);
      }
   } else {
      leave_vector_state();
      if (!emu_core_element_load(x, m, d, bytes, lds))
         return memory_fault(u, x);
      if (k == ELEMENT_I8 || k == ELEMENT_I16)
         extend_lanes(d, w->exec, k);
   }
   if (!lds && host)
      x->sums.bytes_read += (uint64_t)bytes * (unsigned)__builtin_popcount(w->exec);
   if (x->trace)
      trace_elements(u, x, m, valid, bytes, lds);
   return u + 1;
}

static inline const emu_uop *element_store_lanes(const emu_uop *u, emu_wave *w, emu_core_ctx *x, emu_lanes *m,
                                                 bool valid, bool lds, unsigned bytes)
{
   const uint32_t *c = row(w, u->c);
   lane_shape s = element_shape(w, m, bytes);
   uint64_t offset_mask;
   uint8_t *host = element_host(x, s, valid, true, lds, &offset_mask);
   if (host && s.run) {
      element_store_run(host + (s.first & offset_mask), c, bytes);
   } else if (host) {
      for (uint32_t mask = w->exec; mask; mask &= mask - 1) {
         unsigned l = (unsigned)__builtin_ctz(mask);
         element_store(host + (m->va[l] & offset_mask), c[l], bytes);
      }
   } else {
      leave_vector_state();
      if (!emu_core_element_store(x, m, c, bytes, lds))
         return memory_fault(u, x);
   }
   if (!lds && host)
      x->sums.bytes_written += (uint64_t)bytes * (unsigned)__builtin_popcount(w->exec);
   if (x->trace)
      trace_elements(u, x, m, valid, bytes, lds);
   return u + 1;
}

#define ELEMENT_LOAD(name, addresses, lds, kind)                                                             \
   H(name)                                                                                                   \
   {                                                                                                         \
      emu_lanes m;                                                                                           \
      if (!w->exec)                                                                                          \
         return u + 1;                                                                                       \
      bool valid = addresses(u, w, x, &m, element_bytes(kind));                                              \
      return element_load_lanes(u, w, x, &m, valid, lds, kind);                                              \
   }
#define ELEMENT_STORE(name, addresses, lds, bytes)                                                           \
   H(name)                                                                                                   \
   {                                                                                                         \
      emu_lanes m;                                                                                           \
      if (!w->exec)                                                                                          \
         return u + 1;                                                                                       \
      bool valid = addresses(u, w, x, &m, bytes);                                                            \
      return element_store_lanes(u, w, x, &m, valid, lds, bytes);                                            \
   }
#define ELEMENTS(space, addresses, lds)                                                                      \
   ELEMENT_LOAD(space##_load_u8, addresses, lds, ELEMENT_U8)                                                 \
   ELEMENT_LOAD(space##_load_i8, addresses, lds, ELEMENT_I8)                                                 \
   ELEMENT_LOAD(space##_load_u16, addresses, lds, ELEMENT_U16)                                               \
   ELEMENT_LOAD(space##_load_i16, addresses, lds, ELEMENT_I16)                                               \
   ELEMENT_STORE(space##_store_b8, addresses, lds, 1)                                                        \
   ELEMENT_STORE(space##_store_b16, addresses, lds, 2)
ELEMENTS(g, global_elements, false)
ELEMENTS(b, buffer_elements, false)
ELEMENTS(l, lds_elements, true)

/* ---- scratch --------------------------------------------------------------------------------- */
/* Byte `offset` of a lane's scratch, whose dwords are 32 lanes apart. */
static inline uint8_t *scratch_byte(emu_wave *w, uint64_t offset, unsigned l)
{
   return (uint8_t *)(w->scratch + offset / 4 * ISA_WAVE_LANES + l) + (offset & 3);
}

static const emu_uop *scratch_load(const emu_uop *u, emu_wave *w, emu_core_ctx *x, enum element_kind k)
{
   const uint32_t *b = row(w, u->b);
   uint32_t *d = row(w, u->d);
   unsigned bytes = element_bytes(k);
   if (scratch_misaligned(w, x, b, u->imm, bytes, GPU_ACCESS_READ))
      return memory_fault(u, x);
   if (x->trace)
      trace_scratch(u, w, x, b, bytes);
   for (uint32_t mask = w->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      uint64_t offset = (uint64_t)b[l] + u->imm;
      d[l] = offset + bytes <= x->scratch_B ? element_load(scratch_byte(w, offset, l), k) : 0;
   }
   return u + 1;
}

static const emu_uop *scratch_store(const emu_uop *u, emu_wave *w, emu_core_ctx *x, unsigned bytes)
{
   const uint32_t *b = row(w, u->b), *c = row(w, u->c);
   if (scratch_misaligned(w, x, b, u->imm, bytes, GPU_ACCESS_WRITE))
      return memory_fault(u, x);
   if (x->trace)
      trace_scratch(u, w, x, b, bytes);
   for (uint32_t mask = w->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      uint64_t offset = (uint64_t)b[l] + u->imm;
      if (offset + bytes <= x->scratch_B)
         element_store(scratch_byte(w, offset, l), c[l], bytes);
   }
   return u + 1;
}

#define SCRATCH_ELEMENT(name, call, what)                                                                    \
   H(name)                                                                                                   \
   {                                                                                                         \
      return call(u, w, x, what);                                                                            \
   }
SCRATCH_ELEMENT(p_load_u8, scratch_load, ELEMENT_U8)
SCRATCH_ELEMENT(p_load_i8, scratch_load, ELEMENT_I8)
SCRATCH_ELEMENT(p_load_u16, scratch_load, ELEMENT_U16)
SCRATCH_ELEMENT(p_load_i16, scratch_load, ELEMENT_I16)
SCRATCH_ELEMENT(p_store_b8, scratch_store, 1)
SCRATCH_ELEMENT(p_store_b16, scratch_store, 2)

/* ---- 64-bit atomics -------------------------------------------------------------------------- */
static inline const emu_uop *atomic_pairs(const emu_uop *u, emu_wave *w, emu_core_ctx *x, const emu_lanes *m,
                                          enum emu_atomic op, bool lds)
{
   leave_vector_state();
   if (!emu_core_atomic64(x, m, op, row(w, u->c), x->wide[0], lds))
      return memory_fault(u, x);
   if (x->trace && lds)
      trace_lds(u, x, m, false, 8, 1, true);
   else if (x->trace)
      core_trace_atomic(u, x, m);
   if (u->flags & EMU_UOP_RET) {
      uint32_t *lo = row(w, u->d), *hi = lo + ISA_WAVE_LANES;
      const uint32_t *active = x->exec_row;
      const uint64_t *old = x->wide[0];
      LANES lo[l] = active[l] ? (uint32_t)old[l] : lo[l];
      LANES hi[l] = active[l] ? (uint32_t)(old[l] >> 32) : hi[l];
   }
   return u + 1;
}

#define ATOMIC64_IN(space, name, addresses, lds, op)                                                         \
   H(space##_atom_##name)                                                                                    \
   {                                                                                                         \
      emu_lanes m;                                                                                           \
      if (!w->exec)                                                                                          \
         return u + 1;                                                                                       \
      addresses(u, w, x, &m, 8);                                                                             \
      return atomic_pairs(u, w, x, &m, EMU_ATOMIC_##op, lds);                                                \
   }
#define ATOMIC64(name, op)                                                                                   \
   ATOMIC64_IN(b, name, buffer_elements, false, op)                                                          \
   ATOMIC64_IN(g, name, global_elements, false, op)                                                          \
   ATOMIC64_IN(l, name, lds_elements, true, op)
ATOMIC64(add_u64, ADD)
ATOMIC64(min_i64, MIN_I32)
ATOMIC64(max_i64, MAX_I32)
ATOMIC64(min_u64, MIN_U32)
ATOMIC64(max_u64, MAX_U32)
ATOMIC64(and_u64, AND)
ATOMIC64(or_u64, OR)
ATOMIC64(xor_u64, XOR)
ATOMIC64(swap_u64, SWAP)
ATOMIC64(cmpswap_u64, CMPSWAP)
ATOMIC64(add_f64, ADD_FLOAT)
ATOMIC(add_f32, ADD_FLOAT)
ATOMIC(min_f32, MIN_FLOAT)
ATOMIC(max_f32, MAX_FLOAT)
