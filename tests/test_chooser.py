"""The strategy is asked beside the loop, which records and stops meanwhile."""

import math
import time
from dataclasses import replace
from functools import partial

import pytest

import amt_magic as amt
from amt_magic import completion, tuner
from amt_magic.chooser import Chooser
from amt_magic.jobs import History, TrainingJob, TrainingJobStatus
from amt_magic.recorder import Unrecorded
from amt_magic.simulation import SimulatedExecutor
from amt_magic.strategies.random import RandomStrategy
from amt_magic.tuner import Tuner

pytestmark = pytest.mark.timeout(60)

RANGES = {"x": amt.Continuous(0, 1)}
SEED = 5


def config_of(jobs=6, parallel=2, seconds=None, ranges=RANGES):
    return amt.TuningJobConfig(
        strategy="Random",
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges=ranges,
        resource_limits=amt.ResourceLimits(
            max_number_of_training_jobs=jobs,
            max_parallel_training_jobs=parallel,
            max_runtime_in_seconds=seconds,
        ),
        random_seed=SEED,
    )


def falling(hyperparameters):
    return [hyperparameters["x"] / epoch for epoch in (1, 2, 3, 4)]


class Deferring(SimulatedExecutor):
    """Work beside takes some seconds of the virtual clock, and so does a stop."""

    def __init__(self, config, curve, seconds, grace=0.0):
        super().__init__(config, curve, 1.0)
        self._seconds, self._grace = seconds, grace
        self._works = []

    def beside(self, work):
        self._works.append((self.now() + self._seconds, work))

    def stop(self, index, reason):
        if not self._grace:
            return super().stop(index, reason)
        stop = partial(super().stop, index, reason)
        return self._works.append((self.now() + self._grace, stop))

    def events(self, timeout):
        soonest = min((due for due, _ in self._works), default=math.inf)
        told = super().events(max(0.0, min(timeout, soonest - self.now())))
        due = [work for time, work in self._works if time <= self.now()]
        self._works = [(time, work) for time, work in self._works if time > self.now()]
        for work in due:
            work()
        return told


class Noting(Unrecorded):
    """Notes when what was recorded, and makes the stop requests of given times."""

    poll_seconds = 0.5

    def __init__(self, stop_at=math.inf):
        self.executor = None
        self.ends = {}
        self._stop_at = stop_at

    def change(self, job):
        if job.status.is_terminal:
            self.ends[job.index] = self.executor.now()

    def turn(self, seconds_choosing):
        return [None] if self.executor.now() >= self._stop_at else []


def tune(config, seconds=10.0, recorder=None, grace=0.0):
    """Run the loop; choosing takes so many seconds of the virtual clock."""
    executor = Deferring(config, falling, seconds, grace)
    recorder = recorder or Noting()
    recorder.executor = executor
    history = History(config.objective)
    outcome = Tuner(config, executor, recorder, history, name="t").run()
    return outcome, history, executor.now()


class Answering:
    """A strategy that answers by a function of the history and the index."""

    def __init__(self, answer, converges_at=math.inf):
        self._answer = answer
        self._converges_at = converges_at  # training jobs that have ended

    def suggest(self, history, index):
        return self._answer(history, index)

    def has_converged(self, history):
        return len(history.ended) >= self._converges_at


@pytest.fixture
def strategy(monkeypatch):
    """Put a function in the place of the strategy that the config names."""

    def put(answer, **fields):
        made = Answering(answer, **fields)
        monkeypatch.setattr(tuner, "make_strategy", lambda *given: made)

    return put


def test_ends_of_training_jobs_are_recorded_while_choosing():
    recorder = Noting()

    tune(config_of(jobs=2, parallel=2), seconds=10.0, recorder=recorder)

    assert recorder.ends == {1: 14.0, 2: 24.0}


def test_ended_training_job_is_recorded_before_the_next_has_been_chosen():
    recorder = Noting()

    _, history, _ = tune(config_of(jobs=3, parallel=1), recorder=recorder)

    assert [job.created_at for job in history.training_jobs] == [10.0, 24.0, 38.0]
    assert recorder.ends == {1: 14.0, 2: 28.0, 3: 42.0}


def test_slots_are_filled_one_after_the_other_while_earlier_ones_run():
    _, history, _ = tune(config_of(jobs=4, parallel=3), seconds=1.0)

    assert [job.created_at for job in history.training_jobs] == [1.0, 2.0, 3.0, 6.0]


def test_stop_request_while_choosing_ends_the_tuning_job_at_once():
    outcome, history, now = tune(config_of(), recorder=Noting(stop_at=12.0))

    assert (outcome.status, outcome.reason) == ("Stopped", "stopped on request")
    assert (now, len(history), str(history[1].status)) == (12.0, 1, "Stopped")


def test_stop_request_before_the_first_was_chosen_ends_the_tuning_job_at_once():
    outcome, history, now = tune(config_of(), recorder=Noting(stop_at=3.0))

    assert (outcome.status, now, len(history)) == ("Stopped", 3.0, 0)


def test_choice_that_comes_while_training_jobs_stop_starts_nothing():
    recorder = Noting(stop_at=11.0)

    outcome, history, now = tune(config_of(), 2.0, recorder, grace=3.0)

    assert (outcome.status, len(history), now) == ("Stopped", 4, 14.0)
    assert max(job.created_at for job in history.training_jobs) < 11.0


def test_deadline_while_choosing_ends_the_tuning_job_at_once():
    outcome, history, now = tune(config_of(seconds=17))

    assert outcome.reason == "reached MaxRuntimeInSeconds (17)"
    assert (now, len(history)) == (17.0, 1)


def test_failed_tuning_job_waits_for_no_choice(monkeypatch):
    monkeypatch.setattr("amt_magic.completion.FAILURES_TO_GIVE_UP", 1)
    config = config_of(jobs=9, parallel=2)

    def broken(hyperparameters):
        raise ValueError("no data")

    executor, recorder = Deferring(config, broken, 10.0), Noting()
    recorder.executor = executor
    outcome = Tuner(
        config, executor, recorder, History(config.objective), name="t"
    ).run()

    assert (outcome.status, executor.now()) == ("Failed", 10.0)


class ChoosingError(Exception):
    """The strategy is broken."""


def failing_at_the_third(error):
    def answer(history, index):
        if index == 3:
            raise error("broken")
        return {"x": index / 10}

    return answer


@pytest.mark.parametrize("error", [ChoosingError, MemoryError])
def test_exception_of_the_strategy_fails_the_tuning_job_and_nothing_is_lost(
    strategy, error
):
    strategy(failing_at_the_third(error))

    outcome, history, _ = tune(config_of(parallel=1))

    assert outcome.status == "Failed"
    assert outcome.reason.startswith(f"the strategy failed: {error.__name__}: broken (")
    assert f"{__file__} line" in outcome.reason
    assert [job.status for job in history.training_jobs] == ["Completed"] * 2


class NotingConvergence(Noting):
    """Notes when, and how often, a further gain had become unlikely."""

    def __init__(self):
        super().__init__()
        self.converged_at = []

    def converged(self):
        self.converged_at.append(self.executor.now())


@pytest.mark.parametrize(("asked", "jobs"), [(True, 4), (False, 9)])
def test_convergence_is_noted_once_and_ends_the_job_where_that_is_asked(
    strategy, asked, jobs
):
    strategy(lambda history, index: {"x": index / 10}, converges_at=4)
    criteria = amt.CompletionCriteria(complete_on_convergence=asked)
    config = config_of(jobs=9, parallel=1).evolve(completion_criteria=criteria)
    recorder = NotingConvergence()

    outcome, history, _ = tune(config, seconds=0.0, recorder=recorder)

    assert recorder.converged_at == [16.0]  # four of four epochs
    assert len(history) == jobs
    reason = completion.CONVERGED if asked else "reached MaxNumberOfTrainingJobs (9)"
    assert (outcome.status, outcome.reason) == ("Completed", reason)


def test_convergence_is_asked_for_rarely_where_there_are_many():
    asked = []

    class Counting(Answering):
        def has_converged(self, history):
            asked.append(len(history))
            return False

    config = config_of()
    strategy = Counting(lambda history, index: None)
    chooser = Chooser(strategy, SimulatedExecutor(config, falling, 1.0))
    history = History(config.objective)
    for index in range(1, 1001):
        job = TrainingJob(index=index, name="t", hyperparameters={}, created_at=0.0)
        history.add(replace(job, status=TrainingJobStatus.COMPLETED))
        history.change(index, ended_at=0.0)
        chooser.begin(history, index + 1)
        chooser.take()

    assert asked[:50] == list(range(1, 51))
    assert 100 < len(asked) < 250
    assert asked[-1] > 970


def test_convergence_stops_what_runs(strategy):
    strategy(lambda history, index: {"x": index / 10}, converges_at=2)
    criteria = amt.CompletionCriteria(complete_on_convergence=True)
    config = config_of(jobs=9, parallel=3).evolve(completion_criteria=criteria)

    _, history, _ = tune(config, seconds=0.0)

    stopped = [job for job in history.training_jobs if job.status == "Stopped"]
    assert {job.stop_reason for job in stopped} == {completion.CONVERGED}


def test_interrupt_of_the_strategy_reaches_the_caller(strategy):
    strategy(failing_at_the_third(KeyboardInterrupt))

    with pytest.raises(KeyboardInterrupt, match="broken"):
        tune(config_of())


@pytest.mark.parametrize("error", [ChoosingError, KeyboardInterrupt, SystemExit])
def test_exception_of_the_strategy_is_raised_where_the_choice_is_taken(error):
    def answer(history, index):
        raise error("broken")

    config = config_of()
    chooser = Chooser(Answering(answer), SimulatedExecutor(config, falling, 1.0))

    chooser.begin(History(config.objective), 1)

    with pytest.raises(error, match="broken"):
        chooser.take()
    assert not chooser.is_busy


def test_exhaustion_that_is_found_beside_ends_the_tuning_job():
    config = config_of(jobs=9, ranges={"x": amt.Integer(1, 4)})

    outcome, history, _ = tune(config, seconds=1.0)

    assert outcome.reason == "every configuration of the space was run (4)"
    assert len(history) == 4


@pytest.mark.parametrize("seconds", [0.0, 0.3, 7.0])
def test_random_runs_what_it_always_does_however_long_choosing_takes(seconds):
    config = config_of(jobs=9, parallel=3)
    random = RandomStrategy(config.space, SEED)

    _, history, _ = tune(config, seconds)

    expected = [random.suggest(History(config.objective), k) for k in range(1, 10)]
    assert [job.hyperparameters for job in history.training_jobs] == expected


def test_strategy_reads_the_history_of_when_it_was_asked(strategy):
    seen = []

    def answer(history, index):
        jobs = history.training_jobs
        seen.append((index, [str(job.status) for job in jobs], history.pending_count))
        return {"x": index / 10}

    strategy(answer)
    tune(config_of(jobs=3, parallel=2), seconds=5.0)

    assert seen == [
        (1, [], 0),
        (2, ["InProgress"], 1),
        (3, ["Completed", "InProgress"], 1),
    ]


def test_what_is_given_to_the_strategy_does_not_grow():
    config, given = config_of(), []
    history = History(config.objective)
    executor = Deferring(config, falling, 1.0)
    chooser = Chooser(Answering(lambda known, index: given.append(known)), executor)

    chooser.begin(history, 1)
    job = TrainingJob(index=1, name="t", hyperparameters={"x": 0.5}, created_at=0.0)
    history.add(job)
    while not chooser.is_done:
        executor.events(1.0)

    assert (len(given[0]), len(history)) == (0, 1)
    assert (given[0].configurations, given[0].pending) == (set(), [])


def test_chooser_is_busy_until_its_choice_is_taken():
    config = config_of()
    executor = Deferring(config, falling, 2.0)
    chooser = Chooser(Answering(lambda history, index: {"x": 0.1}), executor)
    states = [(chooser.is_busy, chooser.is_done)]

    chooser.begin(History(config.objective), 1)
    states.append((chooser.is_busy, chooser.is_done))
    executor.events(2.0)
    states.append((chooser.is_busy, chooser.is_done))
    taken = chooser.take()
    states.append((chooser.is_busy, chooser.is_done))

    assert states == [(False, False), (True, False), (True, True), (False, False)]
    assert taken.hyperparameters == {"x": 0.1}


def test_time_is_counted_for_every_choice_and_for_one_that_failed():
    def answer(history, index):
        time.sleep(0.02)
        if index == 2:
            raise ChoosingError

    config = config_of()
    executor = SimulatedExecutor(config, falling, 1.0)
    chooser = Chooser(Answering(answer), executor)

    for index in (1, 2, 3):
        chooser.begin(History(config.objective), index)

    assert 0.06 <= chooser.seconds < 1.0
