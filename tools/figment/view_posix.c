/* figment view on Linux: waiting, with an eye on standard input. */
#include "view.h"

#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

bool view_wait(bool input, unsigned milliseconds)
{
   struct pollfd p = {.fd = input ? 0 : -1, .events = POLLIN};
   char waste[256];

   if (poll(&p, 1, (int)milliseconds) <= 0 || !p.revents)
      return false;
   ssize_t n = read(0, waste, sizeof waste);
   return n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
}
