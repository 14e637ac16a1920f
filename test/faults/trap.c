/*
 * A trap before the C library: counts the calls by which a process changes files below given folders, and makes one of them
 * fail. Node, libuv and SQLite all go through these calls. The count runs over all threads, so each call of a run has one number and a
 * loop over the numbers misses none; strace counts each thread by itself.
 *
 *   TRAP_ROOTS   folders, absolute, separated by ':'
 *   TRAP_LIST    file that gets a line "number call path" for each counted call
 *   TRAP_AT      number of the call to fail; absent: only list
 *   TRAP_MEETS   the call to fail by what it is, where threads make the numbers vary: "rename *bags*|* *log*" is the first call of any kind with log in
 *                its path after the first rename with bags in its path; kinds and paths are patterns of the shell
 *   TRAP_ACT     kill: SIGKILL before the call; tear: half of a write, then SIGKILL; short: a write takes 3 bytes at most;
 *                a number: the call is not made and gives this errno
 *   TRAP_ON      every: all calls of the same kind from that one on, as with a full disk; default: only that one
 *   TRAP_RECORD  file that gets each counted call with all that it changes: a line "call offset length path-bytes from-bytes data-bytes",
 *                then the path, for rename and link the path before, and the bytes written
 *   TRAP_COPY    ",3,17,": before the calls with these numbers the folder TRAP_COPY_FROM is copied to TRAP_COPY_TO/3 and so on: the state that a kill there would leave
 *   TRAP_TORN    the same in the middle of a write, to TRAP_COPY_TO/3-torn
 *   TRAP_WITHIN  like TRAP_ROOTS, and below those: for a process whose runs each have folders of their own. Absent: all below TRAP_ROOTS
 *   TRAP_CONTROL file with lines NAME=value, read again at each counted call, which take precedence over the environment: for a process that runs one piece of
 *                work after another. If its TRAP_RUN differs from the one before, the count begins at 1 again
 *
 * Build: cc -shared -fPIC -O1 -o trap.so trap.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
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
static __thread long met;  /* number of this thread's call */
static char struck[16];    /* the kind of call that was made to fail */
static char control[8192]; /* lines of the control file, each ended by a 0, and one more 0 */
static char run[64];
static int passed;         /* number of the steps of TRAP_MEETS that calls have met */

/* True for a path below one of the folders, absolute and separated by ':'. */
static int is_below(const char *roots, const char *path) {
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

enum act { GO = 0, FAIL, SHORT, TEAR, HALVES };

/* Returns a setting of the control file or the environment; NULL if neither has it. The lock is held. */
static const char *said(const char *name) {
  size_t length = strlen(name);
  for (const char *line = control; *line != '\0'; line += strlen(line) + 1)
    if (strncmp(line, name, length) == 0 && line[length] == '=') return line + length + 1;
  return getenv(name);
}

static void read_control(void) {
  const char *file = getenv("TRAP_CONTROL");
  if (file == NULL) return;
  int fd = NEXT(open)(file, O_RDONLY | O_CLOEXEC);
  ssize_t size = fd < 0 ? -1 : read(fd, control, sizeof control - 2);
  if (size < 0) abort();
  NEXT(close)(fd);
  control[size] = control[size + 1] = '\0';
  for (ssize_t at = 0; at < size; at++)
    if (control[at] == '\n') control[at] = '\0';
  const char *now = said("TRAP_RUN");
  if (now == NULL || strcmp(now, run) == 0) return;
  snprintf(run, sizeof run, "%s", now);
  counted = 0;
  passed = 0;
  struck[0] = '\0';
}

/* True if a list like ",3,17," has the number. */
static int lists(const char *list, long number) {
  char wanted[32];
  snprintf(wanted, sizeof wanted, ",%ld,", number);
  return list != NULL && strstr(list, wanted) != NULL;
}

/* True if the call meets the last step of a list like "rename *bags*|write *log*", each after the one before. The lock is held. */
static int reaches(const char *steps, const char *call, const char *path) {
  for (int number = 0; steps != NULL && number < passed; number++) {
    steps = strchr(steps, '|');
    if (steps != NULL) steps++;
  }
  if (steps == NULL) return 0;
  char step[PATH_MAX];
  size_t length = strcspn(steps, "|");
  snprintf(step, sizeof step, "%.*s", (int)length, steps);
  char *pattern = strchr(step, ' ');
  if (pattern == NULL) abort();
  *pattern++ = '\0';
  if (fnmatch(step, call, 0) != 0 || fnmatch(pattern, path, 0) != 0) return 0;
  passed++;
  return steps[length] == '\0';
}

/* Copies the present files. All other threads that change something wait. The lock is held. */
static void keep_copy(long number, const char *end) {
  const char *from = said("TRAP_COPY_FROM"), *to = said("TRAP_COPY_TO");
  char command[4 * PATH_MAX];
  if (from == NULL || to == NULL) abort();
  snprintf(command, sizeof command, "LD_PRELOAD= exec cp -a '%s' '%s/%ld%s'", from, to, number, end);
  if (system(command) != 0) abort();
}

/* Other parts of a change besides its path. */
struct change {
  const char *from;
  long long offset, length;
  const void *data;
};

static void put(int fd, const void *bytes, size_t count) {
  if (count > 0 && NEXT(write)(fd, bytes, count) != (ssize_t)count) abort();
}

static void record(const char *call, const char *path, const struct change *change) {
  const char *file = getenv("TRAP_RECORD");
  if (file == NULL) return;
  const char *from = change != NULL && change->from != NULL ? change->from : "";
  const void *data = change != NULL ? change->data : NULL;
  long long offset = change != NULL ? change->offset : 0, length = change != NULL ? change->length : 0;
  size_t bytes = data == NULL ? 0 : (size_t)length;
  char line[256];
  int size = snprintf(line, sizeof line, "%s %lld %lld %zu %zu %zu\n", call, offset, length, strlen(path), strlen(from), bytes);
  int fd = NEXT(open)(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) abort();
  put(fd, line, (size_t)size);
  put(fd, path, strlen(path));
  put(fd, from, strlen(from));
  put(fd, data, bytes);
  NEXT(close)(fd);
}

/* Counts one call and returns what to do with it; for FAIL errno is set. */
static enum act meet(const char *call, const char *path, const struct change *change) {
  if (path == NULL || !is_below(getenv("TRAP_ROOTS"), path)) return GO;
  enum act answer = GO;
  pthread_mutex_lock(&lock);
  read_control();
  const char *within = said("TRAP_WITHIN");
  if (within != NULL && !is_below(within, path)) {
    pthread_mutex_unlock(&lock);
    return GO;
  }
  const char *at = said("TRAP_AT"), *act = said("TRAP_ACT"), *on = said("TRAP_ON"), *list = said("TRAP_LIST");
  long number = met = ++counted;
  int hit = at != NULL && act != NULL && number == atol(at);
  if (act != NULL && reaches(said("TRAP_MEETS"), call, path)) hit = 1;
  if (hit) snprintf(struck, sizeof struck, "%s", call);
  if (on != NULL && strcmp(on, "every") == 0 && struck[0] != '\0' && strcmp(struck, call) == 0) hit = 1;
  if (list != NULL) {
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%ld %s %s\n", number, call, path);
    int fd = NEXT(open)(list, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0) abort();
    put(fd, line, (size_t)length);
    NEXT(close)(fd);
  }
  record(call, path, change);
  if (lists(said("TRAP_COPY"), number)) keep_copy(number, "");
  if (lists(said("TRAP_TORN"), number) && (strcmp(call, "write") == 0 || strcmp(call, "pwrite") == 0)) answer = HALVES;
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

static enum act meet_at(const char *call, int folder, const char *path, const struct change *change) {
  char whole[2 * PATH_MAX];
  if (path == NULL) return GO;
  if (path[0] == '/') return meet(call, path, change);
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
  return meet(call, whole, change);
}

static enum act meet_fd(const char *call, int fd, const struct change *change) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return GO;
  path[length] = '\0';
  return meet(call, path, change);
}

static size_t less(enum act act, size_t count) {
  if (act == SHORT) return count < 3 ? count : 3;
  return act == TEAR ? count / 2 : count;
}

/* Opening: counted if it can change something. */
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
    struct change how = {.length = flags};                                            \
    if (OPENS(flags) && meet_at("open", AT_FDCWD, path, &how) == FAIL) return -1;     \
    return NEXT(name)(path, flags, mode);                                             \
  }
#define OPENAT(name)                                                                  \
  int name(int folder, const char *path, int flags, ...) {                            \
    MODE(flags)                                                                       \
    struct change how = {.length = flags};                                            \
    if (OPENS(flags) && meet_at("open", folder, path, &how) == FAIL) return -1;       \
    return NEXT(name)(folder, path, flags, mode);                                     \
  }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

/* Half of a write, then a copy of the files, then the rest. `put` writes a part from an offset within the bytes. */
#define IN_HALVES(act, count, put)                     \
  if (act == HALVES && count > 1) {                    \
    ssize_t half = (ssize_t)(count / 2);               \
    ssize_t taken = put(0, half);                      \
    if (taken != half) return taken;                   \
    pthread_mutex_lock(&lock);                         \
    keep_copy(met, "-torn");                           \
    pthread_mutex_unlock(&lock);                       \
    ssize_t rest = put(half, (ssize_t)count - half);   \
    return rest < 0 ? rest : half + rest;              \
  }
#define WRITE(act, call)        \
  if (act == FAIL) return -1;   \
  ssize_t taken = call;         \
  if (act == TEAR) die();       \
  return taken;

/* Returns the position of the next write without an offset. */
static long long position(int fd) {
  struct stat stat;
  if ((fcntl(fd, F_GETFL) & O_APPEND) != 0 && fstat(fd, &stat) == 0) return stat.st_size;
  return lseek(fd, 0, SEEK_CUR);
}

ssize_t write(int fd, const void *bytes, size_t count) {
  struct change what = {.offset = position(fd), .length = (long long)count, .data = bytes};
  enum act act = meet_fd("write", fd, &what);
#define PUT(from, size) NEXT(write)(fd, (const char *)bytes + (from), (size_t)(size))
  IN_HALVES(act, count, PUT)
  WRITE(act, NEXT(write)(fd, bytes, less(act, count)))
}
#define PPUT(name, from, size) NEXT(name)(fd, (const char *)bytes + (from), (size_t)(size), offset + (from))
#define PPUT_pwrite(from, size) PPUT(pwrite, from, size)
#define PPUT_pwrite64(from, size) PPUT(pwrite64, from, size)
#define PWRITE(name, type)                                               \
  ssize_t name(int fd, const void *bytes, size_t count, type offset) {   \
    struct change what = {NULL, offset, (long long)count, bytes};        \
    enum act act = meet_fd("pwrite", fd, &what);                         \
    IN_HALVES(act, count, PPUT_##name)                                   \
    WRITE(act, NEXT(name)(fd, bytes, less(act, count), offset))          \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

/* A short write of several buffers writes a part of the first. */
#define FIRST(act, parts, count)                                         \
  struct iovec first = {parts[0].iov_base, less(act, parts[0].iov_len)}; \
  if (act != GO) {                                                       \
    parts = &first;                                                      \
    count = 1;                                                           \
  }
ssize_t writev(int fd, const struct iovec *parts, int count) {
  enum act act = meet_fd("writev", fd, NULL);
  FIRST(act, parts, count)
  WRITE(act, NEXT(writev)(fd, parts, count))
}
#define PWRITEV(name, type)                                                   \
  ssize_t name(int fd, const struct iovec *parts, int count, type offset) {   \
    enum act act = meet_fd("pwritev", fd, NULL);                              \
    FIRST(act, parts, count)                                                  \
    WRITE(act, NEXT(name)(fd, parts, count, offset))                          \
  }
PWRITEV(pwritev, off_t)
PWRITEV(pwritev64, off64_t)

#define ON_FD(name, call, parameters, arguments)           \
  int name parameters {                                    \
    if (meet_fd(call, fd, NULL) == FAIL) return -1;        \
    return NEXT(name) arguments;                           \
  }
ON_FD(fsync, "fsync", (int fd), (fd))
ON_FD(fdatasync, "fsync", (int fd), (fd))
#define TRUNCATE(name, type)                                  \
  int name(int fd, type length) {                             \
    struct change what = {.length = length};                  \
    if (meet_fd("truncate", fd, &what) == FAIL) return -1;    \
    return NEXT(name)(fd, length);                            \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)
ON_FD(fchown, "chown", (int fd, uid_t owner, gid_t group), (fd, owner, group))
ON_FD(fchmod, "chmod", (int fd, mode_t mode), (fd, mode))

/* Counted if the file was open for writing. The descriptor is closed even if close() fails (close(2), NOTES). */
int close(int fd) {
  int flags = fcntl(fd, F_GETFL);
  int counts = flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
  int failed = counts && meet_fd("close", fd, NULL) == FAIL;
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
    if (meet_at(call, folder, path, NULL) == FAIL) return -1;     \
    return NEXT(name) arguments;                                  \
  }
/* The earlier path is recorded as given; Node passes absolute ones. */
#define ON_PATHS(name, call, folder, parameters, arguments)       \
  int name parameters {                                           \
    struct change what = {.from = from};                          \
    if (meet_at(call, folder, to, &what) == FAIL) return -1;      \
    return NEXT(name) arguments;                                  \
  }
ON_PATH(unlink, "unlink", AT_FDCWD, path, (const char *path), (path))
ON_PATH(unlinkat, "unlink", folder, path, (int folder, const char *path, int flags), (folder, path, flags))
ON_PATH(rmdir, "rmdir", AT_FDCWD, path, (const char *path), (path))
ON_PATH(mkdir, "mkdir", AT_FDCWD, path, (const char *path, mode_t mode), (path, mode))
ON_PATH(mkdirat, "mkdir", folder, path, (int folder, const char *path, mode_t mode), (folder, path, mode))
ON_PATHS(rename, "rename", AT_FDCWD, (const char *from, const char *to), (from, to))
ON_PATHS(renameat, "rename", f2, (int f1, const char *from, int f2, const char *to), (f1, from, f2, to))
ON_PATHS(renameat2, "rename", f2, (int f1, const char *from, int f2, const char *to, unsigned int flags), (f1, from, f2, to, flags))
ON_PATHS(link, "link", AT_FDCWD, (const char *from, const char *to), (from, to))
ON_PATHS(linkat, "link", f2, (int f1, const char *from, int f2, const char *to, int flags), (f1, from, f2, to, flags))
ON_PATHS(symlink, "symlink", AT_FDCWD, (const char *from, const char *to), (from, to))
ON_PATH(chmod, "chmod", AT_FDCWD, path, (const char *path, mode_t mode), (path, mode))

char *mkdtemp(char *template) {
  if (meet_at("mkdir", AT_FDCWD, template, NULL) == FAIL) return NULL;
  return NEXT(mkdtemp)(template);
}
