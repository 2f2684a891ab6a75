"""What tuning costs beside training: `python tests/benchmarks/overhead.py`.

Prints one table. Every figure of time stands beside one of a floor that was
measured in the same run: a bare fork server, or a fresh interpreter.
"""

import json
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import amt_magic as amt
from amt_magic.executors.orphans import adopt_orphans
from amt_magic.tuning_jobs import TuningJob

JOBS, PARALLEL, REPEATS = 40, 2, 3
IMPORTS = "import numpy, sklearn.linear_model"
X = {"x": amt.Continuous(0, 1)}


def trivial(x):
    import numpy
    import sklearn.linear_model  # noqa: F401

    return float(numpy.square(x - 0.3))


def sleeper(x):
    print("loss=1")
    time.sleep(1000)


def deaf(x):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sleeper(x)


def printer(x, lines=50_000):
    for step in range(lines):
        print(f"step={step} loss={x}")


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def median_seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    return statistics.median(seconds(work) for _ in range(repeats))


def tune(train, jobs, parallel=PARALLEL, **options) -> TuningJob:
    """Tune with Random, which takes no time: what choosing takes is in `bayesian`."""
    return amt.tune(
        train,
        X,
        minimize="loss",
        strategy="Random",
        max_jobs=jobs,
        max_parallel_jobs=parallel,
        seed=1,
        **options,
    )


def reap() -> None:
    """Collect adopted processes, so that their CPU time is counted."""
    try:
        while os.waitpid(-1, 0)[0]:
            pass
    except ChildProcessError:
        pass


def cpu_seconds(work: Callable[[], object]) -> float:
    def used() -> float:
        reap()
        usages = map(
            resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        return sum(usage.ru_utime + usage.ru_stime for usage in usages)

    before = used()
    work()
    return used() - before


def bare_fork_server() -> float:
    """Milliseconds of one of JOBS processes, two at a time, nothing kept."""
    floor = Path(__file__).with_name("floor.py")
    command = [sys.executable, str(floor), str(JOBS)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(ran.stdout)


def fresh_interpreter(code: str) -> float:
    return seconds(lambda: subprocess.run([sys.executable, "-c", code], check=True))


def per_further_job(job: TuningJob) -> float:
    """Milliseconds between two ends, after the first fifth."""
    ends = sorted(t.ended_at.timestamp() for t in job.training_jobs)
    warm = len(ends) // 5
    return (ends[-1] - ends[warm]) / (len(ends) - 1 - warm) * 1000


def further_training_job() -> Iterator[tuple[str, str, str]]:
    pairs = [
        (per_further_job(tune(trivial, JOBS)), bare_fork_server())
        for _ in range(REPEATS)
    ]
    ours, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    popen = fresh_interpreter(IMPORTS) * 1000
    yield "a further trivial training job", f"{ours:.1f} ms", "40 ms"
    yield "    to a bare fork server", f"{ours / bare:.2f} x", f"({bare:.1f} ms)"
    yield "    to a fresh interpreter", f"{ours / popen:.3f} x", f"({popen:.0f} ms)"


CELL = """
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
X, y = load_digits(return_X_y=True)
model = LogisticRegression(C={C}, max_iter=200).fit(X / 16, y)
print("accuracy=", model.score(X / 16, y))
"""
NOTEBOOK = """
import json, sys, time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "amt_magic")
import amt_magic as amt
begun = time.time()
cell = "C: Continuous(0.9, 1.1)\\n" + sys.argv[1].format(C="C")
shell.run_cell_magic("tune", "--maximize accuracy --max-jobs 1 --out job", cell)
report = shell.user_ns["job"].training_jobs[0].reports[0]
print(json.dumps(report.time.timestamp() - begun))
"""


def first_value() -> Iterator[tuple[str, str, str]]:
    def notebook() -> float:
        ran = subprocess.run(
            [sys.executable, "-c", NOTEBOOK, CELL],
            check=True,
            capture_output=True,
            text=True,
        )
        return float(json.loads(ran.stdout.splitlines()[-1]))

    pairs = [(notebook(), fresh_interpreter(CELL.format(C=1.0))) for _ in range(5)]
    ratio = statistics.median(ours / fresh for ours, fresh in pairs)
    ours, fresh = (statistics.median(column) for column in zip(*pairs, strict=True))
    told = f"{ratio:.2f} x ({ours:.2f} s to {fresh:.2f} s)"
    yield "%%tune to its first value, to a fresh interpreter", told, "1.5 x"


def cpu_of_forty() -> Iterator[tuple[str, str, str]]:
    used = statistics.median(cpu_seconds(lambda: tune(trivial, JOBS)) for _ in range(3))
    yield "CPU seconds of 40 trivial training jobs, whole tree", f"{used:.2f} s", "5 s"


def metric_lines() -> Iterator[tuple[str, str, str]]:
    before = time.process_time()
    job = tune(printer, 4, parallel=4)
    kernel = time.process_time() - before
    jobs = job.training_jobs
    count = sum(len(t.reports) for t in jobs)
    begun = min(t.started_at for t in jobs).timestamp()
    rate = count / (max(t.ended_at for t in jobs).timestamp() - begun)
    lost = 4 * 50_000 - count
    yield "metric lines recorded a second, 4 training jobs", f"{rate:,.0f}", "20,000"
    yield "    lost; CPU s of the kernel", f"{lost}; {kernel:.2f}", "0"


def stopping() -> Iterator[tuple[str, str, str]]:
    for train, limit in ((sleeper, "0.3 s"), (deaf, "grace + 0.3 s")):
        job = tune(train, 1, wait=False)
        while not (job.training_jobs and job.training_jobs[0].reports):
            time.sleep(0.01)
        pid = job.training_jobs[0].worker.rpartition(":")[2]
        begun = time.perf_counter()
        job.stop()
        while Path("/proc", pid).exists():
            time.sleep(0.002)
        gone = time.perf_counter() - begun
        yield f"stop to process gone, {train.__name__}", f"{gone:.2f} s", limit


def import_cost() -> Iterator[tuple[str, str, str]]:
    def cpu(code: str) -> float:
        return cpu_seconds(
            lambda: subprocess.run([sys.executable, "-c", code], check=True)
        )

    ipython = "from IPython.core.interactiveshell import InteractiveShell as S\ns=S()\n"
    loaded = ipython + "s.run_line_magic('load_ext', 'amt_magic')"
    cpu(loaded)
    cost = statistics.median(cpu(loaded) - cpu(ipython) for _ in range(7))
    yield "CPU seconds of %load_ext amt_magic", f"{cost:.2f} s", "0.3 s"


def large_array() -> Iterator[tuple[str, str, str]]:
    import numpy

    array = numpy.random.default_rng(0).normal(size=500 * 2**17)  # 500 MiB

    def anonymous_megabytes() -> float:
        rollup = Path("/proc/self/smaps_rollup").read_text().splitlines()
        return (
            sum(int(r.split()[1]) for r in rollup if r.startswith("Anonymous")) / 1024
        )

    def without(x):
        return anonymous_megabytes()

    def reading(x):
        assert array.sum() != 0
        return anonymous_megabytes()

    base = tune(without, 4)
    job = tune(reading, 4)
    values = [[t.value for t in each.training_jobs] for each in (base, job)]
    megabytes = statistics.median(values[1]) - statistics.median(values[0])
    folder = job._store.folder(job.name)
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    copies = size / array.nbytes
    job.delete()
    yield "a 500 MB array: copies written", f"{copies:.2f}", "1"
    yield "    private memory of a training job", f"{megabytes:.0f} MB", "20 MB"


def large_store() -> Iterator[tuple[str, str, str]]:
    from tests.benchmarks.large_store import fill

    fill(tuning_jobs=100, training_jobs=1000)
    job = amt.tuning_job("filled-050")
    job.show()
    for name, work in (
        ("list", amt.list_tuning_jobs),
        ("describe", job.describe),
        ("show", lambda: quiet(job.show)),
    ):
        yield (
            f"{name}, 100 x 1,000 in the store",
            f"{median_seconds(work, 7):.3f} s",
            "0.2 s",
        )


def quiet(work: Callable[[], object]) -> None:
    from contextlib import redirect_stdout

    with Path(os.devnull).open("w") as nothing, redirect_stdout(nothing):
        work()


def tuner_loop() -> Iterator[tuple[str, str, str]]:
    config = amt.TuningJobConfig(
        strategy="Random",
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges=X,
        resource_limits=amt.ResourceLimits(
            max_number_of_training_jobs=3000, max_parallel_training_jobs=1000
        ),
        random_seed=0,
    )
    cpu = time.process_time()
    history = amt.simulate(config, lambda h: [h["x"] / k for k in range(1, 28)])
    rate = len(history) * 27 / (time.process_time() - cpu)
    yield "tuner loop, 1,000 simulated slots, reports a CPU s", f"{rate:,.0f}", "5,000"


@contextmanager
def own_store() -> Iterator[None]:
    folder = tempfile.mkdtemp(prefix="amt-benchmark-")
    os.environ["AMT_MAGIC_STORE"] = f"sqlite:///{folder}/store.sqlite"
    try:
        yield
    finally:
        shutil.rmtree(folder)


def main() -> None:
    adopt_orphans()
    measures = (
        further_training_job,
        first_value,
        cpu_of_forty,
        metric_lines,
        stopping,
        import_cost,
        large_array,
        large_store,
        tuner_loop,
    )
    wanted = sys.argv[1:]
    print(f"| {'measure':52} | {'measured':28} | must |")
    print(f"|{'-' * 54}|{'-' * 30}|------|")
    for measure in measures:
        if wanted and measure.__name__ not in wanted:
            continue
        with own_store():
            for what, figure, limit in measure():
                print(f"| {what:52} | {figure:28} | {limit} |", flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main()
