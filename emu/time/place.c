/* Which core draws a tile: a map of the plane of tiles, and of its layers, on any number of cores, so that
 * every rectangle of tiles has as many on each core as can be, wherever it lies, and neighbours are on
 * different cores.
 *
 * The number of cores is a product of primes. A core's number has a digit for each; a tile's x, written with
 * the same digits, the lowest prime first, runs through all cores in a row of so many tiles; its y, written
 * with the digits in reverse order, does so in a column. Each digit of the core is that of x plus a step times
 * that of y, modulo its prime. So any aligned block of x by y tiles, where x is the product of some first
 * primes and y that of the others, has each core once: 16 x 1, 8 x 2, 4 x 4, 2 x 8, 1 x 16 of 16 cores. Within
 * a large prime that alone would leave diagonals: there the step spreads rows (step_of).
 *
 * Layers are further rows, a step apart.
 */
#include "fixed.h"

/* Partial quotients of b / n, summed up; UINT32_MAX if they have a common divisor. */
static uint32_t quotients(uint32_t n, uint32_t b)
{
   uint32_t sum = 0;
   while (b) {
      uint32_t rest = n % b;
      sum += n / b;
      n = b;
      b = rest;
   }
   return n == 1 ? sum : UINT32_MAX;
}

/* The multiples of which modulo n lie most evenly: its fraction of n is the farthest from simple ones. */
static uint32_t step_of(uint32_t n)
{
   uint32_t best = 1, least = UINT32_MAX;
   for (uint32_t b = 1; b < n; b++) {
      uint32_t sum = quotients(n, b);
      if (sum <= least) {
         least = sum;
         best = b;
      }
   }
   return best;
}

void time_place_init(time_place *p, uint32_t cores)
{
   *p = (time_place){.cores = cores, .layer_step = step_of(cores)};
   for (uint32_t prime = 2; cores > 1; prime++)
      for (; cores % prime == 0; cores /= prime) {
         p->prime[p->digits] = (uint16_t)prime;
         p->step[p->digits++] = (uint16_t)step_of(prime);
      }
}

uint32_t time_place_core(const time_place *p, uint32_t x, uint32_t y, uint32_t layer)
{
   uint32_t row[TIME_PLACE_DIGITS], core = 0, weight = 1;
   y += layer * p->layer_step;
   for (uint32_t i = p->digits; i-- > 0; y /= p->prime[i])
      row[i] = y % p->prime[i];
   for (uint32_t i = 0; i < p->digits; i++) {
      core += (x % p->prime[i] + p->step[i] * row[i]) % p->prime[i] * weight;
      weight *= p->prime[i];
      x /= p->prime[i];
   }
   return core;
}
