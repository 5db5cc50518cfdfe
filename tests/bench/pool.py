"""What bench_dispatch sets beside its own figures: empty tasks through
multiprocessing.Pool. Prints tasks a second of map and of imap_unordered, with
2 processes and chunks of 64, the pool already made."""

import multiprocessing
import sys
import time


def empty(_):
    return 0


def rate(run, tasks):
    begin = time.perf_counter()
    done = sum(1 for _ in run(empty, range(tasks), 64))
    assert done == tasks
    return tasks / (time.perf_counter() - begin)


if __name__ == "__main__":
    tasks = int(sys.argv[1])
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map(empty, range(1000))
        print(rate(pool.map, tasks), rate(pool.imap_unordered, tasks))
