"""Going on under the same name: what is left, changed limits, and quotas."""

import pytest

import amt_magic as amt
from tests.faults.cells import ended, reported, run, runner_of, start, wait_until

pytestmark = pytest.mark.timeout(60)

QUICK = "print(f'loss={x}')"


def killed(tmp_path, jobs=5, done=2):
    """Return a job whose runner was killed after some training jobs had ended."""
    counter = tmp_path / "count"
    counter.mkdir()
    body = (
        "import os, tempfile, time\n"
        "print(f'loss={x}', flush=True)\n"
        f"tempfile.mkstemp(dir={str(counter)!r})\n"
        f"if len(os.listdir({str(counter)!r})) == {done + 1}: time.sleep(600)\n"
    )
    job = start(body, jobs=jobs, parallel=1)
    wait_until(lambda: sum(t.status.is_terminal for t in job.training_jobs) == done)
    reported(job, done + 1)
    runner_of(job).kill()
    wait_until(lambda: job.summary().status == "interrupted")
    return job


def test_interrupted_job_says_what_is_done_and_what_is_to_go(tmp_path):
    job = killed(tmp_path)

    assert job.summary().remedy == "%tune resume job (2 done + 3 to go)"
    assert "(2 done + 3 to go)" in job._repr_mimebundle_()["text/plain"]

    job.resume()

    assert job.summary().origins == ("resumed: 2 done + 3 to go",)
    assert ended(job).status == "Completed"
    assert len(job.training_jobs) == 5
    assert "resumed: 2 done + 3 to go" in job._repr_mimebundle_()["text/html"]


def test_limits_may_change_on_resume():
    job = run(QUICK, jobs=3, seconds=60)

    ended(job.resume(max_jobs=6, max_parallel_jobs=3, max_runtime=90))

    limits = job.config.resource_limits
    assert len(job.training_jobs) == 6
    assert limits.max_parallel_training_jobs == 3
    assert limits.max_runtime_in_seconds == 90
    assert job.summary().origins == ("resumed: 3 done + 3 to go",)


def test_job_whose_time_is_over_needs_more_of_it():
    slow = "import time; print('loss=1', flush=True); time.sleep(600)"
    job = run(slow, jobs=3, seconds=1)
    assert job.status == "Completed"

    with pytest.raises(amt.ResourceInUseError, match="--max-runtime 2"):
        job.resume()

    job.resume(max_runtime=2)
    assert ended(job, 10).summary().reason == "reached MaxRuntimeInSeconds (2)"


@pytest.mark.parametrize(
    "limits", [{"max_jobs": 751}, {"max_jobs": 9, "max_parallel_jobs": 11}]
)
def test_quotas_hold_on_resume_as_well(limits):
    job = run(QUICK, jobs=1)
    before = job.describe()

    with pytest.raises(amt.ResourceLimitExceededError, match="account-level"):
        job.resume(**limits)

    assert job.describe() == before
