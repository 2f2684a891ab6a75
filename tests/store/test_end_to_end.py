"""A whole tuning job on every database."""

import pytest

import amt_magic as amt

pytestmark = pytest.mark.timeout(60)


def train(x):
    for epoch in range(1, 4):
        print(f"loss={x / epoch}")


def test_tuning_job_runs_is_read_and_goes_on(url, monkeypatch):
    monkeypatch.setenv("AMT_MAGIC_STORE", url)
    options = {"minimize": "loss", "max_jobs": 3, "max_parallel_jobs": 2, "seed": 1}

    job = amt.tune(train, {"x": amt.Continuous(0, 1)}, name="anywhere", **options)
    job.resume(max_jobs=5).wait()

    assert (job.status, len(job.training_jobs)) == ("Completed", 5)
    assert {len(t.reports) for t in job.training_jobs} == {3}
    assert job.best_training_job.value == min(t.value for t in job.training_jobs)
    assert [listed.name for listed in amt.list_tuning_jobs()] == ["anywhere"]
    job.delete()
    assert amt.list_tuning_jobs() == []
