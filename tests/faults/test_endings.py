"""How a training job can end, each way for real."""

import pytest

from tests.faults.cells import is_gone, log_of, run, start, wait_until, written

pytestmark = pytest.mark.timeout(60)


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ("print('loss=1')", "Completed", None),
        ("loss = x", "Completed", None),
        ("print('loss=1'); exit()", "Completed", None),
        ("import os; print('loss=1', flush=True); os._exit(0)", "Completed", None),
        ("exit(3)", "Failed", "exit(3)"),
        ("exit('no data')", "Failed", "exit('no data')"),
        ("import os; os._exit(7)", "Failed", "ended with exit status 7"),
        ("import ctypes; ctypes.string_at(0)", "Failed", "killed by SIGSEGV"),
        ("import os; os.abort()", "Failed", "killed by SIGABRT"),
        ("input('name? ')", "Failed", "has nobody to ask"),
        ("raise KeyboardInterrupt", "Failed", "KeyboardInterrupt"),
        ("def f(): return 1 / x0\n\nf()", "Failed", "NameError: name 'x0'"),
        (
            "def f():\n    return 1 / 0\n\nf()",
            "Failed",
            "<%%tune cell> line 4: return 1 / 0",
        ),
        ("class Odd(Exception): pass\nraise Odd('so')", "Failed", "Odd: so"),
        ("raise ValueError('long' * 10_000)", "Failed", "ValueError: longlong"),
        (
            "class Mute(Exception):\n    def __str__(self): raise OSError\nraise Mute",
            "Failed",
            "Mute",
        ),
        ("raise ValueError('\\udcff')", "Failed", "ValueError: \\udcff"),
        ("e = OSError('so'); e.add_note('why'); raise e", "Failed", "OSError: so"),
        ("class Odd(BaseException): pass\nraise Odd('so')", "Failed", "Odd: so"),
        ("f = lambda: f()\nf()", "Failed", "RecursionError"),
        ("import sys; sys.stdout.close(); print('loss=1')", "Failed", "ValueError"),
        ("import sys; sys.stdout.close(); loss = 1", "Completed", None),
        ("import io, sys; sys.stdout = io.StringIO(); loss = 1", "Completed", None),
        ("import os; os.closerange(3, 99); print('loss=1')", "Completed", None),
        ("import os; print('loss=1'); os.close(1); os.close(2)", "Completed", None),
        ("x = bytearray(2**62)", "Failed", "MemoryError"),
    ],
)
def test_ending_has_its_status_and_reason(body, status, reason):
    job = run(body)

    (training_job,) = job.training_jobs
    assert training_job.status == status
    if reason is None:
        assert training_job.failure_reason is None
        assert training_job.objective_status == "Succeeded"
    else:
        assert reason in training_job.failure_reason
        assert len(training_job.failure_reason) <= 1024
    assert job.status == "Completed"


def test_overflowing_stack_ends_one_training_job_only():
    body = (
        "import sys\n"
        "sys.setrecursionlimit(10**9)\n"
        "def deeper(n): return max([n], key=deeper)\n"
        "if x < 0.22: deeper(1)\n"
        "print('loss=1')"
    )

    job = run(body, jobs=4)

    statuses = {t.hyperparameters["x"] < 0.22: t.status for t in job.training_jobs}
    assert statuses == {True: "Failed", False: "Completed"}


def test_traceback_in_the_log_shows_the_cells_lines_and_no_internals():
    job = run("def f():\n    return 1 / 0\n\nf()")

    assert 'File "<%%tune cell>", line 6, in <module>\n    f()' in log_of(job)
    assert "return 1 / 0" in log_of(job)
    assert "training_process" not in log_of(job)


def test_objective_never_printed_names_the_last_line():
    job = run("print('accuracy=1')")

    (training_job,) = job.training_jobs
    assert training_job.objective_status == "Failed"
    assert "its last line was 'accuracy=1'" in training_job.failure_reason


def test_nan_is_a_value_and_the_objective_has_failed():
    (training_job,) = run("print('loss=nan')").training_jobs

    assert training_job.status == "Completed"
    assert training_job.objective_status == "Failed"
    assert training_job.value != training_job.value


def test_five_failures_and_no_success_fail_the_tuning_job():
    job = run("1 / 0", jobs=20)

    assert job.status == "Failed"
    assert "5 x ZeroDivisionError" in job.describe()["FailureReason"]
    assert len(job.training_jobs) < 8


def test_catastrophic_expression_does_not_stall_the_tuning():
    import amt_magic as amt

    definition = amt.MetricDefinition(name="loss", regex=r"(x+x+)+y=(\d)")
    body = "for _ in range(40): print('x' * 5000)"

    job = run(body, jobs=2, metric_definitions=(definition,))

    assert job.status == "Completed"
    elapsed = [t.ended_at - t.started_at for t in job.training_jobs]
    assert max(elapsed).total_seconds() < 10


def test_leak_ends_at_the_limit_and_the_others_go_on():
    body = (
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))\n"
        "held = []\n"
        "while x < 0.22: held.append(bytearray(2**24))\n"
        "print('loss=1')"
    )

    job = run(body, jobs=4)

    statuses = {t.hyperparameters["x"] < 0.22: t.status for t in job.training_jobs}
    assert statuses == {True: "Failed", False: "Completed"}


def test_daemon_that_keeps_the_pipe_open_dies_with_its_training_job(tmp_path):
    pid_file = tmp_path / "pid"
    body = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        f"        open({str(pid_file)!r}, 'w').write(str(os.getpid()))\n"
        "        while True: print('still here'); time.sleep(0.01)\n"
        "    os._exit(0)\n"
        f"while not os.path.exists({str(pid_file)!r}): time.sleep(0.01)\n"
        "time.sleep(0.1)\n"
        "print('loss=1')"
    )

    job = run(body, jobs=2, parallel=1)

    assert [str(t.status) for t in job.training_jobs] == ["Completed"] * 2
    wait_until(lambda: is_gone(int(written(pid_file))), 1)


def test_children_are_captured_and_gone_afterwards(tmp_path):
    pid_file = tmp_path / "pid"
    body = (
        "import multiprocessing, os, subprocess\n"
        f"sleeper = subprocess.Popen(['sleep', '600'])\n"
        f"open({str(pid_file)!r}, 'w').write(str(sleeper.pid))\n"
        "os.system('echo from the shell')\n"
        "with multiprocessing.get_context('fork').Pool(2) as pool:\n"
        "    print('pool', pool.map(abs, [-1, -2]))\n"
        "import ctypes; c = ctypes.CDLL(None); c.puts(b'from C'); c.fflush(None)\n"
        "os.write(2, b'loss=3\\n')"
    )

    job = run(body)

    assert job.training_jobs[0].value == 3
    for text in ("from the shell", "pool [1, 2]", "from C"):
        assert text in log_of(job)
    assert is_gone(int(written(pid_file)))


def test_ten_megabytes_without_a_newline_and_odd_bytes():
    body = (
        "import os, sys\n"
        "sys.stdout.write('x' * 10_000_000); sys.stdout.flush()\n"
        "os.write(1, b'\\n\\xff\\xfe\\x00 loss=2\\r100%\\n')"
    )

    job = run(body)

    assert job.training_jobs[0].value == 2
    assert len(log_of(job)) > 10_000_000
    assert len(job._store.log_tail(job.name, 1)) <= 65_536


def test_log_stops_at_its_limit_and_values_do_not():
    body = (
        "import sys\n"
        "for _ in range(66): sys.stdout.write('x' * 2**20 + '\\n')\n"
        "print('loss=2')"
    )

    job = run(body)

    assert job.training_jobs[0].value == 2
    assert len(log_of(job)) == 64 * 2**20


def test_daemon_threads_do_not_hold_the_training_job():
    body = (
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
        "print('loss=1')"
    )

    assert run(body).training_jobs[0].status == "Completed"


def test_threads_and_then_exit_handlers_come_to_their_end():
    body = (
        "import atexit, threading, time\n"
        "atexit.register(lambda: print('loss=2'))\n"
        "def late(): time.sleep(0.2); print('loss=1')\n"
        "threading.Thread(target=late).start()"
    )

    (training_job,) = run(body).training_jobs

    assert [report.value for report in training_job.reports] == [1, 2]


def test_workers_of_joblib_do_not_hold_the_training_job(tmp_path):
    pid_file = tmp_path / "pid"
    body = (
        "import os\n"
        "from joblib import Parallel, delayed\n"
        "def square(k): return k * k, os.getpid()\n"
        "squares = Parallel(n_jobs=2)(delayed(square)(k) for k in range(4))\n"
        f"open({str(pid_file)!r}, 'w').write(str(squares[0][1]))\n"
        "loss = sum(each for each, _ in squares)"
    )

    job = run(body)

    assert job.training_jobs[0].value == 14
    assert is_gone(int(written(pid_file)))


def test_lines_of_four_training_jobs_are_all_recorded_in_order():
    job = run("for k in range(5000): print(f'k={k} loss={k}')", jobs=4, parallel=4)

    for training_job in job.training_jobs:
        assert [r.value for r in training_job.reports] == list(range(5000))
        assert [r.resource for r in training_job.reports] == list(range(1, 5001))


def test_reported_values_take_the_place_of_printed_ones():
    body = (
        "import amt_magic\n"
        "for k in range(3):\n"
        "    amt_magic.report(loss=k)\n"
        "    print(f'loss={k}')\n"
        "loss = 99"
    )

    job = run(body)

    assert [r.value for r in job.training_jobs[0].reports] == [0, 1, 2]


def test_reports_go_past_redirected_output():
    body = (
        "import amt_magic, contextlib, io\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    print('loss=9')\n"
        "    amt_magic.report(loss=1)"
    )

    job = run(body)

    assert [report.value for report in job.training_jobs[0].reports] == [1]
    assert "loss=9" not in log_of(job)


def test_seed_fixes_hyperparameters_and_draws_and_each_training_job_has_its_own():
    body = (
        "import random, os, numpy\n"
        "print('draws', random.random(), numpy.random.rand(), os.environ['AMT_SEED'])\n"
        "print('loss=1')"
    )

    first, second = run(body, name="a", jobs=3), run(body, name="b", jobs=3)

    drawn = [[job.logs(n) for n in (1, 2, 3)] for job in (first, second)]
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) == 3
    hyperparameters = [
        [t.hyperparameters for t in j.training_jobs] for j in (first, second)
    ]
    assert hyperparameters[0] == hyperparameters[1]


def test_numerical_libraries_get_cores_by_parallel_threads(monkeypatch):
    from amt_magic.launcher import core_count

    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    body = "import os; print('threads', os.environ['OMP_NUM_THREADS']); loss = 1"

    job = run(body, parallel=2)

    assert f"threads {max(1, core_count() // 2)}" in log_of(job)


def test_body_finds_the_kernels_folder_and_search_path(tmp_path, monkeypatch):
    for folder, name in (("on_path", "beside"), ("python_path", "before")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{name}.py").write_text("VALUE = 5")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path / "on_path"))
    monkeypatch.syspath_prepend(str(tmp_path / "python_path"))
    monkeypatch.setenv("OF_THE_KERNEL", "told")
    body = (
        "import before, beside, os, subprocess, sys\n"
        "print(os.getcwd(), os.environ['OF_THE_KERNEL'], flush=True)\n"
        "subprocess.run([sys.executable, '-c', 'import before; print(before)'])\n"
        "loss = before.VALUE + beside.VALUE"
    )

    job = run(body)

    assert job.training_jobs[0].value == 10
    assert f"{tmp_path} told" in log_of(job)
    assert "<module 'before'" in log_of(job)


def test_module_that_cannot_be_imported_fails_its_training_jobs_only(
    tmp_path, monkeypatch
):
    (tmp_path / "broken.py").write_text("import sys; sys.exit('no licence')")
    monkeypatch.syspath_prepend(str(tmp_path))
    body = "if x < 0.22: import broken\nloss = 1"

    job = run(body, jobs=4)

    reasons = {
        t.hyperparameters["x"] < 0.22: t.failure_reason for t in job.training_jobs
    }
    assert reasons == {True: "exit('no licence')", False: None}


def test_body_runs_as_the_main_module():
    body = (
        "import __main__\n"
        "if __name__ == '__main__': loss = 1 if __main__.x == x else 2\n"
    )

    assert run(body).training_jobs[0].value == 1


def test_unstarted_training_jobs_do_not_appear():
    job = start("import time; print('loss=1'); time.sleep(600)", jobs=9)
    wait_until(lambda: len(job.training_jobs) == 2)

    job.stop()

    wait_until(lambda: job.status.is_terminal)
    assert len(job.training_jobs) == 2
