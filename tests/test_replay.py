"""What stopping early would have saved, beside what it does save."""

import random

import pytest

import amt_magic as amt
from amt_magic import replay as module
from amt_magic.replay import replays

RANGES = {"floor": amt.Continuous(0.1, 1), "rate": amt.Continuous(0.05, 1)}
EPOCHS = 12


def config_of(parallel=1, jobs=30, **fields):
    return amt.TuningJobConfig(
        **{"strategy": "Random"} | fields,
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges=RANGES,
        resource_limits=amt.ResourceLimits(
            max_number_of_training_jobs=jobs, max_parallel_training_jobs=parallel
        ),
        random_seed=3,
    )


def curve(h):
    return [h["floor"] + (1 - h["rate"]) ** epoch for epoch in range(EPOCHS)]


def seconds(h):
    return 1 + h["rate"]


def run(**fields):
    config = config_of(**fields)
    return config, amt.simulate(config, curve, seconds)


def epochs_of(history):
    return sum(len(job.reports) for job in history.training_jobs)


def hyperband():
    strategy_config = amt.HyperbandStrategyConfig(max_resource=EPOCHS)
    return {"strategy": "Hyperband", "strategy_config": strategy_config}


@pytest.mark.parametrize(
    ("place", "asked"), [(0, {"early_stopping": "Auto"}), (1, hyperband())]
)
def test_one_at_a_time_a_replay_saves_what_a_real_run_does(place, asked):
    config, without = run()
    _, real = run(**asked)

    told = replays(config, without.training_jobs)[place]

    assert told.all_reports == epochs_of(without) == 30 * EPOCHS
    assert told.reports == epochs_of(without) - epochs_of(real) > 30
    longer = without.training_jobs[-1].ended_at - real.training_jobs[-1].ended_at
    assert told.seconds == pytest.approx(longer)
    assert told.best == real.best.value
    assert told.keeps_best == (real.best.value == without.best.value)


@pytest.mark.parametrize(
    ("place", "asked"), [(0, {"early_stopping": "Auto"}), (1, hyperband())]
)
def test_four_at_a_time_a_replay_saves_nearly_what_a_real_run_does(place, asked):
    config, without = run(parallel=4, jobs=200)
    _, real = run(parallel=4, jobs=200, **asked)

    told = replays(config, without.training_jobs)[place]

    saved = 1 - epochs_of(real) / epochs_of(without)
    assert told.reports / told.all_reports == pytest.approx(saved, abs=0.03)


def test_best_that_starts_slowly_is_seen_to_be_lost():
    def late(h):
        is_late = 0.5 < h["rate"] < 0.6
        return [5.0] * 11 + [0.0] if is_late else [1 + h["floor"]] * 12

    config = config_of()
    history = amt.simulate(config, late)
    assert history.best.value == 0.0

    for told in replays(config, history.training_jobs):
        assert not told.keeps_best
        assert told.best > 1


def test_job_that_stopped_early_needs_no_replay():
    for asked in ({"early_stopping": "Auto"}, hyperband()):
        config, history = run(**asked)
        assert replays(config, history.training_jobs) == []


def test_single_values_tell_nothing():
    config = config_of()
    history = amt.simulate(config, lambda h: [h["floor"]])

    assert replays(config, history.training_jobs) == []
    assert replays(config, []) == []


def test_nothing_is_told_where_no_training_job_succeeded():
    config = config_of(jobs=3)
    history = amt.simulate(config, lambda h: [1.0, float("nan")])

    assert replays(config, history.training_jobs) == []


def test_more_reports_than_are_affordable_are_not_decided_again(monkeypatch):
    config, history = run()
    monkeypatch.setattr(module, "MOST_REPORTS", 30 * EPOCHS)
    assert len(replays(config, history.training_jobs)) == 2

    monkeypatch.setattr(module, "MOST_REPORTS", 30 * EPOCHS - 1)
    assert replays(config, history.training_jobs) == []


def test_training_jobs_longer_than_any_maximum_are_not_decided_again(monkeypatch):
    config, history = run()
    monkeypatch.setattr(module, "MOST_EACH", EPOCHS - 1)

    assert replays(config, history.training_jobs) == []
    longest = amt.HyperbandStrategyConfig(max_resource=20_000)
    assert longest.max_resource == 20_000


def test_order_of_the_given_training_jobs_does_not_matter():
    config, history = run(parallel=4)
    shuffled = random.Random(0).sample(history.training_jobs, len(history))

    expected = replays(config, history.training_jobs)
    assert replays(config, shuffled)[0].reports == expected[0].reports
    assert replays(config, shuffled)[1].reports == expected[1].reports
