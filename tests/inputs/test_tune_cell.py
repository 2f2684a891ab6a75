"""A cell with `--config`: what outranks what, and whose a fault is."""

import json

import pytest

from amt_magic import wire
from amt_magic.config import ResourceLimits, Strategy, WarmStart
from amt_magic.errors import ValidationError
from amt_magic.inputs.tune_cell import read_tune_cell
from amt_magic.ranges import ContinuousParameter
from tests.wire.whole_requests import (
    CATEGORICAL,
    CIRCULATING,
    CONFIG,
    CONTINUOUS,
    DEFINITION,
    HYPERBAND,
    LIMITS,
    METRICS,
    OBJECTIVE,
    RANGES,
    STATIC,
    changed,
    small_request,
)

LR = 'lr: Continuous(1e-4, 1e-1, "Logarithmic")\n\n'
BODY = 'print(f"validation:accuracy={1 - lr}")\n'
EPOCHS = "epochs = 27\n" + BODY


def read(line, text, request=None, **more):
    namespace = {"request": request or small_request()}
    return read_tune_cell(line, text, namespace, more.pop("defaults", None))


def faults_of(line, text=LR + EPOCHS, request=None):
    with pytest.raises(ValidationError) as caught:
        read(line, text, request)
    return [str(fault) for fault in caught.value.faults]


def test_the_circulating_example_is_a_tuning_job_with_ranges_and_epochs_of_the_cell():
    asked = read("--config request", LR + EPOCHS, CIRCULATING)

    config = asked.config
    assert config.strategy == "Hyperband"
    assert config.early_stopping == "Auto"
    assert config.objective.type == "Maximize"
    assert config.resource_limits == ResourceLimits(
        max_number_of_training_jobs=50, max_parallel_training_jobs=5
    )
    assert config.strategy_config.max_resource == 27
    assert config.ranges == {"lr": ContinuousParameter(1e-4, 1e-1, "Logarithmic")}
    assert (asked.name, asked.kept, asked.words) == (None, {}, [])


def test_the_default_expression_finds_a_metric_with_a_colon():
    (definition,) = read(
        "--config request", LR + EPOCHS, CIRCULATING
    ).config.metric_definitions

    from amt_magic.metrics import MetricReader

    reader = MetricReader([definition])
    assert list(reader.read("validation:accuracy=0.9")) == [
        ("validation:accuracy", 0.9)
    ]


def test_the_resource_is_an_option_too():
    asked = read("--config request --max-resource 9", LR + BODY, CIRCULATING)

    assert asked.config.strategy_config.max_resource == 9


def test_the_request_alone_may_have_everything_but_the_body():
    asked = read("--config request", BODY)

    assert asked.config == wire.read_request(small_request()).config
    assert asked.name == "churn"
    assert asked.cell.body == BODY.rstrip("\n") or asked.cell.body == BODY
    assert asked.cell.first_line == 2
    assert asked.kept == wire.kept_members(small_request())


def test_options_and_the_name_of_the_line_outrank_the_request():
    line = (
        "other --config request --strategy Bayesian --max-jobs 9 --max-runtime 5.5 "
        "--maximize f1 --seed 3 --retry 1 --complete-on-convergence "
        r"--metric-definition f1 f1=(\S+)"
    )

    asked = read(line, LR + BODY)

    config = asked.config
    assert asked.name == "other"
    assert config.strategy == "Bayesian"
    assert (config.objective.type, config.objective.metric_name) == ("Maximize", "f1")
    assert config.resource_limits == ResourceLimits(
        max_number_of_training_jobs=9,
        max_parallel_training_jobs=2,
        max_runtime_in_seconds=5.5,
    )
    assert [each.name for each in config.metric_definitions] == ["loss", "f1"]
    assert (config.random_seed, config.max_retries) == (3, 1)
    assert config.completion_criteria.complete_on_convergence


def test_comment_lines_outrank_the_request_and_the_line_outranks_them():
    text = "# tune: --max-jobs 9 --max-parallel-jobs 3\n" + LR + BODY

    limits = read("--config request --max-jobs 8", text).config.resource_limits

    assert limits.max_number_of_training_jobs == 8
    assert limits.max_parallel_training_jobs == 3


def test_a_definition_of_the_line_replaces_that_of_the_same_name():
    asked = read(r"--config request --metric-definition loss L=(\S+)", LR + BODY)

    assert [each.regex for each in asked.config.metric_definitions] == [r"L=(\S+)"]


def test_ranges_of_the_cell_add_to_those_of_the_request_or_replace_them():
    text = "lr: Continuous(5, 6)\ndepth: Integer(1, 3)\n\n" + BODY

    ranges = read("--config request", text).config.ranges

    assert ranges.keys() == {"kernel", "units", "lr", "depth"}
    assert ranges["lr"] == ContinuousParameter(5, 6)


def test_the_request_outranks_the_defaults_of_options():
    defaults = {
        "strategy": "Grid",
        "max_jobs": 7,
        "max_runtime": 60.0,
        "maximize": "f1",
        "metric_definition": [("f1", "f1=(.)")],
    }

    config = read("--config request", LR + BODY, defaults=defaults).config

    assert config.strategy == "Random"
    assert config.objective.metric_name == "loss"
    assert [each.name for each in config.metric_definitions] == ["loss"]
    assert config.resource_limits == ResourceLimits(
        max_number_of_training_jobs=4,
        max_parallel_training_jobs=2,
        max_runtime_in_seconds=60,
    )


def test_an_objective_of_the_line_goes_with_no_default_one():
    request = changed(small_request(), {OBJECTIVE: None, METRICS: None})
    defaults = {"maximize": "f1"}

    chosen = read(
        "--config request --minimize a", LR + BODY, request, defaults=defaults
    )
    default = read("--config request", LR + BODY, request, defaults=defaults)

    assert chosen.config.objective.metric_name == "a"
    assert default.config.objective.metric_name == "f1"


@pytest.mark.parametrize(
    ("strategy", "options", "defaults", "jobs"),
    [
        ("Random", "", {}, 20),
        ("Random", "", {"max_jobs": 7}, 7),
        ("Grid", "", {}, None),
        (None, "", {"strategy": "Grid"}, None),
        (None, "--strategy Grid", {}, None),
        ("Grid", "--strategy Random", {}, 20),
    ],
)
def test_the_number_of_training_jobs_has_the_default_of_the_magic(
    strategy, options, defaults, jobs
):
    changes = {f"{LIMITS}.MaxNumberOfTrainingJobs": 1, CONTINUOUS: []}
    request = changed(
        small_request(), {**changes, f"{CONFIG}.Strategy": strategy or "x"}
    )
    del request[CONFIG]["ResourceLimits"]["MaxNumberOfTrainingJobs"]
    if strategy is None:
        del request[CONFIG]["Strategy"]

    asked = read(f"--config request {options}", BODY, request, defaults=defaults)

    assert asked.config.resource_limits.max_number_of_training_jobs == jobs


def test_a_config_keeps_what_amazons_shape_has_no_place_for():
    config = wire.read_request(
        small_request("Hyperband", **{"AmtMagic.ReductionFactor": 4})
    ).config.evolve(max_retries=40)

    asked = read("--config request", BODY, config)

    assert asked.config == config
    assert asked.name is None


def test_warm_start_of_the_request_is_taken_and_outranked():
    parents = [{"HyperParameterTuningJobName": "a"}]
    warm = {"ParentHyperParameterTuningJobs": parents}
    request = small_request(
        WarmStartConfig=warm | {"WarmStartType": "TransferLearning"}
    )

    taken = read("--config request", BODY, request).config.warm_start
    options = "--warm-start b --warm-start c"
    outranked = read(f"--config request {options}", BODY, request).config.warm_start

    assert taken == WarmStart(parents=("a",), type="TransferLearning")
    assert outranked == WarmStart(parents=("b", "c"), type="TransferLearning")


def test_static_hyperparameters_are_read_by_type_and_the_injected_one_is_dropped():
    statics = {"epochs": "3", "name": '"3"', "_tuning_objective_metric": "loss"}

    asked = read("--config request", BODY, small_request(**{STATIC: statics}))

    assert asked.config.static_hyperparameters == {"epochs": 3, "name": "3"}


def test_what_is_worth_a_word_of_the_request_is_a_line_each():
    request = changed(small_request(), {STATIC: {"epochs": 3}, CATEGORICAL: []})

    assert read("--config request", LR + BODY, request).words == [
        "not used on this machine: TrainingImage, TrainingInputMode, "
        "OutputDataConfig, RoleArn, StoppingCondition",
        f"taken as text, which is what Amazon's JSON holds there: {STATIC}['epochs']",
    ]


def test_faults_name_the_variable_and_amazons_path_or_the_option():
    request = changed(
        small_request(),
        {
            f"{LIMITS}.MaxParallelTrainingJobs": 0,
            f"{CONFIG}.Stratgy": "Random",
            f"{DEFINITION}.RoleArn": "role",
        },
    )

    assert faults_of("--config request --seed -1 --target x", request=request) == [
        "--target must be a number (got 'x')",
        f"request: {LIMITS}.MaxParallelTrainingJobs must be at least 1 (got 0)",
        f"request: {CONFIG}.Stratgy is not a member; did you mean Strategy?",
        f"request: {DEFINITION}.RoleArn must have at least 20 characters (got 'role')",
        "--seed must be an integer, 0 or more (got -1)",
    ]


def test_faults_of_options_name_the_option_also_beside_a_file_of_a_fields_name(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    given = changed(small_request(), {f"{LIMITS}.MaxParallelTrainingJobs": 0})
    (tmp_path / "strategy.json").write_text(json.dumps(given), encoding="utf-8")

    assert faults_of("--config strategy.json --strategy Rando") == [
        f"strategy.json: {LIMITS}.MaxParallelTrainingJobs must be at least 1 (got 0)",
        "--strategy must be one of Bayesian, Random, Grid, Hyperband; did you mean "
        "Random? (got 'Rando')",
    ]


def test_a_null_is_a_fault_even_if_an_option_outranks_it():
    request = small_request()
    request[CONFIG]["RandomSeed"] = None

    assert faults_of("--config request --seed 1", request=request) == [
        f"request: {CONFIG}.RandomSeed must not be null; leave it out"
    ]


def test_neither_ranges_of_the_cell_nor_of_the_request_are_a_fault():
    (fault,) = faults_of("--config request", EPOCHS, CIRCULATING)

    assert fault.startswith(f"request: {RANGES} must have at least one range; give ")


def test_a_request_without_objective_needs_one_on_the_line():
    request = small_request(**{OBJECTIVE: None})

    assert faults_of("--config request", request=request) == [
        "--maximize METRIC or --minimize METRIC must be given"
    ]


def test_two_objectives_on_the_line_are_a_fault():
    assert "not both" in faults_of("--config request --maximize a --minimize b")[0]


def test_a_range_of_the_cell_that_the_request_has_as_static_is_a_fault():
    request = small_request(**{STATIC: {"lr": "0.1"}, CONTINUOUS: []})

    assert faults_of("--config request", request=request) == [
        f"request: {STATIC}['lr'] has a range too (got 0.1)"
    ]


def test_a_grid_names_the_range_of_the_cell_that_is_not_categorical():
    (fault,) = faults_of("--config request", request=small_request("Grid"))

    assert fault.startswith("lr must be categorical for Grid")


def test_hyperband_without_resource_names_the_option():
    request = small_request("Hyperband", **{HYPERBAND: None})

    assert faults_of("--config request", LR + BODY, request) == [
        "strategy_config.max_resource must be known for Hyperband: how often a "
        "training job reports its objective; give --max-resource (max_resource=27), "
        "or name it: epochs = 27"
    ]


def test_faults_of_the_cell_the_options_and_the_json_come_at_once():
    found = faults_of("a b --config nothing --sed 1", "x: Continuous(1, 0)\nfor")

    assert len(found) == 4
    assert "--sed is not an option; did you mean --seed?" in found


def test_a_request_that_is_a_list_is_a_fault(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.json").write_text("[]")

    assert faults_of("--config list.json") == [
        "list.json must be an object, as CreateHyperParameterTuningJob takes it "
        "(got [])"
    ]


@pytest.mark.parametrize("strategy", Strategy)
def test_a_request_of_each_strategy_is_read_as_it_is(strategy):
    request = small_request(strategy)

    assert read("--config request", BODY, request).config == (
        wire.read_request(request).config
    )


def test_a_script_needs_no_range_in_the_cell():
    asked = read("--config request --script train.py", "# the script is what runs\n")

    assert asked.config.ranges.keys() == {"kernel", "units", "lr"}


def test_without_a_request_a_cell_needs_ranges():
    assert faults_of("--minimize loss", BODY)[0].startswith("cell has no ranges")
