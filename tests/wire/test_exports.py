import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amt_magic import wire
from amt_magic.config import (
    BayesianStrategyConfig,
    CompletionCriteria,
    HyperbandStrategyConfig,
    ResourceLimits,
    WarmStart,
)
from amt_magic.errors import ValidationError
from amt_magic.metrics import MetricDefinition
from amt_magic.ranges import CategoricalParameter, ContinuousParameter, IntegerParameter
from tests.generators import tuning_job_configs
from tests.wire import service
from tests.wire.generators import amazon_configs, tuning_jobs
from tests.wire.recorded import KEPT, config, plain, record

CONFIG = "HyperParameterTuningJobConfig"
DEFINITION = "TrainingJobDefinition"
LIMITS = f"{CONFIG}.ResourceLimits"
DISCRETE = {
    "kernel": CategoricalParameter("rbf", "poly"),
    "depth": IntegerParameter(1, 3),
}


def export(config=None, kept=None, **options):
    return wire.export_request(
        record(config=config or plain(), kept=kept or {}), **options
    )


def faults_of(config):
    with pytest.raises(ValidationError) as caught:
        export(config)
    return {fault.field: fault for fault in caught.value.faults}


@pytest.mark.parametrize("kept", [{}, KEPT], ids=["local", "of a cloud"])
@pytest.mark.parametrize("config", [plain(), config()], ids=["plain", "whole"])
def test_the_service_takes_the_request(config, kept):
    request = export(config, kept).request

    assert service.problems(service.input_shape(), request) == []


@given(tuning_jobs())
def test_the_service_takes_every_request(job):
    request = wire.export_request(job[0]).request

    assert service.problems(service.input_shape(), request) == []


@given(amazon_configs, st.sampled_from([{}, KEPT]))
def test_reading_the_request_gives_the_config_back_but_for_what_is_told(config, kept):
    export = wire.export_request(record(config=config, kept=kept))

    written = json.loads(json.dumps(export.request))
    again = wire.config_from_request(written)
    assert again == without_what_is_told(config, export.lost)
    categories = [value for kind in again.space.values() for value in kind_values(kind)]
    given = [config.space[name] for name in again.space]
    assert repr(categories) == repr([v for kind in given for v in kind_values(kind)])
    assert repr(again.static_hyperparameters) == repr(config.static_hyperparameters)
    if kept:
        assert wire.kept_members(written) == kept


def kind_values(kind):
    return getattr(kind, "values", None) or (kind.min_value, kind.max_value)


def without_what_is_told(config, lost):
    """Return the config without what an export says that it has lost."""
    told = {each.partition("=")[0] for each in lost}
    part = config.strategy_config
    if isinstance(part, BayesianStrategyConfig):
        assert (part.base_estimator is not None) == ("base_estimator" in told)
        part = None
    elif part is not None:
        default = HyperbandStrategyConfig()
        names = told & {"reduction_factor", "brackets", "classic"}
        part = replace(part, **{name: getattr(default, name) for name in names})
    limits, seconds = (
        config.resource_limits,
        config.resource_limits.max_runtime_in_seconds,
    )
    if "the fraction of max_runtime" in told:
        limits = replace(limits, max_runtime_in_seconds=int(seconds) + 1)
    retries = 30 if "max_retries" in told else config.max_retries
    return config.evolve(
        strategy_config=part, resource_limits=limits, max_retries=retries
    )


@given(tuning_job_configs())
def test_a_request_that_the_service_would_not_take_is_refused(config):
    given = config.evolve(max_retries=min(30, config.max_retries))
    request = wire.request_with_kept(given, "churn", KEPT)
    request.pop("AmtMagic", None)
    problems = service.problems(service.input_shape(), request)

    try:
        export(config, KEPT)
    except ValidationError:
        return
    assert problems == []


def test_placeholders_tell_themselves_and_are_named():
    found = export()

    definition = found.request[DEFINITION]
    names = ["TrainingImage", "RoleArn", "S3OutputPath", "S3Uri", "InstanceType"]
    assert sorted(found.to_fill_in) == sorted(names)
    assert found.notes[0] == f"fill in: {', '.join(found.to_fill_in)}"
    assert definition["RoleArn"] == "arn:aws:iam::000000000000:role/FILL-IN"
    assert json.dumps(definition).count("FILL-IN") == 4


def test_what_was_kept_of_a_request_needs_no_filling_in():
    found = export(kept=KEPT)

    definition = found.request[DEFINITION]
    assert found.to_fill_in == ()
    assert definition.keys() - KEPT[DEFINITION].keys() == {"StaticHyperParameters"}
    assert definition["VpcConfig"] == KEPT[DEFINITION]["VpcConfig"]
    assert found.request["Tags"] == KEPT["Tags"]


def test_only_what_is_missing_has_to_be_filled_in():
    given = KEPT[DEFINITION]
    kept = {DEFINITION: {name: given[name] for name in ("RoleArn", "InputDataConfig")}}

    found = export(kept=kept)

    assert set(found.to_fill_in) == {"TrainingImage", "S3OutputPath", "InstanceType"}
    assert found.request[DEFINITION]["RoleArn"] == given["RoleArn"]


def test_instances_and_algorithms_of_another_form_are_left_as_they_are():
    instances = {"InstanceConfigs": [{**_INSTANCE, "VolumeSizeInGB": 9}]}
    kept = {
        DEFINITION: {
            **{k: v for k, v in KEPT[DEFINITION].items() if k != "ResourceConfig"},
            "HyperParameterTuningResourceConfig": instances,
            "AlgorithmSpecification": {
                "AlgorithmName": "forest",
                "TrainingInputMode": "File",
            },
        }
    }

    found = export(kept=kept)

    definition = found.request[DEFINITION]
    assert found.to_fill_in == ()
    assert "ResourceConfig" not in definition
    assert "TrainingImage" not in definition["AlgorithmSpecification"]
    assert service.problems(service.input_shape(), found.request) == []


_INSTANCE = {"InstanceType": "ml.c5.xlarge", "InstanceCount": 3}


def test_a_request_that_was_never_filled_in_is_told_again():
    first = export().request

    second = export(kept=wire.kept_members(first))

    assert second.request == first
    names = {"TrainingImage", "RoleArn", "S3OutputPath", "S3Uri"}
    assert set(second.to_fill_in) == names


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        (
            {
                "strategy_config": HyperbandStrategyConfig(
                    reduction_factor=2, brackets=3
                )
            },
            ["reduction_factor=2", "brackets=3"],
        ),
        (
            {"strategy_config": HyperbandStrategyConfig(max_resource=9, classic=True)},
            ["classic=True"],
        ),
        (
            {"strategy_config": BayesianStrategyConfig(base_estimator="RF")},
            ["base_estimator='RF'"],
        ),
        ({"strategy_config": BayesianStrategyConfig()}, []),
        ({"max_retries": 31}, ["max_retries=31 beyond 30"]),
        (
            {"resource_limits": ResourceLimits(max_runtime_in_seconds=600.5)},
            ["the fraction of max_runtime=600.5"],
        ),
        ({"resource_limits": ResourceLimits(max_runtime_in_seconds=600.0)}, []),
        (
            {"ranges": {"k": CategoricalParameter(1, 2), "i": IntegerParameter(1, 2)}},
            ["the order of ranges of different kinds"],
        ),
    ],
)
def test_what_amazons_request_has_no_place_for_is_told_by_name(changes, lost):
    ranges = {"i": IntegerParameter(1, 2), "k": CategoricalParameter(1, 2)}

    found = export(plain(**{"ranges": ranges, **changes}))

    assert list(found.lost) == lost
    line = f"not in Amazon's request: {', '.join(lost)}"
    assert (line in found.notes) == bool(lost)
    assert "AmtMagic" not in found.request


def test_callbacks_are_told_to_stay_behind():
    assert "callbacks" in export(has_callbacks=True).lost


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"strategy": "Hyperband", "early_stopping": "Auto"}, "EarlyStoppingType Off"),
        ({"strategy": "Random"}, "StrategyConfig for Hyperband, not Random"),
        (
            {"warm_start": WarmStart(parents=("a", "b"), type="TransferLearning")},
            "tuning jobs so named: a, b",
        ),
    ],
)
def test_what_the_service_may_refuse_is_kept_and_told(changes, words):
    part = HyperbandStrategyConfig(max_resource=9)

    found = export(plain(strategy_config=part, **changes))

    assert [note for note in found.notes if words in note]


REFUSED = {
    f"{LIMITS}.MaxRuntimeInSeconds": plain(
        resource_limits=ResourceLimits(max_runtime_in_seconds=60)
    ),
    f"{CONFIG}.TuningJobCompletionCriteria.BestObjectiveNotImproving"
    ".MaxNumberOfTrainingJobsNotImproving": plain(
        completion_criteria=CompletionCriteria(
            max_number_of_training_jobs_not_improving=2
        )
    ),
    f"{LIMITS}.MaxParallelTrainingJobs": plain(
        resource_limits=ResourceLimits(
            max_number_of_training_jobs=2, max_parallel_training_jobs=3
        )
    ),
    f"{LIMITS}.MaxNumberOfTrainingJobs": plain(
        ranges=DISCRETE, resource_limits=ResourceLimits(max_number_of_training_jobs=7)
    ),
    f"{CONFIG}.ParameterRanges.CategoricalParameterRanges[0].Values": plain(
        ranges={"k": CategoricalParameter(list(range(31)))}
    ),
    f"{CONFIG}.ParameterRanges.CategoricalParameterRanges[0].Values[1]": plain(
        ranges={"k": CategoricalParameter("a", "b" * 257)}
    ),
    f"{CONFIG}.ParameterRanges.ContinuousParameterRanges[0].Name": plain(
        ranges={"a\nb": ContinuousParameter(0, 1)}
    ),
    f"{DEFINITION}.StaticHyperParameters['prompt']": plain(
        static_hyperparameters={"prompt": "x" * 2501}
    ),
    f"{DEFINITION}.AlgorithmSpecification.MetricDefinitions[0].Regex": plain(
        metric_definitions=(
            MetricDefinition(name="validation:accuracy", regex="accuracy\n(.*)"),
        )
    ),
}


@pytest.mark.parametrize("field", REFUSED)
def test_values_that_the_service_takes_in_no_case_are_refused_with_a_remedy(field):
    faults = faults_of(REFUSED[field])

    assert list(faults) == [field]
    assert faults[field].remedy
    assert faults[field].rule


def test_all_that_is_refused_is_told_at_once():
    limits = ResourceLimits(max_runtime_in_seconds=60, max_number_of_training_jobs=1)
    criteria = CompletionCriteria(max_number_of_training_jobs_not_improving=1)
    ranges = {"k": CategoricalParameter("x" * 300, "y" * 300)}

    faults = faults_of(
        plain(resource_limits=limits, completion_criteria=criteria, ranges=ranges)
    )

    assert len(faults) == 4


def test_a_grid_of_all_its_combinations_is_exported():
    ranges = {"kernel": CategoricalParameter("rbf", "poly")}

    request = export(plain(strategy="Grid", ranges=ranges)).request

    assert service.problems(service.input_shape(), request) == []
    assert "MaxNumberOfTrainingJobs" not in request[CONFIG]["ResourceLimits"]


def test_what_a_user_does_to_a_request_does_not_reach_the_next():
    first = export().request
    first[DEFINITION]["ResourceConfig"]["InstanceType"] = "x"
    first[DEFINITION]["InputDataConfig"].clear()

    assert export().request != first
    assert export().to_fill_in.count("S3Uri") == 1
