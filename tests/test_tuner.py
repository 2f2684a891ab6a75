"""The loop, on the virtual clock and with scripted executors."""

import math
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import amt_magic as amt
from amt_magic.executors import Assignment, Measured, Started
from amt_magic.jobs import Ended, History, TrainingJob, TrainingJobStatus
from amt_magic.recorder import Unrecorded
from amt_magic.simulation import SimulatedExecutor, simulate
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
    history = History(config.objective) if history is None else history
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


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_value_that_is_not_finite_is_the_worst_and_has_failed(value):
    def curve(hyperparameters):
        return [value if hyperparameters["x"] < 0.3 else 1.0]

    history = simulate(config_of(jobs=20), curve)

    failed = [t for t in history.training_jobs if t.hyperparameters["x"] < 0.3]
    assert failed
    assert {str(t.objective_status) for t in failed} == {"Failed"}
    assert history.best.value == 1.0


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


class Scripted:
    """Runs each attempt of each training job as its script says, all at once."""

    def __init__(self, script):
        self._script = script
        self._told = []
        self._time = 0.0
        self._running = set()

    def now(self):
        return self._time

    def start(self, assignment: Assignment):
        index = assignment.index
        self._running.add(index)
        self._told.append(Started(index=index, time=self._time, worker="w"))
        for event in self._script(index, assignment.attempt):
            self._tell(replace(event, index=index))

    def _tell(self, event):
        if isinstance(event, Ended):
            self._running.discard(event.index)
        self._told.append(event)

    def beside(self, work):
        work()

    def events(self, timeout):
        self._time += 1
        told, self._told = self._told, []
        return told

    def stop(self, index, reason):
        if index in self._running:
            stopped = TrainingJobStatus.STOPPED
            ended = Ended(
                index=index, status=stopped, time=self._time, stop_reason=reason
            )
            self._tell(ended)

    def close(self):
        """Nothing runs."""


def measured(value, metric="loss"):
    return Measured(index=0, metric=metric, value=value, time=0.0)


def ended(status=TrainingJobStatus.COMPLETED, **fields):
    return Ended(index=0, status=status, time=0.0, **fields)


KILLED = ended(
    TrainingJobStatus.FAILED, failure_reason="killed", killed_from_outside=True
)
BROKEN = ended(TrainingJobStatus.FAILED, failure_reason="ValueError: no data")


@pytest.mark.parametrize(
    ("kills", "retries", "status", "attempt"),
    [(1, 0, "Failed", 1), (1, 1, "Completed", 2), (3, 2, "Failed", 3)],
)
def test_retries_are_for_what_was_killed_from_outside(kills, retries, status, attempt):
    def script(index, attempt):
        is_killed = index == 1 and attempt <= kills
        return [measured(float(attempt)), KILLED if is_killed else ended()]

    config = config_of(jobs=2, max_retries=retries)

    _, history = tune(config, executor=Scripted(script))

    assert (history[1].status, history[1].attempt) == (status, attempt)
    reports = [(r.resource, r.value) for r in history[1].reports]
    assert reports == [(1, float(attempt))]
    assert len(history) == 2


def test_other_failures_are_not_retried():
    config = config_of(jobs=2, max_retries=5)

    _, history = tune(config, executor=Scripted(lambda *_: [BROKEN]))

    assert [t.attempt for t in history.training_jobs] == [1, 1]


def test_training_job_that_was_told_to_stop_is_not_retried():
    class KilledInItsGrace(Scripted):
        def stop(self, index, reason):
            self._tell(replace(KILLED, index=index))

    config = config_of(jobs=2, max_retries=5)
    executor = KilledInItsGrace(lambda index, _: [ended()] if index > 1 else [])

    outcome, history = tune(config, recorder=Requests({3: [1]}), executor=executor)

    assert (outcome.status, history[1].attempt) == ("Completed", 1)


def test_objective_that_was_not_found_names_the_last_line():
    script = [measured(0.5, metric="accuracy"), ended(last_line="epoch=1 los=0.5")]

    _, history = tune(config_of(jobs=1), executor=Scripted(lambda *_: script))

    assert (history[1].status, history[1].objective_status) == ("Completed", "Failed")
    assert history[1].failure_reason == (
        "the objective 'loss' was not found in what it printed; its last line was "
        "'epoch=1 los=0.5'; print(f'loss={value}') or give a metric definition"
    )


class Keeping(Unrecorded):
    """Keeps what the loop told."""

    def __init__(self):
        self.measured = []

    def measure(self, job, metric, resource, event):
        self.measured.append((job.index, metric, resource, event.value))


def test_each_metric_counts_its_own_values_and_only_the_objective_is_reported():
    script = [
        measured(0.5),
        measured(0.7, metric="accuracy"),
        measured(0.4),
        measured(0.8, metric="accuracy"),
        ended(),
    ]
    recorder = Keeping()

    _, history = tune(
        config_of(jobs=1), recorder=recorder, executor=Scripted(lambda *_: script)
    )

    assert [(r.resource, r.value) for r in history[1].reports] == [(1, 0.5), (2, 0.4)]
    assert recorder.measured == [
        (1, "loss", 1, 0.5),
        (1, "accuracy", 1, 0.7),
        (1, "loss", 2, 0.4),
        (1, "accuracy", 2, 0.8),
    ]


def test_failed_tuning_job_stops_what_runs():
    def script(index, attempt):
        return [] if index == 6 else [BROKEN]

    outcome, history = tune(config_of(jobs=50, parallel=6), executor=Scripted(script))

    assert outcome.status == "Failed"
    assert (history[6].status, history[6].stop_reason) == ("Stopped", outcome.reason)


class Slow(Scripted):
    """Takes five seconds to end what it was told to stop."""

    def __init__(self, script):
        super().__init__(script)
        self._overdue = []

    def stop(self, index, reason):
        self._overdue.append((self._time + 5, index, reason))

    def events(self, timeout):
        for due, index, reason in self._overdue:
            if due <= self._time:
                super().stop(index, reason)
        return super().events(timeout)


def test_stop_request_in_the_grace_of_the_deadline_is_the_outcome():
    config = config_of(jobs=2, seconds=5)
    recorder = Requests({8: [None]})

    outcome, history = tune(config, recorder=recorder, executor=Slow(lambda *_: []))

    assert (outcome.status, outcome.reason) == ("Stopped", "stopped on request")
    assert recorder.was_stopping
    assert {t.stop_reason for t in history.training_jobs} == {
        "reached MaxRuntimeInSeconds (5)"
    }


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


class CrashError(Exception):
    """The runner dies."""


class Crashing(SimulatedExecutor):
    """Its runner dies after some events."""

    def __init__(self, config, curve, events):
        super().__init__(config, curve, 1.0)
        self._left = events

    def events(self, timeout):
        self._left -= 1
        if self._left < 0:
            raise CrashError
        return super().events(timeout)


@given(
    jobs=st.integers(1, 12), parallel=st.integers(1, 4), crash_after=st.integers(0, 40)
)
def test_resume_after_any_crash_runs_the_same_configurations(
    jobs, parallel, crash_after
):
    ranges = {"n": amt.Integer(1, 15)}
    config = config_of(jobs, parallel, ranges=ranges)

    def curve(hyperparameters):
        return [hyperparameters["n"]] * hyperparameters["n"]

    _, whole = tune(config, curve)
    history = History(config.objective)
    with suppress(CrashError):
        tune(config, curve, None, history, Crashing(config, curve, crash_after))
    kept = deepcopy([t for t in history.training_jobs if t.status == "Completed"])

    resumed_history = History(config.objective, history.training_jobs)
    outcome, resumed = tune(config, curve, history=resumed_history)

    assert outcome.status == "Completed"
    assert [t.index for t in resumed.training_jobs] == list(range(1, jobs + 1))
    assert [resumed[t.index] for t in kept] == kept
    found = [t.hyperparameters for t in resumed.training_jobs]
    assert found == [t.hyperparameters for t in whole.training_jobs]


def test_resume_after_the_run_time_is_over_starts_nothing_new():
    config = config_of(jobs=9, parallel=1, seconds=7)
    _, history = tune(config)
    executor = SimulatedExecutor(config, falling, 1.0)
    resumed = History(config.objective, history.training_jobs)

    outcome = Tuner(
        config, executor, Unrecorded(), resumed, name="t", seconds_run=7.0
    ).run()

    assert outcome.reason == "reached MaxRuntimeInSeconds (7)"
    assert resumed.training_jobs == history.training_jobs


def test_training_jobs_are_named_as_the_service_does():
    assert training_job_name("churn", 7, 1) == training_job_name("churn", 7, 1)
    assert training_job_name("churn", 7, 1).startswith("churn-007-")
    assert len(training_job_name("n" * 32, 1234, 1)) <= 63


def test_same_seed_gives_the_same_history():
    one, other = (simulate(config_of(jobs=20, parallel=4), falling) for _ in range(2))

    assert one.training_jobs == other.training_jobs


class Broken:
    """A scheduler that fails at one report."""

    def decide(self, report, history):
        if report.index == 3 and report.resource == 2:
            raise ZeroDivisionError("no median")


def test_scheduler_that_raises_fails_the_job_with_its_reason_and_loses_nothing(
    monkeypatch,
):
    monkeypatch.setattr("amt_magic.tuner.make_schedulers", lambda config: [Broken()])
    config = config_of(jobs=9, parallel=2)

    outcome, history = tune(config)

    assert outcome.status == "Failed"
    assert outcome.reason.startswith(
        f"early stopping failed: ZeroDivisionError: no median ({__file__} line "
    )
    statuses = [t.status for t in history.training_jobs]
    assert statuses == ["Completed", "Completed", "Stopped", "Stopped"]
    assert [len(t.reports) for t in history.training_jobs][:3] == [5, 5, 2]
    assert history[3].stop.rule == "TuningJobEnded"


def test_simulation_raises_what_a_scheduler_raises(monkeypatch):
    monkeypatch.setattr("amt_magic.tuner.make_schedulers", lambda config: [Broken()])

    with pytest.raises(ZeroDivisionError, match="no median"):
        simulate(config_of(jobs=9), falling)


def hyperband_of(max_resource, **fields):
    strategy_config = amt.HyperbandStrategyConfig(max_resource=max_resource)
    return config_of(strategy="Hyperband", strategy_config=strategy_config, **fields)


class Deaf(Scripted):
    """Notes whom it was told to stop; nobody does."""

    def __init__(self, script):
        super().__init__(script)
        self.told_to_stop = []

    def stop(self, index, reason):
        self.told_to_stop.append(index)


@pytest.mark.parametrize(
    ("own", "reports", "is_told"),
    [(3, 3, False), (3, 4, True), (None, 3, True), (9, 3, True)],
)
def test_training_job_is_not_told_to_stop_at_its_own_last_report(own, reports, is_told):
    script = [*[measured(1.0)] * reports, ended()]
    config, executor = hyperband_of(3, jobs=1), Deaf(lambda *_: script)
    history = History(config.objective)

    Tuner(config, executor, Unrecorded(), history, name="t", own_epochs=own).run()

    assert bool(executor.told_to_stop) == is_told
    assert (history[1].status, history[1].stop_reason) == (
        "Completed",
        "reached MaxResource (3)",
    )


def test_epochs_that_are_tuned_tell_which_report_is_the_last():
    ranges = {"epochs": amt.Integer(3, 3 + 1)}
    script = [*[measured(1.0)] * 3, ended()]
    config, executor = hyperband_of(3, jobs=2, ranges=ranges), Deaf(lambda *_: script)
    history = History(config.objective)

    Tuner(config, executor, Unrecorded(), history, name="t").run()

    longer = [t.index for t in history.training_jobs if t.hyperparameters["epochs"] > 3]
    assert executor.told_to_stop == longer
    assert len(longer) == 1


def test_training_job_that_fails_after_its_last_report_has_failed():
    script = [*[measured(1.0)] * 3, BROKEN]
    config = hyperband_of(3, jobs=1)
    history = History(config.objective)

    Tuner(
        config,
        Scripted(lambda *_: script),
        Unrecorded(),
        history,
        name="t",
        own_epochs=3,
    ).run()

    assert (history[1].status, history[1].failure_reason) == (
        "Failed",
        "ValueError: no data",
    )


def test_attempt_that_follows_is_stopped_for_no_earlier_reason():
    def script(index, attempt):
        last = KILLED if attempt == 1 else ended()
        return [*[measured(1.0)] * (4 - attempt), last]

    config = hyperband_of(3, jobs=1, max_retries=1)
    history = History(config.objective)

    Tuner(config, Scripted(script), Unrecorded(), history, name="t", own_epochs=3).run()

    assert (history[1].attempt, history[1].status) == (2, "Completed")
    assert (history[1].stop, history[1].stop_reason) == (None, None)


def test_question_that_is_answered_ends_the_tuning_job():
    config = config_of(jobs=9)
    executor, history = (
        SimulatedExecutor(config, falling, 1.0),
        History(config.objective),
    )
    asked = []

    def ask(history):
        asked.append(len(history.ended))
        return "enough" if len(asked) == 4 else None

    outcome = Tuner(config, executor, Unrecorded(), history, name="t", ask=ask).run()

    assert (outcome.status, outcome.reason) == ("Completed", "enough")
    assert asked == [1, 2, 3, 4]
