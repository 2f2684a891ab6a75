"""The loop, on the virtual clock and with scripted executors."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import amt_magic as amt
from amt_magic.executors import Assignment, Started
from amt_magic.jobs import Ended, History, TrainingJob, TrainingJobStatus
from amt_magic.simulation import SimulatedExecutor, Unrecorded, simulate
from amt_magic.tuner import Tuner, training_job_name

X = {"x": amt.Continuous(0, 1)}


def config_of(jobs=10, parallel=2, seconds=None, ranges=None, **fields):
    return amt.TuningJobConfig(
        strategy=fields.pop("strategy", "Random"),
        objective=fields.pop(
            "objective", amt.Objective(type="Minimize", metric_name="loss")
        ),
        ranges=ranges or X,
        resource_limits=amt.ResourceLimits(
            max_number_of_training_jobs=jobs,
            max_parallel_training_jobs=parallel,
            max_runtime_in_seconds=seconds,
        ),
        random_seed=fields.pop("random_seed", 0),
        **fields,
    )


def falling(hyperparameters, epochs=5):
    return [hyperparameters["x"] / epoch for epoch in range(1, epochs + 1)]


def tune(config, curve=falling, recorder=None, history=None, executor=None):
    """Run the loop; return the outcome and the history."""
    history = history or History(config.objective)
    executor = executor or SimulatedExecutor(config, curve, 1.0)
    tuner = Tuner(config, executor, recorder or Unrecorded(), history, name="t")
    return tuner.run(), history


@given(jobs=st.integers(1, 30), parallel=st.integers(1, 12))
def test_slots_are_never_exceeded_and_never_left_empty(jobs, parallel):
    history = simulate(config_of(jobs, parallel), falling)

    times = [(t.started_at, 1) for t in history.training_jobs]
    times += [(t.ended_at, -1) for t in history.training_jobs]
    running, most = 0, 0
    for _, change in sorted(times):
        running += change
        most = max(most, running)
    assert most == min(jobs, parallel)
    assert len(history) == jobs


def test_outcome_says_that_the_number_was_reached():
    outcome, history = tune(config_of(jobs=3))

    assert (outcome.status, len(history)) == ("Completed", 3)
    assert outcome.reason == "reached MaxNumberOfTrainingJobs (3)"


def test_run_time_ends_the_tuning_job_at_its_deadline_exactly():
    config = config_of(jobs=100, parallel=3, seconds=7)

    outcome, history = tune(config)

    assert outcome.reason == "reached MaxRuntimeInSeconds (7)"
    assert max(t.ended_at for t in history.training_jobs) == 7
    stopped = [t for t in history.training_jobs if t.status == "Stopped"]
    assert len(stopped) == 3
    assert {t.stop_reason for t in stopped} == {outcome.reason}


def test_run_time_counts_what_earlier_runners_ran():
    config = config_of(jobs=100, parallel=1, seconds=7)
    executor = SimulatedExecutor(config, falling, 1.0)
    history = History(config.objective)

    Tuner(config, executor, Unrecorded(), history, name="t", seconds_run=4.0).run()

    assert max(t.ended_at for t in history.training_jobs) == 3


def test_exhausted_space_completes_and_says_so():
    config = config_of(jobs=50, ranges={"n": amt.Integer(1, 4)})

    outcome, history = tune(config, lambda h: [h["n"]])

    assert (outcome.status, len(history)) == ("Completed", 4)
    assert outcome.reason == "every configuration of the space was run (4)"


def test_grid_counts_its_training_jobs_itself():
    ranges = {"a": amt.Categorical(1, 2, 3), "b": amt.Categorical("x", "y")}
    config = config_of(jobs=None, strategy="Grid", ranges=ranges)

    outcome, history = tune(config, lambda h: [h["a"]])

    assert (outcome.status, len(history)) == ("Completed", 6)


def test_five_failures_without_a_success_fail_the_tuning_job():
    def broken(hyperparameters):
        raise ValueError("no data")

    outcome, history = tune(config_of(jobs=50, parallel=1), broken)

    assert outcome.status == "Failed"
    assert outcome.reason == (
        "the first 5 training jobs failed: 5 x ValueError: no data"
    )
    assert len(history) == 5


def test_one_success_among_failures_goes_on():
    def mostly_broken(hyperparameters):
        if hyperparameters["x"] > 0.3:
            raise ValueError("too large")
        return [1.0]

    outcome, history = tune(config_of(jobs=30, parallel=1), mostly_broken)

    statuses = {str(t.status) for t in history.training_jobs}
    assert statuses == {"Completed", "Failed"}
    assert (outcome.status, len(history)) == ("Completed", 30)


def test_final_value_is_the_latest_and_the_best_is_by_it():
    curves = {1: [0.1, 0.9], 2: [0.5, 0.4]}
    counter = iter(range(1, 3))

    history = simulate(config_of(jobs=2, parallel=1), lambda h: curves[next(counter)])

    assert [t.value for t in history.training_jobs] == [0.9, 0.4]
    assert history.best.index == 2


def test_maximize_takes_the_largest_and_values_stay_as_given():
    objective = amt.Objective(type="Maximize", metric_name="accuracy")

    history = simulate(config_of(objective=objective), lambda h: [h["x"]])

    assert history.best.value == max(t.value for t in history.training_jobs)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_value_that_is_not_finite_is_the_worst_and_has_failed(value):
    def curve(hyperparameters):
        return [value if hyperparameters["x"] < 0.3 else 1.0]

    history = simulate(config_of(jobs=20), curve)

    failed = [t for t in history.training_jobs if t.hyperparameters["x"] < 0.3]
    assert failed
    assert {str(t.objective_status) for t in failed} == {"Failed"}
    assert history.best.value == 1.0


def test_failure_in_the_middle_of_a_curve_is_the_training_jobs():
    def curve(hyperparameters):
        yield 1.0
        raise RuntimeError("at epoch 2")

    history = simulate(config_of(jobs=2), curve)

    (first, _) = history.training_jobs
    assert (first.status, first.value) == ("Failed", 1.0)
    assert first.failure_reason == "RuntimeError: at epoch 2"


def test_seconds_per_epoch_may_depend_on_the_hyperparameters():
    config = config_of(jobs=1, parallel=1)

    history = simulate(config, falling, lambda h: 10.0)

    assert [r.time for r in history[1].reports] == [10, 20, 30, 40, 50]


class Requests(Unrecorded):
    """A recorder whose stop requests arrive at given turns."""

    poll_seconds = 1.0

    def __init__(self, requests):
        self._requests = requests
        self._turn = 0
        self.was_stopping = False

    def turn(self, seconds_choosing):
        self._turn += 1
        return self._requests.get(self._turn, ())

    def stopping(self):
        self.was_stopping = True


def test_stop_request_ends_the_tuning_job_and_what_runs():
    recorder = Requests({4: [None]})

    outcome, history = tune(config_of(jobs=50), recorder=recorder)

    assert outcome.status == "Stopped"
    assert recorder.was_stopping
    assert {str(t.status) for t in history.training_jobs} == {"Stopped"}


def test_stop_request_for_one_training_job_leaves_the_others():
    recorder = Requests({4: [2]})

    outcome, history = tune(config_of(jobs=4), recorder=recorder)

    statuses = {t.index: str(t.status) for t in history.training_jobs}
    assert statuses == {1: "Completed", 2: "Stopped", 3: "Completed", 4: "Completed"}
    assert outcome.status == "Completed"


def test_stop_request_for_an_unknown_or_ended_training_job_is_harmless():
    recorder = Requests({4: [99], 30: [1]})

    outcome, history = tune(config_of(jobs=5), recorder=recorder)

    assert outcome.status == "Completed"
    assert {str(t.status) for t in history.training_jobs} == {"Completed"}


class Killing(SimulatedExecutor):
    """Kills the first attempts of training job 1 from outside."""

    def __init__(self, config, kills, from_outside=True):
        super().__init__(config, falling, 1.0)
        self._kills, self._from_outside = kills, from_outside

    def start(self, assignment: Assignment):
        if assignment.index != 1 or assignment.attempt > self._kills:
            super().start(assignment)
            return
        self._told += [
            Started(index=1, time=self.now(), worker="w"),
            Ended(
                index=1,
                status=TrainingJobStatus.FAILED,
                time=self.now(),
                failure_reason="killed",
                killed_from_outside=self._from_outside,
            ),
        ]


@pytest.mark.parametrize(
    ("kills", "retries", "status", "attempt"),
    [(1, 0, "Failed", 1), (1, 1, "Completed", 2), (3, 2, "Failed", 3)],
)
def test_retries_are_for_what_was_killed_from_outside(kills, retries, status, attempt):
    config = config_of(jobs=2, max_retries=retries)

    _, history = tune(config, executor=Killing(config, kills))

    assert (history[1].status, history[1].attempt) == (status, attempt)
    assert len(history) == 2


def test_other_failures_are_not_retried():
    config = config_of(jobs=2, max_retries=5)

    _, history = tune(config, executor=Killing(config, 1, from_outside=False))

    assert (history[1].status, history[1].attempt) == ("Failed", 1)


def test_resume_runs_pending_ones_again_and_exactly_the_remaining_number():
    config = config_of(jobs=6)
    _, whole = tune(config)
    earlier = [t for t in whole.training_jobs if t.index <= 2]
    pending = TrainingJob(
        index=3,
        name=whole[3].name,
        hyperparameters=whole[3].hyperparameters,
        created_at=0.0,
    )

    _, resumed = tune(config, history=History(config.objective, [*earlier, pending]))

    assert len(resumed) == 6
    assert resumed[3].attempt == 2
    found = [t.hyperparameters for t in resumed.training_jobs]
    assert found == [t.hyperparameters for t in whole.training_jobs]


def test_training_jobs_are_named_as_the_service_does():
    assert training_job_name("churn", 7, 1) == training_job_name("churn", 7, 1)
    assert training_job_name("churn", 7, 1).startswith("churn-007-")
    assert len(training_job_name("n" * 32, 1234, 1)) <= 63


def test_same_seed_gives_the_same_history():
    one, other = (simulate(config_of(jobs=20, parallel=4), falling) for _ in range(2))

    assert one.training_jobs == other.training_jobs
