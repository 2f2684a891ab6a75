import pytest

from amt_magic.config import Objective, ResourceLimits, TuningJobConfig
from amt_magic.errors import ResourceLimitExceededError, ValidationError
from amt_magic.metrics import MetricDefinition
from amt_magic.ranges import (
    CategoricalParameter,
    IntegerParameter,
)
from amt_magic.service_quotas import Quotas, check, training_job_limit

DAY = 86_400


def config(strategy="Random", limits=(), **changes):
    given = {
        "strategy": strategy,
        "objective": Objective(type="Minimize", metric_name="loss"),
        "ranges": {"depth": IntegerParameter(1, 9)},
        "resource_limits": ResourceLimits(**dict(limits)),
    }
    return TuningJobConfig(**{**given, **changes})


def ranges(count):
    return {f"x{place}": IntegerParameter(1, 9) for place in range(count)}


def categories(*sizes):
    return {
        f"x{place}": CategoricalParameter(range(size))
        for place, size in enumerate(sizes)
    }


def metrics(count):
    names = ["loss", *(f"m{place}" for place in range(1, count))]
    return [MetricDefinition(name=name, regex=r"(\d+)") for name in names]


def static(count):
    return {f"s{place}": place for place in range(count)}


def message(config, quotas=Quotas(), running=0):  # noqa: B008
    with pytest.raises(ResourceLimitExceededError) as caught:
        check(config, quotas, running)
    return str(caught.value)


def test_the_defaults_are_amts():
    assert Quotas() == Quotas(
        concurrent_tuning_jobs=100,
        hyperparameter_ranges=30,
        categories=30,
        hyperparameters=100,
        metrics=20,
        parallel_training_jobs=10,
        training_jobs=750,
        runtime_in_seconds=30 * DAY,
    )


@pytest.mark.parametrize(
    ("within", "beyond", "words", "limit", "asked"),
    [
        (
            {"ranges": ranges(30)},
            {"ranges": ranges(31)},
            "hyperparameters searched",
            30,
            31,
        ),
        (
            {"ranges": categories(30, 30)},
            {"ranges": categories(30, 31)},
            "values of the category 'x1'",
            30,
            31,
        ),
        (
            {"static_hyperparameters": static(98)},
            {"static_hyperparameters": static(99)},
            "hyperparameters, static ones and the objective's name included",
            100,
            101,
        ),
        (
            {"metric_definitions": metrics(20)},
            {"metric_definitions": metrics(21)},
            "metric definitions per tuning job",
            20,
            21,
        ),
        (
            {"limits": {"max_parallel_training_jobs": 10}},
            {"limits": {"max_parallel_training_jobs": 11}},
            "parallel training jobs per tuning job",
            10,
            11,
        ),
        (
            {"limits": {"max_number_of_training_jobs": 750}},
            {"limits": {"max_number_of_training_jobs": 751}},
            "training jobs per tuning job, Random",
            750,
            751,
        ),
        (
            {"strategy": "Grid", "ranges": categories(25, 30)},
            {"strategy": "Grid", "ranges": categories(26, 29)},
            "training jobs per tuning job, Grid",
            750,
            754,
        ),
        (
            {"limits": {"max_runtime_in_seconds": 30 * DAY}},
            {"limits": {"max_runtime_in_seconds": 30 * DAY + 1}},
            "seconds of run time per tuning job",
            30 * DAY,
            30 * DAY + 1,
        ),
    ],
)
def test_a_quota_lets_its_limit_pass_and_no_more(within, beyond, words, limit, asked):
    check(config(**within), Quotas())

    assert message(config(**beyond)).startswith(
        f"The account-level service limit '{words}' is {limit:,}, with current "
        f"utilization of 0 and a request delta of {asked:,}; "
    )


def test_running_tuning_jobs_count_against_their_quota():
    check(config(), Quotas(), running_tuning_jobs=99)

    assert message(config(), running=100) == (
        "The account-level service limit 'concurrent tuning jobs' is 100, with current "
        "utilization of 100 and a request delta of 1; AMT's hard limit, "
        "which cannot be raised"
    )


def test_training_jobs_of_parents_count_as_well():
    limits = {"max_number_of_training_jobs": 700}

    check(config(limits=limits), Quotas(), inherited_training_jobs=50)

    with pytest.raises(ResourceLimitExceededError, match="utilization of 51 and"):
        check(config(limits=limits), Quotas(), inherited_training_jobs=51)


def test_a_quota_that_can_be_raised_says_how():
    beyond = config(limits={"max_parallel_training_jobs": 11})

    assert message(beyond).endswith(
        "; raise it with %config Quotas.parallel_training_jobs = N, 100 at most"
    )


def test_a_lowered_quota_says_how_to_raise_it():
    beyond = config(limits={"max_runtime_in_seconds": 7200})

    assert message(beyond, Quotas(runtime_in_seconds=3600)).endswith(
        "; raise it with %config Quotas.runtime_in_seconds = N, 2,592,000 at most"
    )


def test_a_raised_quota_lets_more_pass():
    parallel = config(limits={"max_parallel_training_jobs": 100})

    check(parallel, Quotas(parallel_training_jobs=100))


def test_training_jobs_can_be_raised_for_random_alone():
    quotas, many = Quotas(training_jobs=10_000), {"max_number_of_training_jobs": 10_000}

    check(config("Random", many), quotas)

    for strategy in ("Bayesian", "Hyperband"):
        assert message(config(strategy, many), quotas).endswith(
            f"'training jobs per tuning job, {strategy}' is 750, with current "
            "utilization of 0 and a request delta of 10,000; AMT's hard limit, which "
            "cannot be raised"
        )


def test_a_grid_with_a_limit_may_have_more_combinations():
    few = {"max_number_of_training_jobs": 20}

    check(config("Grid", few, ranges=categories(30, 30, 30)), Quotas())


def test_every_quota_passed_is_named_at_once():
    lines = message(
        config(
            "Bayesian",
            {
                "max_number_of_training_jobs": 10**6,
                "max_parallel_training_jobs": 10**6,
                "max_runtime_in_seconds": 10**9,
            },
            ranges={**ranges(31), "k": CategoricalParameter(range(31))},
            static_hyperparameters=static(100),
            metric_definitions=metrics(21),
        ),
        running=100,
    ).split("\n")

    assert lines[0] == "8 quotas are exceeded"
    assert [line.split("'")[1] for line in lines[1:]] == [
        "concurrent tuning jobs",
        "hyperparameters searched",
        "values of the category ",
        "hyperparameters, static ones and the objective",
        "metric definitions per tuning job",
        "parallel training jobs per tuning job",
        "training jobs per tuning job, Bayesian",
        "seconds of run time per tuning job",
    ]


@pytest.mark.parametrize(
    ("strategy", "limits", "quotas", "count"),
    [
        ("Random", {"max_number_of_training_jobs": 20}, Quotas(), 20),
        ("Random", {}, Quotas(), 750),
        ("Random", {}, Quotas(training_jobs=5000), 5000),
        ("Bayesian", {}, Quotas(training_jobs=5000), 750),
        ("Grid", {}, Quotas(), 12),
        ("Grid", {"max_number_of_training_jobs": 5}, Quotas(), 5),
    ],
)
def test_without_a_limit_a_grid_runs_whole_and_others_as_many_as_there_may_be(
    strategy, limits, quotas, count
):
    given = config(strategy, limits, ranges=categories(3, 4))

    assert training_job_limit(given, quotas) == count


def test_quotas_stay_within_what_amt_allows():
    with pytest.raises(ValidationError) as caught:
        Quotas(training_jobs=10_001, parallel_training_jobs=0, categories=31)

    assert [str(fault) for fault in caught.value.faults] == [
        "categories must be an integer, 1 or more and 30 at most (got 31)",
        "parallel_training_jobs must be an integer, 1 or more and 100 at most (got 0)",
        "training_jobs must be an integer, 1 or more and 10000 at most (got 10001)",
    ]
