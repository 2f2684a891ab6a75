import math
import pickle

import pytest
from hypothesis import given

from amt_magic.checks import Faults
from amt_magic.config import (
    BayesianStrategyConfig,
    CompletionCriteria,
    HyperbandStrategyConfig,
    Objective,
    ResourceLimits,
    TuningJobConfig,
    WarmStart,
    check_name,
)
from amt_magic.errors import ValidationError
from amt_magic.metrics import MetricDefinition, default_definition
from amt_magic.ranges import (
    CategoricalParameter,
    ContinuousParameter,
)
from amt_magic.space import ParameterRanges
from tests.generators import tuning_job_configs


def config(**changes):
    given = {
        "strategy": "Random",
        "objective": Objective(type="Minimize", metric_name="loss"),
        "ranges": {"lr": ContinuousParameter(0.1, 1)},
    }
    return TuningJobConfig(**{**given, **changes})


def faults_of(build, **fields):
    with pytest.raises(ValidationError) as caught:
        build(**fields)
    return [str(fault) for fault in caught.value.faults]


def test_strings_of_amazon_become_members():
    made = config(
        strategy="Hyperband",
        early_stopping="Auto",
        warm_start=WarmStart(parents=("churn",), type="TransferLearning"),
    )

    assert repr(made.strategy) == "<Strategy.HYPERBAND: 'Hyperband'>"
    assert repr(made.early_stopping) == "<EarlyStoppingType.AUTO: 'Auto'>"
    assert made.objective.type == "Minimize"
    assert made.warm_start.type == "TransferLearning"


def test_ranges_become_a_space():
    assert isinstance(config().ranges, ParameterRanges)


def test_the_objectives_definition_is_made_where_there_is_none():
    assert config().metric_definitions == (default_definition("loss"),)


def test_given_definitions_are_kept():
    definitions = [
        MetricDefinition(name="loss", regex=r"loss=(\S+)"),
        MetricDefinition(name="accuracy", regex=r"acc=(\S+)"),
    ]

    assert config(metric_definitions=definitions).metric_definitions == tuple(
        definitions
    )


def test_static_hyperparameters_may_be_anything_json_holds():
    static = {"a": None, "b": [1, {"c": "d"}], "e": {"f": 1.5}, "g": True, "": 1}

    assert config(static_hyperparameters=static).static_hyperparameters == static


def test_a_config_does_not_follow_changes_of_the_dict_it_was_made_from():
    static = {"epochs": 27}
    made = config(static_hyperparameters=static)

    static["epochs"] = 1

    assert made.static_hyperparameters == {"epochs": 27}


def test_evolve_returns_a_copy_that_is_checked_again():
    made = config()

    assert made.evolve(max_retries=2).max_retries == 2
    assert made.max_retries == 0
    assert faults_of(made.evolve, max_retries=-1) == [
        "max_retries must be an integer, 0 or more (got -1)"
    ]


@given(tuning_job_configs())
def test_a_config_survives_evolving_and_pickling(made):
    assert repr(made.evolve()) == repr(made)
    assert pickle.loads(pickle.dumps(made)) == made


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        (
            {"type": "maximise", "metric_name": ""},
            [
                "type must be one of Maximize, Minimize; did you mean Maximize? "
                "(got 'maximise')",
                "metric_name must be a string of 1 to 255 characters (got '')",
            ],
        ),
        (
            {"type": None, "metric_name": 1},
            [
                "type must be one of Maximize, Minimize (got None)",
                "metric_name must be a string of 1 to 255 characters (got 1)",
            ],
        ),
    ],
)
def test_all_faults_of_an_objective_come_at_once(fields, faults):
    assert faults_of(Objective, **fields) == faults


@pytest.mark.parametrize(
    ("type_", "value", "loss"),
    [
        ("Minimize", 2.0, 2.0),
        ("Maximize", 2.0, -2.0),
        ("Minimize", -math.inf, math.inf),
        ("Maximize", math.inf, math.inf),
        ("Maximize", math.nan, math.inf),
    ],
)
def test_a_loss_is_smaller_where_better_and_the_worst_where_not_finite(
    type_, value, loss
):
    assert Objective(type=type_, metric_name="m").loss(value) == loss


def test_all_faults_of_resource_limits_come_at_once():
    assert faults_of(
        ResourceLimits,
        max_number_of_training_jobs=0,
        max_parallel_training_jobs=1.0,
        max_runtime_in_seconds=math.nan,
    ) == [
        "max_number_of_training_jobs must be an integer, 1 or more (got 0)",
        "max_parallel_training_jobs must be an integer, 1 or more (got 1.0)",
        "max_runtime_in_seconds must be a number of seconds, 1 or more (got nan)",
    ]


@pytest.mark.parametrize("seconds", [0, 0.5, -1, math.inf, "60", True])
def test_a_runtime_is_a_finite_number_from_one_second_on(seconds):
    (fault,) = faults_of(ResourceLimits, max_runtime_in_seconds=seconds)

    assert fault.startswith("max_runtime_in_seconds must be a number of seconds")


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        (
            {"min_resource": 9, "max_resource": 3},
            ["min_resource must not be above max_resource (got 9 and 3)"],
        ),
        (
            {"max_resource": 20_001},
            [
                "max_resource must be an integer, 1 or more and 20000 at most "
                "(got 20001)"
            ],
        ),
        (
            {
                "min_resource": 0,
                "max_resource": "27",
                "reduction_factor": 1,
                "brackets": True,
                "classic": 1,
            },
            [
                "min_resource must be an integer, 1 or more (got 0)",
                "max_resource must be an integer, 1 or more and 20000 at most "
                "(got '27')",
                "reduction_factor must be a number above 1 (got 1)",
                "brackets must be an integer, 1 or more (got True)",
                "classic must be True or False (got 1)",
            ],
        ),
    ],
)
def test_all_faults_of_a_hyperband_config_come_at_once(fields, faults):
    assert faults_of(HyperbandStrategyConfig, **fields) == faults


def test_an_unknown_base_estimator_is_a_fault():
    assert faults_of(BayesianStrategyConfig, base_estimator="gp") == [
        "base_estimator must be one of GP, RF, ET; did you mean GP? (got 'gp')"
    ]


def test_all_faults_of_completion_criteria_come_at_once():
    assert faults_of(
        CompletionCriteria,
        target_objective_metric_value=math.inf,
        max_number_of_training_jobs_not_improving=0,
        complete_on_convergence="Enabled",
    ) == [
        "target_objective_metric_value must be a finite number (got inf)",
        "max_number_of_training_jobs_not_improving must be an integer, 1 or more "
        "(got 0)",
        "complete_on_convergence must be True or False (got 'Enabled')",
    ]


def test_a_single_parent_may_be_given_by_its_name():
    made = WarmStart(parents="churn", type="TransferLearning")

    assert made.parents == ("churn",)


@pytest.mark.parametrize(
    ("parents", "faults"),
    [
        ([], ["parents must be 1 to 5 names (got ())"]),
        (list("abcdef"), [f"parents must be 1 to 5 names (got {tuple('abcdef')})"]),
        (
            ["churn", "Churn"],
            ["parents must name each tuning job once (got ('churn', 'Churn'))"],
        ),
        (
            ["a b", None],
            [
                "parents[0] must be 1 to 32 letters, digits and inner hyphens, such as "
                "churn-2 (got 'a b')",
                "parents[1] must be 1 to 32 letters, digits and inner hyphens, such as "
                "churn-2 (got None)",
            ],
        ),
        (
            5,
            [
                "parents must be a list (got 5)",
                "parents must be 1 to 5 names (got ())",
            ],
        ),
    ],
)
def test_parents_are_one_to_five_different_names(parents, faults):
    given = {"parents": parents, "type": "TransferLearning"}

    assert faults_of(WarmStart, **given) == faults


@pytest.mark.parametrize("name", ["a", "A-1", "a--b", "x" * 32])
def test_names_of_letters_digits_and_inner_hyphens_are_taken(name):
    assert check_name(Faults(), "name", name)


@pytest.mark.parametrize(
    "name", ["", "-a", "a-", "a_b", "a b", "a\n", "ä", "x" * 33, None, 1]
)
def test_other_names_are_refused(name):
    faults = Faults()

    assert not check_name(faults, "name", name)
    assert faults.found[0].given == repr(name)


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        (
            {"strategy": "Byesian"},
            [
                "strategy must be one of Bayesian, Random, Grid, Hyperband; "
                "did you mean Bayesian? (got 'Byesian')"
            ],
        ),
        (
            {"early_stopping": None},
            ["early_stopping must be one of Off, Auto (got None)"],
        ),
        ({"ranges": {}}, ["ranges must have at least one range"]),
        (
            {"strategy": "Grid"},
            [
                "ranges['lr'] must be categorical for Grid (got "
                "ContinuousParameter(min_value=0.1, max_value=1.0, "
                "scaling_type=<ScalingType.AUTO: 'Auto'>)); list its values: "
                "Categorical(…), or take another strategy"
            ],
        ),
        (
            {"static_hyperparameters": {"lr": 0.5, 1: 2, "f": max, "n": math.nan}},
            [
                "static_hyperparameters['lr'] has a range too (got 0.5)",
                "static_hyperparameters[1] names must be strings (got 1)",
                "static_hyperparameters['f'] must be what JSON can hold "
                "(got <built-in function max>)",
                "static_hyperparameters['n'] must be what JSON can hold (got nan)",
            ],
        ),
        (
            {"static_hyperparameters": [("a", 1)]},
            ["static_hyperparameters must be a dict of name to value (got [('a', 1)])"],
        ),
        (
            {"metric_definitions": default_definition("accuracy")},
            [
                "metric_definitions must be a list "
                f"(got {default_definition('accuracy')!r})"[:230]
            ],
        ),
        (
            {"metric_definitions": [default_definition("accuracy")]},
            ["metric_definitions must define the objective 'loss' (got 'accuracy')"],
        ),
        (
            {"metric_definitions": [default_definition("loss")] * 2},
            ["metric_definitions must define each metric once (got 'loss' and 'loss')"],
        ),
        (
            {"metric_definitions": [r"loss=(\S+)", default_definition("loss")]},
            [r"metric_definitions[0] must be a MetricDefinition (got 'loss=(\\S+)')"],
        ),
        (
            {"warm_start": "churn"},
            ["warm_start must be a WarmStart | None (got 'churn')"],
        ),
        (
            {"random_seed": 1.5},
            ["random_seed must be an integer, 0 or more (got 1.5)"],
        ),
    ],
)
def test_a_fault_has_its_field_the_rule_and_the_value(changes, faults):
    assert faults_of(config, **changes) == faults


def test_all_faults_of_a_config_come_at_once():
    found = faults_of(
        TuningJobConfig,
        strategy="Randm",
        objective="loss",
        ranges={"lr": 0.1},
        resource_limits=20,
        strategy_config={},
        early_stopping="On",
        completion_criteria=None,
        warm_start="churn",
        metric_definitions=None,
        static_hyperparameters=None,
        max_retries=-1,
        random_seed="0",
    )

    assert [fault.split(" ")[0] for fault in found] == [
        "strategy",
        "early_stopping",
        "objective",
        "resource_limits",
        "strategy_config",
        "completion_criteria",
        "warm_start",
        "ranges['lr']",
        "metric_definitions",
        "static_hyperparameters",
        "max_retries",
        "random_seed",
    ]


def test_faults_of_definitions_are_told_beside_others():
    found = faults_of(
        config, strategy="Randm", metric_definitions=[default_definition("loss")] * 2
    )

    assert [fault.split(" ")[0] for fault in found] == [
        "strategy",
        "metric_definitions",
    ]


def test_a_metric_name_too_long_for_its_expression_is_a_fault_of_the_definition():
    found = faults_of(
        config, objective=Objective(type="Minimize", metric_name="-" * 255)
    )

    assert [fault.split(" ")[0] for fault in found] == ["metric_definitions[0].regex"]


def test_a_grid_of_categories_is_taken():
    made = config(
        strategy="Grid", ranges={"kernel": CategoricalParameter("rbf", "poly")}
    )

    assert made.ranges.size == 2


def test_configs_are_equal_by_the_types_of_their_categories():
    one = config(ranges={"a": CategoricalParameter(1)})
    other = config(ranges={"a": CategoricalParameter(True)})

    assert one != other
