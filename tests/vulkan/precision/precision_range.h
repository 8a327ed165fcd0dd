/* Ranges of permitted results. Invariant: what cannot be bounded is the range from -infinity to infinity. */
#ifndef PRECISION_RANGE_H
#define PRECISION_RANGE_H

#include "precision_wide.h"

typedef struct {
   W lo, hi;
} iv;
static const iv everything = {-W_INF, W_INF};
static bool half; /* the format is binary16, which has bounds of its own */

/* ---- ranges -------------------------------------------------------------------------------------------------------- */
static inline iv exactly(W v) { return (iv){v, v}; }
static inline iv correct(W v) { return exactly(v); }
static inline iv rounded(W v) { return exactly(to_format(v, 0)); }
static inline iv nearest(W v) { return (iv){to_format(v, -1), to_format(v, 1)}; }
static inline iv tidy(W lo, W hi) { return lo <= hi ? (iv){lo, hi} : everything; }
static inline bool is_point(iv a) { return a.lo == a.hi; }
static inline iv ulps(W v, W n) { return tidy(v - n * ulp(v), v + n * ulp(v)); }
static inline iv within(W v, int bits) { return tidy(v - w_pow2(-bits), v + w_pow2(-bits)); }
static inline iv neg(iv a) { return (iv){-a.hi, -a.lo}; }
static inline iv hull(iv a, iv b) { return (iv){w_min(a.lo, b.lo), w_max(a.hi, b.hi)}; }

/* Rounded either way, which covers what is fused and reordered. */
static inline iv inexact(W lo, W hi)
{
   iv r = tidy(lo, hi);
   return (iv){to_format(r.lo, -1), to_format(r.hi, 1)};
}
static inline iv add(iv a, iv b) { return inexact(a.lo + b.lo, a.hi + b.hi); }
static inline iv sub(iv a, iv b) { return add(a, neg(b)); }
static inline iv corners(W p, W q, W r, W s)
{
   return p == p && q == q && r == r && s == s ? (iv){w_min(w_min(p, q), w_min(r, s)), w_max(w_max(p, q), w_max(r, s))}
                                               : everything;
}
static inline iv mul(iv a, iv b)
{
   iv r = corners(a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi);
   return inexact(r.lo, r.hi);
}

/* 2.5 ulp for divisors whose reciprocals are normal numbers; by zero it is exact. */
static inline iv divided(iv a, iv b)
{
   if (is_point(a) && is_point(b) && (b.lo == 0 || !finite_w(b.lo) || !finite_w(a.lo)))
      return exactly(a.lo / b.lo);
   W small = w_pow2(fm->e_min), most = w_pow2(-fm->e_min);
   if ((b.lo <= 0 && b.hi >= 0) || w_min(w_abs(b.lo), w_abs(b.hi)) < small || w_max(w_abs(b.lo), w_abs(b.hi)) > most)
      return everything;
   iv r = corners(a.lo / b.lo, a.lo / b.hi, a.hi / b.lo, a.hi / b.hi);
   W n = (W)2.5;
   return tidy(r.lo - n * ulp(r.lo), r.hi + n * ulp(r.hi));
}

#define QUOTIENT_MAX w_pow2(50) /* the exact remainder is not known beyond */
static inline iv floored(iv q)
{
   return w_max(w_abs(q.lo), w_abs(q.hi)) < QUOTIENT_MAX ? (iv){w_floor(q.lo), w_floor(q.hi)} : everything;
}
static inline iv truncated(iv q)
{
   return w_max(w_abs(q.lo), w_abs(q.hi)) < QUOTIENT_MAX ? (iv){w_trunc(q.lo), w_trunc(q.hi)} : everything;
}

static inline iv root_inverse(iv a)
{
   if (!(a.lo > 0))
      return everything;
   W lo = 1 / w_sqrt(a.hi), hi = 1 / w_sqrt(a.lo);
   return tidy(lo - 2 * ulp(lo), hi + 2 * ulp(hi));
}
static inline iv root(iv a)
{
   if (a.lo == 0 && a.hi == 0)
      return exactly(0);
   iv r = root_inverse(a.lo == 0 && a.hi > 0 ? exactly(a.hi) : a);
   r = divided(exactly(1), r);
   return a.lo == 0 ? (iv){0, r.hi} : r;
}
static inline iv rooted(iv a) { return root(a); }

/* ---- elementary functions, of numbers that f64 has: f16 and f32 only -------------------------------------------------- */
#define W_UNARY(name)                                                                                               \
   static inline W w_##name(W v) { return name((double)v); }
W_UNARY(exp) W_UNARY(exp2) W_UNARY(log) W_UNARY(log2) W_UNARY(sin) W_UNARY(cos) W_UNARY(tan) W_UNARY(asin) W_UNARY(acos)
W_UNARY(sinh) W_UNARY(cosh) W_UNARY(tanh) W_UNARY(asinh) W_UNARY(acosh) W_UNARY(atanh)
static inline W w_pow(W a, W b) { return a > 0 ? pow((double)a, (double)b) : (double)NAN; }
static inline W w_atan2(W a, W b) { return a == 0 && b == 0 ? (double)NAN : atan2((double)a, (double)b); }

static inline iv exp_of(W lo, W hi, W x_lo, W x_hi)
{
   W n = half ? 1 : 3;
   return tidy(lo - (n + 2 * w_abs(x_lo)) * ulp(lo), hi + (n + 2 * w_abs(x_hi)) * ulp(hi));
}
static inline iv raised(iv a) { return finite_w(a.lo) && finite_w(a.hi) ? exp_of(w_exp2(a.lo), w_exp2(a.hi), a.lo, a.hi) : everything; }
static inline iv risen(iv a) { return finite_w(a.lo) && finite_w(a.hi) ? exp_of(w_exp(a.lo), w_exp(a.hi), a.lo, a.hi) : everything; }

/* v is the logarithm of the number a. */
static inline iv logged(iv a, W v)
{
   if (!finite_w(v))
      return everything;
   bool near_1 = a.lo >= (W)0.5 && a.lo <= 2;
   return near_1 ? within(v, half ? 7 : 21) : ulps(v, 3);
}
static inline iv logs(iv a)
{
   return a.lo > 0 && finite_w(a.hi) ? hull(logged(exactly(a.lo), w_log(a.lo)), logged(exactly(a.hi), w_log(a.hi)))
                                     : everything;
}

static inline iv arc_of(W y, W x) { return ulps(w_atan2(y, x), half ? 5 : 4096); }
static inline iv arc(iv y, iv x)
{
   if (!finite_w(y.lo) || !finite_w(x.lo) || (y.lo == 0 && y.hi == 0 && x.lo == 0 && x.hi == 0))
      return everything;
   return hull(hull(arc_of(y.lo, x.lo), arc_of(y.lo, x.hi)), hull(arc_of(y.hi, x.lo), arc_of(y.hi, x.hi)));
}
static inline iv cosine(iv a) { return root(sub(exactly(1), mul(a, a))); }

/* ---- vectors ------------------------------------------------------------------------------------------------------- */
static inline iv dotted(iv a, iv b, iv c, iv d, iv e, iv f)
{
   iv p = mul(a, d), q = mul(b, e), r = mul(c, f);
   return hull(add(add(p, q), r), hull(add(add(p, r), q), add(add(q, r), p)));
}
static inline iv spans(iv a, iv b, iv c) { return root(dotted(a, b, c, a, b, c)); }

#endif
