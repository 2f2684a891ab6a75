import pytest

from amt_magic.config import CompletionCriteria
from amt_magic.views import headlines
from amt_magic.views.failures import FailureGroup
from amt_magic.views.summary import summarize

from .examples import (
    CREATED,
    EXAMPLES,
    a_config,
    a_job,
    a_record,
    finished,
    interrupted,
    running,
)


def test_the_plan_names_strategy_objective_parallelism_and_seed():
    assert headlines.plan(finished()) == [
        "Random",
        "maximize accuracy",
        "4 in parallel",
        "seed 7",
    ]


def test_counts_leave_out_what_there_is_none_of():
    assert list(headlines.counts(finished(1))) == [("Stopped", "1 stopped")]


def test_what_ran_under_a_dead_runner_is_not_called_running():
    assert ("interrupted", "4 interrupted") in list(headlines.counts(interrupted()))
    assert ("InProgress", "4 running") in list(headlines.counts(running()))


def test_times_say_what_is_left_while_running_and_where_time_went():
    assert headlines.times(running()) == (
        "1 min 2 s elapsed, about 1 min 33 s left, training 4 min 22 s, choosing 0.4 s"
    )
    assert headlines.times(finished(1)) == (
        "2 min 14 s elapsed, training 17 s, choosing 0.4 s"
    )


def test_limits_beside_the_number_of_training_jobs_are_told():
    config = a_config(runtime=600, target=0.99, not_improving=10)
    summary = summarize(a_record("InProgress", config), [a_job(1, 0.5)], CREATED + 62)

    assert list(headlines.limits(summary)) == [
        "run time 1 min 2 s of 10 min 0 s",
        "target 0.99 (best 0.5)",
        "0 of 10 training jobs not improving",
    ]


@pytest.mark.parametrize(
    ("asked", "converged_at", "told"),
    [
        (True, None, ["not converged"]),
        (True, CREATED, ["converged: a further gain of over 1 % is unlikely"]),
        (False, CREATED, ["converged: a further gain of over 1 % is unlikely"]),
        (False, None, []),
    ],
)
def test_convergence_is_told_where_it_is_asked_for_or_was_reached(
    asked, converged_at, told
):
    criteria = CompletionCriteria(complete_on_convergence=asked)
    config = a_config().evolve(completion_criteria=criteria)

    summary = summarize(a_record(config=config, converged_at=converged_at), [])

    assert list(headlines.limits(summary)) == told


def test_an_interrupted_job_tells_its_remedy():
    assert "%tune resume churn" in headlines.ending(interrupted())


@pytest.mark.parametrize(
    ("group", "words"),
    [
        (
            FailureGroup(cause="killed", count=1, first_index=8),
            "1 × killed (training job 8)",  # noqa: RUF001
        ),
        (
            FailureGroup(cause="a\nb", count=7, first_index=3, region="lr >= 1"),
            r"7 × a\nb (first: training job 3; lr >= 1)",  # noqa: RUF001
        ),
    ],
)
def test_a_failure_tells_how_many_which_and_where(group, words):
    assert headlines.failure(group) == words


@pytest.mark.parametrize("name", EXAMPLES)
def test_all_sentences_are_safe_to_print(name):
    summary = EXAMPLES[name]()

    sentences = [
        *headlines.plan(summary),
        *(words for _, words in headlines.counts(summary)),
        headlines.times(summary),
        *headlines.limits(summary),
        headlines.ending(summary),
        headlines.best(summary),
        *map(headlines.failure, summary.failures),
    ]

    assert all(map(str.isprintable, sentences))


@pytest.mark.parametrize(
    ("stopping", "values", "says_so"),
    [("Auto", [0.5], True), ("Off", [0.5], False), ("Auto", [0.6, 0.5], False)],
)
def test_early_stopping_without_anything_to_judge_is_said(stopping, values, says_so):
    record = a_record(config=a_config().evolve(early_stopping=stopping))
    summary = summarize(record, [a_job(1, values), a_job(2, values)])

    assert ("nothing to judge" in headlines.ending(summary)) == says_so
