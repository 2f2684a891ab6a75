"""Training jobs as a pandas DataFrame."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from amt_magic.jobs import TrainingJob
from amt_magic.ranges import (
    CategoricalParameter,
)
from amt_magic.space import ParameterRanges

if TYPE_CHECKING:
    import pandas as pd


def training_job_frame(
    ranges: ParameterRanges, training_jobs: Sequence[TrainingJob]
) -> "pd.DataFrame":
    """Return the columns of the SageMaker SDK's HyperparameterTuningJobAnalytics.

    One row a training job, by index: a column for each hyperparameter (float64
    where its range is numeric), TrainingJobName, TrainingJobStatus,
    FinalObjectiveValue (float64, NaN without one), TrainingStartTime and
    TrainingEndTime (UTC), TrainingElapsedTimeSeconds.
    """
    import pandas as pd

    columns: dict[str, Any] = {}
    for name, kind in ranges.items():
        values = [job.hyperparameters.get(name) for job in training_jobs]
        numeric = not isinstance(kind, CategoricalParameter)
        columns[name] = pd.Series(values, dtype="float64" if numeric else "object")
    columns["TrainingJobName"] = [job.name for job in training_jobs]
    columns["TrainingJobStatus"] = [str(job.status) for job in training_jobs]
    final = [job.value if job.status.is_terminal else None for job in training_jobs]
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
    return pd.DataFrame(columns)
