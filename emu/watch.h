/* The counter page (gpu/watch_page.h) of devices whose process has FIGMENT_WATCH=on. */
#ifndef EMU_WATCH_H
#define EMU_WATCH_H

#include "machine.h"

/* Never fails: a card without its page works as well. */
void emu_watch_open(emu_device *dev);
void emu_watch_close(emu_device *dev); /* copies the counters once more */

#endif
