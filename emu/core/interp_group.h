/* Handlers of reductions and scans over the active lanes (manual, "Shader ISA": Reductions and scans). Part of interp.c.
 *
 * Folding goes lane by lane in the order of the manual, not as a tree: it is what defines floating-point results, and
 * the same on every host level. Inactive lanes get 0 in the temporary row, so that even a destination whose inactive
 * lanes are dead depends on nothing but the program.
 */

enum group_mode { GROUP_REDUCE, GROUP_INCLUSIVE, GROUP_EXCLUSIVE };

struct group_shape {
   uint32_t lanes; /* of a cluster */
   enum group_mode mode;
};

static inline struct group_shape group_shape(uint32_t control)
{
   uint32_t log2 = control & 7, mode = control >> 3 & 3;
   return (struct group_shape){1u << (log2 < 5 ? log2 : 5), mode > 2 ? GROUP_EXCLUSIVE : (enum group_mode)mode};
}

static inline uint32_t group_cluster(uint32_t exec, struct group_shape g, uint32_t first)
{
   return exec & ((g.lanes == 32 ? 0xffffffffu : (1u << g.lanes) - 1) << first);
}

/* value: A of lane l as T; op: of sum and v, as bits. */
#define GROUP(name, T, out, value, identity, op)                                                             \
   H(name)                                                                                                   \
   {                                                                                                         \
      const uint32_t *a = row(w, u->a);                                                                      \
      struct group_shape g = group_shape(scalar(w, u->b));                                                   \
      T *r = out;                                                                                            \
      LANES r[l] = 0;                                                                                        \
      for (uint32_t first = 0; first < ISA_WAVE_LANES; first += g.lanes) {                                   \
         uint32_t lanes = group_cluster(w->exec, g, first);                                                  \
         T sum = identity;                                                                                   \
         for (uint32_t m = lanes; m; m &= m - 1) {                                                           \
            unsigned l = (unsigned)__builtin_ctz(m);                                                         \
            T v = value;                                                                                     \
            if (g.mode == GROUP_EXCLUSIVE)                                                                   \
               r[l] = sum;                                                                                   \
            sum = m == lanes ? v : (T)(op);                                                                  \
            if (g.mode == GROUP_INCLUSIVE)                                                                   \
               r[l] = sum;                                                                                   \
         }                                                                                                   \
         for (uint32_t m = g.mode == GROUP_REDUCE ? lanes : 0; m; m &= m - 1)                                \
            r[__builtin_ctz(m)] = sum;                                                                       \
      }                                                                                                      \
      GROUP_STORE_##T(u, w, x, r);                                                                           \
      NEXT;                                                                                                  \
   }
#define GROUP_STORE_uint32_t store_row
#define GROUP_STORE_uint64_t store_pair
#define GROUP_INT(name, identity, op) GROUP(name, uint32_t, x->temp[0], a[l], identity, op)
#define GROUP_INT64(name, identity, op)                                                                      \
   GROUP(name, uint64_t, x->wide[0], pair_at(a, l), identity, op)
/* A lone value keeps its bits, a NaN's too: what is folded are bits. */
#define GROUP_FLOAT(name, identity, fn)                                                                      \
   GROUP(name, uint32_t, x->temp[0], a[l], arith_bits(identity),                                             \
         arith_bits(fn(arith_float(sum), arith_float(v))))
#define GROUP_DOUBLE(name, identity, fn)                                                                     \
   GROUP(name, uint64_t, x->wide[0], pair_at(a, l), arith_bits64(identity),                                  \
         arith_bits64(fn(arith_double(sum), arith_double(v))))

GROUP_INT(v_group_add_u32, 0, sum + v)
GROUP_INT(v_group_mul_u32, 1, sum *v)
GROUP_INT(v_group_min_i32, 0x7fffffffu, arith_min_i32(sum, v))
GROUP_INT(v_group_max_i32, 0x80000000u, arith_max_i32(sum, v))
GROUP_INT(v_group_min_u32, 0xffffffffu, arith_min_u32(sum, v))
GROUP_INT(v_group_max_u32, 0, arith_max_u32(sum, v))
GROUP_INT(v_group_and, 0xffffffffu, sum &v)
GROUP_INT(v_group_or, 0, sum | v)
GROUP_INT(v_group_xor, 0, sum ^ v)
GROUP_FLOAT(v_group_add_f32, 0.0f, arith_add)
GROUP_FLOAT(v_group_mul_f32, 1.0f, arith_mul)
GROUP_FLOAT(v_group_min_f32, ARITH_INF, arith_min)
GROUP_FLOAT(v_group_max_f32, -ARITH_INF, arith_max)
GROUP_INT64(v_group_add_u64, 0, sum + v)
GROUP_INT64(v_group_mul_u64, 1, sum *v)
GROUP_INT64(v_group_min_i64, (uint64_t)INT64_MAX, arith_min_i64(sum, v))
GROUP_INT64(v_group_max_i64, UINT64_C(1) << 63, arith_max_i64(sum, v))
GROUP_INT64(v_group_min_u64, UINT64_MAX, arith_min_u64(sum, v))
GROUP_INT64(v_group_max_u64, 0, arith_max_u64(sum, v))
GROUP_DOUBLE(v_group_add_f64, 0.0, arith_add64)
GROUP_DOUBLE(v_group_mul_f64, 1.0, arith_mul64)
GROUP_DOUBLE(v_group_min_f64, ARITH_INF64, arith_min64)
GROUP_DOUBLE(v_group_max_f64, -ARITH_INF64, arith_max64)
