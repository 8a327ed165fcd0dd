/* Main program for builds without libFuzzer: feeds every file of the folders and files named on the command line to
 * the target, once, in the order of their names. Each input lies in memory of exactly its size, so that a checker of
 * memory accesses sees reading past the end. No file at all is a failure: an empty corpus tests nothing. */
#include <dirent.h>
#include <sys/stat.h>
#include "fuzz.h"

static unsigned fed;

static void feed_file(const char *path)
{
   FILE *f = fopen(path, "rb");
   fuzz_check(f);
   fseek(f, 0, SEEK_END);
   long size = ftell(f);
   rewind(f);
   fuzz_check(size >= 0);
   uint8_t *data = malloc(size ? (size_t)size : 1);
   fuzz_check(data && fread(data, 1, (size_t)size, f) == (size_t)size);
   fclose(f);
   if (getenv("FUZZ_VERBOSE"))
      fprintf(stderr, "%s\n", path);
   LLVMFuzzerTestOneInput(data, (size_t)size);
   free(data);
   fed++;
}

static int visible(const struct dirent *e)
{
   return e->d_name[0] != '.';
}

static void feed(const char *path)
{
   struct stat st;
   struct dirent **names;
   if (stat(path, &st) || !S_ISDIR(st.st_mode)) {
      feed_file(path);
      return;
   }
   int count = scandir(path, &names, visible, alphasort);
   fuzz_check(count >= 0);
   for (int i = 0; i < count; i++) {
      char name[4096];
      snprintf(name, sizeof name, "%s/%s", path, names[i]->d_name);
      feed_file(name);
      free(names[i]);
   }
   free(names);
}

int main(int argc, char **argv)
{
   LLVMFuzzerInitialize(&argc, &argv);
   for (int i = 1; i < argc; i++)
      feed(argv[i]);
   printf("%u inputs\n", fed);
   return fed ? 0 : 1;
}
