/*
 * A trap in front of the C library: counts the calls by which a process changes files below given folders, and makes one of them
 * fail. Node, libuv and SQLite all go through these calls. The count runs over all threads, so each call of a run has one number and a
 * loop over the numbers misses none; strace counts each thread by itself.
 *
 *   TRAP_ROOTS   folders, absolute, separated by ':'
 *   TRAP_LIST    file that gets a line "number call path" for each counted call
 *   TRAP_AT      number of the call that is to fail; absent: only list
 *   TRAP_ACT     kill: SIGKILL before the call; tear: half of a write, then SIGKILL; short: a write takes 3 bytes at most;
 *                a number: the call is not made and gives this errno
 *   TRAP_ON      every: all calls of the same kind from that one on, as when a disk is full; default: only that one
 *
 * Build: cc -shared -fPIC -O1 -o trap.so trap.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long counted;
static char struck[16]; /* the kind of call that was struck */

static int below_roots(const char *path) {
  const char *roots = getenv("TRAP_ROOTS");
  while (roots != NULL && *roots != '\0') {
    size_t length = strcspn(roots, ":");
    if (strncmp(path, roots, length) == 0 && (path[length] == '/' || path[length] == '\0')) return 1;
    roots += length + (roots[length] == ':');
  }
  return 0;
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

enum act { GO = 0, FAIL, SHORT, TEAR };

/* Counts one call and says what is to become of it; FAIL has set errno. */
static enum act meet(const char *call, const char *path) {
  if (path == NULL || !below_roots(path)) return GO;
  const char *at = getenv("TRAP_AT"), *act = getenv("TRAP_ACT"), *on = getenv("TRAP_ON"), *list = getenv("TRAP_LIST");
  enum act answer = GO;
  pthread_mutex_lock(&lock);
  long number = ++counted;
  int hit = at != NULL && act != NULL && number == atol(at);
  if (hit) snprintf(struck, sizeof struck, "%s", call);
  if (on != NULL && strcmp(on, "every") == 0 && struck[0] != '\0' && strcmp(struck, call) == 0) hit = 1;
  if (list != NULL) {
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%ld %s %s\n", number, call, path);
    int fd = NEXT(open)(list, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd >= 0 && NEXT(write)(fd, line, (size_t)length) != length) abort();
    if (fd >= 0) NEXT(close)(fd);
  }
  if (hit) {
    if (strcmp(act, "kill") == 0) die();
    if (strcmp(act, "tear") == 0) answer = TEAR;
    else if (strcmp(act, "short") == 0) answer = SHORT;
    else {
      errno = atoi(act);
      answer = FAIL;
    }
  }
  pthread_mutex_unlock(&lock);
  if (answer == TEAR && strstr(call, "write") == NULL) die();
  return answer;
}

static enum act meet_at(const char *call, int folder, const char *path) {
  char whole[2 * PATH_MAX];
  if (path == NULL) return GO;
  if (path[0] == '/') return meet(call, path);
  char base[PATH_MAX], link[64];
  ssize_t length;
  if (folder == AT_FDCWD) length = getcwd(base, sizeof base) == NULL ? -1 : (ssize_t)strlen(base);
  else {
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    length = readlink(link, base, sizeof base - 1);
  }
  if (length < 0) return GO;
  base[length] = '\0';
  snprintf(whole, sizeof whole, "%s/%s", base, path);
  return meet(call, whole);
}

static enum act meet_fd(const char *call, int fd) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return GO;
  path[length] = '\0';
  return meet(call, path);
}

static size_t less(enum act act, size_t count) {
  if (act == SHORT) return count < 3 ? count : 3;
  return act == TEAR ? count / 2 : count;
}

/* Opening: counted where it can change something. */
#define OPENS(flags) (((flags) & (O_CREAT | O_TRUNC)) != 0 || ((flags) & O_ACCMODE) != O_RDONLY)
#define MODE(flags)                            \
  mode_t mode = 0;                             \
  if (((flags) & (O_CREAT | O_TMPFILE)) != 0) { \
    va_list rest;                              \
    va_start(rest, flags);                     \
    mode = va_arg(rest, mode_t);               \
    va_end(rest);                              \
  }
#define OPEN(name)                                                                    \
  int name(const char *path, int flags, ...) {                                        \
    MODE(flags)                                                                       \
    if (OPENS(flags) && meet_at("open", AT_FDCWD, path) == FAIL) return -1;           \
    return NEXT(name)(path, flags, mode);                                             \
  }
#define OPENAT(name)                                                                  \
  int name(int folder, const char *path, int flags, ...) {                            \
    MODE(flags)                                                                       \
    if (OPENS(flags) && meet_at("open", folder, path) == FAIL) return -1;             \
    return NEXT(name)(folder, path, flags, mode);                                     \
  }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

#define WRITE(act, call)        \
  if (act == FAIL) return -1;   \
  ssize_t taken = call;         \
  if (act == TEAR) die();       \
  return taken;

ssize_t write(int fd, const void *bytes, size_t count) {
  enum act act = meet_fd("write", fd);
  WRITE(act, NEXT(write)(fd, bytes, less(act, count)))
}
#define PWRITE(name, type)                                               \
  ssize_t name(int fd, const void *bytes, size_t count, type offset) {   \
    enum act act = meet_fd("pwrite", fd);                                \
    WRITE(act, NEXT(name)(fd, bytes, less(act, count), offset))          \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

/* Of several buffers a short write takes a part of the first. */
#define FIRST(act, parts, count)                                         \
  struct iovec first = {parts[0].iov_base, less(act, parts[0].iov_len)}; \
  if (act != GO) {                                                       \
    parts = &first;                                                      \
    count = 1;                                                           \
  }
ssize_t writev(int fd, const struct iovec *parts, int count) {
  enum act act = meet_fd("writev", fd);
  FIRST(act, parts, count)
  WRITE(act, NEXT(writev)(fd, parts, count))
}
#define PWRITEV(name, type)                                                   \
  ssize_t name(int fd, const struct iovec *parts, int count, type offset) {   \
    enum act act = meet_fd("pwritev", fd);                                    \
    FIRST(act, parts, count)                                                  \
    WRITE(act, NEXT(name)(fd, parts, count, offset))                          \
  }
PWRITEV(pwritev, off_t)
PWRITEV(pwritev64, off64_t)

#define ON_FD(name, call, parameters, arguments)           \
  int name parameters {                                    \
    if (meet_fd(call, fd) == FAIL) return -1;              \
    return NEXT(name) arguments;                           \
  }
ON_FD(fsync, "fsync", (int fd), (fd))
ON_FD(fdatasync, "fsync", (int fd), (fd))
ON_FD(ftruncate, "truncate", (int fd, off_t length), (fd, length))
ON_FD(ftruncate64, "truncate", (int fd, off64_t length), (fd, length))
ON_FD(fchown, "chown", (int fd, uid_t owner, gid_t group), (fd, owner, group))
ON_FD(fchmod, "chmod", (int fd, mode_t mode), (fd, mode))

/* Counted where the file was open for writing. The descriptor is gone also when close() fails (close(2), NOTES). */
int close(int fd) {
  int flags = fcntl(fd, F_GETFL);
  int counts = flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
  int failed = counts && meet_fd("close", fd) == FAIL;
  int error = errno;
  int result = NEXT(close)(fd);
  if (!failed) return result;
  errno = error;
  return -1;
}

/* libuv closes files with syscall(SYS_close, …), so that a thread is not cancelled there. */
long syscall(long number, ...) {
  long a[6];
  va_list rest;
  va_start(rest, number);
  for (int i = 0; i < 6; i++) a[i] = va_arg(rest, long);
  va_end(rest);
  if (number == SYS_close) return close((int)a[0]);
  return NEXT(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

#define ON_PATH(name, call, folder, path, parameters, arguments)  \
  int name parameters {                                           \
    if (meet_at(call, folder, path) == FAIL) return -1;           \
    return NEXT(name) arguments;                                  \
  }
ON_PATH(unlink, "unlink", AT_FDCWD, path, (const char *path), (path))
ON_PATH(unlinkat, "unlink", folder, path, (int folder, const char *path, int flags), (folder, path, flags))
ON_PATH(rmdir, "rmdir", AT_FDCWD, path, (const char *path), (path))
ON_PATH(mkdir, "mkdir", AT_FDCWD, path, (const char *path, mode_t mode), (path, mode))
ON_PATH(mkdirat, "mkdir", folder, path, (int folder, const char *path, mode_t mode), (folder, path, mode))
ON_PATH(rename, "rename", AT_FDCWD, to, (const char *from, const char *to), (from, to))
ON_PATH(renameat, "rename", f2, to, (int f1, const char *from, int f2, const char *to), (f1, from, f2, to))
ON_PATH(renameat2, "rename", f2, to, (int f1, const char *from, int f2, const char *to, unsigned int flags), (f1, from, f2, to, flags))
ON_PATH(link, "link", AT_FDCWD, to, (const char *from, const char *to), (from, to))
ON_PATH(linkat, "link", f2, to, (int f1, const char *from, int f2, const char *to, int flags), (f1, from, f2, to, flags))
ON_PATH(symlink, "symlink", AT_FDCWD, to, (const char *from, const char *to), (from, to))
ON_PATH(chmod, "chmod", AT_FDCWD, path, (const char *path, mode_t mode), (path, mode))

char *mkdtemp(char *template) {
  if (meet_at("mkdir", AT_FDCWD, template) == FAIL) return NULL;
  return NEXT(mkdtemp)(template);
}
