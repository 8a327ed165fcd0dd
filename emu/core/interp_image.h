/* Handlers of image instructions. Part of interp.c.
 *
 * The texture unit is compiled once for all host levels (tex_*.c): where there is no fast path, a handler only leaves vector
 * code and calls it.
 */

#define IMAGE(name)                                                                                          \
   H(img_##name)                                                                                             \
   {                                                                                                         \
      if (!w->exec)                                                                                          \
         return u + 1;                                                                                       \
      leave_vector_state();                                                                                  \
      return emu_tex_execute(u, w, x, ISA_OP_img_##name) ? u + 1 : memory_fault(u, x);                       \
   }
#define IMAGE_FAST(name)                                                                                     \
   H(img_##name)                                                                                             \
   {                                                                                                         \
      if (!w->exec || name##_fast(u, w, x))                                                                  \
         NEXT;                                                                                               \
      leave_vector_state();                                                                                  \
      return emu_tex_execute(u, w, x, ISA_OP_img_##name) ? u + 1 : memory_fault(u, x);                       \
   }
IMAGE_FAST(load)
IMAGE_FAST(store)
IMAGE_FAST(sample)
IMAGE(size)
IMAGE(info)
IMAGE(lod)
IMAGE(gather)
#define IMAGE_ATOMIC(name, bits)                                                                             \
   IMAGE(atom##name##_add)                                                                                   \
   IMAGE(atom##name##_min_i##bits)                                                                           \
   IMAGE(atom##name##_max_i##bits)                                                                           \
   IMAGE(atom##name##_min_u##bits)                                                                           \
   IMAGE(atom##name##_max_u##bits)                                                                           \
   IMAGE(atom##name##_and)                                                                                   \
   IMAGE(atom##name##_or)                                                                                    \
   IMAGE(atom##name##_xor)                                                                                   \
   IMAGE(atom##name##_swap)                                                                                  \
   IMAGE(atom##name##_cmpswap)
IMAGE_ATOMIC(, 32)
IMAGE_ATOMIC(64, 64)
