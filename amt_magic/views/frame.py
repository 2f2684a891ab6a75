"""Training jobs as a pandas DataFrame."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from amt_magic.checks import is_number
from amt_magic.jobs import ObjectiveStatus, TrainingJob
from amt_magic.ranges import AnyRange, CategoricalParameter
from amt_magic.space import ParameterRanges

if TYPE_CHECKING:
    import pandas as pd


def training_job_frame(
    ranges: ParameterRanges,
    training_jobs: Sequence[TrainingJob],
    definition_name: str | None = None,
) -> "pd.DataFrame":
    """Return the columns of the SageMaker SDK's HyperparameterTuningJobAnalytics.

    One row a training job, by index: a column for each hyperparameter (float64 where
    all its values are numbers, else objects), TrainingJobName, TrainingJobStatus,
    FinalObjectiveValue (float64, NaN where the objective failed or is pending),
    TrainingStartTime and TrainingEndTime (UTC), TrainingElapsedTimeSeconds, and
    TrainingJobDefinitionName where there is one.

    What differs from the SDK, on purpose: categories that are not numbers are what
    the user wrote, not their text on the wire ("nan" is no number, None is None);
    every column is there, of its own dtype, before the first training job has ended;
    times are in UTC, not in the local zone.
    """
    import pandas as pd

    columns: dict[str, Any] = {}
    for name, kind in ranges.items():
        values = [job.hyperparameters.get(name) for job in training_jobs]
        columns[name] = pd.Series(values, dtype=_dtype(kind))
    columns["TrainingJobName"] = [job.name for job in training_jobs]
    columns["TrainingJobStatus"] = [str(job.status) for job in training_jobs]
    final = [_final_value(job) for job in training_jobs]
    columns["FinalObjectiveValue"] = pd.Series(final, dtype="float64")
    for column, field in (
        ("TrainingStartTime", "started_at"),
        ("TrainingEndTime", "ended_at"),
    ):
        times = [getattr(job, field) for job in training_jobs]
        columns[column] = pd.to_datetime(
            pd.Series(times, dtype="float64"), unit="s", utc=True
        )
    elapsed = columns["TrainingEndTime"] - columns["TrainingStartTime"]
    columns["TrainingElapsedTimeSeconds"] = elapsed.dt.total_seconds()
    if definition_name is not None:
        columns["TrainingJobDefinitionName"] = [definition_name] * len(training_jobs)
    return pd.DataFrame(columns)


def _dtype(kind: AnyRange) -> str:
    is_numeric = not isinstance(kind, CategoricalParameter) or all(
        is_number(value) for value in kind.values
    )
    return "float64" if is_numeric else "object"


def _final_value(job: TrainingJob) -> float | None:
    has_succeeded = job.objective_status == ObjectiveStatus.SUCCEEDED
    return job.value if has_succeeded else None
