import math
from datetime import UTC, datetime

import pytest

from amt_magic.ranges import CategoricalParameter, ContinuousParameter, IntegerParameter
from amt_magic.space import ParameterRanges
from amt_magic.views.frame import training_job_frame
from tests.views.examples import CREATED, a_job

RANGES = ParameterRanges(
    {
        "lr": ContinuousParameter(0, 1),
        "depth": IntegerParameter(1, 9),
        "batch": CategoricalParameter(16, 32, 0.5),
        "kernel": CategoricalParameter("rbf", "nan", "1", None),
        "mixed": CategoricalParameter(1, True),
    }
)
COLUMNS = [
    *RANGES,
    "TrainingJobName",
    "TrainingJobStatus",
    "FinalObjectiveValue",
    "TrainingStartTime",
    "TrainingEndTime",
    "TrainingElapsedTimeSeconds",
]
GIVEN = {"lr": 0.5, "depth": 3, "batch": 16, "kernel": "nan", "mixed": True}


def frame(*jobs, **options):
    return training_job_frame(RANGES, jobs, **options)


def job(index, value=0.5, status="Completed", **fields):
    return a_job(index, value, status, hyperparameters=GIVEN, **fields)


@pytest.mark.parametrize("jobs", [[], [job(1)]], ids=["no training job", "one"])
def test_columns_and_dtypes_are_those_of_the_sdk(jobs):
    found = frame(*jobs)

    assert list(found) == COLUMNS
    for name in ("lr", "depth", "batch", "FinalObjectiveValue", COLUMNS[-1]):
        assert found[name].dtype == "float64"
    for name in ("kernel", "mixed"):
        assert found[name].dtype == "object"
    for name in ("TrainingStartTime", "TrainingEndTime"):
        assert str(found[name].dt.tz) == "UTC"


def test_numbers_are_floats_and_other_categories_keep_their_type():
    row = frame(job(1)).iloc[0]

    assert [row[name] for name in ("lr", "depth", "batch")] == [0.5, 3.0, 16.0]
    assert row["kernel"] == "nan"
    assert row["mixed"] is True


def test_rows_come_by_index():
    found = frame(job(1), job(2, status="Stopped"), job(3, status="Failed"))

    assert list(found["TrainingJobName"]) == ["churn-001", "churn-002", "churn-003"]
    assert list(found["TrainingJobStatus"]) == ["Completed", "Stopped", "Failed"]


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (None, "Completed"),
        (math.nan, "Completed"),
        (math.inf, "Stopped"),
        (0.5, "Failed"),
        (0.5, "InProgress"),
        (0.5, "Stopping"),
    ],
)
def test_objective_that_failed_or_is_pending_has_no_final_value(value, status):
    final = frame(job(1, value, status))["FinalObjectiveValue"]

    assert final.isna().all()


def test_stopped_training_job_has_its_latest_value():
    final = frame(job(1, [0.9, 0.7], "Stopped"))["FinalObjectiveValue"]

    assert list(final) == [0.7]


def test_times_are_exact_and_their_difference_is_in_seconds():
    row = frame(job(1, seconds=12.5)).iloc[0]

    assert row["TrainingStartTime"] == datetime.fromtimestamp(CREATED + 3, UTC)
    assert row["TrainingElapsedTimeSeconds"] == 12.5


def test_training_job_that_runs_has_no_end():
    row = frame(job(1, status="InProgress")).iloc[0]

    assert str(row["TrainingEndTime"]) == "NaT"
    assert math.isnan(row["TrainingElapsedTimeSeconds"])


def test_name_of_the_definition_is_the_last_column_if_there_is_one():
    found = frame(job(1), job(2), definition_name="forest")

    assert list(found) == [*COLUMNS, "TrainingJobDefinitionName"]
    assert list(found["TrainingJobDefinitionName"]) == ["forest", "forest"]
