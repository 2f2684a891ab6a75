"""Kernels, runners, guardians and training processes killed by real signals."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

import psutil
import pytest

import amt_magic as amt
from tests.faults.cells import (
    ended,
    is_gone,
    pid_of,
    reported,
    run,
    runner_of,
    start,
    wait_until,
    written,
)

pytestmark = pytest.mark.timeout(90)

QUICK = "import time; print(f'loss={x}'); time.sleep(0.05)"
ENDLESS = "import time; print('loss=1'); time.sleep(600)"


def gate(tmp_path) -> str:
    """Code of a training job that goes on once a file is there."""
    return (
        "import os, time\n"
        "print(f'loss={x}', flush=True)\n"
        f"while not os.path.exists({str(tmp_path / 'gate')!r}): time.sleep(0.01)\n"
    )


def open_gate(tmp_path) -> None:
    (tmp_path / "gate").touch()


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    os.kill(pid, number)


def test_killed_training_job_has_failed_and_the_others_go_on(tmp_path):
    job = start(gate(tmp_path), jobs=4)
    victim = reported(job, 2)[0]

    kill(pid_of(victim))
    open_gate(tmp_path)

    ended(job)
    statuses = [str(t.status) for t in job.training_jobs]
    assert statuses.count("Failed") == 1
    assert statuses.count("Completed") == 3
    failed = job.training_job(victim.index)
    assert failed.failure_reason.startswith("killed by SIGKILL, from outside")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_killed_training_job_is_retried_under_its_index(tmp_path, number):
    job = start(gate(tmp_path), jobs=2, max_retries=1)
    victim = reported(job, 2)[0]

    kill(pid_of(victim), number)
    wait_until(lambda: job.training_job(victim.index).attempt == 2)
    open_gate(tmp_path)

    again = ended(job).training_job(victim.index)
    assert (again.status, again.attempt) == ("Completed", 2)
    assert again.hyperparameters == victim.hyperparameters
    assert [r.resource for r in again.reports] == [1]
    assert "loss=" in job.logs(victim.index)


def test_training_job_killed_more_often_than_it_is_retried_has_failed():
    suicide = "import os; print('loss=1', flush=True); os.kill(os.getpid(), 9)"

    (training_job,) = run(suicide, max_retries=2).training_jobs

    assert (training_job.status, training_job.attempt) == ("Failed", 3)
    assert len(training_job.reports) == 1


def test_segfault_and_exception_are_not_retried():
    for number, body in enumerate(("import ctypes; ctypes.string_at(0)", "1 / 0")):
        job = run(body, name=f"job-{number}", max_retries=3)

        assert job.training_jobs[0].attempt == 1


def test_kernel_killed_at_half_the_job_and_the_job_completes(tmp_path):
    code = (
        "import amt_magic as amt, os, time\n"
        "def train(x):\n"
        "    time.sleep(0.1)\n"
        "    return x\n"
        "amt.tune(train, {'x': amt.Continuous(0, 1)}, minimize='loss', max_jobs=8,\n"
        "         max_parallel_jobs=2, name='orphan', wait=False)\n"
        "time.sleep(600)\n"
    )
    kernel = subprocess.Popen([sys.executable, "-c", code])

    def half_done():
        found = [j for j in amt.list_tuning_jobs() if j.name == "orphan"]
        return found and found[0].training_jobs >= 4

    wait_until(half_done)
    kernel.kill()
    kernel.wait()

    job = ended(amt.tuning_job("orphan"))
    assert job.status == "Completed"
    assert len(job.training_jobs) == 8
    assert job.best_training_job.value == min(t.value for t in job.training_jobs)


def test_runner_killed_nothing_lost_nothing_left_and_resume_finishes(tmp_path):
    pid_file = tmp_path / "daemon"
    daemon = (
        "import subprocess\n"
        "daemon = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        f"open({str(pid_file)!r}, 'w').write(str(daemon.pid))\n"
    )
    body = (
        "import os, time\n"
        f"if len(os.listdir({str(tmp_path)!r} + '/done')) >= 3:\n"
        + "".join(f"    {line}\n" for line in (daemon + gate(tmp_path)).splitlines())
        + f"open({str(tmp_path)!r} + f'/done/{{x}}', 'w').close()\n"
        "print(f'loss={x}')"
    )
    (tmp_path / "done").mkdir()
    job = start(body, jobs=8)
    wait_until(lambda: written(pid_file) and len(job.training_jobs) >= 5)
    reported(job, 5)
    runner = runner_of(job)
    processes = runner.children(recursive=True)
    done = {t.index: t.value for t in job.training_jobs if t.status == "Completed"}

    runner.kill()

    everyone = [p.pid for p in processes] + [int(written(pid_file))]
    wait_until(lambda: all(map(is_gone, everyone)), 1)
    assert job.summary().status == "interrupted"
    assert job.status == "InProgress"
    with pytest.raises(amt.TuningJobInterruptedError, match="%tune resume job"):
        job.wait()
    kept = {t.index: t.value for t in job.training_jobs if t.status == "Completed"}
    assert kept == done
    open_gate(tmp_path)
    job.resume()
    assert [t.index for t in ended(job).training_jobs] == list(range(1, 9))
    again = {t.index: t.value for t in job.training_jobs if t.attempt == 1}
    assert done.items() <= again.items()
    assert len(list((tmp_path / "done").iterdir())) == 8


@pytest.mark.parametrize(
    "code",
    [
        "import ctypes; ctypes.PyDLL(None).sleep(600)",  # holds the interpreter's lock
        "import os; os.execlp('sleep', 'sleep', '600')",
        "import os; os.kill(os.getpid(), 19)",  # SIGSTOP
    ],
)
def test_processes_that_cannot_watch_end_with_the_runner(code):
    job = start(f"print('loss=1', flush=True)\n{code}", jobs=2)
    pids = [pid_of(t) for t in reported(job, 2)]

    runner_of(job).kill()

    wait_until(lambda: all(map(is_gone, pids)), 1)


def test_who_waits_is_told_when_the_runner_dies():
    job = start(ENDLESS)
    reported(job)
    threading.Timer(0.2, runner_of(job).kill).start()

    with pytest.raises(amt.TuningJobInterruptedError, match="%tune resume job"):
        job.wait()


def test_two_resumes_at_once_and_one_wins(tmp_path):
    job = start(gate(tmp_path), jobs=2)
    reported(job, 2)
    runner_of(job).kill()
    wait_until(lambda: job.summary().status == "interrupted")
    open_gate(tmp_path)
    failures = []

    def resume():
        try:
            amt.tuning_job("job").resume()
        except amt.ResourceInUseError as error:
            failures.append(error)

    threads = [threading.Thread(target=resume) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(failures) == 1
    assert len(ended(job).training_jobs) == 2


def test_training_processes_end_with_the_runner_without_a_guardian(tmp_path):
    job = start(ENDLESS, jobs=2)
    pids = [pid_of(t) for t in reported(job, 2)]
    runner = runner_of(job)

    runner.parent().kill()
    runner.kill()

    wait_until(lambda: all(map(is_gone, pids)), 2)


def test_guardian_killed_and_the_job_goes_on(tmp_path):
    job = start(gate(tmp_path), jobs=4)
    reported(job, 2)

    runner_of(job).parent().kill()
    open_gate(tmp_path)

    assert ended(job).status == "Completed"


def test_fork_server_killed_and_the_job_goes_on(tmp_path):
    job = start(gate(tmp_path), jobs=4)
    reported(job, 2)
    servers = [
        child
        for child in runner_of(job).children()
        if "forkserver" in " ".join(child.cmdline())
    ]

    servers[0].kill()
    open_gate(tmp_path)

    ended(job)
    assert job.status == "Completed"
    assert [str(t.status) for t in job.training_jobs[2:]] == ["Completed"] * 2


def test_stopped_runner_is_not_taken_for_dead(tmp_path):
    job = start(gate(tmp_path))
    reported(job)
    runner = runner_of(job)

    runner.suspend()
    shown = job.summary().status
    runner.resume()
    open_gate(tmp_path)

    assert shown == "InProgress"
    assert ended(job).status == "Completed"


def test_stop_ends_a_cooperative_process_at_once():
    job = start(ENDLESS, jobs=5)
    pids = [pid_of(t) for t in reported(job, 2)]

    job.stop()

    wait_until(lambda: all(map(is_gone, pids)), 2)
    assert ended(job).status == "Stopped"
    assert {str(t.status) for t in job.training_jobs} == {"Stopped"}
    assert {t.stop_reason for t in job.training_jobs} == {"stopped on request"}


def test_stop_comes_from_any_process():
    job = start(ENDLESS, jobs=5)
    reported(job, 2)
    code = "import amt_magic as amt; amt.tuning_job('job').stop()"

    subprocess.run([sys.executable, "-c", code], check=True)

    assert ended(job).status == "Stopped"


def test_process_deaf_to_sigterm_is_killed_after_the_grace():
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    job = start(deaf + ENDLESS, jobs=4, parallel=1, grace=0.3)
    seconds = []
    for index in (1, 2, 3):
        pid = pid_of(reported(job, index)[-1])
        before = time.monotonic()
        job.stop(training_job=index)
        wait_until(lambda pid=pid: is_gone(pid), 5)
        seconds.append(time.monotonic() - before)

    job.stop()

    assert 0.3 <= min(seconds) <= 0.6
    assert ended(job).status == "Stopped"


def test_suspended_process_is_killed_after_the_grace():
    suspend = "import os; print('loss=1', flush=True); os.kill(os.getpid(), 19)"
    job = start(suspend, grace=0.2)
    reported(job)

    job.stop()

    assert ended(job, 5).status == "Stopped"


def test_training_jobs_that_never_cease_to_print_are_stopped():
    flood = "while True: print('step of no interest ' * 100)"
    job = start(f"print('loss=1')\n{flood}", jobs=2)
    reported(job, 2)

    job.stop()

    assert ended(job, 5).status == "Stopped"
    assert [t.value for t in job.training_jobs] == [1, 1]


def test_what_is_printed_in_the_grace_counts():
    body = (
        "import signal, sys, time\n"
        "def save(*_):\n"
        "    print('loss=7', flush=True)\n"
        "    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, save)\n"
        "print('loss=9', flush=True)\n"
        "time.sleep(600)"
    )
    job = start(body)
    reported(job)

    job.stop()

    (training_job,) = ended(job).training_jobs
    assert (training_job.status, training_job.value) == ("Stopped", 7)


def test_one_training_job_is_stopped_and_the_others_go_on(tmp_path):
    job = start(gate(tmp_path), jobs=4)
    victim = reported(job, 2)[0].index

    amt.tuning_job("job").stop(training_job=victim)
    wait_until(lambda: job.training_job(victim).status == "Stopped")
    open_gate(tmp_path)

    statuses = {t.index: str(t.status) for t in ended(job).training_jobs}
    assert statuses.pop(victim) == "Stopped"
    assert set(statuses.values()) == {"Completed"}
    with pytest.raises(amt.ResourceNotFoundError):
        job.stop(training_job=99)


def test_run_time_is_up_and_running_training_jobs_are_stopped():
    job = ended(start(ENDLESS, jobs=9, seconds=1))

    assert job.status == "Completed"
    assert {str(t.status) for t in job.training_jobs} == {"Stopped"}
    assert "MaxRuntimeInSeconds" in job.summary().reason
    assert job.best_training_job.value == 1


def test_stop_and_delete_of_an_interrupted_job(tmp_path):
    job = start(ENDLESS)
    reported(job)
    with pytest.raises(amt.ResourceInUseError, match="is running"):
        job.delete()
    folder = job._store.folder("job")
    runner_of(job).kill()
    wait_until(lambda: job.summary().status == "interrupted")

    job.stop()

    assert job.status == "Stopped"
    job.delete()
    assert not folder.exists()
    with pytest.raises(amt.ResourceNotFoundError):
        amt.tuning_job("job")


def test_two_tuning_jobs_of_two_processes_in_one_store():
    code = (
        "import amt_magic as amt, sys\n"
        "def train(x):\n"
        "    for k in range(50): print(f'loss={x + k}')\n"
        "amt.tune(train, {'x': amt.Continuous(0, 1)}, minimize='loss', max_jobs=12,\n"
        "         max_parallel_jobs=2, seed=1, name=sys.argv[1])\n"
    )
    names = ("left", "right")

    kernels = [subprocess.Popen([sys.executable, "-c", code, name]) for name in names]

    assert [kernel.wait() for kernel in kernels] == [0, 0]
    for name in names:
        jobs = amt.tuning_job(name).training_jobs
        assert [str(t.status) for t in jobs] == ["Completed"] * 12
        assert {len(t.reports) for t in jobs} == {50}


def test_payload_removed_and_resume_says_so():
    job = run(QUICK)
    shutil.rmtree(job._store.folder("job"))

    with pytest.raises(amt.StoreError, match="removed to make room"):
        job.resume(max_jobs=2)


def test_completed_job_goes_on_with_a_larger_limit():
    job = run(QUICK, jobs=2)
    with pytest.raises(amt.ResourceInUseError, match="--max-jobs"):
        job.resume()

    job.resume(max_jobs=5)

    assert len(ended(job).training_jobs) == 5


@pytest.fixture
def small_disk(tmp_path, monkeypatch):
    """A store on a file system of 3 MB."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)]
    subprocess.run(mount, check=True)
    monkeypatch.setenv("AMT_MAGIC_STORE", f"sqlite:///{disk / 'store.sqlite'}")
    yield disk
    wait_until(lambda: not users_of(disk))
    subprocess.run(["umount", str(disk)], check=True)


def test_full_disk_ends_the_runner_and_resume_finishes(tmp_path, small_disk):
    job = start(f"{gate(tmp_path)}for k in range(20_000): print(f'loss={{k}}')")
    reported(job)
    runner, filler = runner_of(job), small_disk / "filler"
    fill(filler)
    open_gate(tmp_path)
    wait_until(lambda: is_gone(runner.pid))
    filler.unlink()

    assert job.summary().status == "interrupted"
    with pytest.raises(
        amt.TuningJobInterruptedError,
        match=r"StoreError: .*store\.sqlite: .*free some space",
    ):
        job.wait()
    (training_job,) = ended(job.resume()).training_jobs
    assert len(training_job.reports) == 20_001


def test_full_disk_at_the_start_is_an_error_that_leaves_nothing(small_disk):
    run(QUICK, name="before")
    filler = small_disk / "filler"
    fill(filler)

    with pytest.raises(amt.StoreError, match=str(small_disk)):
        start(QUICK)

    filler.unlink()
    assert run(QUICK).status == "Completed"


def fill(file):
    """Write until the disk is full."""
    with file.open("wb", buffering=0) as stream, suppress(OSError):
        while True:
            stream.write(bytes(4096))


def users_of(folder):
    """Processes that keep a file system busy."""
    return [
        process
        for process in psutil.process_iter(["cwd", "open_files"])
        if any(str(folder) in f.path for f in process.info["open_files"] or ())
    ]


def test_store_deleted_under_a_running_runner_and_nothing_is_left(tmp_path):
    job = start(gate(tmp_path), jobs=2)
    pids = [pid_of(t) for t in reported(job, 2)]
    runner = runner_of(job)

    for file in tmp_path.glob("store.sqlite*"):
        if file.is_file():
            file.unlink()
    open_gate(tmp_path)

    wait_until(lambda: is_gone(runner.pid) and all(map(is_gone, pids)))


def test_folder_removed_under_a_running_runner_and_nothing_is_left(tmp_path):
    job = start(gate(tmp_path), jobs=4)
    pids = [pid_of(t) for t in reported(job, 2)]

    shutil.rmtree(job._store.folder("job"))
    open_gate(tmp_path)

    wait_until(lambda: job.summary().status == "interrupted")
    wait_until(lambda: all(map(is_gone, pids)), 1)
    with pytest.raises(amt.StoreError, match="run its cell again"):
        job.resume()
