/* SPIR-V reader: dot products and linear algebra on f32 vectors and matrices.
 *
 * A matrix is columns * rows scalars, column by column: element (column c, row k) is at c * rows + k. Sums
 * run in index order, so that results do not depend on how the module spells them.
 */
#include "spirv_reader.h"

typedef struct matrix {
   ir_inst **c;
   uint32_t columns, rows;
} matrix;

static ir_inst *at(const matrix *m, uint32_t column, uint32_t row)
{
   return m->c[column * m->rows + row];
}

static matrix use_matrix(spv_reader *r, uint32_t id)
{
   const spv_value *v = spv_use(r, id);
   if (v->type->kind != SPV_T_MATRIX)
      spv_fail(r, SC_E_INVALID, "operand %u is not a matrix", id);
   return (matrix){v->c, v->type->count, v->type->elem->count};
}

/* Value for the result, which must be a matrix of this size (vector if columns is 1). */
static spv_value *result(spv_reader *r, const spv_inst *i, uint32_t columns, uint32_t rows)
{
   const spv_type *t = spv_get(r, i->w[2])->type, *vector = t->kind == SPV_T_MATRIX ? t->elem : t;
   uint32_t have = t->kind == SPV_T_MATRIX ? t->count : 1;
   if (spv_scalar_class(t) != 'f' || have != columns || vector->scalars != rows)
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
   spv_value *a = spv_use(r, i->w[3]), *v = result(r, i, 1, 1);
   if (a->type->kind != SPV_T_VECTOR)
      spv_fail(r, SC_E_INVALID, "operand %u is not a vector", i->w[3]);
   spv_use_class(r, i->w[3], 'f', a->type->count);
   v->c[0] = spv_dot(r, a->type->count, a->c, spv_use_class(r, i->w[4], 'f', a->type->count)->c);
   spv_set(r, i->w[2], v);
}

static void emit_times_scalar(spv_reader *r, const spv_inst *i)
{
   spv_value *a = spv_use(r, i->w[3]), *v = spv_new_value(r, a->type);
   ir_inst *s = spv_use_class(r, i->w[4], 'f', 1)->c[0];
   if (spv_scalar_class(a->type) != 'f' ||
       a->type->kind != (i->op == SpvOpMatrixTimesScalar ? SPV_T_MATRIX : SPV_T_VECTOR))
      spv_fail(r, SC_E_INVALID, "operand %u has the wrong type", i->w[3]);
   for (uint32_t k = 0; k < a->type->scalars; k++)
      v->c[k] = E2(r, fmul, a->c[k], s);
   spv_set(r, i->w[2], v);
}

static void emit_vector_times_matrix(spv_reader *r, const spv_inst *i)
{
   matrix m = use_matrix(r, i->w[4]);
   const spv_value *a = spv_use_class(r, i->w[3], 'f', m.rows);
   spv_value *v = result(r, i, 1, m.columns);
   for (uint32_t c = 0; c < m.columns; c++)
      v->c[c] = spv_dot(r, m.rows, a->c, m.c + c * m.rows);
   spv_set(r, i->w[2], v);
}

static void emit_matrix_times_vector(spv_reader *r, const spv_inst *i)
{
   matrix m = use_matrix(r, i->w[3]);
   const spv_value *a = spv_use_class(r, i->w[4], 'f', m.columns);
   spv_value *v = result(r, i, 1, m.rows);
   times_vector(r, &m, a->c, v->c);
   spv_set(r, i->w[2], v);
}

static void emit_matrix_times_matrix(spv_reader *r, const spv_inst *i)
{
   matrix a = use_matrix(r, i->w[3]), c = use_matrix(r, i->w[4]);
   if (a.columns != c.rows)
      spv_fail(r, SC_E_INVALID, "%u columns times %u rows", a.columns, c.rows);
   spv_value *v = result(r, i, c.columns, a.rows);
   for (uint32_t column = 0; column < c.columns; column++)
      times_vector(r, &a, c.c + column * c.rows, v->c + column * a.rows);
   spv_set(r, i->w[2], v);
}

static void emit_outer_product(spv_reader *r, const spv_inst *i)
{
   const spv_type *t = spv_get(r, i->w[2])->type;
   if (t->kind != SPV_T_MATRIX)
      spv_fail(r, SC_E_INVALID, "the result is not a matrix");
   uint32_t columns = t->count, rows = t->elem->count;
   const spv_value *a = spv_use_class(r, i->w[3], 'f', rows), *c = spv_use_class(r, i->w[4], 'f', columns);
   spv_value *v = spv_new_value(r, t);
   for (uint32_t k = 0; k < columns * rows; k++)
      v->c[k] = E2(r, fmul, a->c[k % rows], c->c[k / rows]);
   spv_set(r, i->w[2], v);
}

static void emit_transpose(spv_reader *r, const spv_inst *i)
{
   matrix m = use_matrix(r, i->w[3]);
   spv_value *v = result(r, i, m.rows, m.columns);
   for (uint32_t k = 0; k < m.columns * m.rows; k++)
      v->c[k] = at(&m, k % m.columns, k / m.columns);
   spv_set(r, i->w[2], v);
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
