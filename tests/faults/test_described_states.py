"""What describe and list tell of real deaths and stops, in the service's words."""

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
)
from tests.wire import service

pytestmark = pytest.mark.timeout(60)

ENDLESS = "import time; print('loss=1', flush=True); time.sleep(600)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{ENDLESS}"


def told_of(job):
    """Return what describe tells, once it and the list item have their shapes."""
    answer = job.describe()
    (listed,) = amt.list_tuning_jobs()
    shape = service.model().shape_for("HyperParameterTuningJobSummary")
    assert service.problems(service.output_shape(), answer) == []
    assert service.problems(shape, dict(listed)) == []
    counters = answer["TrainingJobStatusCounters"]
    assert listed["TrainingJobStatusCounters"] == counters
    return answer, {name: count for name, count in counters.items() if count}


@pytest.mark.parametrize(
    ("code", "counter"),
    [
        ("import os; os.kill(os.getpid(), 9)", "RetryableError"),
        ("import os; os.kill(os.getpid(), 15)", "RetryableError"),
        ("import os; os.kill(os.getpid(), 11)", "NonRetryableError"),
        ("raise ValueError('killed by SIGKILL, from outside')", "NonRetryableError"),
        ("import sys; sys.exit(3)", "NonRetryableError"),
    ],
)
def test_failure_counts_as_retryable_if_it_came_from_outside(code, counter):
    job = run(f"print('loss=1', flush=True); {code}")

    assert told_of(job)[1] == {counter: 1}


def test_stopping_is_told_while_a_stop_is_under_way():
    job = start(DEAF, grace=2)
    reported(job)

    job.stop()

    wait_until(lambda: job.status == "Stopping", 1.5)
    answer, counters = told_of(job)
    assert answer["HyperParameterTuningJobStatus"] == "Stopping"
    assert "HyperParameterTuningEndTime" not in answer
    assert counters == {"InProgress": 1}
    answer, counters = told_of(ended(job))
    assert answer["HyperParameterTuningJobStatus"] == "Stopped"
    assert answer["HyperParameterTuningEndTime"] >= answer["CreationTime"]
    assert counters == {"Stopped": 1}


def test_training_job_of_a_dead_runner_is_told_to_be_retryable_until_it_runs_again():
    job = start(ENDLESS, jobs=1)
    (running,) = reported(job)

    runner_of(job).kill()

    wait_until(lambda: job.summary().status == "interrupted")
    answer, counters = told_of(job)
    assert answer["HyperParameterTuningJobStatus"] == "InProgress"
    assert counters == {"RetryableError": 1}
    wait_until(lambda: is_gone(pid_of(running)))
    job.resume()
    reported(job)
    assert told_of(job)[1] == {"InProgress": 1}
    job.stop()
    assert told_of(ended(job))[1] == {"Stopped": 1}
