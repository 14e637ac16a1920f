// Replaces FFmpeg: tries what a decoder never needs, and prints on standard error, one word per line, what was permitted.
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[argc - 1], "-version") == 0) {
    puts("ffmpeg version 7.1");
    return 0;
  }
  char bytes[4096];
  while (read(0, bytes, sizeof bytes) > 0) {}
  for (int at = 1; at < argc; at++)
    if (strcmp(argv[at], "spin") == 0)
      for (;;) {}
  if (*environ != NULL) fprintf(stderr, "environment\n");
  if (open("/etc/passwd", O_RDONLY) >= 0) fprintf(stderr, "read\n");
  // The path that the test passes after -f.
  for (int at = 1; at + 1 < argc; at++)
    if (strcmp(argv[at], "-f") == 0) {
      if (open(argv[at + 1], O_WRONLY | O_CREAT, 0600) >= 0) fprintf(stderr, "write\n");
      char port[8];
      const char *dot = strrchr(argv[at + 1], '-');
      snprintf(port, sizeof port, "%s", dot == NULL ? "0" : dot + 1);
      struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
      inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
      int line = socket(AF_INET, SOCK_STREAM, 0);
      if (line >= 0 && connect(line, (struct sockaddr *)&to, sizeof to) == 0) fprintf(stderr, "connect\n");
      break;
    }
  void *much = malloc(8UL << 30);
  if (much != NULL) fprintf(stderr, "memory\n");
  struct rlimit seconds;
  if (getrlimit(RLIMIT_CPU, &seconds) != 0 || seconds.rlim_cur == RLIM_INFINITY) fprintf(stderr, "time\n");
  fprintf(stderr, "tried\n");
  if (write(1, "sound", 5) != 5) return 1;
  return 0;
}
