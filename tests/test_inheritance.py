"""Warm starts from tuning jobs of the store, with real runners."""

from functools import partial

import pytest

import amt_magic as amt
from amt_magic import creation
from amt_magic.executors.payload import write_payload
from amt_magic.inheritance import changed_code, is_other_code
from amt_magic.store.job_store import JobStore
from amt_magic.verbs import make_payload
from amt_magic.views.formats import number
from tests.faults.cells import (
    RANGE,
    cell,
    create,
    ended,
    reported,
    run,
    runner_of,
    start,
    wait_until,
)

pytestmark = pytest.mark.timeout(60)

PLAIN = "loss = (x - 0.3) ** 2"
ENDLESS = "import time; print('loss=1', flush=True); time.sleep(600)"
IDENTICAL = "IdenticalDataAndAlgorithm"
TRANSFER = "TransferLearning"


def child(*parents, type=IDENTICAL, body=PLAIN, name="child", **options):
    warm_start = amt.WarmStart(parents=parents, type=type)
    return run(body, name=name, warm_start=warm_start, **options)


def everything():
    """What the store holds, to tell whether anything was left behind."""
    store = JobStore()
    files = sorted(file.name for file in store.folder("old").parent.iterdir())
    return [(r.name, r.status, r.modified_at) for r in store.records()], files


def test_child_learns_from_a_copy_that_outlives_its_parent():
    parent = run(PLAIN, name="old", jobs=6)
    child("old", jobs=2)

    amt.tuning_job("old").delete()
    (copied,) = JobStore().parents("child")

    values = [job.value for job in copied.history.training_jobs]
    assert copied.name == "old"
    assert len(values) == 6
    assert min(values) == copied.history.best.value
    assert parent.name == copied.name


def test_copy_does_not_grow_with_its_parent():
    run(PLAIN, name="old", jobs=3)
    child("old", jobs=1)

    ended(amt.tuning_job("old").resume(max_jobs=5))

    assert len(JobStore().parents("child")[0].history) == 3


def test_copy_is_gone_with_the_child():
    run(PLAIN, name="old", jobs=2)
    child("old", jobs=1).delete()

    child("old", jobs=1)

    assert len(JobStore().parents("child")) == 1


@pytest.mark.parametrize("type", [IDENTICAL, TRANSFER])
@pytest.mark.parametrize("strategy", ["Random", "Bayesian"])
def test_no_configuration_of_a_parent_runs_again(strategy, type):
    body, ranges = "loss = x", {"x": amt.Integer(1, 8)}
    first = amt.TuningJobConfig(
        strategy=strategy,
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges=ranges,
        resource_limits=amt.ResourceLimits(max_number_of_training_jobs=5),
        random_seed=1,
    )
    old = ended(create(first, cell(body), name="old"))
    warm_start = amt.WarmStart(parents=("old",), type=type)

    new = ended(create(first.evolve(warm_start=warm_start), cell(body), name="new"))

    tried = [
        job.hyperparameters["x"] for job in (*old.training_jobs, *new.training_jobs)
    ]
    if type == IDENTICAL:
        assert sorted(tried) == list(range(1, 9))
    assert len(new.training_jobs) == len(
        {j.hyperparameters["x"] for j in new.training_jobs}
    )


def test_interrupted_job_is_a_parent_by_what_it_has_finished():
    job = start(
        "print(f'loss={x}')\nimport time; time.sleep(0 if x < 0.5 else 600)",
        name="old",
        jobs=9,
        parallel=2,
    )
    wait_until(lambda: any(t.status.is_terminal for t in job.training_jobs))
    runner_of(job).kill()
    wait_until(lambda: job.summary().status == "interrupted")
    finished = [t.value for t in job.training_jobs if t.status.is_terminal]

    child("old", jobs=2)

    (copied,) = JobStore().parents("child")
    assert [t.value for t in copied.history.training_jobs] == finished
    job.stop()


def test_curves_are_kept_where_something_was_stopped():
    job = start(
        "import time\n"
        "for k in (3, 2): print(f'loss={k + x}', flush=True)\n"
        "if x > 0.3: time.sleep(600)",
        name="old",
        jobs=4,
        parallel=4,
    )
    wait_until(lambda: sum(t.status.is_terminal for t in job.training_jobs) >= 1)
    reported(job, 4)
    job.stop()
    ended(job)

    child("old", jobs=1)

    (copied,) = JobStore().parents("child")
    for then, now in zip(job.training_jobs, copied.history.training_jobs, strict=True):
        assert [r.value for r in then.reports] == [r.value for r in now.reports]
        assert (then.index, then.status, then.hyperparameters) == (
            now.index,
            now.status,
            now.hyperparameters,
        )


def test_describe_has_the_overall_best_of_identical_parents_alone():
    run("loss = x / 100", name="old", jobs=3)

    identical = child("old", jobs=2, body="loss = 1 + x").describe()
    transfer = child(
        "old", jobs=2, body="loss = 1 + x", type=TRANSFER, name="other"
    ).describe()

    overall = identical["OverallBestTrainingJob"]
    assert overall["TuningJobName"] == "old"
    assert overall["TrainingJobName"].startswith("old-")
    assert identical["BestTrainingJob"]["TrainingJobName"].startswith("child-")
    assert identical["WarmStartConfig"] == {
        "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "old"}],
        "WarmStartType": IDENTICAL,
    }
    assert "OverallBestTrainingJob" not in transfer


def test_summary_tells_the_better_training_job_of_an_identical_parent_alone():
    old = run("loss = x / 100", name="old", jobs=3)
    best = old.best_training_job

    child("old", jobs=2, body="loss = 1 + x")
    child("old", jobs=2, body="loss = 1 + x", type=TRANSFER, name="other")
    child("old", jobs=2, body="loss = x / 1000", name="better")

    shown = amt.tuning_job("child")._repr_mimebundle_()
    told = f"overall best {number(best.value)}, training job {best.index} of old"
    assert told in shown["text/plain"]
    assert told in shown["text/html"]
    for name in ("other", "better"):
        assert "overall" not in amt.tuning_job(name)._repr_mimebundle_()["text/html"]


def test_overall_best_may_be_its_own():
    run("loss = 1 + x", name="old", jobs=3)

    told = child("old", jobs=2, body="loss = x / 100").describe()

    assert (
        told["OverallBestTrainingJob"]["TrainingJobName"]
        == told["BestTrainingJob"]["TrainingJobName"]
    )
    assert told["OverallBestTrainingJob"]["TuningJobName"] == "child"


def test_not_recursive_grandparents_are_no_parents():
    run(PLAIN, name="old", jobs=4)
    child("old", jobs=2, name="middle")

    child("middle", jobs=1)

    assert [len(p.history) for p in JobStore().parents("child")] == [2]


@pytest.mark.parametrize(
    ("parents", "options", "rule"),
    [
        (("gone",), {}, "is not in the store"),
        (("child",), {}, "is the tuning job itself"),
        (("running",), {}, "must have ended"),
        (
            ("old",),
            {"objective": amt.Objective(type="Maximize", metric_name="loss")},
            "must maximize 'loss' too",
        ),
        (("old",), {"ranges": {"y": amt.Continuous(0, 1)}}, "it lacks y and it has x"),
        (
            ("old",),
            {"ranges": {"x": amt.Integer(0, 1)}},
            "as integer, and has it as continuous",
        ),
    ],
)
def test_refused_warm_start_leaves_the_store_as_it_was(parents, options, rule):
    run(PLAIN, name="old", jobs=2)
    running = start(ENDLESS, name="running")
    reported(running)
    before = everything()
    given = {
        "strategy": "Random",
        "objective": amt.Objective(type="Minimize", metric_name="loss"),
        "ranges": RANGE,
        "warm_start": amt.WarmStart(parents=parents, type=TRANSFER),
    }

    with pytest.raises(amt.ValidationError, match=rule):
        create(amt.TuningJobConfig(**given | options), cell(PLAIN), name="child")

    assert everything() == before
    running.stop()
    ended(running)


def test_job_to_be_replaced_stays_where_a_parent_does_not_fit():
    run(PLAIN, name="old", jobs=2)
    warm_start = amt.WarmStart(parents=("gone",), type=TRANSFER)

    with pytest.raises(amt.ValidationError, match="not in the store"):
        amt.tune(
            lambda x: x,
            RANGE,
            minimize="loss",
            name="old",
            replace=True,
            warm_start="gone",
            warm_start_type=TRANSFER,
        )

    assert len(amt.tuning_job("old").training_jobs) == 2
    assert warm_start.type == TRANSFER


def test_training_jobs_of_parents_count_against_the_quota():
    run(PLAIN, name="old", jobs=2)

    with pytest.raises(amt.ResourceLimitExceededError) as caught:
        child("old", jobs=749)

    assert "is 750, with current utilization of 2 and a request delta of 749" in str(
        caught.value
    )


def test_other_code_is_mentioned_where_the_same_is_asked_for():
    run(PLAIN, name="old", jobs=1)
    same = amt.WarmStart(parents=("old",), type=IDENTICAL)
    config = amt.tuning_job("old").config.evolve(warm_start=same)

    assert list(changed_code(JobStore(), config, cell(PLAIN))) == []
    assert list(changed_code(JobStore(), config, cell("loss = x"))) == [
        "old ran other code: if that changes what is measured, take TransferLearning"
    ]
    transfer = amt.WarmStart(parents=("old",), type=TRANSFER)
    assert (
        list(
            changed_code(
                JobStore(), config.evolve(warm_start=transfer), cell("loss = x")
            )
        )
        == []
    )


def test_function_whose_argument_is_no_longer_tuned_fits_by_its_default():
    def train(x, depth=3):
        return x * depth

    amt.tune(
        train,
        {**RANGE, "depth": amt.Integer(1, 5)},
        minimize="loss",
        max_jobs=3,
        name="old",
    )

    job = amt.tune(
        train,
        RANGE,
        minimize="loss",
        max_jobs=2,
        name="new",
        warm_start="old",
        warm_start_type=IDENTICAL,
    )

    assert job.config.static_hyperparameters == {"depth": 3}
    assert [t.value for t in job.training_jobs] == [
        3 * t.hyperparameters["x"] for t in job.training_jobs
    ]


def test_summary_names_the_parents():
    run(PLAIN, name="old", jobs=1)

    job = child("old", jobs=1)

    assert job.summary().origins == (f"warm start from old ({IDENTICAL})",)
    text = " ".join(job._repr_mimebundle_()["text/plain"].split())
    assert f"warm start from old ({IDENTICAL})" in text


def test_functions_are_compared_by_their_source():
    def train(x):
        return x

    def other(x):
        return 2 * x

    amt.tune(train, RANGE, minimize="loss", max_jobs=2, name="old")
    config = amt.tuning_job("old").config
    (record,) = JobStore().records()

    answers = [
        is_other_code(JobStore(), record, make_payload(each, config))
        for each in (train, other, partial(train))
    ]

    assert answers == [False, True, None]


def test_job_of_the_name_that_was_made_meanwhile_is_never_deleted():
    def write_after_another(folder, payload):
        patch.undo()
        run(PLAIN, name="old", jobs=2)
        return write_payload(folder, payload)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(creation, "write_payload", write_after_another)
        with pytest.raises(amt.ResourceInUseError, match="already exists"):
            start(PLAIN, name="old", jobs=1)

    assert len(amt.tuning_job("old").training_jobs) == 2
    assert len(list(JobStore().folder("old").parent.iterdir())) == 1
