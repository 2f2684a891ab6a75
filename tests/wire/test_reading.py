"""Whole requests: rules between members, and what becomes of what is not used."""

import contextlib
import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amt_magic import wire
from amt_magic.config import HyperbandStrategyConfig, ResourceLimits, Strategy
from amt_magic.errors import ValidationError
from amt_magic.ranges import ContinuousParameter, IntegerParameter
from tests.generators import (
    json_values,
    texts,
    tuning_job_configs,
    tuning_job_names,
)
from tests.wire.whole_requests import (
    ALGORITHM,
    CATEGORICAL,
    CIRCULATING,
    CONFIG,
    CONTINUOUS,
    DEFINITION,
    HYPERBAND,
    INTEGER,
    LIMITS,
    METRICS,
    NAME,
    OBJECTIVE,
    RANGES,
    STATIC,
    categorical,
    changed,
    holder_of,
    large_request,
    numeric,
    places_in,
    small_request,
)

STOPPING = f"{DEFINITION}.StoppingCondition"
NO_RANGES = (
    f"{RANGES} must have at least one range; give IntegerParameterRanges, "
    "ContinuousParameterRanges or CategoricalParameterRanges there, or write the "
    "ranges at the top of a %%tune cell, as in lr: Continuous(0.001, 0.1)"
)
TOO_FEW = (
    "You don't have enough combinations of hyperparameter ranges. The total number of "
    "hyperparameter combinations for the provided ranges [4.0] must be equal or "
    "greater than the value of MaxNumberOfJobs, [5]. Provide additional ranges."
)
CLOUD_MEMBERS = {
    "Tags": st.just([{"Key": "team", "Value": "a"}]),
    f"{ALGORITHM}.TrainingImage": st.sampled_from(["image", "other:1"]),
    f"{ALGORITHM}.TrainingInputMode": st.sampled_from(["File", "Pipe"]),
    f"{DEFINITION}.DefinitionName": tuning_job_names,
    f"{DEFINITION}.EnableNetworkIsolation": st.booleans(),
    f"{DEFINITION}.Environment": st.just({"STAGE": "test"}),
    f"{DEFINITION}.RoleArn": st.just("arn:aws:iam::000000000000:role/tuning"),
    f"{STOPPING}.MaxRuntimeInSeconds": st.integers(1, 10**6),
    f"{DEFINITION}.VpcConfig": st.just(
        {"SecurityGroupIds": ["sg-1"], "Subnets": ["s-1", "s-2"]}
    ),
}


def message_of(request, **options):
    with pytest.raises(ValidationError) as caught:
        wire.read_request(request, **options)
    return str(caught.value)


def faults_of(request, **options):
    with pytest.raises(ValidationError) as caught:
        wire.read_request(request, **options)
    return [str(fault) for fault in caught.value.faults]


@st.composite
def cloud_members(draw):
    """Members that this machine does not use, nested as in a request."""
    chosen = draw(st.sets(st.sampled_from(sorted(CLOUD_MEMBERS))))
    return changed({}, {path: draw(CLOUD_MEMBERS[path]) for path in sorted(chosen)})


@st.composite
def bounded_configs(draw):
    """Configs within Amazon's bounds, whose requests can stand by themselves."""
    config = draw(tuning_job_configs())
    limits = ResourceLimits(
        max_parallel_training_jobs=draw(st.integers(1, 10)),
        max_runtime_in_seconds=draw(st.none() | st.floats(1, 1e6)),
    )
    config = config.evolve(resource_limits=limits, max_retries=draw(st.integers(0, 30)))
    if config.strategy == Strategy.HYPERBAND:
        config = config.evolve(strategy_config=HyperbandStrategyConfig(max_resource=9))
    return config


@given(tuning_job_configs(), tuning_job_names, cloud_members())
def test_a_request_in_the_store_comes_back_from_its_config_and_what_was_kept(
    config, name, kept
):
    request = wire.request_with_kept(config, name, kept)

    read, rest = wire.config_from_request(request), wire.kept_members(request)

    assert rest == kept
    assert wire.request_with_kept(read, name, rest) == request


@given(bounded_configs(), tuning_job_names, cloud_members())
def test_a_request_that_was_read_can_be_written_again(config, name, kept):
    request = json.loads(json.dumps(wire.request_with_kept(config, name, kept)))

    read = wire.read_request(request)

    assert read.config == config
    assert repr(read.config) == repr(config)  # types and orders too
    assert wire.request_with_kept(read.config, read.name, read.kept) == request
    assert not read.taken


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("strategy", Strategy)
def test_a_correct_request_of_each_strategy_is_read(strategy, strict):
    read = wire.read_request(small_request(strategy), strict=strict)

    assert (read.name, read.config.strategy) == ("churn", strategy)


def test_what_is_kept_is_a_copy():
    request = large_request()

    kept = wire.read_request(request).kept
    kept["Tags"].append("x")
    wire.kept_members(request)["TrainingJobDefinition"]["Environment"]["x"] = "y"

    assert request == large_request()


def test_members_that_are_not_used_are_named_without_their_paths():
    kept = wire.read_request(small_request()).kept

    assert wire.unused_names(kept) == [
        "TrainingImage",
        "TrainingInputMode",
        "OutputDataConfig",
        "RoleArn",
        "StoppingCondition",
    ]


def test_every_member_of_a_definition_is_used_kept_or_refused():
    from amt_magic.wire.members import members_of
    from amt_magic.wire.shapes import NOT_SERVED, NOT_USED_HERE

    known = {*NOT_USED_HERE, *NOT_SERVED, STATIC, ALGORITHM, METRICS}
    known |= {f"{DEFINITION}.RetryStrategy"}
    shapes = {
        DEFINITION: "HyperParameterTrainingJobDefinition",
        ALGORITHM: "HyperParameterAlgorithmSpecification",
    }

    members = {
        f"{p}.{name}" for p, shape in shapes.items() for name in members_of(shape)
    }

    assert members <= known


def test_the_injected_static_hyperparameter_is_dropped():
    request = small_request(
        **{STATIC: {"epochs": "3", "_tuning_objective_metric": "loss"}}
    )

    read = wire.read_request(request)

    assert read.config.static_hyperparameters == {"epochs": 3}


def test_a_hundred_statics_beside_the_injected_one_are_not_too_many_for_the_shape():
    statics = {f"s{number}": "1" for number in range(100)}
    request = small_request(**{STATIC: {**statics, "_tuning_objective_metric": "loss"}})

    assert wire.read_request(request).config.static_hyperparameters.keys() == (
        statics.keys()
    )


def test_a_name_outranks_that_of_the_request():
    request = small_request(**{NAME: "not a name"})

    assert wire.read_request(request, name="other").name == "other"


def test_a_config_alone_is_a_request_without_a_name():
    read = wire.read_request(small_request()[CONFIG])

    assert read.name is None
    assert read.config.objective.metric_name == "loss"
    assert read.kept == {}


def test_hyperbands_resource_is_found_in_a_static_hyperparameter():
    ranges = {CONTINUOUS: [numeric("lr", "0.1", "1")]}
    request = changed({CONFIG: CIRCULATING, STATIC.split(".")[0]: {}}, ranges)
    request[DEFINITION]["StaticHyperParameters"] = {"num_epochs": "27"}

    assert wire.read_request(request).config.strategy_config.max_resource == 27


def test_hyperbands_resource_is_found_in_the_code_except_under_strict():
    request = small_request("Hyperband", **{HYPERBAND: None})

    read = wire.read_request(request, written={"epochs": 9})

    assert read.config.strategy_config.max_resource == 9
    assert message_of(request, written={"epochs": 9}, strict=True) == (
        "MaxResource parameter is not provided and could not be inferred from "
        "provided static hyperparameters of TrainingJobDefinition."
    )


def test_epochs_that_differ_between_code_and_request_are_a_fault():
    request = small_request("Hyperband", **{HYPERBAND: None, STATIC: {"epochs": "27"}})

    (fault,) = faults_of(request, written={"epochs": 9})

    assert fault.startswith(f"{HYPERBAND}.MaxResource must be clear")


def test_the_circulating_example_alone_is_told_what_it_lacks():
    assert message_of(CIRCULATING, written={"epochs": 27}) == NO_RANGES


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        (
            {f"{LIMITS}.MaxParallelTrainingJobs": 5},
            [
                f"{LIMITS}.MaxParallelTrainingJobs must not be above "
                "MaxNumberOfTrainingJobs (got 5, 4)"
            ],
        ),
        (
            {OBJECTIVE: None},
            [f"{OBJECTIVE} must be given; give its Type and MetricName"],
        ),
        ({RANGES: {}}, [NO_RANGES]),
        ({RANGES: None}, [NO_RANGES]),
        (
            {f"{RANGES}.AutoParameters": [{"Name": "depth", "ValueHint": "4"}]},
            [f"{RANGES}.AutoParameters is not supported here; give ranges"],
        ),
        (
            {"Autotune": {"Mode": "Enabled"}},
            ["Autotune is not supported here; give ParameterRanges"],
        ),
        (
            {f"{STOPPING}.MaxWaitTimeInSeconds": 60},
            [
                f"{STOPPING}.MaxWaitTimeInSeconds must not be below "
                "MaxRuntimeInSeconds (got 60, 3600)"
            ],
        ),
        (
            {f"{ALGORITHM}.AlgorithmName": "xgboost"},
            [
                f"{ALGORITHM} must have TrainingImage or AlgorithmName, not both "
                "(got ['image', 'xgboost'])"
            ],
        ),
        (
            {
                f"{DEFINITION}.HyperParameterTuningResourceConfig": {
                    "InstanceCount": 1,
                    "InstanceConfigs": [
                        {
                            "InstanceType": "ml.m5.large",
                            "InstanceCount": 1,
                            "VolumeSizeInGB": 1,
                        }
                    ],
                }
            },
            [
                f"{DEFINITION}.HyperParameterTuningResourceConfig.InstanceConfigs "
                "stands beside InstanceCount; give one of the two"
            ],
        ),
        (
            {METRICS: [{"Name": "f1", "Regex": "f1=(.)"}, {"Name": "x", "Regex": "("}]},
            [
                f"{METRICS} must define the objective 'loss' (got 'f1' and 'x')",
                f"{METRICS}[1].Regex must be a valid regular expression: missing ) "
                "at position 1 (got '(')",
            ],
        ),
    ],
)
@pytest.mark.parametrize("strict", [False, True])
def test_members_that_do_not_fit_each_other_are_faults(changes, faults, strict):
    assert faults_of(small_request(**changes), strict=strict) == faults


def test_a_metric_that_is_not_defined_is_told_in_the_services_words():
    request = small_request(**{METRICS: [{"Name": "f1", "Regex": "f1=(.)"}]})

    assert message_of(request) == (
        "A metric is required for this hyperparameter tuning job objective. Provide a "
        "metric in the metric definitions."
    )


def test_a_grid_runs_its_combinations_and_no_other_number():
    fewer = small_request("Grid", **{f"{LIMITS}.MaxNumberOfTrainingJobs": 3})
    more = small_request("Grid", **{f"{LIMITS}.MaxNumberOfTrainingJobs": 5})

    assert faults_of(fewer) == [
        f"{LIMITS}.MaxNumberOfTrainingJobs must be the number of combinations for "
        "Grid, which is 4 (got 3); leave it out"
    ]
    assert message_of(more) == TOO_FEW


def test_too_few_combinations_are_a_fault_under_strict():
    limit = {f"{LIMITS}.MaxNumberOfTrainingJobs": 5, CONTINUOUS: None}
    request = small_request("Random", **limit)

    assert wire.read_request(request)
    assert message_of(request, strict=True) == TOO_FEW


def test_integers_and_categories_make_combinations():
    limit = {f"{LIMITS}.MaxNumberOfTrainingJobs": 24, CONTINUOUS: None}
    ranges = {INTEGER: [numeric("depth", "2", "7")]}

    assert wire.read_request(small_request("Random", **limit, **ranges), strict=True)


def test_strict_wants_a_definition_with_an_algorithm():
    without = small_request(**{DEFINITION: None})
    nameless = small_request(**{f"{ALGORITHM}.TrainingImage": None})

    assert wire.read_request(without)
    assert message_of(without, strict=True) == (
        "1 validation error detected: Value null at 'trainingJobDefinition' failed to "
        "satisfy constraint: Member must not be null"
    )
    assert faults_of(nameless, strict=True) == [
        f"{ALGORITHM} must have TrainingImage or AlgorithmName"
    ]


def test_several_faults_are_counted_and_told_in_one_line():
    request = small_request(
        **{
            f"{LIMITS}.MaxParallelTrainingJobs": 0,
            f"{CONFIG}.RandomSeed": -1,
            METRICS: [{"Name": "f1", "Regex": "f1=(.)"}],
            CATEGORICAL: [categorical("kernel", "a", "a")],
        }
    )

    assert message_of(request) == (
        "4 validation errors detected: Value '0' at 'hyperParameterTuningJobConfig."
        "resourceLimits.maxParallelTrainingJobs' failed to satisfy constraint: Member "
        "must have value greater than or equal to 1; Value '-1' at "
        "'hyperParameterTuningJobConfig.randomSeed' failed to satisfy constraint: "
        "Member must have value greater than or equal to 0; A metric is required for "
        "this hyperparameter tuning job objective. Provide a metric in the metric "
        "definitions; HyperParameterTuningJobConfig.ParameterRanges."
        "CategoricalParameterRanges[0].Values[1] is there twice (got 'a')"
    )


def test_one_broken_constraint_is_one_error():
    request = small_request(**{f"{DEFINITION}.RoleArn": "x" * 20})

    assert message_of(request).startswith(
        "1 validation error detected: Value 'xxxxxxxxxxxxxxxxxxxx' at "
        "'trainingJobDefinition.roleArn' failed to satisfy constraint: Member must "
        "satisfy regular expression pattern: arn:aws"
    )


@given(st.data(), st.booleans())
def test_whatever_stands_in_a_request_is_read_or_a_fault(data, strict):
    request = large_request()
    places = list(places_in(request))
    for path in data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=3)):
        with contextlib.suppress(LookupError, TypeError):  # replaced further out
            holder_of(request, path)[path[-1]] = data.draw(json_values | texts)

    config = None
    with contextlib.suppress(ValidationError):
        config = wire.read_request(request, strict=strict).config

    if config is not None:
        assert wire.config_from_request(wire.request_from_config(config, "x")) == config


def test_a_member_of_the_wrong_kind_is_told_once():
    request = small_request()
    request[CONFIG]["ResourceLimits"] = 5
    request[CONFIG]["HyperParameterTuningJobObjective"] = None

    assert faults_of(request) == [
        f"{OBJECTIVE} must not be null; leave it out",
        f"{LIMITS} must be an object (got 5)",
    ]


@pytest.mark.parametrize("given", [None, [], "x", 5])
def test_what_is_no_object_is_no_request(given):
    assert faults_of(given) == [
        "request must be an object, as CreateHyperParameterTuningJob takes it "
        f"(got {given!r})"
    ]


def test_an_empty_request_lacks_objective_and_ranges():
    assert [fault.split(" ")[0] for fault in faults_of({})] == [OBJECTIVE, RANGES]


def test_what_amazons_shape_has_no_place_for_is_taken_except_under_strict():
    request = small_request("Hyperband", **{"AmtMagic.ReductionFactor": 4})

    assert wire.read_request(request).config.strategy_config.reduction_factor == 4
    assert faults_of(request, strict=True) == ["AmtMagic is not a member"]


@pytest.mark.parametrize(
    ("ours", "field"),
    [
        ({"ReductionFactor": 1}, "AmtMagic.ReductionFactor"),
        ({"Reductionfactor": 1}, "AmtMagic.Reductionfactor"),
        (5, "AmtMagic"),
    ],
)
def test_faults_of_our_own_members_are_told(ours, field):
    request = small_request("Hyperband", AmtMagic=ours)

    (fault,) = faults_of(request)

    assert fault.startswith(f"{field} ")


def test_reading_leaves_the_request_as_it_was():
    request = large_request()
    before = copy.deepcopy(request)

    wire.read_request(request, name="other")

    assert request == before


@pytest.mark.parametrize("name", ["churn", None, "not a name"])
def test_a_config_is_held_to_the_services_bounds(name):
    read = wire.read_request(small_request())
    config = read.config.evolve(
        resource_limits=ResourceLimits(
            max_number_of_training_jobs=4, max_runtime_in_seconds=60
        )
    )
    path = "hyperParameterTuningJobConfig.resourceLimits.maxRuntimeInSeconds"

    with pytest.raises(ValidationError) as caught:
        wire.check_strictly(config, name)

    assert f"Value '60' at '{path}'" in str(caught.value)
    assert len(caught.value.faults) == (1 if name == "churn" else 2)
    wire.check_strictly(read.config, "churn")


def beside(**given):
    given = {"fields": {}, "ranges": {}, "definitions": ()} | given
    return wire.Beside(**{"static_hyperparameters": {}} | given)


def test_what_stands_beside_a_request_outranks_it():
    request = small_request("Random", **{STATIC: {"epochs": "3", "momentum": "0.9"}})
    ranges = {"lr": ContinuousParameter(5, 6), "depth": IntegerParameter(1, 2)}
    fields = {
        "strategy": "Bayesian",
        "resource_limits.max_runtime_in_seconds": 1.5,
        "completion_criteria.complete_on_convergence": True,
    }

    read = wire.read_beside(
        request,
        "job.json",
        beside(fields=fields, ranges=ranges, static_hyperparameters={"epochs": 9}),
    )

    config = read.config
    assert config.strategy == "Bayesian"
    assert config.resource_limits.max_runtime_in_seconds == 1.5
    assert config.completion_criteria.complete_on_convergence is True
    assert config.ranges.keys() == {"kernel", "units", "lr", "depth"}
    assert config.ranges["lr"] == ranges["lr"]
    assert config.static_hyperparameters == {"epochs": 9, "momentum": 0.9}


def test_faults_of_a_request_begin_with_its_source_those_beside_it_have_our_path():
    request = small_request(**{f"{LIMITS}.MaxParallelTrainingJobs": 0})

    with pytest.raises(ValidationError) as caught:
        wire.read_beside(request, "job.json", beside(fields={"random_seed": -1}))

    assert [str(fault) for fault in caught.value.faults] == [
        f"job.json: {LIMITS}.MaxParallelTrainingJobs must be at least 1 (got 0)",
        "random_seed must be an integer, 0 or more (got -1)",
    ]


def test_rules_about_members_that_are_overridden_do_not_apply():
    limits = {f"{LIMITS}.MaxParallelTrainingJobs": 4}
    field = "resource_limits.max_number_of_training_jobs"

    read = wire.read_beside(
        small_request(**limits), "job.json", beside(fields={field: 2})
    )

    assert read.config.resource_limits == ResourceLimits(
        max_number_of_training_jobs=2, max_parallel_training_jobs=4
    )


def test_faults_of_a_range_that_is_replaced_are_nobodys():
    request = small_request("Random", **{CONTINUOUS: [numeric("lr", "5", "1")]})
    ranges = {"lr": ContinuousParameter(0, 1)}

    read = wire.read_beside(request, "job.json", beside(ranges=ranges))

    assert read.config.ranges["lr"] == ranges["lr"]
