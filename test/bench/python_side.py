"""Python's part of multiprocessing.ts: <map|queue|first> <start method> <count>; prints one figure."""

import multiprocessing
import sys
import time


def same(x):
    return x


def produce(queue, count):
    for n in range(count):
        queue.put(n)


def main(what, method, count):
    multiprocessing.set_start_method(method)
    if what == "first":
        start = time.perf_counter()
        with multiprocessing.Pool(1) as pool:
            pool.apply_async(same, (1,)).get()
            return (time.perf_counter() - start) * 1000
    if what == "map":
        with multiprocessing.Pool(2) as pool:
            pool.map(same, [1, 2])
            items = list(range(count))
            start = time.perf_counter()
            pool.map(same, items)
            return count / (time.perf_counter() - start)
    queue = multiprocessing.Queue()
    child = multiprocessing.Process(target=produce, args=(queue, count))
    child.start()
    queue.get()
    start = time.perf_counter()
    for _ in range(count - 1):
        queue.get()
    elapsed = time.perf_counter() - start
    child.join()
    return count / elapsed


if __name__ == "__main__":
    print(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
