"""Records and training jobs that the tests of the views share."""

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from amt_magic.config import (
    CompletionCriteria,
    Objective,
    ResourceLimits,
    TuningJobConfig,
)
from amt_magic.jobs import (
    Report,
    TrainingJob,
    TrainingJobStatus,
    TuningJobRecord,
    TuningJobStatus,
)
from amt_magic.ranges import (
    CategoricalParameter,
    ContinuousParameter,
    IntegerParameter,
)
from amt_magic.space import ParameterRanges
from amt_magic.views.summary import TuningJobSummary, summarize

from ..generators import any_ranges

CREATED = 1_700_000_000.0
RANGES = {
    "learning_rate": ContinuousParameter(1e-4, 1e-1, "Logarithmic"),
    "hidden": IntegerParameter(16, 256, "Logarithmic"),
    "activation": CategoricalParameter("relu", "tanh"),
}
HOSTILE = "<img src=x onerror=alert(1)>\u202e\x1b[31m\n\"quoted\" & '$\\frac$' \ud800"


def a_config(
    ranges: dict[str, Any] | None = None,
    *,
    objective: Objective | None = None,
    jobs: int | None = 20,
    parallel: int = 4,
    runtime: float | None = None,
    strategy: str = "Random",
    target: float | None = None,
    not_improving: int | None = None,
) -> TuningJobConfig:
    return TuningJobConfig(
        strategy=strategy,
        objective=objective or Objective(type="Maximize", metric_name="accuracy"),
        ranges=ranges or RANGES,
        resource_limits=ResourceLimits(
            max_number_of_training_jobs=jobs,
            max_parallel_training_jobs=parallel,
            max_runtime_in_seconds=runtime,
        ),
        completion_criteria=CompletionCriteria(
            target_objective_metric_value=target,
            max_number_of_training_jobs_not_improving=not_improving,
        ),
        random_seed=7,
    )


def a_record(
    status: str = "Completed", config: TuningJobConfig | None = None, **fields: Any
) -> TuningJobRecord:
    has_ended = TuningJobStatus(status).is_terminal
    known = {
        "name": "churn",
        "created_at": CREATED,
        "modified_at": CREATED + (134.0 if has_ended else 0.0),
        "ended_at": CREATED + 134.0 if has_ended else None,
        "seconds_run": 134.0 if has_ended else 0.0,
        "seconds_choosing": 0.4,
        "completion_reason": "all 20 training jobs have ended" if has_ended else None,
    }
    return TuningJobRecord(
        status=TuningJobStatus(status),
        config=config or a_config(),
        **{**known, **fields},
    )


def a_job(
    index: int,
    value: float | Sequence[float] | None,
    status: str = "Completed",
    *,
    hyperparameters: dict[str, Any] | None = None,
    seconds: float = 10.0,
    reports_given: Sequence[Report] | None = None,
    **fields: Any,
) -> TrainingJob:
    values = [] if value is None else value
    values = [values] if isinstance(values, float | int) else values
    start = CREATED + 3.0 * index
    ends = TrainingJobStatus(status).is_terminal
    return TrainingJob(
        index=index,
        name=f"churn-{index:03}",
        hyperparameters={"learning_rate": 0.01, "hidden": 64, "activation": "relu"}
        if hyperparameters is None
        else hyperparameters,
        status=TrainingJobStatus(status),
        reports=reports_given
        or [
            Report(index=index, resource=k, value=v, time=start + k)
            for k, v in enumerate(values, start=1)
        ],
        created_at=start,
        started_at=start,
        ended_at=start + seconds if ends else None,
        **fields,
    )


def a_curve(best: float, resources: int, speed: float = 5.0) -> list[float]:
    return [best - 0.4 * math.exp(-k / speed) for k in range(1, resources + 1)]


def many_jobs(
    count: int,
    *,
    ranges: dict[str, Any] | None = None,
    running: int = 0,
    resources: int = 27,
    seed: int = 7,
    fails: Callable[[dict[str, Any]], bool] = lambda given: (
        given.get("hidden", 0) > 230 or given.get("learning_rate", 0) > 0.09
    ),
) -> list[TrainingJob]:
    """Training jobs of a plausible tuning job: most complete, some stop, some fail."""
    space, draw = ParameterRanges(ranges or RANGES), random.Random(seed)
    jobs = []
    for index in range(1, count + 1):
        given = space.decode([draw.random() for _ in space])
        rate = math.log10(given.get("learning_rate", 0.005))
        quality = 0.985 - 0.06 * (rate + 2.35) ** 2 - 0.01 * draw.random()
        curve = a_curve(quality, resources, 2 + 6 * draw.random())
        seconds = 0.6 * resources * (0.7 + draw.random())
        common = {"hyperparameters": given, "seconds": seconds}
        if index > count - running:
            jobs.append(a_job(index, curve[: 2 + index % 9], "InProgress", **common))
        elif fails(given):
            reason = "Traceback (most recent call last):\n  …\nMemoryError: no room"
            jobs.append(
                a_job(index, curve[:2], "Failed", failure_reason=reason, **common)
            )
        elif draw.random() < 0.4:
            why = "below the median at report 9"
            jobs.append(a_job(index, curve[:9], "Stopped", stop_reason=why, **common))
        else:
            jobs.append(a_job(index, curve, **common))
    return jobs


def finished(count: int = 20, **fields: Any) -> TuningJobSummary:
    return summarize(a_record(config=a_config(jobs=count)), many_jobs(count), **fields)


def running(count: int = 12, limit: int = 20) -> TuningJobSummary:
    record = a_record("InProgress", a_config(jobs=limit))
    return summarize(record, many_jobs(count, running=4), now=CREATED + 62)


def interrupted() -> TuningJobSummary:
    record = a_record("InProgress", is_interrupted=True, seconds_run=40.0)
    return summarize(record, many_jobs(12, running=4), now=CREATED + 5000)


def empty() -> TuningJobSummary:
    return summarize(a_record("InProgress"), [], now=CREATED + 1)


def all_failed() -> TuningJobSummary:
    reasons = ["ValueError: bad shape", "ValueError: bad shape", "killed by SIGKILL"]
    jobs = [
        a_job(index, None, "Failed", failure_reason=f"Traceback\n{reason}\n")
        for index, reason in enumerate(reasons * 2, start=1)
    ]
    reason = "6 training jobs failed and none succeeded"
    return summarize(a_record("Failed", failure_reason=reason), jobs)


def not_finite() -> TuningJobSummary:
    jobs = [a_job(1, math.nan), a_job(2, 0.5), a_job(3, math.inf), a_job(4, -math.inf)]
    return summarize(a_record(), jobs)


def wide(count: int = 12) -> TuningJobSummary:
    """Thirty hyperparameters, and a loss to minimize over some magnitudes."""
    ranges = {f"hyperparameter_{k}": ContinuousParameter(1e-5, 1) for k in range(30)}
    objective = Objective(type="Minimize", metric_name="validation:rmse")
    record = a_record(config=a_config(ranges, objective=objective, jobs=count))
    draw = random.Random(3)
    space = ParameterRanges(ranges)
    jobs = [
        a_job(
            index,
            10 ** draw.uniform(-3, 2),
            hyperparameters=space.decode([draw.random() for _ in space]),
        )
        for index in range(1, count + 1)
    ]
    return summarize(record, jobs)


def hostile() -> TuningJobSummary:
    """Everything a user can name or write tries to get out of the page."""
    ranges = {
        HOSTILE.strip(): CategoricalParameter(HOSTILE, "</td></table><script>"),
        "<b>depth</b>": IntegerParameter(1, 9),
    }
    objective = Objective(type="Maximize", metric_name=f"$\\alpha$ {HOSTILE}")
    given = {HOSTILE.strip(): HOSTILE, "<b>depth</b>": 3}
    failure = f"Traceback\n{HOSTILE.replace(chr(10), ' ')} <script>alert(2)</script>"
    jobs = [
        a_job(1, 0.5, hyperparameters=given, stop_reason=HOSTILE),
        a_job(2, 0.7, "Stopped", hyperparameters=given, stop_reason="</table>" * 50),
        a_job(3, None, "Failed", hyperparameters=given, failure_reason=failure),
    ]
    record = a_record(
        config=a_config(ranges, objective=objective),
        name='x"><script>alert(3)</script>',
        completion_reason=HOSTILE,
    )
    return summarize(record, jobs)


texts = st.text(max_size=30) | st.just(HOSTILE)
outcomes = st.tuples(
    st.sampled_from(TrainingJobStatus),
    st.none() | st.floats() | st.lists(st.floats(), max_size=3),
    st.floats(0, 1),
    st.none() | texts,
)
spaces = st.dictionaries(
    texts.filter(lambda name: name and name == name.strip()),
    any_ranges,
    min_size=1,
    max_size=3,
)


@st.composite
def any_summaries(draw: st.DrawFn) -> TuningJobSummary:
    """Summaries with names, values, texts and statuses of any kind."""
    direction = draw(st.sampled_from(["Maximize", "Minimize"]))
    metric = draw(texts.filter(bool))
    config = a_config(
        draw(spaces), objective=Objective(type=direction, metric_name=metric)
    )
    jobs = [
        a_job(
            index,
            values,
            status,
            hyperparameters=ParameterRanges(config.ranges).decode(
                [unit] * len(config.ranges)
            ),
            failure_reason=text,
            stop_reason=text,
        )
        for index, (status, values, unit, text) in enumerate(
            draw(st.lists(outcomes, max_size=10)), start=1
        )
    ]
    status = draw(st.sampled_from(TuningJobStatus))
    record = a_record(status, config, completion_reason=draw(st.none() | texts))
    return summarize(record, jobs, now=CREATED + draw(st.floats(0, 1e9)))


EXAMPLES: dict[str, Callable[[], TuningJobSummary]] = {
    "finished": finished,
    "one": lambda: finished(1),
    "running": running,
    "interrupted": interrupted,
    "empty": empty,
    "all_failed": all_failed,
    "not_finite": not_finite,
    "thousand": lambda: finished(1000),
    "wide": wide,
    "hostile": hostile,
}
