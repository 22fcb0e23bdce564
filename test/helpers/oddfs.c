// oddfs [-o ODDITY[=VALUE]]... <backing> <mount>: a pass-through file system that is odd as some that people have are.
// It ends when it is unmounted. Oddities:
//   one-inode     all files claim one inode and two names, as a union of file systems may
//   all-hole      no file has blocks, and all of it is said to be a hole
//   some-hole     files have half their blocks, and all of it is said to be a hole
//   owner=ID      all belongs to this user and group; others are refused
//   owners=quiet  owners are taken and forgotten
//   last=SECONDS  later times become this one
//   grain=NANOS  times are cut to so many nanoseconds, up to a second
//   name=BYTES    the longest name, of which statfs tells
//   long=BYTES    the longest name, of which statfs does not tell
//   no-room       0 of 0 blocks and inodes
//   names=BYTES   the list of attributes is so long
#define FUSE_USE_VERSION 312
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

static int root, one_inode, all_hole, some_hole, quiet_owners, no_room;
static long owner = -1, last = -1, grain = 1, name_max = 255, told_max = 255, list_bytes = 0;

/** As a path below `root`. */
static const char *below(const char *path) { return path[1] ? path + 1 : "."; }
static int result(long value) { return value < 0 ? -errno : (int)value; }
static int is_long(const char *path) { return (long)strlen(strrchr(path, '/') + 1) > name_max; }

static int look(const char *path, struct stat *stat, struct fuse_file_info *file) {
  if (is_long(path)) return -ENAMETOOLONG;
  int done = result(file ? fstat((int)file->fh, stat) : fstatat(root, below(path), stat, AT_SYMLINK_NOFOLLOW));
  if (done < 0) return done;
  if (one_inode && S_ISREG(stat->st_mode)) { stat->st_ino = 42; stat->st_nlink = 2; }
  if (all_hole) stat->st_blocks = 0;
  if (some_hole) stat->st_blocks /= 2;
  if (owner >= 0) { stat->st_uid = (uid_t)owner; stat->st_gid = (gid_t)owner; }
  return 0;
}
static int read_link(const char *path, char *text, size_t size) {
  ssize_t length = readlinkat(root, below(path), text, size - 1);
  if (length < 0) return -errno;
  text[length] = 0;
  return 0;
}
static int make_folder(const char *path, mode_t mode) { return is_long(path) ? -ENAMETOOLONG : result(mkdirat(root, below(path), mode)); }
static int make_node(const char *path, mode_t mode, dev_t device) { return result(mknodat(root, below(path), mode, device)); }
static int remove_file(const char *path) { return result(unlinkat(root, below(path), 0)); }
static int remove_folder(const char *path) { return result(unlinkat(root, below(path), AT_REMOVEDIR)); }
static int make_link(const char *text, const char *path) { return is_long(path) ? -ENAMETOOLONG : result(symlinkat(text, root, below(path))); }
static int link_file(const char *from, const char *to) { return is_long(to) ? -ENAMETOOLONG : result(linkat(root, below(from), root, below(to), 0)); }
static int rename_entry(const char *from, const char *to, unsigned flags) {
  return is_long(to) ? -ENAMETOOLONG : result(renameat2(root, below(from), root, below(to), flags));
}
static int set_mode(const char *path, mode_t mode, struct fuse_file_info *file) {
  return result(file ? fchmod((int)file->fh, mode) : fchmodat(root, below(path), mode, 0));
}
static int set_owner(const char *path, uid_t user, gid_t group, struct fuse_file_info *file) {
  if (quiet_owners) return 0;
  if (owner >= 0) return -EPERM;
  return result(file ? fchown((int)file->fh, user, group) : fchownat(root, below(path), user, group, AT_SYMLINK_NOFOLLOW));
}
static int set_times(const char *path, const struct timespec given[2], struct fuse_file_info *file) {
  struct timespec times[2] = {given[0], given[1]};
  for (int n = 0; n < 2; n++) {
    if (last >= 0 && times[n].tv_sec > last) times[n] = (struct timespec){last, 0};
    if (times[n].tv_nsec < 1000000000) times[n].tv_nsec -= times[n].tv_nsec % grain;
  }
  return result(file ? futimens((int)file->fh, times) : utimensat(root, below(path), times, AT_SYMLINK_NOFOLLOW));
}
static int set_size(const char *path, off_t size, struct fuse_file_info *file) {
  if (file) return result(ftruncate((int)file->fh, size));
  int opened = openat(root, below(path), O_WRONLY | O_CLOEXEC);
  if (opened < 0) return -errno;
  int done = result(ftruncate(opened, size));
  close(opened);
  return done;
}
static int open_at(const char *path, struct fuse_file_info *file, int flags, mode_t mode) {
  if (is_long(path)) return -ENAMETOOLONG;
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
  (void)path;
  return result(pread((int)file->fh, bytes, size, at));
}
static int write_file(const char *path, const char *bytes, size_t size, off_t at, struct fuse_file_info *file) {
  (void)path;
  return result(pwrite((int)file->fh, bytes, size, at));
}
static off_t seek(const char *path, off_t at, int whence, struct fuse_file_info *file) {
  (void)path;
  if (all_hole || some_hole) return whence == SEEK_DATA ? -ENXIO : at;
  off_t found = lseek((int)file->fh, at, whence);
  return found < 0 ? -errno : found;
}
static int release(const char *path, struct fuse_file_info *file) { (void)path; close((int)file->fh); return 0; }
static int sync_file(const char *path, int data_only, struct fuse_file_info *file) {
  (void)path;
  return result(data_only ? fdatasync((int)file->fh) : fsync((int)file->fh));
}
static int read_folder(const char *path, void *names, fuse_fill_dir_t fill, off_t at, struct fuse_file_info *file, enum fuse_readdir_flags flags) {
  (void)at;
  (void)file;
  (void)flags;
  int opened = openat(root, below(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *folder = opened < 0 ? NULL : fdopendir(opened);
  if (!folder) return -errno;
  for (struct dirent *entry; (entry = readdir(folder));) {
    struct stat stat = {.st_ino = entry->d_ino, .st_mode = (mode_t)entry->d_type << 12};
    if (fill(names, entry->d_name, &stat, 0, 0)) break;
  }
  closedir(folder);
  return 0;
}
static int free_space(const char *path, struct statvfs *space) {
  (void)path;
  int done = result(fstatvfs(root, space));
  space->f_namemax = (unsigned long)told_max;
  if (no_room) space->f_blocks = space->f_bfree = space->f_bavail = space->f_files = space->f_ffree = 0;
  return done;
}

/** Attributes have no calls that start from an open folder: through its name in /proc, the last part not followed. */
#define AT_ROOT(path) char at[8192]; snprintf(at, sizeof at, "/proc/self/fd/%d/%s", root, below(path))
static int list_attributes(const char *path, char *names, size_t size) {
  if (list_bytes > 0) return size == 0 ? (int)list_bytes : -ERANGE;
  AT_ROOT(path);
  return result(llistxattr(at, names, size));
}
static int attribute(const char *path, const char *name, char *value, size_t size) { AT_ROOT(path); return result(lgetxattr(at, name, value, size)); }
static int set_attribute(const char *path, const char *name, const char *value, size_t size, int flags) { AT_ROOT(path); return result(lsetxattr(at, name, value, size, flags)); }
static int remove_attribute(const char *path, const char *name) { AT_ROOT(path); return result(lremovexattr(at, name)); }

static void *begin(struct fuse_conn_info *connection, struct fuse_config *config) {
  (void)connection;
  config->use_ino = 1;
  config->attr_timeout = config->entry_timeout = config->negative_timeout = 0;
  return NULL;
}

static const struct fuse_operations operations = {
  .init = begin, .getattr = look, .readlink = read_link, .mkdir = make_folder, .mknod = make_node,
  .unlink = remove_file, .rmdir = remove_folder, .symlink = make_link, .link = link_file, .rename = rename_entry,
  .chmod = set_mode, .chown = set_owner, .utimens = set_times, .truncate = set_size, .open = open_file, .create = create,
  .read = read_file, .write = write_file, .lseek = seek, .release = release, .fsync = sync_file,
  .readdir = read_folder, .statfs = free_space, .listxattr = list_attributes, .getxattr = attribute,
  .setxattr = set_attribute, .removexattr = remove_attribute,
};

static void take(const char *oddity) {
  if (!strcmp(oddity, "one-inode")) one_inode = 1;
  else if (!strcmp(oddity, "all-hole")) all_hole = 1;
  else if (!strcmp(oddity, "some-hole")) some_hole = 1;
  else if (!strcmp(oddity, "owners=quiet")) quiet_owners = 1;
  else if (!strcmp(oddity, "no-room")) no_room = 1;
  else if (sscanf(oddity, "name=%ld", &name_max) == 1) told_max = name_max;
  else if (sscanf(oddity, "owner=%ld", &owner) != 1 && sscanf(oddity, "last=%ld", &last) != 1 &&
           sscanf(oddity, "grain=%ld", &grain) != 1 && sscanf(oddity, "long=%ld", &name_max) != 1 && sscanf(oddity, "names=%ld", &list_bytes) != 1)
    errx(2, "no such oddity: %s", oddity);
}

int main(int count, char **words) {
  for (int option; (option = getopt(count, words, "o:")) != -1;) {
    if (option != 'o') errx(2, "usage: oddfs [-o oddity[=value]]... <backing> <mount>");
    take(optarg);
  }
  if (count - optind != 2) errx(2, "a folder and a place to mount it at are needed");
  if ((root = open(words[optind], O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0) err(2, "%s", words[optind]);
  umask(0);
  char *arguments[] = {words[0], "-o", "allow_other,max_threads=10", "-f", words[optind + 1], NULL};
  return fuse_main(5, arguments, &operations, NULL);
}
