/* Handlers of memory instructions: global, buffer, LDS, scratch, scalar. Part of interp.c.
 *
 * Each first works out the byte address of every lane, then takes the cheapest way that is right: all lanes
 * in one run of memory inside one cached 64 KiB page (row copies), all in one cached page (host pointers), or
 * memory.c, dword by dword through the TLB, which also finds the faults. Inactive lanes repeat the address of
 * the first active one.
 */

static inline uint64_t scalar_pair(const emu_wave *w, uint32_t offset)
{
   return scalar(w, offset) | (uint64_t)scalar(w, offset + 4) << 32;
}

/* What the fast paths need to know about the addresses. */
typedef struct lane_shape {
   uint64_t first; /* address of the lowest active lane */
   bool run;       /* exec is full and lane l is at first + l * bytes */
   bool page;      /* dword aligned, all inside one 64 KiB page */
} lane_shape;

INLINE void patch_inactive(const emu_wave *w, const emu_core_ctx *x, emu_lanes *m)
{
   if (w->exec != 0xffffffffu) {
      uint64_t first = m->va[__builtin_ctz(w->exec)];
      const uint32_t *active = x->exec_row;
      LANES m->va[l] = active[l] ? m->va[l] : first;
   }
}

INLINE lane_shape shape_of(const emu_wave *w, const emu_lanes *m, unsigned dwords)
{
   uint64_t first = m->va[__builtin_ctz(w->exec)], spread = 0, unrun = 0, misaligned = 0, crossing = 0;
   uint64_t start = m->va[0], bytes = 4 * dwords;
   LANES
   {
      uint64_t va = m->va[l];
      spread |= va ^ first;
      misaligned |= va;
      crossing |= (va & 0xffff) + (bytes - 4);
      unrun |= va ^ (start + bytes * lane_index[l]);
   }
   bool page = spread >> 16 == 0 && (misaligned & 3) == 0 && crossing >> 16 == 0;
   return (lane_shape){first, page && w->exec == 0xffffffffu && unrun == 0, page};
}

static const emu_uop *memory_fault(const emu_uop *u, emu_core_ctx *x)
{
   return stop(u, x, EMU_STOP_FAULT);
}

/* Rows from a run of lanes of `dwords` each at host. */
INLINE void load_run(const uint32_t *host, uint32_t (*d)[ISA_WAVE_LANES], unsigned dwords)
{
   for (unsigned k = 0; k < dwords; k++)
      LANES d[k][l] = host[l * dwords + k];
}

INLINE void store_run(uint32_t *host, uint32_t (*c)[ISA_WAVE_LANES], unsigned dwords)
{
   if (dwords == 1) {
      LANES host[l] = c[0][l];
   } else {
      for (unsigned l = 0; l < ISA_WAVE_LANES; l++)
         for (unsigned k = 0; k < dwords; k++)
            host[l * dwords + k] = c[k][l];
   }
}

INLINE void load_page(const uint8_t *page, const emu_lanes *m, uint64_t offset_mask, uint32_t lanes,
                      uint32_t (*d)[ISA_WAVE_LANES], unsigned dwords)
{
   for (; lanes; lanes &= lanes - 1) {
      unsigned l = (unsigned)__builtin_ctz(lanes);
      const uint32_t *host = (const uint32_t *)(page + (m->va[l] & offset_mask));
      for (unsigned k = 0; k < dwords; k++)
         d[k][l] = __atomic_load_n(&host[k], __ATOMIC_RELAXED);
   }
}

INLINE void store_page(uint8_t *page, const emu_lanes *m, uint64_t offset_mask, uint32_t lanes,
                       uint32_t (*c)[ISA_WAVE_LANES], unsigned dwords)
{
   for (; lanes; lanes &= lanes - 1) {
      unsigned l = (unsigned)__builtin_ctz(lanes);
      uint32_t *host = (uint32_t *)(page + (m->va[l] & offset_mask));
      for (unsigned k = 0; k < dwords; k++)
         __atomic_store_n(&host[k], c[k][l], __ATOMIC_RELAXED);
   }
}

/* Loads write inactive lanes too where they are dead, from the memory that the active ones read. */
INLINE const emu_uop *load_lanes(const emu_uop *u, emu_wave *w, emu_core_ctx *x, emu_lanes *m,
                                 bool valid, unsigned dwords)
{
   uint32_t(*d)[ISA_WAVE_LANES] = row(w, u->d);
   lane_shape s = shape_of(w, m, dwords);
   const uint8_t *host = s.page && valid ? emu_tlb_fast(x->tlb, s.first, false) : NULL;
   if (host) {
      if (s.run)
         load_run((const uint32_t *)host, d, dwords);
      else
         load_page(host - (s.first & 0xffff), m, 0xffff, w->exec, d, dwords);
      x->sums.bytes_read += 4ull * dwords * (unsigned)__builtin_popcount(w->exec);
   } else {
      leave_vector_state();
      if (!emu_core_load(x, m, d, dwords))
         return memory_fault(u, x);
   }
   if (x->trace)
      trace_lanes(u, x, m, valid, 4, dwords);
   return u + 1;
}

INLINE const emu_uop *store_lanes(const emu_uop *u, emu_wave *w, emu_core_ctx *x, emu_lanes *m,
                                  bool valid, unsigned dwords)
{
   uint32_t(*c)[ISA_WAVE_LANES] = row(w, u->c);
   lane_shape s = shape_of(w, m, dwords);
   uint8_t *host = s.page && valid ? emu_tlb_fast(x->tlb, s.first, true) : NULL;
   if (host) {
      if (s.run)
         store_run((uint32_t *)host, c, dwords);
      else
         store_page(host - (s.first & 0xffff), m, 0xffff, w->exec, c, dwords);
      x->sums.bytes_written += 4ull * dwords * (unsigned)__builtin_popcount(w->exec);
   } else {
      leave_vector_state();
      if (!emu_core_store(x, m, c, dwords))
         return memory_fault(u, x);
   }
   if (x->trace)
      trace_lanes(u, x, m, valid, 4, dwords);
   return u + 1;
}

/* ---- addresses ------------------------------------------------------------------------------- */
static inline void all_valid(emu_lanes *m, unsigned dwords)
{
   LANES m->valid[l] = dwords;
}

INLINE void global_addresses(const emu_uop *u, emu_wave *w, emu_core_ctx *x, emu_lanes *m)
{
   const uint32_t *b = row(w, u->b);
   m->exec = w->exec;
   if (u->flags & EMU_UOP_UNIFORM) {
      uint64_t base = scalar_pair(w, u->a) + u->imm;
      LANES m->va[l] = base + b[l];
   } else {
      const uint32_t *lo = row(w, u->a), *hi = lo + ISA_WAVE_LANES;
      LANES m->va[l] = (lo[l] | (uint64_t)hi[l] << 32) + b[l] + u->imm;
   }
   patch_inactive(w, x, m);
}

/* Dwords of a lane at byte offset `offset` that lie inside `size` bytes; only the first ones can. */
static inline uint32_t dwords_inside(uint64_t offset, uint64_t size, unsigned dwords)
{
   uint32_t n = 0;
   for (unsigned k = 0; k < dwords; k++)
      n += offset + 4 * k + 4 <= size;
   return n;
}

/* True if every active lane lies wholly inside the buffer; else m->valid is filled in. */
INLINE bool buffer_addresses(const emu_uop *u, emu_wave *w, emu_core_ctx *x, emu_lanes *m,
                             unsigned dwords)
{
   const uint32_t *b = row(w, u->b);
   m->exec = w->exec;
   uint32_t outside = 0;
   if (u->flags & EMU_UOP_UNIFORM) {
      uint64_t base = scalar_pair(w, u->a) + u->imm;
      uint32_t size = scalar(w, u->a + 8);
      /* B + imm + bytes <= size, with everything that could be negative moved to one 32-bit constant */
      uint32_t need = u->imm + 4 * dwords, last = size - need;
      LANES m->va[l] = base + b[l];
      LANES x->temp[3][l] = b[l] > last ? 0xffffffffu : 0;
      outside = size < need ? w->exec : row_to_mask(x->temp[3]) & w->exec;
   } else {
      const uint32_t *d = row(w, u->a);
      const uint32_t *lo = d, *hi = d + ISA_WAVE_LANES, *size = d + 2 * ISA_WAVE_LANES;
      LANES m->va[l] = (lo[l] | (uint64_t)hi[l] << 32) + b[l] + u->imm;
      for (uint32_t mask = w->exec; mask; mask &= mask - 1) {
         unsigned l = (unsigned)__builtin_ctz(mask);
         outside |= dwords_inside((uint64_t)b[l] + u->imm, size[l], dwords) < dwords;
      }
   }
   patch_inactive(w, x, m);
   if (!outside)
      return true;
   for (uint32_t mask = w->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      uint32_t size = u->flags & EMU_UOP_UNIFORM ? scalar(w, u->a + 8)
                                                 : ((const uint32_t *)row(w, u->a))[2 * ISA_WAVE_LANES + l];
      m->valid[l] = dwords_inside((uint64_t)b[l] + u->imm, size, dwords);
   }
   return false;
}

/* The commonest case first: one base for all lanes, exec full, lanes side by side. Address of lane 0, or ~0.
 */
INLINE uint64_t run_address(const emu_uop *u, const emu_wave *w, const uint32_t *b, bool buffer,
                            unsigned dwords)
{
   uint32_t unrun = 0, start = b[0];
   if (w->exec != 0xffffffffu || !(u->flags & EMU_UOP_UNIFORM))
      return ~UINT64_C(0);
   LANES unrun |= b[l] ^ (start + 4 * dwords * lane_index[l]);
   uint64_t end = (uint64_t)start + u->imm + ISA_WAVE_LANES * 4 * dwords;
   if (unrun || end > UINT32_MAX || (buffer && end > scalar(w, u->a + 8)))
      return ~UINT64_C(0);
   uint64_t va = scalar_pair(w, u->a) + start + u->imm;
   bool page = (va & 3) == 0 && (va & 0xffff) + ISA_WAVE_LANES * 4 * dwords <= 0x10000;
   return page ? va : ~UINT64_C(0);
}

INLINE bool load_quick(const emu_uop *u, emu_wave *w, emu_core_ctx *x, bool buffer, unsigned dwords)
{
   uint64_t va = run_address(u, w, row(w, u->b), buffer, dwords);
   const uint8_t *host = va != ~UINT64_C(0) ? emu_tlb_fast(x->tlb, va, false) : NULL;
   if (!host)
      return false;
   load_run((const uint32_t *)host, row(w, u->d), dwords);
   x->sums.bytes_read += ISA_WAVE_LANES * 4 * dwords;
   if (x->trace)
      core_trace_run(u, x, va, ISA_WAVE_LANES * 4 * dwords, emu_tlb_page_flags(x->tlb, va));
   return true;
}

INLINE bool store_quick(const emu_uop *u, emu_wave *w, emu_core_ctx *x, bool buffer, unsigned dwords)
{
   uint64_t va = run_address(u, w, row(w, u->b), buffer, dwords);
   uint8_t *host = va != ~UINT64_C(0) ? emu_tlb_fast(x->tlb, va, true) : NULL;
   if (!host)
      return false;
   store_run((uint32_t *)host, row(w, u->c), dwords);
   x->sums.bytes_written += ISA_WAVE_LANES * 4 * dwords;
   if (x->trace)
      core_trace_run(u, x, va, ISA_WAVE_LANES * 4 * dwords, emu_tlb_page_flags(x->tlb, va));
   return true;
}

INLINE const emu_uop *global_load(const emu_uop *u, emu_wave *w, emu_core_ctx *x, unsigned dwords)
{
   emu_lanes m;
   if (!w->exec)
      return u + 1;
   global_addresses(u, w, x, &m);
   all_valid(&m, dwords);
   return load_lanes(u, w, x, &m, true, dwords);
}

INLINE const emu_uop *global_store(const emu_uop *u, emu_wave *w, emu_core_ctx *x, unsigned dwords)
{
   emu_lanes m;
   if (!w->exec)
      return u + 1;
   global_addresses(u, w, x, &m);
   all_valid(&m, dwords);
   return store_lanes(u, w, x, &m, true, dwords);
}

INLINE const emu_uop *buffer_load(const emu_uop *u, emu_wave *w, emu_core_ctx *x, unsigned dwords)
{
   emu_lanes m;
   if (!w->exec)
      return u + 1;
   bool valid = buffer_addresses(u, w, x, &m, dwords);
   if (valid)
      all_valid(&m, dwords);
   return load_lanes(u, w, x, &m, valid, dwords);
}

INLINE const emu_uop *buffer_store(const emu_uop *u, emu_wave *w, emu_core_ctx *x, unsigned dwords)
{
   emu_lanes m;
   if (!w->exec)
      return u + 1;
   bool valid = buffer_addresses(u, w, x, &m, dwords);
   if (valid)
      all_valid(&m, dwords);
   return store_lanes(u, w, x, &m, valid, dwords);
}

#define ACCESS(name, quick, buffer, general, n)                                                              \
   __attribute__((noinline)) H(name##_any)                                                            \
   {                                                                                                         \
      return general(u, w, x, n);                                                                            \
   }                                                                                                         \
   H(name)                                                                                                   \
   {                                                                                                         \
      if (quick(u, w, x, buffer, n))                                                                         \
         NEXT;                                                                                               \
      return h_##name##_any(u, w, x);                                                                        \
   }
#define GLOBAL(n)                                                                                            \
   ACCESS(g_load_x##n, load_quick, false, global_load, n)                                                    \
   ACCESS(g_store_x##n, store_quick, false, global_store, n)                                                 \
   ACCESS(b_load_x##n, load_quick, true, buffer_load, n)                                                     \
   ACCESS(b_store_x##n, store_quick, true, buffer_store, n)
GLOBAL(1)
GLOBAL(2)
GLOBAL(3)
GLOBAL(4)

/* ---- LDS ------------------------------------------------------------------------------------- */
INLINE bool lds_addresses(const emu_uop *u, emu_wave *w, emu_core_ctx *x, emu_lanes *m,
                          unsigned dwords)
{
   const uint32_t *b = row(w, u->b);
   m->exec = w->exec;
   LANES m->va[l] = (uint64_t)b[l] + u->imm;
   patch_inactive(w, x, m);
   uint32_t outside = 0;
   uint64_t size = x->lds_B;
   LANES outside |= m->va[l] + 4 * dwords > size;
   if (!outside)
      return true;
   for (unsigned l = 0; l < ISA_WAVE_LANES; l++)
      m->valid[l] = dwords_inside(m->va[l], size, dwords);
   return false;
}

/* Host address of lane 0 if exec is full and the lanes lie side by side inside the LDS, else NULL. */
INLINE uint8_t *lds_run(const emu_uop *u, const emu_wave *w, const emu_core_ctx *x, const uint32_t *b,
                        unsigned dwords)
{
   uint32_t unrun = 0, start = b[0];
   LANES unrun |= b[l] ^ (start + 4 * dwords * lane_index[l]);
   uint64_t first = (uint64_t)start + u->imm;
   bool run =
       !unrun && w->exec == 0xffffffffu && !(first & 3) && first + ISA_WAVE_LANES * 4 * dwords <= x->lds_B;
   return run ? x->lds + first : NULL;
}

/* All active lanes are aligned and inside: their dwords can be reached directly. */
INLINE bool lds_direct(const emu_uop *u, emu_wave *w, emu_core_ctx *x, emu_lanes *m, unsigned dwords)
{
   uint64_t misaligned = 0;
   if (!lds_addresses(u, w, x, m, dwords))
      return false;
   LANES misaligned |= m->va[l];
   if (!(misaligned & 3))
      return true;
   all_valid(m, dwords);
   return false;
}

INLINE const emu_uop *lds_load(const emu_uop *u, emu_wave *w, emu_core_ctx *x, unsigned dwords)
{
   emu_lanes m;
   uint32_t(*d)[ISA_WAVE_LANES] = row(w, u->d);
   if (!w->exec)
      return u + 1;
   bool direct = lds_direct(u, w, x, &m, dwords);
   if (direct) {
      load_page(x->lds, &m, ~UINT64_C(0), w->exec, d, dwords);
   } else {
      leave_vector_state();
      if (!emu_core_lds_load(x, &m, d, dwords))
         return memory_fault(u, x);
   }
   if (x->trace)
      trace_lds(u, x, &m, direct, 4, dwords, false);
   return u + 1;
}

INLINE const emu_uop *lds_store(const emu_uop *u, emu_wave *w, emu_core_ctx *x, unsigned dwords)
{
   emu_lanes m;
   uint32_t(*c)[ISA_WAVE_LANES] = row(w, u->c);
   if (!w->exec)
      return u + 1;
   bool direct = lds_direct(u, w, x, &m, dwords);
   if (direct) {
      store_page(x->lds, &m, ~UINT64_C(0), w->exec, c, dwords);
   } else {
      leave_vector_state();
      if (!emu_core_lds_store(x, &m, c, dwords))
         return memory_fault(u, x);
   }
   if (x->trace)
      trace_lds(u, x, &m, direct, 4, dwords, false);
   return u + 1;
}

#define SHARED(n)                                                                                            \
   __attribute__((noinline)) H(l_load_x##n##_any)                                                     \
   {                                                                                                         \
      return lds_load(u, w, x, n);                                                                           \
   }                                                                                                         \
   __attribute__((noinline)) H(l_store_x##n##_any)                                                    \
   {                                                                                                         \
      return lds_store(u, w, x, n);                                                                          \
   }                                                                                                         \
   H(l_load_x##n)                                                                                            \
   {                                                                                                         \
      const uint8_t *run = lds_run(u, w, x, row(w, u->b), n);                                                \
      if (!run)                                                                                              \
         return h_l_load_x##n##_any(u, w, x);                                                                \
      load_run((const uint32_t *)run, row(w, u->d), n);                                                      \
      NEXT;                                                                                                  \
   }                                                                                                         \
   H(l_store_x##n)                                                                                           \
   {                                                                                                         \
      uint8_t *run = lds_run(u, w, x, row(w, u->b), n);                                                      \
      if (!run)                                                                                              \
         return h_l_store_x##n##_any(u, w, x);                                                               \
      store_run((uint32_t *)run, row(w, u->c), n);                                                           \
      NEXT;                                                                                                  \
   }
SHARED(1)
SHARED(2)
SHARED(3)
SHARED(4)

/* ---- atomics --------------------------------------------------------------------------------- */
static inline const emu_uop *atomic_lanes(const emu_uop *u, emu_wave *w, emu_core_ctx *x, const emu_lanes *m,
                                          enum emu_atomic op, bool lds)
{
   /* the destination may be the data's own register: old values land in a row of their own first */
   leave_vector_state();
   if (!emu_core_atomic(x, m, op, row(w, u->c), x->temp[0], lds))
      return memory_fault(u, x);
   if (x->trace && lds)
      trace_lds(u, x, m, false, 4, 1, true);
   else if (x->trace)
      core_trace_atomic(u, x, m);
   if (u->flags & EMU_UOP_RET) {
      uint32_t *d = row(w, u->d);
      const uint32_t *active = x->exec_row;
      LANES d[l] = active[l] ? x->temp[0][l] : d[l];
   }
   return u + 1;
}

#define ATOMIC(name, op)                                                                                     \
   H(b_atom_##name)                                                                                          \
   {                                                                                                         \
      emu_lanes m;                                                                                           \
      if (!w->exec)                                                                                          \
         return u + 1;                                                                                       \
      if (buffer_addresses(u, w, x, &m, 1))                                                                  \
         all_valid(&m, 1);                                                                                   \
      return atomic_lanes(u, w, x, &m, EMU_ATOMIC_##op, false);                                              \
   }                                                                                                         \
   H(g_atom_##name)                                                                                          \
   {                                                                                                         \
      emu_lanes m;                                                                                           \
      if (!w->exec)                                                                                          \
         return u + 1;                                                                                       \
      global_addresses(u, w, x, &m);                                                                         \
      all_valid(&m, 1);                                                                                      \
      return atomic_lanes(u, w, x, &m, EMU_ATOMIC_##op, false);                                              \
   }                                                                                                         \
   H(l_atom_##name)                                                                                          \
   {                                                                                                         \
      emu_lanes m;                                                                                           \
      if (!w->exec)                                                                                          \
         return u + 1;                                                                                       \
      if (lds_addresses(u, w, x, &m, 1))                                                                     \
         all_valid(&m, 1);                                                                                   \
      return atomic_lanes(u, w, x, &m, EMU_ATOMIC_##op, true);                                               \
   }
ATOMIC(add, ADD)
ATOMIC(min_i32, MIN_I32)
ATOMIC(max_i32, MAX_I32)
ATOMIC(min_u32, MIN_U32)
ATOMIC(max_u32, MAX_U32)
ATOMIC(and, AND)
ATOMIC(or, OR)
ATOMIC(xor, XOR)
ATOMIC(swap, SWAP)
ATOMIC(cmpswap, CMPSWAP)

/* ---- scratch: [dword][lane], so lanes at one address are a row ------------------------------- */
/* Eight lanes of a dword are a sector of its line. */
static inline uint32_t scratch_sectors(uint32_t lanes)
{
   uint32_t any = lanes | lanes >> 4;
   any |= any >> 2;
   any = (any | any >> 1) & 0x01010101;
   return any * 0x10204080u >> 28;
}

/* All lanes at one offset, which is inside. */
static inline void trace_scratch_row(const emu_uop *u, const emu_wave *w, emu_core_ctx *x, uint64_t offset)
{
   emu_trace *t = x->trace;
   if (!w->exec || !core_lines_room(t, 1))
      return;
   emu_entry_pack(t->at + 1, x->scratch_va + (offset / 4 << EMU_LINE_LOG2), scratch_sectors(w->exec), 1, 0);
   core_lines_end(u, t, 1, 0);
}

/* Elements of `bytes` at b + imm in active lanes. A dword that all lanes share the number of is a line. Of the first few dwords all lanes
 * are found, what is left gives an entry for each lane: mostly it has nothing in common. */
static __attribute__((noinline)) void trace_scratch(const emu_uop *u, const emu_wave *w, emu_core_ctx *x, const uint32_t *b,
                                                    unsigned bytes)
{
   emu_trace *t = x->trace;
   const uint64_t need = (uint64_t)u->imm + bytes, first = x->scratch_va >> EMU_LINE_LOG2;
   const uint32_t turns = (uint32_t)first + x->scratch_B / 4 < (uint32_t)first ? ISA_WAVE_LANES : 4; /* a carry is the first way's */
   const uint32_t imm = u->imm, most = (uint32_t)(x->scratch_B - need);
   uint32_t inside[ISA_WAVE_LANES], dword[ISA_WAVE_LANES], n = 0;
   if (!w->exec || !core_lines_room(t, ISA_WAVE_LANES + ENTRIES_ROOM / 2))
      return;
   LANES
   {
      inside[l] = b[l] <= most ? 0xffffffffu : 0;
      dword[l] = (b[l] + imm) >> 2;
   }
   uint32_t mask = need <= x->scratch_B ? row_to_mask(inside) & w->exec : 0;
   for (; mask && n < turns; n++) {
      const uint32_t one = dword[__builtin_ctz(mask)], lanes = lanes_like(dword, one) & mask;
      emu_entry_pack(t->at + 1 + 2 * n, (first + one) << EMU_LINE_LOG2, scratch_sectors(lanes), 1, 0);
      mask &= ~lanes;
   }
   if (mask) {
      static const uint32_t sectors[4] = {0xff, 0xff00, 0xff0000, 0xff000000};
      LANES dword[l] += (uint32_t)first;
      write_entries(t->at + 1 + 2 * n, dword, ((uint32_t)(first >> 32) & 0x1ff) | 1u << 13, mask, sectors);
      n += (uint32_t)__builtin_popcount(mask);
   }
   core_lines_end(u, t, n, 0);
}

static bool scratch_misaligned(const emu_wave *w, emu_core_ctx *x, const uint32_t *b, uint32_t imm,
                               unsigned bytes, enum gpu_access access)
{
   uint32_t lanes = 0;
   for (uint32_t mask = w->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      uint64_t offset = (uint64_t)b[l] + imm;
      lanes |= (offset & (bytes - 1)) && offset + bytes <= x->scratch_B ? 1u << l : 0;
   }
   if (lanes)
      emu_core_fault(x, GPU_FAULT_MISALIGNED, access, (uint64_t)b[__builtin_ctz(lanes)] + imm, lanes, 0);
   return lanes != 0;
}

H(p_load_x1)
{
   const uint32_t *b = row(w, u->b);
   uint32_t *d = row(w, u->d);
   if (u->flags & EMU_UOP_UNIFORM) {
      uint64_t offset = (uint64_t)b[0] + u->imm;
      if (!(offset & 3) && offset + 4 <= x->scratch_B) {
         if (x->trace)
            trace_scratch_row(u, w, x, offset);
         store_row(u, w, x, w->scratch + offset / 4 * ISA_WAVE_LANES);
         return u + 1;
      }
   }
   if (scratch_misaligned(w, x, b, u->imm, 4, GPU_ACCESS_READ))
      return memory_fault(u, x);
   if (x->trace)
      trace_scratch(u, w, x, b, 4);
   for (uint32_t mask = w->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      uint64_t offset = (uint64_t)b[l] + u->imm;
      d[l] = offset + 4 <= x->scratch_B ? w->scratch[offset / 4 * ISA_WAVE_LANES + l] : 0;
   }
   return u + 1;
}

H(p_store_x1)
{
   const uint32_t *b = row(w, u->b), *c = row(w, u->c);
   if ((u->flags & EMU_UOP_UNIFORM) && w->exec == 0xffffffffu) {
      uint64_t offset = (uint64_t)b[0] + u->imm;
      if (!(offset & 3) && offset + 4 <= x->scratch_B) {
         uint32_t *d = w->scratch + offset / 4 * ISA_WAVE_LANES;
         LANES d[l] = c[l];
         if (x->trace)
            trace_scratch_row(u, w, x, offset);
         return u + 1;
      }
   }
   if (scratch_misaligned(w, x, b, u->imm, 4, GPU_ACCESS_WRITE))
      return memory_fault(u, x);
   if (x->trace)
      trace_scratch(u, w, x, b, 4);
   for (uint32_t mask = w->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      uint64_t offset = (uint64_t)b[l] + u->imm;
      if (offset + 4 <= x->scratch_B)
         w->scratch[offset / 4 * ISA_WAVE_LANES + l] = c[l];
   }
   return u + 1;
}

/* ---- scalar loads ---------------------------------------------------------------------------- */
static inline const emu_uop *scalar_load(const emu_uop *u, emu_wave *w, emu_core_ctx *x, uint64_t va,
                                         unsigned valid, unsigned dwords)
{
   uint32_t *d = (uint32_t *)((uint8_t *)w + u->d);
   const uint32_t *host = (const uint32_t *)emu_tlb_fast(x->tlb, va, false);
   if (host && valid == dwords && !(va & 3) && (va & 0xffff) + 4 * dwords <= 0x10000) {
      for (unsigned k = 0; k < dwords; k++)
         d[k] = __atomic_load_n(&host[k], __ATOMIC_RELAXED);
      x->sums.bytes_read += 4 * dwords;
   } else {
      leave_vector_state();
      if (!emu_core_scalar_load(x, va, d, dwords, valid))
         return memory_fault(u, x);
   }
   if (x->trace)
      core_trace_span(u, x, va, 4 * valid);
   return u + 1;
}

#define SCALAR_LOAD(n)                                                                                       \
   H(s_load_x##n)                                                                                            \
   {                                                                                                         \
      return scalar_load(u, w, x, scalar_pair(w, u->a) + scalar(w, u->b) + u->imm, n, n);                    \
   }
#define SCALAR_BUF_LOAD(n)                                                                                   \
   H(s_buf_load_x##n)                                                                                        \
   {                                                                                                         \
      uint64_t offset = (uint64_t)scalar(w, u->b) + u->imm;                                                  \
      unsigned valid = dwords_inside(offset, scalar(w, u->a + 8), n);                                        \
      return scalar_load(u, w, x, scalar_pair(w, u->a) + offset, valid, n);                                  \
   }
SCALAR_LOAD(1)
SCALAR_LOAD(2)
SCALAR_LOAD(4)
SCALAR_LOAD(8)
SCALAR_BUF_LOAD(1)
SCALAR_BUF_LOAD(2)
SCALAR_BUF_LOAD(4)
