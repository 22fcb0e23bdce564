"""The origin's folder copier, <source> <destination>: Pool(5), 1024 bytes a read, a managed queue that says what is
copied, a line of progress per file. Its sleeps are left out; folders in folders, which it could not copy, are added.
"""

import multiprocessing
import os
import sys


def copy_file(queue, file_name, source_folder_name, dest_folder_name):
    f_read = open(source_folder_name + "/" + file_name, "rb")
    f_write = open(dest_folder_name + "/" + file_name, "wb")
    while True:
        content = f_read.read(1024)
        if content:
            f_write.write(content)
        else:
            break
    f_read.close()
    f_write.close()

    queue.put(file_name)


def list_files(source_folder_name, dest_folder_name):
    file_names = []
    for folder, _, names in os.walk(source_folder_name):
        inside = os.path.relpath(folder, source_folder_name)
        os.makedirs(os.path.join(dest_folder_name, inside), exist_ok=True)
        file_names += [os.path.normpath(os.path.join(inside, name)) for name in names]
    return file_names


def main(source_folder_name, dest_folder_name):
    file_names = list_files(source_folder_name, dest_folder_name)
    queue = multiprocessing.Manager().Queue()
    pool = multiprocessing.Pool(5)
    for file_name in file_names:
        pool.apply_async(copy_file, args=(queue, file_name, source_folder_name, dest_folder_name))
    pool.close()

    all_file_num = len(file_names)
    while True:
        file_name = queue.get()
        if file_name in file_names:
            file_names.remove(file_name)

        copy_rate = (all_file_num - len(file_names)) * 100 / all_file_num
        print("\r%.2f...(%s)" % (copy_rate, file_name) + " " * 50, end="")
        if copy_rate >= 100:
            break
    print()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
