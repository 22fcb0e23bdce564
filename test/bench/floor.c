// floor <source> <destination> [processes]: how fast a copy could be at best. As many processes as cores, or as told,
// and the fewest calls: one process lists and makes folders, all copy files, and at the end set the folders' modes and times. It keeps modes,
// times, owners as root, links and hard links; it promises nothing else: no resuming, no care for what stands there or
// changes, and any error ends it.
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  BATCH = 32,            // names handed out together; few enough that no process is left with a long tail
  OPEN_FOLDER = 4,       // names from which opening both folders costs less than long paths
  BUFFER = 256 << 10,    // what stays in the processor's cache between read and write
  SHARED_FROM = 4 << 20, // a file that all processes copy together, range by range
  RANGE = 1 << 20,
  BATCHES = 1 << 24,
  FOLDERS = 1 << 24,
  LARGE_FILES = 1 << 16,
  LINKED = 1 << 20,
  PATH = 4096
};

typedef struct { struct timespec times[2]; mode_t mode; uid_t uid; gid_t gid; const char *path; } folder;
typedef struct { _Atomic off_t next, left; off_t size; struct stat stat; const char *path; } large_file;
typedef struct { dev_t device; ino_t inode; const char *first, *other; } linked;

// One mapping, the same address in every process; pages that are never touched cost nothing.
typedef struct {
  _Atomic long batches, next_batch, folders, next_folder, large_files, linked, names_used;
  _Atomic int listed, copying, sharing, linking, failed;
  atomic_flag links_locked;
  const char *batch[BATCHES]; // folder, then for each name its kind and itself, then an empty kind
  folder folder[FOLDERS];
  large_file large[LARGE_FILES];
  linked links[LINKED];
  char names[];
} shared;

static shared *all;
static int cores, processes, me, from_root, to_root;
static char *buffer;

static void list(void);
static void work(void);

/** Ends all processes: none waits for one that has failed. */
static _Noreturn void fail(const char *path, const char *doing) {
  if (!all->failed++) warn("%s: %s", path, doing);
  exit(1);
}

int main(int count, char **words) {
  if (count != 3 && count != 4) errx(2, "usage: floor <source> <destination> [processes]");
  umask(0);
  if ((from_root = open(words[1], O_RDONLY | O_DIRECTORY)) < 0) err(1, "%s", words[1]);
  if (mkdir(words[2], 0700) < 0 || (to_root = open(words[2], O_PATH | O_DIRECTORY)) < 0) err(1, "%s", words[2]);
  all = mmap(NULL, 1L << 36, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (all == MAP_FAILED) err(1, "mmap");
  cores = sysconf(_SC_NPROCESSORS_ONLN);
  processes = count > 3 ? atoi(words[3]) : cores;
  all->copying = all->sharing = all->linking = processes;
  for (me = processes - 1; me > 0; me--) {
    pid_t child = fork();
    if (child < 0) fail(words[0], "fork");
    if (child == 0) break;
  }
  buffer = aligned_alloc(4096, BUFFER);
  if (me == 0) list();
  work();
  if (me > 0) return 0;
  int failed = 0, status;
  while (wait(&status) > 0) failed |= status;
  return failed != 0;
}

// --- listing: the first process

static char *keep(const char *bytes, size_t length) {
  return memcpy(all->names + atomic_fetch_add(&all->names_used, (long)length), bytes, length);
}

static char kind_of(int folder, const struct dirent64 *entry) {
  unsigned char type = entry->d_type;
  struct stat stat;
  if (type == DT_UNKNOWN) {
    if (fstatat(folder, entry->d_name, &stat, AT_SYMLINK_NOFOLLOW) < 0) fail(entry->d_name, "stat");
    type = IFTODT(stat.st_mode);
  }
  if (type == DT_REG) return 'f';
  if (type == DT_LNK) return 'l';
  if (type == DT_DIR) return 'd';
  errno = ENOTSUP;
  fail(entry->d_name, "neither file, folder nor link");
}

static void publish(const char *bytes, size_t length) {
  all->batch[all->batches] = keep(bytes, length);
  all->batches++;
}

/** Folders wait on a stack of names, so that few are open at a time. */
static void list_folder(const char *path, char ***waiting, size_t *count) {
  static char entries[256 << 10], batch[PATH + BATCH * (NAME_MAX + 2) + 1], below[2 * PATH];
  int folder_fd = *path ? openat(from_root, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW) : from_root;
  struct stat stat;
  if (folder_fd < 0 || fstat(folder_fd, &stat) < 0) fail(path, "open");
  if (*path && mkdirat(to_root, path, stat.st_mode | 0700) < 0) fail(path, "mkdir");
  all->folder[all->folders] =
      (folder){{stat.st_atim, stat.st_mtim}, stat.st_mode & 07777, stat.st_uid, stat.st_gid, path};
  all->folders++;
  size_t head = strlen(path) + 1, used = head, names = 0;
  memcpy(batch, path, head);
  for (ssize_t length; (length = getdents64(folder_fd, entries, sizeof entries)) != 0;) {
    if (length < 0) fail(path, "list");
    for (char *at = entries; at < entries + length; at += ((struct dirent64 *)at)->d_reclen) {
      const struct dirent64 *entry = (struct dirent64 *)at;
      const char *name = entry->d_name;
      if (name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]))) continue;
      size_t name_length = strlen(name) + 1;
      char kind = kind_of(folder_fd, entry);
      if (kind == 'd') {
        memcpy(below, path, head);
        if (*path) below[head - 1] = '/';
        memcpy(below + (*path ? head : 0), name, name_length);
        if ((*count & (*count - 1)) == 0) *waiting = realloc(*waiting, (*count ? *count * 2 : 1) * sizeof **waiting);
        (*waiting)[(*count)++] = keep(below, strlen(below) + 1);
        continue;
      }
      batch[used++] = kind;
      memcpy(batch + used, name, name_length);
      used += name_length;
      if (++names < BATCH) continue;
      batch[used] = 0;
      publish(batch, used + 1);
      used = head, names = 0;
    }
  }
  batch[used] = 0;
  if (names > 0) publish(batch, used + 1);
  if (*path) close(folder_fd);
}

static void list(void) {
  char **waiting = NULL;
  size_t count = 0;
  list_folder("", &waiting, &count);
  while (count > 0) list_folder(waiting[--count], &waiting, &count);
  free(waiting);
  all->listed = 1;
}

// --- copying: every process

static void copy_range(int from, int to, off_t start, off_t end, const char *path) {
  while (start < end) {
    ssize_t length = pread(from, buffer, end - start < BUFFER ? end - start : BUFFER, start);
    if (length <= 0) fail(path, "read");
    if (pwrite(to, buffer, length, start) != length) fail(path, "write");
    start += length;
  }
}

static void finish_file(int to, const struct stat *stat, const char *path) {
  if ((stat->st_uid != geteuid() || stat->st_gid != getegid()) && fchown(to, stat->st_uid, stat->st_gid) < 0)
    fail(path, "owner");
  if (stat->st_mode & 07000 && fchmod(to, stat->st_mode & 07777) < 0) fail(path, "mode");
  if (futimens(to, (struct timespec[]){stat->st_atim, stat->st_mtim}) < 0) fail(path, "times");
}

/** Whether another name of the same file is copied already; then this one is linked to it at the end. */
static int is_linked(const struct stat *stat, const char *folder, const char *name) {
  char path[2 * PATH];
  int length = snprintf(path, sizeof path, "%s%s%s", folder, *folder ? "/" : "", name);
  const char *mine = keep(path, length + 1), *first = NULL;
  while (atomic_flag_test_and_set(&all->links_locked)) sched_yield();
  for (long at = 0; at < all->linked && !first; at++)
    if (all->links[at].inode == stat->st_ino && all->links[at].device == stat->st_dev) first = all->links[at].first;
  all->links[all->linked++] = (linked){stat->st_dev, stat->st_ino, first ? first : mine, mine};
  atomic_flag_clear(&all->links_locked);
  return first != NULL;
}

/** Left to all, once the small files are done. */
static void leave_to_all(const struct stat *stat, const char *folder, const char *name) {
  char path[2 * PATH];
  long at = all->large_files++;
  int length = snprintf(path, sizeof path, "%s%s%s", folder, *folder ? "/" : "", name);
  large_file *file = &all->large[at];
  file->stat = *stat;
  file->left = file->size = stat->st_size;
  file->path = keep(path, length + 1);
}

static void copy_file(int from_folder, int to_folder, const char *path, const char *folder, const char *name) {
  int from = openat(from_folder, path, O_RDONLY | O_NOFOLLOW);
  struct stat stat;
  if (from < 0 || fstat(from, &stat) < 0) fail(path, "open");
  if (stat.st_nlink > 1 && is_linked(&stat, folder, name)) {
    close(from);
    return;
  }
  int to = openat(to_folder, path, O_WRONLY | O_CREAT | O_EXCL, stat.st_mode & 0777);
  if (to < 0) fail(path, "make");
  if (stat.st_size >= SHARED_FROM) leave_to_all(&stat, folder, name);
  else {
    copy_range(from, to, 0, stat.st_size, path);
    finish_file(to, &stat, path);
  }
  close(to);
  close(from);
}

static void copy_link(int from_folder, int to_folder, const char *path) {
  char target[PATH];
  struct stat stat;
  ssize_t length = readlinkat(from_folder, path, target, sizeof target - 1);
  if (length < 0 || fstatat(from_folder, path, &stat, AT_SYMLINK_NOFOLLOW) < 0) fail(path, "read link");
  target[length] = 0;
  if (symlinkat(target, to_folder, path) < 0) fail(path, "link");
  if ((stat.st_uid != geteuid() || stat.st_gid != getegid()) &&
      fchownat(to_folder, path, stat.st_uid, stat.st_gid, AT_SYMLINK_NOFOLLOW) < 0)
    fail(path, "owner");
  struct timespec times[] = {stat.st_atim, stat.st_mtim};
  if (utimensat(to_folder, path, times, AT_SYMLINK_NOFOLLOW) < 0) fail(path, "times");
}

static void copy_batch(const char *folder) {
  const char *first = folder + strlen(folder) + 1, *at = first;
  int names = 0, from = from_root, to = to_root;
  for (; *at; at += strlen(at) + 1) names++;
  int opened = *folder && names >= OPEN_FOLDER;
  if (opened) {
    from = openat(from_root, folder, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    to = openat(to_root, folder, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    if (from < 0 || to < 0) fail(folder, "open");
  }
  char path[2 * PATH];
  size_t head = 0;
  if (*folder && !opened) {
    head = first - folder;
    memcpy(path, folder, head);
    path[head - 1] = '/';
  }
  for (at = first; *at; at += strlen(at) + 1) {
    memcpy(path + head, at + 1, strlen(at));
    if (*at == 'l') copy_link(from, to, path);
    else copy_file(from, to, path, folder, at + 1);
  }
  if (opened) close(from), close(to);
}

static void copy_large(large_file *file) {
  if (file->next >= file->size) return;
  int from = openat(from_root, file->path, O_RDONLY), to = openat(to_root, file->path, O_WRONLY);
  if (from < 0 || to < 0) fail(file->path, "open");
  for (off_t start; (start = atomic_fetch_add(&file->next, RANGE)) < file->size;) {
    off_t end = start + RANGE < file->size ? start + RANGE : file->size;
    copy_range(from, to, start, end, file->path);
    if (atomic_fetch_sub(&file->left, end - start) == end - start) finish_file(to, &file->stat, file->path);
  }
  close(to);
  close(from);
}

static void link_all(void) {
  for (long at = 0; at < all->linked; at++) {
    linked *link = &all->links[at];
    if (link->first != link->other && linkat(to_root, link->first, to_root, link->other, 0) < 0)
      fail(link->other, "hard link");
  }
}

static void finish_folder(const folder *folder) {
  const char *path = *folder->path ? folder->path : ".";
  if ((folder->uid != geteuid() || folder->gid != getegid()) &&
      fchownat(to_root, path, folder->uid, folder->gid, 0) < 0)
    fail(path, "owner");
  int made_so = *folder->path && (folder->mode & 06700) == 0700;
  if (!made_so && fchmodat(to_root, path, folder->mode, 0) < 0) fail(path, "mode");
  if (utimensat(to_root, path, folder->times, 0) < 0) fail(path, "times");
}

static void pause_for_others(void) {
  if (all->failed) exit(1);
  // More processes than cores wait for storage: those that have nothing to do leave the cores to the others.
  if (processes > cores) usleep(100);
  else sched_yield();
}

static void wait_for_all(_Atomic int *under_way) {
  for (atomic_fetch_sub(under_way, 1); *under_way > 0;) pause_for_others();
}

static void work(void) {
  for (long mine = all->next_batch++;;) {
    if (mine < all->batches) copy_batch(all->batch[mine]), mine = all->next_batch++;
    else if (all->listed && mine >= all->batches) break;
    else pause_for_others();
  }
  wait_for_all(&all->copying);
  // Each begins with another file: two that write to the same one wait for each other.
  for (long at = 0; at < all->large_files; at++) copy_large(&all->large[(at + me) % all->large_files]);
  wait_for_all(&all->sharing);
  if (me == 0) link_all();
  wait_for_all(&all->linking);
  for (long at; (at = all->next_folder++) < all->folders;) finish_folder(&all->folder[at]);
}
