from amt_magic import wire
from amt_magic.store.counts import Counts
from amt_magic.views.listing import TuningJobList, list_item
from tests.views.examples import a_config, a_record
from tests.wire import service

COUNTS = Counts(
    by_status={"Completed": 3, "Failed": 2},
    by_objective={"Succeeded": 3, "Failed": 2},
    retryable=1,
    least=0.25,
    most=0.75,
)


def test_line_has_counts_limit_and_the_best_value():
    item = list_item(a_record(), COUNTS)

    assert item.cells[:5] == (
        "churn",
        "Completed",
        "Random",
        "5 of 20",
        "accuracy 0.75",
    )


def test_item_is_a_mapping_of_the_services_members():
    record = a_record()

    item = list_item(record, COUNTS)

    counters = {"by": COUNTS.by_status, "objective": COUNTS.by_objective}
    assert dict(item) == wire.tuning_job_summary(record, *counters.values(), 1)
    assert item["HyperParameterTuningJobStatus"] == item.status
    assert item["TrainingJobStatusCounters"]["RetryableError"] == 1
    assert item["TrainingJobStatusCounters"]["NonRetryableError"] == 1
    shape = service.model().shape_for("HyperParameterTuningJobSummary")
    assert service.problems(shape, dict(item)) == []


def test_interrupted_job_is_in_progress_for_the_service():
    item = list_item(a_record("InProgress", is_interrupted=True), None)

    assert item.status == "interrupted"
    assert item["HyperParameterTuningJobStatus"] == "InProgress"


def test_job_without_training_jobs_has_zeros_and_no_best():
    item = list_item(a_record("InProgress", a_config(jobs=None)), None)

    assert (item.training_jobs, item.best_value) == (0, None)
    assert set(item["TrainingJobStatusCounters"].values()) == {0}
    assert item["ResourceLimits"]["MaxNumberOfTrainingJobs"] == 750


def test_list_shows_itself_with_names_escaped():
    shown = TuningJobList([list_item(a_record(name="churn"), COUNTS)])

    assert repr(shown).splitlines()[1].startswith("churn  Completed")
    assert "<td>churn</td>" in shown._repr_html_()
    assert repr(TuningJobList()) == "no tuning jobs"


def test_items_of_the_same_line_are_equal_and_can_be_in_a_set():
    first, second = (list_item(a_record(), COUNTS) for _ in range(2))

    assert first == second
    assert len({first, second}) == 1
