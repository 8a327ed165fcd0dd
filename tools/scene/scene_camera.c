/* The camera's way around the monument and the light's view of it. Sums, products and square roots only, and a sine by a polynomial: the
 * numbers are the same for every compiler and C library. */
#include "scene.h"

#include <math.h>
#include <string.h>

typedef struct vec {
   double x, y, z;
} vec;

static vec sub(vec a, vec b) { return (vec){a.x - b.x, a.y - b.y, a.z - b.z}; }
static double dot(vec a, vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static vec cross(vec a, vec b) { return (vec){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }
static vec scale(vec a, double k) { return (vec){a.x * k, a.y * k, a.z * k}; }
static vec normal(vec a) { return scale(a, 1.0 / sqrt(dot(a, a))); } /* sqrt is exact in IEEE 754 */

/* For |x| up to 2; the error of 1e-9 matters to nobody. */
static double sine(double x)
{
   double y = x * x;
   return x * (1 + y * (-1.0 / 6 + y * (1.0 / 120 + y * (-1.0 / 5040 + y * (1.0 / 362880 + y * (-1.0 / 39916800))))));
}
static double cosine(double x)
{
   double s = sine(x / 2);
   return 1 - 2 * s * s;
}

/* Rows right, up, back and the eye's place: from the world to the eye, then by a projection whose rows are given. Columns first. */
static void store(float *out, vec right, vec up, vec ahead, vec eye, const double projection[4][4])
{
   double view[4][4] = {{right.x, right.y, right.z, -dot(right, eye)},
                        {up.x, up.y, up.z, -dot(up, eye)},
                        {ahead.x, ahead.y, ahead.z, -dot(ahead, eye)},
                        {0, 0, 0, 1}};
   for (int row = 0; row < 4; row++)
      for (int column = 0; column < 4; column++) {
         double sum = 0;
         for (int k = 0; k < 4; k++)
            sum += projection[row][k] * view[k][column];
         out[column * 4 + row] = (float)sum;
      }
}

static void store_vec(float *out, vec v, float w)
{
   out[0] = (float)v.x;
   out[1] = (float)v.y;
   out[2] = (float)v.z;
   out[3] = w;
}

static void look_at(vec eye, vec at, vec *right, vec *up, vec *ahead)
{
   *ahead = normal(sub(at, eye));
   *right = normal(cross(*ahead, (vec){0, 1, 0}));
   *up = cross(*right, *ahead);
}

static void place_light(scene_camera *c, vec sun)
{
   const double half = 12.5, least = 1, most = 60;
   const double projection[4][4] = {
      {1 / half, 0, 0, 0}, {0, -1 / half, 0, 0}, {0, 0, 1 / (most - least), -least / (most - least)}, {0, 0, 0, 1}};
   vec centre = {0, 3, 0}, eye = {centre.x + sun.x * 30, centre.y + sun.y * 30, centre.z + sun.z * 30}, right, up, ahead;
   look_at(eye, centre, &right, &up, &ahead);
   store(c->world_to_light, right, up, ahead, eye, projection);
   store_vec(c->sun, sun, 0);
}

void scene_place_camera(scene_camera *c, float seconds, float aspect)
{
   const double focal = 1.6, least = 0.3, most = 260;
   const double projection[4][4] = {
      {focal / aspect, 0, 0, 0}, {0, -focal, 0, 0}, {0, 0, most / (most - least), -least * most / (most - least)}, {0, 0, 1, 0}};
   double angle = 0.42 + 0.045 * seconds;
   vec eye = {cosine(angle) * 18.5, 4.6 + 0.15 * seconds, sine(angle) * 18.5}, right, up, ahead;
   look_at(eye, (vec){0, 4.3, 0}, &right, &up, &ahead);
   store(c->world_to_clip, right, up, ahead, eye, projection);
   store_vec(c->eye, eye, seconds);
   store_vec(c->right, scale(right, aspect / focal), 0);
   store_vec(c->up, scale(up, 1 / focal), 0);
   store_vec(c->forward, ahead, 0);
   place_light(c, normal((vec){-0.34, 0.36, 0.78}));
}
