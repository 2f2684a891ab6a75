import pytest

from amt_magic.config import (
    BayesianStrategyConfig,
    CompletionCriteria,
    HyperbandStrategyConfig,
    Objective,
    ResourceLimits,
    WarmStart,
)
from amt_magic.errors import NotServedError, ValidationError
from amt_magic.inputs.option_table import CONFIG_OPTIONS, FIELDS, OPTIONS
from amt_magic.inputs.options import build_config
from amt_magic.metrics import MetricDefinition
from amt_magic.ranges import (
    CategoricalParameter,
    ContinuousParameter,
)

RANGES = {"lr": ContinuousParameter(1e-4, 1e-1)}
CATEGORIES = {"kernel": CategoricalParameter("rbf", "poly")}


def faults_of(ranges, style="python", **options):
    with pytest.raises(ValidationError) as caught:
        build_config(ranges, options, style=style)
    return [str(fault) for fault in caught.value.faults]


def test_the_least_is_a_direction_with_a_metric():
    config = build_config(RANGES, {"maximize": "accuracy"})

    assert config.objective == Objective(type="Maximize", metric_name="accuracy")
    assert config.strategy == "Bayesian"
    assert config.resource_limits == ResourceLimits(max_number_of_training_jobs=20)
    assert config.strategy_config is None
    assert config.warm_start is None


def test_every_option_reaches_its_field():
    config = build_config(
        RANGES,
        {
            "minimize": "loss",
            "strategy": "Hyperband",
            "max_jobs": 50,
            "max_parallel_jobs": 4,
            "max_runtime": 600,
            "early_stopping": "Auto",
            "min_resource": 2,
            "max_resource": 50,
            "reduction_factor": 4,
            "brackets": 2,
            "classic": True,
            "metric_definition": [("loss", r"loss=(\S+)"), ("f1", "f1 (.+)")],
            "target": 0.1,
            "max_jobs_not_improving": 7,
            "complete_on_convergence": True,
            "warm_start": ["a", "b"],
            "warm_start_type": "TransferLearning",
            "retry": 2,
            "seed": 5,
        },
        static_hyperparameters={"epochs": 27},
    )

    assert config.objective == Objective(type="Minimize", metric_name="loss")
    assert config.strategy == "Hyperband"
    assert config.resource_limits == ResourceLimits(
        max_number_of_training_jobs=50,
        max_parallel_training_jobs=4,
        max_runtime_in_seconds=600,
    )
    assert config.early_stopping == "Auto"
    assert config.strategy_config == HyperbandStrategyConfig(
        min_resource=2, max_resource=50, reduction_factor=4, brackets=2, classic=True
    )
    assert config.metric_definitions == (
        MetricDefinition(name="loss", regex=r"loss=(\S+)"),
        MetricDefinition(name="f1", regex="f1 (.+)"),
    )
    assert config.completion_criteria == CompletionCriteria(
        target_objective_metric_value=0.1,
        max_number_of_training_jobs_not_improving=7,
        complete_on_convergence=True,
    )
    assert config.warm_start == WarmStart(parents=("a", "b"), type="TransferLearning")
    assert config.max_retries == 2
    assert config.random_seed == 5
    assert config.static_hyperparameters == {"epochs": 27}


def test_none_and_empty_mean_the_default():
    nothing = dict.fromkeys(
        option.name for option in OPTIONS if option.name != "maximize"
    )
    nothing |= {"classic": False, "metric_definition": [], "warm_start": ()}

    config = build_config(RANGES, nothing | {"maximize": "a"})

    assert config == build_config(RANGES, {"maximize": "a"})


def test_a_grid_has_no_number_of_training_jobs_of_its_own():
    options = {"maximize": "a", "strategy": "Grid"}

    free = build_config(CATEGORIES, options)
    limited = build_config(CATEGORIES, options | {"max_jobs": 2})

    assert free.resource_limits.max_number_of_training_jobs is None
    assert limited.resource_limits.max_number_of_training_jobs == 2


@pytest.mark.parametrize("style", ["magic", "python"])
def test_a_config_without_direction_shows_both(style):
    [fault] = faults_of(RANGES, style)

    form = {"magic": "--{} METRIC", "python": '{}="METRIC"'}[style]
    both = f"{form.format('maximize')} or {form.format('minimize')}"
    assert fault == f"{both} must be given"


def test_both_directions_are_too_many():
    [fault] = faults_of(RANGES, maximize="a", minimize="b")

    assert fault == 'maximize="METRIC" or minimize="METRIC" must be given, not both'


def test_an_unknown_option_shows_the_nearest():
    assert faults_of(RANGES, maximize="a", max_job=3) == [
        "max_job is not an option; did you mean max_jobs?"
    ]
    assert faults_of(RANGES, maximize="a", zzz=3) == ["zzz is not an option"]


@pytest.mark.parametrize(
    ("options", "magic", "python"),
    [
        ({"max_jobs": 0}, "--max-jobs must be an integer", "max_jobs must be"),
        ({"max_runtime": -1}, "--max-runtime must be a number", "max_runtime must"),
        ({"strategy": "bayesian"}, "--strategy must be one of", "strategy must be"),
        ({"early_stopping": "On"}, "--early-stopping must be", "early_stopping must"),
        ({"retry": -1}, "--retry must be", "retry must be"),
        ({"seed": "x"}, "--seed must be", "seed must be"),
        ({"target": "x"}, "--target must be", "target must be"),
        ({"max_jobs_not_improving": 0}, "--max-jobs-not-", "max_jobs_not_improving m"),
        ({"base_estimator": "SVM"}, "--base-estimator must", "base_estimator must"),
        ({"max_resource": 10**6}, "--max-resource must", "max_resource must"),
        ({"metric_definition": [("a", "x")]}, "--metric-def", "metric_definition[0].r"),
        ({"metric_definition": [("a",)]}, "--metric-def", "metric_definition[0] must"),
        ({"metric_definition": ("a", "(x)")}, "--metric-def", "metric_definition[0]"),
        ({"maximize": ""}, "--maximize must", "maximize must"),
        (
            {"warm_start": ["a"]},
            "--warm-start-type must be one",
            "warm_start_type must",
        ),
        ({"warm_start_type": "TransferLearning"}, "--warm-start must", "warm_start m"),
    ],
)
def test_faults_name_the_option_as_it_was_typed(options, magic, python):
    options = {"maximize": "a"} | options

    assert faults_of(RANGES, "magic", **options)[0].startswith(magic)
    assert faults_of(RANGES, "python", **options)[0].startswith(python)


def test_rules_name_other_options_as_they_are_typed():
    options = {"maximize": "a", "min_resource": 9, "max_resource": 3}

    assert faults_of(RANGES, "magic", **options) == [
        "--min-resource must not be above --max-resource (got 9 and 3)"
    ]


def test_ranges_are_named_by_their_name():
    [fault] = faults_of(RANGES, "magic", maximize="a", strategy="Grid")

    assert fault.startswith("lr must be categorical for Grid")


def test_all_faults_come_in_one_error():
    faults = faults_of(
        {},
        maximise="a",
        max_jobs=0,
        max_parallel_jobs=0,
        strategy="Rand",
        metric_definition=[("loss", "("), ("a", "b")],
        warm_start="no spaces",
        seed=-1,
    )

    names = {fault.split()[0] for fault in faults}
    assert names == {
        "maximise",
        'maximize="METRIC"',
        "max_jobs",
        "max_parallel_jobs",
        "strategy",
        "metric_definition[0].regex",
        "metric_definition[1].regex",
        "warm_start[0]",
        "warm_start_type",
        "seed",
        "ranges",
    }


def test_hyperband_options_are_kept_beside_another_strategy():
    config = build_config(RANGES, {"maximize": "a", "brackets": 1})

    assert config.strategy == "Bayesian"
    assert config.strategy_config == HyperbandStrategyConfig()


def test_the_hyperband_strategy_has_its_config_without_its_options():
    config = build_config(RANGES, {"maximize": "a", "strategy": "Hyperband"})

    assert config.strategy_config == HyperbandStrategyConfig()


def test_a_base_estimator_makes_the_bayesian_config():
    config = build_config(RANGES, {"maximize": "a", "base_estimator": "RF"})

    assert config.strategy_config == BayesianStrategyConfig(base_estimator="RF")


@pytest.mark.parametrize("other", [{"strategy": "Hyperband"}, {"max_resource": 9}])
def test_one_config_cannot_be_for_two_strategies(other):
    [fault] = faults_of(RANGES, maximize="a", base_estimator="RF", **other)

    assert fault.startswith("base_estimator is for Bayesian")


def test_options_that_are_not_served_are_refused():
    with pytest.raises(NotServedError) as caught:
        build_config(RANGES, {"scheduler": "tcp://here:1", "executor": "dask"})

    assert "scheduler is not served yet" in str(caught.value)
    assert "executor serves local only" in str(caught.value)


def test_the_local_executor_is_served():
    config = build_config(RANGES, {"maximize": "a", "executor": "local"})

    assert config == build_config(RANGES, {"maximize": "a"})


def test_the_table_has_every_option_once():
    names = [option.name for option in OPTIONS]

    assert len(set(names)) == len(names)
    assert {option.name for option in CONFIG_OPTIONS} == FIELDS.keys()
