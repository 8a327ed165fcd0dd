/* Opening the libraries of window systems; see the header. */
#ifndef _WIN32
#include <dlfcn.h>
#include "vkf_wsi_library.h"

bool vkf_wsi_library_load(const char *soname, const struct vkf_wsi_symbol *symbols, size_t count)
{
   void *library = dlopen(soname, RTLD_LAZY | RTLD_LOCAL);
   bool all = library != NULL;
   for (size_t i = 0; i < count && all; i++) {
      void *address = dlsym(library, symbols[i].name);
      memcpy(symbols[i].address, &address, sizeof address);
      all = address != NULL;
   }
   if (library && !all)
      dlclose(library);
   return all;
}

#endif
