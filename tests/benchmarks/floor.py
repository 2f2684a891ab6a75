"""The floor: as many processes from a preloaded fork server, and nothing kept.

Its own main module, which every process imports again: it imports little.
"""

import multiprocessing
import sys
import time
from multiprocessing.connection import wait

PARALLEL = 2


def child(pipe, x):
    import numpy
    import sklearn.linear_model  # noqa: F401

    pipe.send(float(numpy.square(x - 0.3)))


def collect(running) -> None:
    for pipe in wait(list(running)):
        pipe.recv()
        running.pop(pipe).join()


def run(context, jobs: int) -> None:
    running = {}
    for number in range(jobs):
        if len(running) == PARALLEL:
            collect(running)
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=child, args=(theirs, number / jobs))
        process.start()
        theirs.close()
        running[ours] = process
    while running:
        collect(running)


def main(jobs: int) -> None:
    """Print the milliseconds a process, the server's start taken out."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["numpy", "sklearn.linear_model"])
    run(context, 2)
    begun = time.perf_counter()
    run(context, jobs)
    print((time.perf_counter() - begun) / jobs * 1000)


if __name__ == "__main__":
    main(int(sys.argv[1]))
