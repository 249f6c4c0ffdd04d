// The main function of the images' ffmpeg. ffmpeg and ffprobe are one executable, since each alone contains all
// decoders. It limits itself before it reads a byte: no prlimit is in the image, and a few bytes can claim gigabytes
// of pixels.
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

int ffmpeg_main(int count, char **arguments);
int ffprobe_main(int count, char **arguments);

// The caller knows how large an output may be. A value that is no number allows nothing.
static void limit(int what, const char *variable, long bytes) {
  const char *given = getenv(variable);
  if (given) bytes = strtol(given, NULL, 10);
  if (bytes < 0) bytes = 0;
  setrlimit(what, &(struct rlimit){bytes, bytes});
}

int main(int count, char **arguments) {
  // Each further arena reserves 64 MiB of address space per thread.
  mallopt(M_ARENA_MAX, 1);
  limit(RLIMIT_AS, "RLIMIT_AS", 1536l << 20);
  limit(RLIMIT_FSIZE, "RLIMIT_FSIZE", 64l << 20);
  limit(RLIMIT_CORE, "RLIMIT_CORE", 0);
  int probing = !strcmp(program_invocation_short_name, "ffprobe");
  return (probing ? ffprobe_main : ffmpeg_main)(count, arguments);
}
