// compare <source> <copy>: what differs, one line for each kind of difference: kind, count, the first path, with tabs
// between. Names, kinds, contents, link targets, hard links, modes, owners, modification times, and whether holes were
// filled; not access times, attributes and ACLs. Quick, so that every copy of every round can be looked at.
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 256 << 10, MAYBE_SPARSE = 1 << 20, PATH = 4096 };

enum kind { MISSING, EXTRA, KIND, CONTENT, TARGET, HARD_LINK, HOLES, MODE, OWNER, TIME, SECOND, MILLISECOND, MICROSECOND, KINDS };
static const char *const words[KINDS] = {"missing",      "extra",      "kind",      "content", "target",
                                         "hard links",   "holes",      "modes",     "owners",  "times",
                                         "times to 1 s", "times to 1 ms", "times to 1 us"};
static long counts[KINDS];
static char *first[KINDS];

static void differs(enum kind kind, const char *path) {
  if (counts[kind]++ > 0) return;
  first[kind] = strdup(*path ? path : ".");
  for (char *at = first[kind]; *at; at++)
    if (*at >= 0 && *at < ' ') *at = '?'; // one line for each kind
}

static void compare_folders(int a, int b, const char *path);
static void compare_metadata(const struct stat *a, const struct stat *b, const char *path);

int main(int count, char **paths) {
  if (count != 3) errx(2, "usage: compare <source> <copy>");
  int a = open(paths[1], O_RDONLY | O_DIRECTORY), b = open(paths[2], O_RDONLY | O_DIRECTORY);
  if (a < 0 || b < 0) err(2, "%s", a < 0 ? paths[1] : paths[2]);
  struct stat root_a, root_b;
  if (fstat(a, &root_a) < 0 || fstat(b, &root_b) < 0) err(2, "fstat");
  compare_metadata(&root_a, &root_b, "");
  compare_folders(a, b, "");
  for (enum kind kind = 0; kind < KINDS; kind++)
    if (counts[kind] > 0) printf("%s\t%ld\t%s\n", words[kind], counts[kind], first[kind]);
  return 0;
}

/** The finest step that two times are not further apart than. */
static void compare_times(struct timespec a, struct timespec b, const char *path) {
  long long apart = llabs((a.tv_sec - b.tv_sec) * 1000000000LL + a.tv_nsec - b.tv_nsec);
  if (apart == 0) return;
  differs(apart < 1000 ? MICROSECOND : apart < 1000000 ? MILLISECOND : apart < 1000000000 ? SECOND : TIME, path);
}

static void compare_metadata(const struct stat *a, const struct stat *b, const char *path) {
  if (!S_ISLNK(a->st_mode) && ((a->st_mode ^ b->st_mode) & 07777)) differs(MODE, path);
  if (a->st_uid != b->st_uid || a->st_gid != b->st_gid) differs(OWNER, path);
  compare_times(a->st_mtim, b->st_mtim, path);
}

typedef struct { dev_t device; ino_t source, copy; } group;

static int by_source(const void *a, const void *b) {
  const group *x = a, *y = b;
  return x->source != y->source ? (x->source < y->source ? -1 : 1) : (x->device > y->device) - (x->device < y->device);
}

/** Names of one file in the source have to be names of one file in the copy. */
static void compare_hard_links(const struct stat *a, const struct stat *b, const char *path) {
  static void *groups;
  if (a->st_nlink == 1) {
    if (b->st_nlink > 1) differs(HARD_LINK, path);
    return;
  }
  group *mine = malloc(sizeof *mine);
  *mine = (group){a->st_dev, a->st_ino, b->st_ino};
  const group *known = *(group **)tsearch(mine, &groups, by_source);
  if (known->copy != b->st_ino) differs(HARD_LINK, path);
  if (known != mine) free(mine);
}

/** Where either has data next; what is a hole in both is equal. */
static off_t next_data(int a, int b, off_t from, off_t size) {
  off_t in_a = lseek(a, from, SEEK_DATA), in_b = lseek(b, from, SEEK_DATA);
  if (in_a < 0) in_a = size; // holes up to its end
  if (in_b < 0) in_b = size;
  return in_a < in_b ? in_a : in_b;
}

static void read_all(int file, char *buffer, size_t length, off_t at, const char *path) {
  for (ssize_t got; length > 0; buffer += got, at += got, length -= got)
    if ((got = pread(file, buffer, length, at)) <= 0) err(2, "%s", path);
}

static int same_content(int a, int b, off_t size, const char *path) {
  static char of_a[BUFFER], of_b[BUFFER];
  for (off_t at = 0; at < size;) {
    if (size >= MAYBE_SPARSE && (at = next_data(a, b, at, size)) >= size) break;
    size_t length = size - at < BUFFER ? size - at : BUFFER;
    read_all(a, of_a, length, at, path);
    read_all(b, of_b, length, at, path);
    if (memcmp(of_a, of_b, length) != 0) return 0;
    at += length;
  }
  return 1;
}

static void compare_files(int a, int b, const char *name, const struct stat *of_a, const struct stat *of_b, const char *path) {
  compare_hard_links(of_a, of_b, path);
  if (of_a->st_size != of_b->st_size) {
    differs(CONTENT, path);
    return;
  }
  if (of_a->st_size == 0) return;
  int file_a = openat(a, name, O_RDONLY | O_NOFOLLOW), file_b = openat(b, name, O_RDONLY | O_NOFOLLOW);
  if (file_a < 0 || file_b < 0) err(2, "%s", path);
  if (!same_content(file_a, file_b, of_a->st_size, path)) differs(CONTENT, path);
  close(file_a), close(file_b);
  off_t kept = of_a->st_blocks * 512L, filled = of_b->st_blocks * 512L;
  if (kept + MAYBE_SPARSE < of_a->st_size && filled > 2 * kept) differs(HOLES, path);
}

static void compare_targets(int a, int b, const char *name, const char *path) {
  char of_a[PATH], of_b[PATH];
  ssize_t length = readlinkat(a, name, of_a, sizeof of_a), other = readlinkat(b, name, of_b, sizeof of_b);
  if (length < 0 || other < 0) err(2, "%s", path);
  if (length != other || memcmp(of_a, of_b, length) != 0) differs(TARGET, path);
}

static void compare_entries(int a, int b, const char *name, const char *path) {
  struct stat of_a, of_b;
  if (fstatat(a, name, &of_a, AT_SYMLINK_NOFOLLOW) < 0 || fstatat(b, name, &of_b, AT_SYMLINK_NOFOLLOW) < 0)
    err(2, "%s", path);
  if ((of_a.st_mode ^ of_b.st_mode) & S_IFMT) {
    differs(KIND, path);
    return;
  }
  compare_metadata(&of_a, &of_b, path);
  if (S_ISREG(of_a.st_mode)) compare_files(a, b, name, &of_a, &of_b, path);
  if (S_ISLNK(of_a.st_mode)) compare_targets(a, b, name, path);
  if (!S_ISDIR(of_a.st_mode)) return;
  int folder_a = openat(a, name, O_RDONLY | O_DIRECTORY), folder_b = openat(b, name, O_RDONLY | O_DIRECTORY);
  if (folder_a < 0 || folder_b < 0) err(2, "%s", path);
  compare_folders(folder_a, folder_b, path);
  close(folder_a), close(folder_b);
}

typedef struct { char **name; size_t count; } names;

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static names names_in(int folder, const char *path) {
  names list = {NULL, 0};
  DIR *stream = fdopendir(dup(folder));
  if (!stream) err(2, "%s", path);
  for (struct dirent *entry; (entry = readdir(stream));) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (list.count % 1024 == 0) list.name = realloc(list.name, (list.count + 1024) * sizeof *list.name);
    list.name[list.count++] = strdup(entry->d_name);
  }
  closedir(stream);
  qsort(list.name, list.count, sizeof *list.name, by_name);
  return list;
}

static void compare_folders(int a, int b, const char *path) {
  names in_a = names_in(a, path), in_b = names_in(b, path);
  for (size_t at_a = 0, at_b = 0; at_a < in_a.count || at_b < in_b.count;) {
    int order = at_a == in_a.count ? 1 : at_b == in_b.count ? -1 : strcmp(in_a.name[at_a], in_b.name[at_b]);
    const char *name = order > 0 ? in_b.name[at_b] : in_a.name[at_a];
    char *below;
    if (asprintf(&below, "%s%s%s", path, *path ? "/" : "", name) < 0) err(2, "%s", name);
    if (order == 0) compare_entries(a, b, name, below);
    else differs(order < 0 ? MISSING : EXTRA, below);
    free(below);
    if (order <= 0) free(in_a.name[at_a++]);
    if (order >= 0) free(in_b.name[at_b++]);
  }
  free(in_a.name), free(in_b.name);
}
