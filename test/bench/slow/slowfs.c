// slowfs [-d MICROSECONDS] [-t CALL:MICROSECONDS] [-a] <backing> <mount>: a pass-through file system on which every call
// takes its time, as a call to a file server does. Calls wait side by side: several that are under way at a time are
// served at a time. It ends when it is unmounted. `.calls` in its root is in no listing: read, it tells the number of
// calls; written, it sets that to 0.
//   -d  what a call takes (1000)
//   -t  what a call takes from this one on: storage whose pace changes in the middle
//   -a  a listing brings the entries' attributes along, as NFS and SMB do; they are believed for a second
#define FUSE_USE_VERSION 312
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

static atomic_long calls;
static long delay = 1000, later_delay = 1000, later = -1;
static int with_attributes, root;

/** One trip to the server and back. */
static void trip(void) {
  long number = calls++;
  long us = later >= 0 && number >= later ? later_delay : delay;
  struct timespec time = {us / 1000000, us % 1000000 * 1000};
  if (us > 0) nanosleep(&time, NULL);
}

/** As a path below `root`. */
static const char *below(const char *path) { return path[1] ? path + 1 : "."; }
static int result(long value) { return value < 0 ? -errno : (int)value; }

static int is_count(const char *path) { return !strcmp(path, "/.calls"); }

static int look(const char *path, struct stat *stat, struct fuse_file_info *file) {
  if (is_count(path)) {
    *stat = (struct stat){.st_mode = S_IFREG | 0666, .st_nlink = 1, .st_size = 32};
    return 0;
  }
  trip();
  return result(file ? fstat((int)file->fh, stat) : fstatat(root, below(path), stat, AT_SYMLINK_NOFOLLOW));
}
static int read_link(const char *path, char *text, size_t size) {
  trip();
  ssize_t length = readlinkat(root, below(path), text, size - 1);
  if (length < 0) return -errno;
  text[length] = 0;
  return 0;
}
static int make_folder(const char *path, mode_t mode) { trip(); return result(mkdirat(root, below(path), mode)); }
static int make_node(const char *path, mode_t mode, dev_t device) { trip(); return result(mknodat(root, below(path), mode, device)); }
static int remove_file(const char *path) { trip(); return result(unlinkat(root, below(path), 0)); }
static int remove_folder(const char *path) { trip(); return result(unlinkat(root, below(path), AT_REMOVEDIR)); }
static int make_link(const char *text, const char *path) { trip(); return result(symlinkat(text, root, below(path))); }
static int link_file(const char *from, const char *to) { trip(); return result(linkat(root, below(from), root, below(to), 0)); }
static int rename_entry(const char *from, const char *to, unsigned flags) {
  trip();
  return result(renameat2(root, below(from), root, below(to), flags));
}
static int set_mode(const char *path, mode_t mode, struct fuse_file_info *file) {
  trip();
  return result(file ? fchmod((int)file->fh, mode) : fchmodat(root, below(path), mode, 0));
}
static int set_owner(const char *path, uid_t user, gid_t group, struct fuse_file_info *file) {
  trip();
  return result(file ? fchown((int)file->fh, user, group) : fchownat(root, below(path), user, group, AT_SYMLINK_NOFOLLOW));
}
static int set_times(const char *path, const struct timespec times[2], struct fuse_file_info *file) {
  trip();
  return result(file ? futimens((int)file->fh, times) : utimensat(root, below(path), times, AT_SYMLINK_NOFOLLOW));
}
static int set_size(const char *path, off_t size, struct fuse_file_info *file) {
  trip();
  if (file) return result(ftruncate((int)file->fh, size));
  int opened = openat(root, below(path), O_WRONLY | O_CLOEXEC);
  if (opened < 0) return -errno;
  int done = result(ftruncate(opened, size));
  close(opened);
  return done;
}
static int open_at(const char *path, struct fuse_file_info *file, int flags, mode_t mode) {
  if (is_count(path)) {
    file->direct_io = 1;
    return 0;
  }
  trip();
  int opened = openat(root, below(path), flags | O_CLOEXEC | O_NOFOLLOW, mode);
  if (opened < 0) return -errno;
  file->fh = (uint64_t)opened;
  return 0;
}
static int open_file(const char *path, struct fuse_file_info *file) {
  return open_at(path, file, file->flags & ~(O_CREAT | O_EXCL | O_NOATIME), 0);
}
static int create(const char *path, mode_t mode, struct fuse_file_info *file) {
  return open_at(path, file, (file->flags & ~O_NOATIME) | O_CREAT, mode);
}
static int read_file(const char *path, char *bytes, size_t size, off_t at, struct fuse_file_info *file) {
  if (is_count(path)) return at > 0 ? 0 : snprintf(bytes, size, "%ld\n", (long)calls);
  trip();
  return result(pread((int)file->fh, bytes, size, at));
}
static int write_file(const char *path, const char *bytes, size_t size, off_t at, struct fuse_file_info *file) {
  if (is_count(path)) {
    calls = 0;
    return (int)size;
  }
  trip();
  return result(pwrite((int)file->fh, bytes, size, at));
}
/** Nobody waits for it, so it costs no trip. */
static int release(const char *path, struct fuse_file_info *file) { if (!is_count(path)) close((int)file->fh); return 0; }
static int sync_file(const char *path, int data_only, struct fuse_file_info *file) {
  (void)path;
  trip();
  return result(data_only ? fdatasync((int)file->fh) : fsync((int)file->fh));
}
static int sync_folder(const char *path, int data_only, struct fuse_file_info *file) { (void)path; (void)data_only; (void)file; trip(); return 0; }
static int read_folder(const char *path, void *names, fuse_fill_dir_t fill, off_t at, struct fuse_file_info *file, enum fuse_readdir_flags flags) {
  (void)file;
  trip();
  int opened = openat(root, below(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *folder = opened < 0 ? NULL : fdopendir(opened);
  if (!folder) return -errno;
  // By position: a list that libfuse keeps would go out without the attributes.
  off_t position = 0;
  for (struct dirent *entry; (entry = readdir(folder));) {
    if (++position <= at) continue;
    struct stat stat = {.st_ino = entry->d_ino, .st_mode = (mode_t)entry->d_type << 12};
    int known = with_attributes && (flags & FUSE_READDIR_PLUS) && !fstatat(opened, entry->d_name, &stat, AT_SYMLINK_NOFOLLOW);
    if (fill(names, entry->d_name, &stat, position, known ? FUSE_FILL_DIR_PLUS : 0)) break;
  }
  closedir(folder);
  return 0;
}
static int free_space(const char *path, struct statvfs *space) { (void)path; trip(); return result(fstatvfs(root, space)); }

/** Attributes have no calls that start from an open folder: through its name in /proc, the last part not followed. */
#define AT_ROOT(path) char at[8192]; snprintf(at, sizeof at, "/proc/self/fd/%d/%s", root, below(path)); trip()
static int list_attributes(const char *path, char *names, size_t size) { AT_ROOT(path); return result(llistxattr(at, names, size)); }
static int attribute(const char *path, const char *name, char *value, size_t size) { AT_ROOT(path); return result(lgetxattr(at, name, value, size)); }
static int set_attribute(const char *path, const char *name, const char *value, size_t size, int flags) { AT_ROOT(path); return result(lsetxattr(at, name, value, size, flags)); }
static int remove_attribute(const char *path, const char *name) { AT_ROOT(path); return result(lremovexattr(at, name)); }

static void *begin(struct fuse_conn_info *connection, struct fuse_config *config) {
  (void)connection;
  config->use_ino = 1;
  config->attr_timeout = config->entry_timeout = 1;
  config->negative_timeout = 0;
  return NULL;
}

static const struct fuse_operations operations = {
  .init = begin, .getattr = look, .readlink = read_link, .mkdir = make_folder, .mknod = make_node,
  .unlink = remove_file, .rmdir = remove_folder, .symlink = make_link, .link = link_file, .rename = rename_entry,
  .chmod = set_mode, .chown = set_owner, .utimens = set_times, .truncate = set_size, .open = open_file, .create = create,
  .read = read_file, .write = write_file, .release = release, .fsync = sync_file, .fsyncdir = sync_folder,
  .readdir = read_folder, .statfs = free_space, .listxattr = list_attributes, .getxattr = attribute,
  .setxattr = set_attribute, .removexattr = remove_attribute,
};

int main(int count, char **words) {
  for (int option; (option = getopt(count, words, "d:t:a")) != -1;) {
    if (option == 'd') delay = atol(optarg);
    else if (option == 't' && sscanf(optarg, "%ld:%ld", &later, &later_delay) == 2) continue;
    else if (option == 'a') with_attributes = 1;
    else errx(2, "usage: slowfs [-d microseconds] [-t call:microseconds] [-a] <backing> <mount>");
  }
  if (count - optind != 2) errx(2, "a folder and a place to mount it at are needed");
  if ((root = open(words[optind], O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0) err(2, "%s", words[optind]);
  umask(0);
  char *arguments[] = {words[0], "-o", "allow_other,max_threads=128,max_idle_threads=128", "-f", words[optind + 1], NULL};
  return fuse_main(5, arguments, &operations, NULL);
}
