"""The table of quotas: limit, use, and where each was set."""

import amt_magic as amt
from amt_magic.jobs import TuningJobRecord
from amt_magic.views.quotas import quotas_in_force


def record(status, parallel=1):
    config = amt.TuningJobConfig(
        strategy="Random",
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges={"x": amt.Continuous(0, 1), "<b>": amt.Categorical(range(7))},
        resource_limits=amt.ResourceLimits(
            max_number_of_training_jobs=40, max_parallel_training_jobs=parallel
        ),
    )
    return TuningJobRecord(
        name="job",
        config=config,
        status=amt.TuningJobStatus(status),
        created_at=0.0,
        modified_at=0.0,
    )


def rows(*records, **origins):
    table = quotas_in_force(amt.Quotas(training_jobs=500), origins, records)
    return {name: cells for name, *cells in table.rows}, table


def test_use_is_that_of_running_tuning_jobs():
    running = record("InProgress", parallel=3), record("Stopping", parallel=2)

    found, _ = rows(*running, record("Completed", parallel=9))

    assert found["concurrent_tuning_jobs"][:2] == ["100", "2"]
    assert found["parallel_training_jobs"][:2] == ["10", "3"]
    assert found["training_jobs"][:2] == ["500", "40"]
    assert found["hyperparameter_ranges"][:2] == ["30", "2"]
    assert found["categories"][:2] == ["30", "7"]
    assert found["runtime_in_seconds"][:2] == ["2,592,000", ""]


def test_without_running_ones_nothing_is_used():
    found, _ = rows(record("Completed"))

    assert found["concurrent_tuning_jobs"][1] == "0"
    assert found["training_jobs"][1] == ""


def test_table_says_where_a_quota_was_set():
    _, table = rows(training_jobs="%config Quotas")

    lines = repr(table).splitlines()
    assert lines[0].split() == ["quota", "limit", "in", "use", "set", "by"]
    assert any(
        line.split()[:2] == ["training_jobs", "500"] and line.endswith("%config Quotas")
        for line in lines
    )
    assert "<td>%config Quotas</td>" in table._repr_html_()


def test_the_table_is_the_quotas():
    _, table = rows()

    assert isinstance(table, amt.Quotas)
    assert table.training_jobs == 500
