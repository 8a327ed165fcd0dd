/* SPIR-V reader: dot products and linear algebra on vectors and matrices of floats, components in working form.
 *
 * A matrix is columns * rows scalars, column by column: element (column c, row k) is at c * rows + k. Sums
 * run in index order, so that results do not depend on how the module spells them.
 */
#include "spirv_reader.h"

typedef struct matrix {
   const spv_type *component;
   ir_inst *c[16]; /* working forms */
   uint32_t columns, rows;
} matrix;

static ir_inst *at(const matrix *m, uint32_t column, uint32_t row)
{
   return m->c[column * m->rows + row];
}

/* A vector is a matrix of one column. */
static matrix as_matrix(spv_reader *r, const spv_value *v)
{
   const spv_type *t = v->type, *column = t->kind == SPV_T_MATRIX ? t->elem : t;
   matrix m = {.component = spv_component(t), .columns = t->kind == SPV_T_MATRIX ? t->count : 1,
               .rows = spv_components(column)};
   for (uint32_t k = 0; k < m.columns * m.rows; k++)
      m.c[k] = spv_get_component(r, v, k, false);
   return m;
}

static matrix use_matrix(spv_reader *r, uint32_t id)
{
   const spv_value *v = spv_use(r, id);
   if (v->type->kind != SPV_T_MATRIX)
      spv_fail(r, SC_E_INVALID, "operand %u is not a matrix", id);
   return as_matrix(r, v);
}

/* Vector (or scalar) of `rows` components of this type. */
static matrix use_vector(spv_reader *r, uint32_t id, const spv_type *component, uint32_t rows)
{
   const spv_value *v = spv_use_kind(r, id, 'f', rows);
   if (spv_component(v->type) != component)
      spv_fail(r, SC_E_INVALID, "operand types do not fit");
   return as_matrix(r, v);
}

/* Value for the result, which must be a matrix of this size (vector if columns is 1). */
static spv_value *result(spv_reader *r, const spv_inst *i, const matrix *like, uint32_t columns, uint32_t rows)
{
   const spv_type *t = spv_get(r, i->w[2])->type, *vector = t->kind == SPV_T_MATRIX ? t->elem : t;
   uint32_t have = t->kind == SPV_T_MATRIX ? t->count : 1;
   if (spv_kind(t) != 'f' || have != columns || spv_components(vector) != rows || spv_component(t) != like->component)
      spv_fail(r, SC_E_INVALID, "the result should have %u columns and %u rows", columns, rows);
   return spv_new_value(r, t);
}

ir_inst *spv_dot(spv_reader *r, uint32_t n, ir_inst *const *a, ir_inst *const *c)
{
   ir_inst *sum = E2(r, fmul, a[0], c[0]);
   for (uint32_t k = 1; k < n; k++)
      sum = E2(r, fadd, sum, E2(r, fmul, a[k], c[k]));
   return sum;
}

/* m * v, m of any size */
static void times_vector(spv_reader *r, const matrix *m, ir_inst *const *v, ir_inst **out)
{
   for (uint32_t row = 0; row < m->rows; row++) {
      ir_inst *line[4];
      for (uint32_t c = 0; c < m->columns; c++)
         line[c] = at(m, c, row);
      out[row] = spv_dot(r, m->columns, line, v);
   }
}

static void emit_dot(spv_reader *r, const spv_inst *i)
{
   const spv_value *first = spv_use_kind(r, i->w[3], 'f', 0);
   if (first->type->kind != SPV_T_VECTOR)
      spv_fail(r, SC_E_INVALID, "operand %u is not a vector", i->w[3]);
   matrix a = as_matrix(r, first), b = use_vector(r, i->w[4], a.component, a.rows);
   ir_inst *sum = spv_dot(r, a.rows, a.c, b.c);
   spv_set_components(r, i->w[2], result(r, i, &a, 1, 1), &sum);
}

static void emit_times_scalar(spv_reader *r, const spv_inst *i)
{
   spv_value *first = spv_use(r, i->w[3]);
   if (spv_kind(first->type) != 'f' ||
       first->type->kind != (i->op == SpvOpMatrixTimesScalar ? SPV_T_MATRIX : SPV_T_VECTOR))
      spv_fail(r, SC_E_INVALID, "operand %u has the wrong type", i->w[3]);
   matrix a = as_matrix(r, first), s = use_vector(r, i->w[4], a.component, 1);
   for (uint32_t k = 0; k < a.columns * a.rows; k++)
      a.c[k] = E2(r, fmul, a.c[k], s.c[0]);
   spv_set_components(r, i->w[2], result(r, i, &a, a.columns, a.rows), a.c);
}

static void emit_vector_times_matrix(spv_reader *r, const spv_inst *i)
{
   matrix m = use_matrix(r, i->w[4]), a = use_vector(r, i->w[3], m.component, m.rows);
   ir_inst *out[4];
   for (uint32_t c = 0; c < m.columns; c++)
      out[c] = spv_dot(r, m.rows, a.c, m.c + c * m.rows);
   spv_set_components(r, i->w[2], result(r, i, &m, 1, m.columns), out);
}

static void emit_matrix_times_vector(spv_reader *r, const spv_inst *i)
{
   matrix m = use_matrix(r, i->w[3]), a = use_vector(r, i->w[4], m.component, m.columns);
   ir_inst *out[4];
   times_vector(r, &m, a.c, out);
   spv_set_components(r, i->w[2], result(r, i, &m, 1, m.rows), out);
}

static void emit_matrix_times_matrix(spv_reader *r, const spv_inst *i)
{
   matrix a = use_matrix(r, i->w[3]), c = use_matrix(r, i->w[4]);
   ir_inst *out[16];
   if (a.columns != c.rows || a.component != c.component)
      spv_fail(r, SC_E_INVALID, "%u columns times %u rows", a.columns, c.rows);
   for (uint32_t column = 0; column < c.columns; column++)
      times_vector(r, &a, c.c + column * c.rows, out + column * a.rows);
   spv_set_components(r, i->w[2], result(r, i, &a, c.columns, a.rows), out);
}

static void emit_outer_product(spv_reader *r, const spv_inst *i)
{
   const spv_type *t = spv_get(r, i->w[2])->type;
   if (t->kind != SPV_T_MATRIX)
      spv_fail(r, SC_E_INVALID, "the result is not a matrix");
   uint32_t columns = t->count, rows = t->elem->count;
   matrix a = use_vector(r, i->w[3], spv_component(t), rows), c = use_vector(r, i->w[4], spv_component(t), columns);
   ir_inst *out[16];
   for (uint32_t k = 0; k < columns * rows; k++)
      out[k] = E2(r, fmul, a.c[k % rows], c.c[k / rows]);
   spv_set_components(r, i->w[2], spv_new_value(r, t), out);
}

static void emit_transpose(spv_reader *r, const spv_inst *i)
{
   matrix m = use_matrix(r, i->w[3]);
   ir_inst *out[16];
   for (uint32_t k = 0; k < m.columns * m.rows; k++)
      out[k] = at(&m, k % m.columns, k / m.columns);
   spv_set_components(r, i->w[2], result(r, i, &m, m.rows, m.columns), out);
}

/* ---- determinant and inverse ------------------------------------------------------------------- */

/* a * d - b * c */
static ir_inst *cross2(spv_reader *r, ir_inst *a, ir_inst *b, ir_inst *c, ir_inst *d)
{
   return E2(r, fsub, E2(r, fmul, a, d), E2(r, fmul, b, c));
}

/* The n x n matrix without one column and one row, to out[(n-1)^2]. */
static void minor_of(uint32_t n, ir_inst *const *m, uint32_t column, uint32_t row, ir_inst **out)
{
   for (uint32_t c = 0; c < n; c++)
      for (uint32_t k = 0; k < n; k++)
         if (c != column && k != row)
            *out++ = m[c * n + k];
}

ir_inst *spv_determinant(spv_reader *r, uint32_t n, ir_inst *const *m)
{
   ir_inst *sum = NULL, *sub[9];
   if (n == 1)
      return m[0];
   if (n == 2)
      return cross2(r, m[0], m[1], m[2], m[3]);
   for (uint32_t c = 0; c < n; c++) { /* along row 0 */
      minor_of(n, m, c, 0, sub);
      ir_inst *term = E2(r, fmul, m[c * n], spv_determinant(r, n - 1, sub));
      if (!sum)
         sum = term;
      else
         sum = c & 1 ? E2(r, fsub, sum, term) : E2(r, fadd, sum, term);
   }
   return sum;
}

/* Transposed cofactors divided by the determinant. */
void spv_inverse(spv_reader *r, uint32_t n, ir_inst *const *m, ir_inst **out)
{
   ir_inst *cofactor[16] = {0}, *sub[9];
   for (uint32_t c = 0; c < n; c++)
      for (uint32_t k = 0; k < n; k++) {
         minor_of(n, m, c, k, sub);
         ir_inst *d = spv_determinant(r, n - 1, sub);
         cofactor[c * n + k] = (c + k) & 1 ? E1(r, fneg, d) : d;
      }
   ir_inst *det = spv_dot(r, n, m, cofactor); /* along column 0 */
   for (uint32_t c = 0; c < n; c++)
      for (uint32_t k = 0; k < n; k++)
         out[c * n + k] = E2(r, fdiv, cofactor[k * n + c], det);
}

bool spv_emit_matrix(spv_reader *r, const spv_inst *i)
{
   if (i->op != SpvOpTranspose && (i->op < SpvOpVectorTimesScalar || i->op > SpvOpDot))
      return false;
   spv_need(r, i, i->op == SpvOpTranspose ? 4 : 5);
   switch (i->op) {
   case SpvOpDot:
      emit_dot(r, i);
      return true;
   case SpvOpVectorTimesScalar:
   case SpvOpMatrixTimesScalar:
      emit_times_scalar(r, i);
      return true;
   case SpvOpVectorTimesMatrix:
      emit_vector_times_matrix(r, i);
      return true;
   case SpvOpMatrixTimesVector:
      emit_matrix_times_vector(r, i);
      return true;
   case SpvOpMatrixTimesMatrix:
      emit_matrix_times_matrix(r, i);
      return true;
   case SpvOpOuterProduct:
      emit_outer_product(r, i);
      return true;
   case SpvOpTranspose:
      emit_transpose(r, i);
      return true;
   default:
      return false;
   }
}
