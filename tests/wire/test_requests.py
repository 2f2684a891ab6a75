import copy
import json

import pytest
from hypothesis import given

from amt_magic import wire
from amt_magic.config import (
    BayesianStrategyConfig,
    CompletionCriteria,
    HyperbandStrategyConfig,
    Objective,
    ResourceLimits,
    TuningJobConfig,
    WarmStart,
)
from amt_magic.errors import ValidationError
from amt_magic.metrics import default_definition
from amt_magic.ranges import (
    CategoricalParameter,
    ContinuousParameter,
    IntegerParameter,
)
from amt_magic.space import ParameterRanges
from tests.generators import tuning_job_configs

CONFIG = "HyperParameterTuningJobConfig"
CONTINUOUS = f"{CONFIG}.ParameterRanges.ContinuousParameterRanges"
CATEGORICAL = f"{CONFIG}.ParameterRanges.CategoricalParameterRanges"
CRITERIA = f"{CONFIG}.TuningJobCompletionCriteria"
METRICS = "TrainingJobDefinition.AlgorithmSpecification.MetricDefinitions"


def config(**changes):
    given = {
        "strategy": "Random",
        "objective": Objective(type="Minimize", metric_name="loss"),
        "ranges": {"lr": ContinuousParameter(0.1, 1)},
    }
    return TuningJobConfig(**{**given, **changes})


def request(**changes):
    """A small request, with some dotted paths set to other values."""
    made = wire.request_from_config(config(), "churn")
    for path, value in changes.items():
        *outer, last = path.split(".")
        target = made
        for name in outer:
            target = target.setdefault(name, {})
        target[last] = value
    return made


def faults_of(given):
    with pytest.raises(ValidationError) as caught:
        wire.config_from_request(given)
    return [str(fault) for fault in caught.value.faults]


@given(tuning_job_configs())
def test_a_config_comes_back_from_its_request(config):
    text = json.dumps(wire.request_from_config(config, "churn"), allow_nan=False)
    read = wire.config_from_request(json.loads(text))

    assert read == config
    assert repr(read) == repr(config)  # types and orders too


def test_a_request_is_what_the_service_documents():
    made = wire.request_from_config(
        TuningJobConfig(
            strategy="Hyperband",
            objective=Objective(type="Maximize", metric_name="validation:accuracy"),
            ranges={
                "kernel": CategoricalParameter("rbf", "1", 1),
                "lr": ContinuousParameter(1e-4, 1, "Logarithmic"),
                "depth": IntegerParameter(2, 12),
            },
            resource_limits=ResourceLimits(
                max_number_of_training_jobs=50,
                max_parallel_training_jobs=5,
                max_runtime_in_seconds=600,
            ),
            strategy_config=HyperbandStrategyConfig(max_resource=27),
            early_stopping="Auto",
            completion_criteria=CompletionCriteria(
                target_objective_metric_value=0.9,
                max_number_of_training_jobs_not_improving=10,
                complete_on_convergence=True,
            ),
            warm_start=WarmStart(parents=("old",), type="TransferLearning"),
            static_hyperparameters={"epochs": 27, "name": "27"},
            max_retries=2,
            random_seed=0,
        ),
        "churn",
    )

    assert made == {
        "HyperParameterTuningJobName": "churn",
        "HyperParameterTuningJobConfig": {
            "Strategy": "Hyperband",
            "StrategyConfig": {
                "HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 27}
            },
            "HyperParameterTuningJobObjective": {
                "Type": "Maximize",
                "MetricName": "validation:accuracy",
            },
            "ResourceLimits": {
                "MaxNumberOfTrainingJobs": 50,
                "MaxParallelTrainingJobs": 5,
                "MaxRuntimeInSeconds": 600,
            },
            "ParameterRanges": {
                "IntegerParameterRanges": [
                    {
                        "Name": "depth",
                        "MinValue": "2",
                        "MaxValue": "12",
                        "ScalingType": "Auto",
                    }
                ],
                "ContinuousParameterRanges": [
                    {
                        "Name": "lr",
                        "MinValue": "0.0001",
                        "MaxValue": "1.0",
                        "ScalingType": "Logarithmic",
                    }
                ],
                "CategoricalParameterRanges": [
                    {"Name": "kernel", "Values": ["rbf", '"1"', "1"]}
                ],
            },
            "TrainingJobEarlyStoppingType": "Auto",
            "TuningJobCompletionCriteria": {
                "TargetObjectiveMetricValue": 0.9,
                "BestObjectiveNotImproving": {
                    "MaxNumberOfTrainingJobsNotImproving": 10
                },
                "ConvergenceDetected": {"CompleteOnConvergence": "Enabled"},
            },
            "RandomSeed": 0,
        },
        "TrainingJobDefinition": {
            "StaticHyperParameters": {"epochs": "27", "name": '"27"'},
            "AlgorithmSpecification": {
                "MetricDefinitions": [
                    {
                        "Name": "validation:accuracy",
                        "Regex": default_definition("validation:accuracy").regex,
                    }
                ]
            },
            "RetryStrategy": {"MaximumRetryAttempts": 2},
        },
        "WarmStartConfig": {
            "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "old"}],
            "WarmStartType": "TransferLearning",
        },
        "AmtMagic": {
            "ReductionFactor": 3,
            "Brackets": 1,
            "Classic": False,
            "RangeOrder": ["kernel", "lr", "depth"],
        },
    }


def test_nothing_of_ours_is_added_where_amazons_shape_holds_everything():
    assert "AmtMagic" not in wire.request_from_config(config(), "churn")


@pytest.mark.parametrize(
    "changes",
    [
        {"strategy_config": BayesianStrategyConfig()},
        {"strategy_config": BayesianStrategyConfig(base_estimator="RF")},
        {"strategy_config": HyperbandStrategyConfig(reduction_factor=2.5)},
        {"resource_limits": ResourceLimits(max_runtime_in_seconds=1.5)},
        {"resource_limits": ResourceLimits(max_runtime_in_seconds=600.0)},
        {"ranges": ParameterRanges({name: IntegerParameter(1, 2) for name in "zax"})},
        {"static_hyperparameters": {"_tuning_objective_metric": "loss"}},
    ],
)
def test_what_is_easily_lost_comes_back(changes):
    given = config(**changes)

    read = wire.config_from_request(wire.request_from_config(given, "churn"))

    assert repr(read) == repr(given)


def test_a_runtime_that_is_no_integer_is_rounded_up_for_amazon():
    limits = ResourceLimits(max_runtime_in_seconds=1.5)

    made = wire.request_from_config(config(resource_limits=limits), "churn")

    assert made[CONFIG]["ResourceLimits"]["MaxRuntimeInSeconds"] == 2


def test_reading_leaves_the_request_as_it_was():
    given = request()
    before = copy.deepcopy(given)

    wire.config_from_request(given)

    assert given == before


def test_cloud_only_fields_are_left_alone():
    given = request(
        **{
            "Tags": [{"Key": "team", "Value": "a"}],
            "TrainingJobDefinition.RoleArn": "arn:aws:iam::000000000000:role/x",
            "TrainingJobDefinition.VpcConfig": {"Subnets": ["s"]},
            "TrainingJobDefinition.AlgorithmSpecification.TrainingImage": "image",
        }
    )

    assert wire.config_from_request(given) == config()


def test_a_minimal_request_takes_the_defaults():
    read = wire.config_from_request(
        {
            CONFIG: {
                "HyperParameterTuningJobObjective": {
                    "Type": "Minimize",
                    "MetricName": "loss",
                },
                "ParameterRanges": {
                    "ContinuousParameterRanges": [
                        {"Name": "lr", "MinValue": "1e-3", "MaxValue": "1"}
                    ]
                },
            }
        }
    )

    assert read == TuningJobConfig(
        objective=Objective(type="Minimize", metric_name="loss"),
        ranges={"lr": ContinuousParameter(0.001, 1.0)},
    )


def test_numbers_are_taken_where_text_belongs():
    given = request()
    given[CONFIG]["ParameterRanges"] = {
        "IntegerParameterRanges": [{"Name": "depth", "MinValue": 2, "MaxValue": 12}],
        "CategoricalParameterRanges": [{"Name": "kernel", "Values": [1, "rbf"]}],
    }

    assert wire.config_from_request(given).ranges == {
        "depth": IntegerParameter(2, 12),
        "kernel": CategoricalParameter(1, "rbf"),
    }


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        (
            f"{CONFIG}.Strategy",
            "Randm",
            f"{CONFIG}.Strategy must be one of Bayesian, Random, Grid, Hyperband; "
            "did you mean Random? (got 'Randm')",
        ),
        (
            f"{CONFIG}.TrainingJobEarlyStoppingType",
            "On",
            f"{CONFIG}.TrainingJobEarlyStoppingType must be one of Off, Auto "
            "(got 'On')",
        ),
        (
            f"{CONFIG}.ResourceLimits.MaxNumberOfTrainingJobs",
            "50",
            f"{CONFIG}.ResourceLimits.MaxNumberOfTrainingJobs must be an integer, "
            "1 or more (got '50')",
        ),
        (
            f"{CRITERIA}.ConvergenceDetected.CompleteOnConvergence",
            "Yes",
            f"{CRITERIA}.ConvergenceDetected.CompleteOnConvergence must be one of "
            "Enabled, Disabled (got 'Yes')",
        ),
        (
            f"{CRITERIA}.BestObjectiveNotImproving.MaxNumberOfTrainingJobsNotImproving",
            0,
            f"{CRITERIA}.BestObjectiveNotImproving.MaxNumberOfTrainingJobsNotImproving "
            "must be an integer, 1 or more (got 0)",
        ),
        (
            f"{CONFIG}.StrategyConfig.HyperbandStrategyConfig",
            {"MinResource": 9, "MaxResource": 3},
            f"{CONFIG}.StrategyConfig.HyperbandStrategyConfig.MinResource must not be "
            "above MaxResource (got 9 and 3)",
        ),
        (
            f"{CONFIG}.HyperParameterTuningJobObjective",
            {"Type": "Minimize"},
            f"{CONFIG}.HyperParameterTuningJobObjective.MetricName must be a string of "
            "1 to 255 characters (got None)",
        ),
        (
            f"{CONFIG}.RandomSeed",
            -1,
            f"{CONFIG}.RandomSeed must be an integer, 0 or more (got -1)",
        ),
        (
            f"{CONFIG}.RandomSeed",
            None,
            f"{CONFIG}.RandomSeed must not be null; leave it out",
        ),
        (
            f"{CONFIG}.ResourceLimit",
            {},
            f"{CONFIG}.ResourceLimit is not a member; did you mean ResourceLimits?",
        ),
        (
            f"{CONFIG}.ResourceLimits",
            5,
            f"{CONFIG}.ResourceLimits must be an object (got 5)",
        ),
        (
            f"{CONFIG}.ParameterRanges",
            {},
            f"{CONFIG}.ParameterRanges must have at least one range",
        ),
        (
            f"{CONTINUOUS}",
            [{"Name": "lr", "MinValue": "1.0", "MaxValue": "0.1"}],
            f"{CONTINUOUS}[0].MinValue must be below MaxValue (got 1.0 and 0.1)",
        ),
        (
            f"{CONTINUOUS}",
            [{"Name": "lr", "MinValue": "low", "MaxValue": "0.1"}],
            f"{CONTINUOUS}[0].MinValue must be a finite number (got 'low')",
        ),
        (
            f"{CATEGORICAL}",
            [{"Name": "lr", "Values": ["a"]}],
            f"{CATEGORICAL}[0].Name has a range already (got 'lr')",
        ),
        (
            f"{CATEGORICAL}",
            [{"Name": "kernel", "Values": ["a", "a"]}],
            f"{CATEGORICAL}[0].Values[1] is there twice (got 'a')",
        ),
        (
            f"{CONFIG}.ParameterRanges.AutoParameters",
            [{"Name": "depth", "ValueHint": "4"}],
            f"{CONFIG}.ParameterRanges.AutoParameters is not served; give ranges",
        ),
        (
            "TrainingJobDefinitions",
            [{}],
            "TrainingJobDefinitions is not served; give one TrainingJobDefinition",
        ),
        (
            "TrainingJobDefinition.StaticHyperParameters",
            {"lr": "1"},
            "TrainingJobDefinition.StaticHyperParameters['lr'] has a range too (got 1)",
        ),
        (
            "TrainingJobDefinition.RetryStrategy.MaximumRetryAttempts",
            -1,
            "TrainingJobDefinition.RetryStrategy.MaximumRetryAttempts must be an "
            "integer, 0 or more (got -1)",
        ),
        (
            f"{METRICS}",
            [{"Name": "accuracy", "Regex": r"(\d+)"}],
            f"{METRICS} must define the objective 'loss' (got 'accuracy')",
        ),
        (
            f"{METRICS}",
            [{"Name": "loss", "Regex": "loss"}],
            f"{METRICS}[0].Regex must have a group (got 'loss'); put the number in "
            r"parentheses, as in loss=(\S+)",
        ),
        (
            "WarmStartConfig",
            {
                "WarmStartType": "TransferLearning",
                "ParentHyperParameterTuningJobs": [
                    {"HyperParameterTuningJobName": "a b"}
                ],
            },
            "WarmStartConfig.ParentHyperParameterTuningJobs[0] must be 1 to 32 "
            "letters, digits and inner hyphens, such as churn-2 (got 'a b')",
        ),
        (
            "HyperParameterTuningJobName",
            "a b",
            "HyperParameterTuningJobName must be 1 to 32 letters, digits and inner "
            "hyphens, such as churn-2 (got 'a b')",
        ),
        (
            "AmtMagic.ReductionFactor",
            1,
            "AmtMagic.ReductionFactor must be a number above 1 (got 1)",
        ),
    ],
)
def test_a_fault_has_amazons_path_the_rule_and_the_value(path, value, fault):
    assert faults_of(request(**{path: value})) == [fault]


def test_a_grid_with_a_numeric_range_names_amazons_path():
    (fault,) = faults_of(request(**{f"{CONFIG}.Strategy": "Grid"}))

    assert fault.startswith(f"{CONTINUOUS}[0] must be categorical for Grid")


def test_both_kinds_of_strategy_config_are_a_fault():
    given = request(
        **{
            f"{CONFIG}.StrategyConfig.HyperbandStrategyConfig": {"MinResource": 2},
            "AmtMagic.BayesianStrategyConfig": {},
        }
    )

    (fault,) = faults_of(given)

    assert "MinResource stands beside AmtMagic.BayesianStrategyConfig" in fault


def test_all_faults_of_a_request_come_at_once():
    found = faults_of(
        {
            "HyperParameterTuningJobNam": "churn",
            CONFIG: {
                "Strategy": "Randm",
                "HyperParameterTuningJobObjective": {"Type": "Min"},
                "ResourceLimits": {"MaxParallelTrainingJobs": 0},
                "ParameterRanges": {
                    "ContinuousParameterRanges": [
                        {"Name": "lr", "MinValue": "1", "MaxValue": "x"},
                        "lr",
                    ],
                    "CategoricalParameterRanges": {"Name": "kernel"},
                },
                "RandomSeed": "0",
            },
            "TrainingJobDefinition": {
                "StaticHyperParameters": ["a"],
                "AlgorithmSpecification": {
                    "MetricDefinitions": [{"Name": "loss", "Regex": "("}]
                },
            },
            "WarmStartConfig": {"WarmStartType": "Transfer"},
        }
    )

    fields = [fault.split(" ")[0] for fault in found]

    assert sorted(fields) == sorted(
        [
            f"{CATEGORICAL}",
            f"{CONTINUOUS}[0].MaxValue",
            f"{CONTINUOUS}[1]",
            f"{CONFIG}.HyperParameterTuningJobObjective.MetricName",
            f"{CONFIG}.HyperParameterTuningJobObjective.Type",
            f"{CONFIG}.RandomSeed",
            f"{CONFIG}.ResourceLimits.MaxParallelTrainingJobs",
            f"{CONFIG}.Strategy",
            "HyperParameterTuningJobNam",
            "TrainingJobDefinition.AlgorithmSpecification.MetricDefinitions[0].Regex",
            "TrainingJobDefinition.StaticHyperParameters",
            "WarmStartConfig.ParentHyperParameterTuningJobs",
            "WarmStartConfig.WarmStartType",
        ]
    )


@pytest.mark.parametrize("given", [None, [], "x", 5, {CONFIG: []}, {CONFIG: None}])
def test_what_is_no_request_at_all_is_a_fault(given):
    assert faults_of(given)
