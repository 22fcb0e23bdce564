"""Carries out calls read from standard input: operation, path and two values, each ended by a zero byte."""
import os
import stat
import sys


def owner(path, uid, gid):
    os.lchown(path, int(uid), int(gid))


def mode(path, octal):
    os.chmod(path, int(octal, 8))


def times(path, atime, mtime):
    os.utime(path, ns=(int(atime), int(mtime)), follow_symlinks=False)


def xattr(path, name, value):
    os.setxattr(path, name, bytes.fromhex(value.decode()), follow_symlinks=False)


operations = {
    b"fifo": lambda path, *_: os.mkfifo(path, 0o644),
    b"socket": lambda path, *_: os.mknod(path, 0o644 | stat.S_IFSOCK),
    b"device": lambda path, *_: os.mknod(path, 0o644 | stat.S_IFCHR, os.makedev(1, 3)),
    b"owner": owner,
    b"mode": lambda path, octal, _: mode(path, octal),
    b"times": times,
    b"xattr": xattr,
}

fields = iter(sys.stdin.buffer.read().split(b"\0")[:-1])
for operation in fields:
    operations[operation](next(fields), next(fields), next(fields))
