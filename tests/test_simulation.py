"""amt.simulate: curves on a virtual clock."""

import math

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

import amt_magic as amt


def config_of(jobs=4, parallel=2, seconds=None, objective="Minimize", **fields):
    return amt.TuningJobConfig(
        strategy="Random",
        objective=amt.Objective(type=objective, metric_name="loss"),
        ranges={"x": amt.Continuous(0, 1)},
        resource_limits=amt.ResourceLimits(
            max_number_of_training_jobs=jobs,
            max_parallel_training_jobs=parallel,
            max_runtime_in_seconds=seconds,
        ),
        **fields,
    )


def falling(hyperparameters):
    return [hyperparameters["x"] / epoch for epoch in (1, 2, 3)]


def test_training_job_carries_what_the_contract_lists():
    history = amt.simulate(config_of(jobs=1), falling, seconds_per_epoch=10)

    (job,) = history.training_jobs
    x = job.hyperparameters["x"]
    assert [(r.resource, r.value, r.time) for r in job.reports] == [
        (1, x, 10.0),
        (2, x / 2, 20.0),
        (3, x / 3, 30.0),
    ]
    assert (job.index, job.status, job.value) == (1, "Completed", x / 3)
    assert (job.created_at, job.started_at, job.ended_at) == (0.0, 0.0, 30.0)
    assert (job.stop_reason, job.failure_reason) == (None, None)


def test_next_training_job_starts_when_one_ends():
    history = amt.simulate(config_of(jobs=4, parallel=2), falling)

    times = [(job.started_at, job.ended_at) for job in history.training_jobs]
    assert times == [(0, 3), (0, 3), (3, 6), (3, 6)]


def test_seconds_per_epoch_may_depend_on_the_hyperparameters():
    config = config_of(jobs=8)

    history = amt.simulate(config, falling, lambda h: numpy.float32(1 + h["x"]))

    for job in history.training_jobs:
        seconds = (job.ended_at - job.started_at) / 3
        assert seconds == pytest.approx(1 + job.hyperparameters["x"])


@pytest.mark.parametrize("seconds", [0, -1.0, math.nan, math.inf])
def test_seconds_per_epoch_must_be_above_zero(seconds):
    for given_ in (seconds, lambda hyperparameters: seconds):
        with pytest.raises(amt.ValidationError, match="seconds_per_epoch must be"):
            amt.simulate(config_of(), falling, given_)


@given(
    jobs=st.integers(1, 12),
    parallel=st.integers(1, 5),
    seconds=st.floats(1, 50),
    per_epoch=st.floats(0.1, 10),
)
def test_nothing_happens_after_the_deadline(jobs, parallel, seconds, per_epoch):
    history = amt.simulate(config_of(jobs, parallel, seconds), falling, per_epoch)

    for job in history.training_jobs:
        assert job.started_at <= job.ended_at <= seconds
        assert [r.resource for r in job.reports] == list(range(1, len(job.reports) + 1))
        assert (job.status == "Stopped") == (job.stop_reason is not None)
        if job.status == "Completed":
            assert len(job.reports) == 3


def test_stopped_training_job_asks_its_curve_for_nothing_more():
    asked = []

    def curve(hyperparameters):
        for epoch in range(1, 100):
            asked.append(epoch)
            yield 1.0 / epoch

    history = amt.simulate(config_of(jobs=1, parallel=1, seconds=4.5), curve)

    assert asked == [1, 2, 3, 4, 5]
    assert [r.resource for r in history[1].reports] == [1, 2, 3, 4]


def test_endless_curve_ends_at_the_deadline():
    def curve(hyperparameters):
        while True:
            yield 1.0

    history = amt.simulate(config_of(jobs=3, parallel=3, seconds=20), curve)

    assert {(str(j.status), j.ended_at) for j in history.training_jobs} == {
        ("Stopped", 20.0)
    }


def test_failure_in_the_middle_of_a_curve_is_the_training_jobs():
    def curve(hyperparameters):
        yield 1.0
        raise RuntimeError("at epoch 2")

    history = amt.simulate(config_of(jobs=2), curve)

    (first, _) = history.training_jobs
    assert (first.status, first.value) == ("Failed", 1.0)
    assert first.failure_reason == "RuntimeError: at epoch 2"


@pytest.mark.parametrize(
    ("curve", "reason"),
    [
        (lambda h: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda h: None, "TypeError: 'NoneType' object is not iterable"),
        (lambda h: ["low"], "ValueError: could not convert string to float: 'low'"),
    ],
)
def test_curve_that_gives_no_numbers_is_the_training_jobs_failure(curve, reason):
    history = amt.simulate(config_of(jobs=1), curve)

    assert (history[1].status, history[1].failure_reason) == ("Failed", reason)
    assert history[1].ended_at == 0.0


def test_curve_without_a_value_completes_and_its_objective_has_failed():
    history = amt.simulate(config_of(jobs=1), lambda h: [])

    assert (history[1].status, history[1].objective_status) == ("Completed", "Failed")
    assert "it printed nothing" in history[1].failure_reason


def test_values_stay_as_given_and_the_best_is_by_the_objective():
    history = amt.simulate(
        config_of(jobs=9, objective="Maximize"), lambda h: numpy.array([h["x"]])
    )

    values = [job.hyperparameters["x"] for job in history.training_jobs]
    assert [job.value for job in history.training_jobs] == values
    assert history.best.value == max(values)
    assert {type(job.value) for job in history.training_jobs} == {float}


def test_without_a_seed_it_is_zero():
    one, other = (
        amt.simulate(config_of(random_seed=seed), falling) for seed in (None, 0)
    )

    values = [[job.value for job in history.training_jobs] for history in (one, other)]
    assert values[0] == values[1]


def test_histories_of_earlier_tuning_jobs_are_learned_from():
    earlier = [amt.simulate(config_of(jobs=9, random_seed=k), falling) for k in (1, 2)]

    history = amt.simulate(config_of(), falling, warm_start=earlier)

    best = [parent.best.hyperparameters for parent in earlier]
    assert [job.hyperparameters for job in history.training_jobs[:2]] == best
    assert earlier[0].best.value == falling(best[0])[-1]  # theirs stay theirs


def test_warm_start_is_of_the_type_that_the_config_says():
    earlier = amt.simulate(config_of(), falling)
    kind = "IdenticalDataAndAlgorithm"
    config = config_of(warm_start=amt.WarmStart(parents=("old",), type=kind))

    history = amt.simulate(config, falling, warm_start=[earlier])

    assert not history.configurations & earlier.configurations


def test_warm_start_without_histories_is_refused():
    warm_start = amt.WarmStart(parents=("old",), type="TransferLearning")

    with pytest.raises(amt.ValidationError, match=r"warm_start=\[history\]"):
        amt.simulate(config_of(warm_start=warm_start), falling)


@pytest.mark.parametrize("strategy", ["Hyperband", "Grid"])
def test_warm_start_of_what_learns_nothing_is_refused(strategy):
    ranges = {"x": amt.Categorical(1, 2)}
    earlier = amt.simulate(config_of().evolve(ranges=ranges), falling)
    config = config_of().evolve(ranges=ranges, strategy=strategy)

    with pytest.raises(amt.ValidationError, match=f"of no use to {strategy}"):
        amt.simulate(config, falling, warm_start=[earlier])


def test_hyperband_without_a_maximum_is_refused():
    config = config_of().evolve(strategy="Hyperband")

    with pytest.raises(amt.ValidationError, match="max_resource must be known"):
        amt.simulate(config, falling)


def test_thousand_slots_run_at_once():
    history = amt.simulate(config_of(jobs=1500, parallel=1000), falling)

    ends = [job.ended_at for job in history.training_jobs]
    assert (ends.count(3.0), ends.count(6.0)) == (1000, 500)
