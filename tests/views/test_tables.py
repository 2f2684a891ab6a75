import pytest

from amt_magic.views.summary import summarize
from amt_magic.views.tables import training_job_table

from .examples import EXAMPLES, a_job, a_record, all_failed, finished, running


def test_a_short_table_has_every_training_job():
    summary = finished(20)

    table = training_job_table(summary, 20)

    assert list(table.rows) == list(summary.rows)
    assert table.left_out == 0


def test_a_cut_table_keeps_the_best_and_counts_the_rest():
    summary = finished(100)

    table = training_job_table(summary, 7)

    assert list(table.rows) == list(summary.rows[:7])
    assert table.left_out == 93


def test_running_training_jobs_stay_in_a_cut_table():
    summary = running(40, limit=50)

    table = training_job_table(summary, 10)

    assert [row.status for row in table.rows[-4:]] == ["InProgress"] * 4
    assert list(table.rows[:6]) == list(summary.rows[:6])


def test_running_training_jobs_fill_what_others_leave():
    jobs = [a_job(k, 0.5, "InProgress") for k in range(1, 20)] + [a_job(20, 0.1)]
    summary = summarize(a_record("InProgress"), jobs)

    table = training_job_table(summary, 10)

    assert table.rows[0].index == 20
    assert len(table.rows) == 10


def test_columns_that_say_nothing_are_left_out():
    jobs = [a_job(1, 0.5), a_job(2, 0.6)]

    table = training_job_table(summarize(a_record(), jobs), 10)

    assert table.reports is None
    assert table.why is None


def test_the_number_of_reports_is_told_where_there_are_several():
    assert training_job_table(finished(3), 10).reports.texts == ["27", "9", "27"]
    assert training_job_table(all_failed(), 10).reports is None


def test_a_hyperparameter_that_a_training_job_has_not_is_a_dash():
    job = a_job(1, 0.5, hyperparameters={"hidden": 3})

    table = training_job_table(summarize(a_record(), [job]), 10)

    assert [list(c.texts) for c in table.hyperparameters] == [
        ["\N{EN DASH}"],
        ["3"],
        ["\N{EN DASH}"],
    ]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_column_has_a_text_for_every_row(name):
    table = training_job_table(EXAMPLES[name](), 20)

    columns = [table.number, table.value, table.status, table.seconds]
    columns += [*table.hyperparameters, table.reports, table.why]
    assert {len(c.texts) for c in columns if c is not None} == {len(table.rows)}
