"""Amazon's request as a dict makes a tuning job, or is refused as the service does."""

import warnings

import pytest

import amt_magic as amt
from tests.wire.whole_requests import (
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
    PARENTS,
    RANGES,
    STATIC,
    categorical,
    changed,
    large_request,
    numeric,
    small_request,
)

pytestmark = pytest.mark.timeout(60)

SMALL, GRID, HYPERBAND_JOB = (
    small_request(strategy) for strategy in ("Random", "Grid", "Hyperband")
)
SECOND = {**SMALL[DEFINITION], "DefinitionName": "second"}
WARM = "WarmStartConfig"


def train(**hyperparameters):
    for epoch in range(1, 4):
        print(f"loss={hyperparameters.get('lr', 1) / epoch}")


def parents(*names, kind="TransferLearning"):
    named = [{NAME: name} for name in names]
    return {PARENTS: named, f"{WARM}.WarmStartType": kind}


def spot(wait, run):
    times = {"MaxWaitTimeInSeconds": wait, "MaxRuntimeInSeconds": run}
    return {
        f"{DEFINITION}.StoppingCondition": times,
        f"{DEFINITION}.EnableManagedSpotTraining": True,
    }


def continuous(low, high, scaling="Auto"):
    return {CONTINUOUS: [numeric("lr", low, high, scaling)]}


def integer(low, high, scaling="Auto"):
    return {INTEGER: [numeric("depth", low, high, scaling)]}


def metrics(*pairs):
    return {METRICS: [{"Name": name, "Regex": regex} for name, regex in pairs]}


REFUSED = {
    "name of 33 characters": (SMALL, {NAME: "a" * 33}),
    "name with an underscore": (SMALL, {NAME: "a_b"}),
    "name with a trailing hyphen": (SMALL, {NAME: "a-"}),
    "both forms of definitions": (SMALL, {f"{DEFINITION}s": [SECOND]}),
    "eleven definitions": (SMALL, {f"{DEFINITION}s": [SECOND] * 11}),
    "duplicate DefinitionName": (
        SMALL,
        {f"{DEFINITION}s": [SECOND, SECOND], DEFINITION: None},
    ),
    "MinValue above MaxValue": (SMALL, continuous("2", "1")),
    "a bound that is no number": (SMALL, continuous("low", "1")),
    "decimals in an integer range": (SMALL, integer("1.5", "3")),
    "31 ranges": (SMALL, {INTEGER: [numeric(f"i{n}", "1", "2") for n in range(31)]}),
    "31 categories": (SMALL, {CATEGORICAL: [categorical("a", *map(str, range(31)))]}),
    "duplicate categories": (SMALL, {CATEGORICAL: [categorical("a", "x", "x")]}),
    "one name in two ranges": (SMALL, {INTEGER: [numeric("lr", "1", "2")]}),
    "one name static and tunable": (SMALL, {STATIC: {"lr": "0.1"}}),
    "empty ParameterRanges": (SMALL, {RANGES: {}}),
    "unknown ScalingType": (SMALL, continuous("0.1", "1", "Log")),
    "Logarithmic with 0": (SMALL, continuous("0", "1", "Logarithmic")),
    "ReverseLogarithmic reaching 1": (
        SMALL,
        continuous("0", "1", "ReverseLogarithmic"),
    ),
    "ReverseLogarithmic on integers": (SMALL, integer("0", "9", "ReverseLogarithmic")),
    "unknown Strategy": (SMALL, {f"{CONFIG}.Strategy": "Genetic"}),
    "Grid with a continuous range": (GRID, continuous("0", "1")),
    "Grid with too many training jobs": (
        GRID,
        {f"{LIMITS}.MaxNumberOfTrainingJobs": 5},
    ),
    "Grid with too few training jobs": (GRID, {f"{LIMITS}.MaxNumberOfTrainingJobs": 3}),
    "Hyperband without MaxResource": (HYPERBAND_JOB, {HYPERBAND: None}),
    "MinResource above MaxResource": (HYPERBAND_JOB, {f"{HYPERBAND}.MinResource": 10}),
    "MaxResource of 20,001": (HYPERBAND_JOB, {f"{HYPERBAND}.MaxResource": 20_001}),
    "parallel above total": (SMALL, {f"{LIMITS}.MaxParallelTrainingJobs": 5}),
    "a run time of 15,768,001 s": (
        SMALL,
        {f"{LIMITS}.MaxRuntimeInSeconds": 15_768_001},
    ),
    "a metric that is not defined": (SMALL, metrics(("f1", "f1=(.)"))),
    "unknown Type of objective": (SMALL, {f"{OBJECTIVE}.Type": "Maximise"}),
    "an invalid regular expression": (SMALL, metrics(("loss", "loss=("))),
    "41 metrics": (
        SMALL,
        metrics(("loss", "(.)"), *((f"m{n}", "(.)") for n in range(40))),
    ),
    "an unknown parent": (SMALL, parents("nobody")),
    "six parents": (SMALL, parents(*"abcdef")),
    "unknown WarmStartType": (SMALL, parents("a", kind="Transfer")),
    "Autotune with Mode Disabled": (SMALL, {"Autotune": {"Mode": "Disabled"}}),
    "49 environment entries": (
        SMALL,
        {f"{DEFINITION}.Environment": {f"V{n}": "x" for n in range(49)}},
    ),
    "101 static hyperparameters": (SMALL, {STATIC: {f"s{n}": "1" for n in range(101)}}),
    "31 retries": (SMALL, {f"{DEFINITION}.RetryStrategy.MaximumRetryAttempts": 31}),
    "51 tags": (SMALL, {"Tags": [{"Key": f"k{n}", "Value": "x"} for n in range(51)]}),
    "a RoleArn that is no ARN": (SMALL, {f"{DEFINITION}.RoleArn": "x" * 20}),
    "a spot wait below the run time": (SMALL, spot(60, 3600)),
}
OVER_A_QUOTA = {
    "a million training jobs": (SMALL, {f"{LIMITS}.MaxNumberOfTrainingJobs": 10**6}),
    "31 ranges of two kinds": (
        SMALL,
        {
            INTEGER: [numeric(f"i{n}", "1", "2") for n in range(16)],
            CONTINUOUS: [numeric(f"c{n}", "1", "2") for n in range(15)],
        },
    ),
}


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("row", REFUSED)
def test_what_a_mock_of_the_service_accepts_is_refused(row, strict):
    request, changes = REFUSED[row]

    with pytest.raises(amt.ValidationError):
        amt.create_tuning_job(changed(request, changes), train=train, strict=strict)

    assert not amt.list_tuning_jobs()


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("row", OVER_A_QUOTA)
def test_what_is_over_a_quota_is_refused(row, strict):
    request, changes = OVER_A_QUOTA[row]

    with pytest.raises(amt.ResourceLimitExceededError):
        amt.create_tuning_job(changed(request, changes), train=train, strict=strict)

    assert not amt.list_tuning_jobs()


@pytest.mark.parametrize("row", REFUSED)
def test_the_message_names_the_service_path_or_says_a_sentence(row):
    request, changes = REFUSED[row]

    with pytest.raises(amt.ValidationError) as caught:
        amt.create_tuning_job(changed(request, changes), train=train)

    assert "\n" not in str(caught.value)
    assert all(fault.field and fault.rule for fault in caught.value.faults)


def test_a_request_without_any_definition_is_refused_under_strict_alone():
    request = changed(SMALL, {DEFINITION: None})

    with pytest.raises(amt.ValidationError, match="'trainingJobDefinition' failed"):
        amt.create_tuning_job(request, train=train, strict=True)

    assert amt.create_tuning_job(request, train=train).wait().status == "Completed"


@pytest.mark.parametrize("strict", [False, True])
def test_a_name_that_differs_in_case_alone_is_taken(strict):
    amt.create_tuning_job(SMALL, train=train, strict=strict).wait()

    with pytest.raises(amt.ResourceInUseError, match="CHURN"):
        amt.create_tuning_job(SMALL, train=train, name="CHURN", strict=strict)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("strategy", ["Bayesian", "Random", "Grid", "Hyperband"])
def test_a_correct_request_of_each_strategy_runs(strategy, strict):
    job = amt.create_tuning_job(small_request(strategy), train=train, strict=strict)

    assert job.wait().status == "Completed"
    assert (job.name, job.config.strategy) == ("churn", strategy)
    assert len(job.training_jobs) == 4


def test_hyperband_with_early_stopping_is_accepted_with_one_warning():
    request = changed(HYPERBAND_JOB, {f"{CONFIG}.TrainingJobEarlyStoppingType": "Auto"})

    with pytest.warns(UserWarning, match="Auto adds nothing") as caught:
        job = amt.create_tuning_job(request, train=train, strict=True)

    assert [str(warning.message) for warning in caught] == [
        "Hyperband is itself the early stopping: Auto adds nothing to it"
    ]
    assert job.wait().status == "Completed"


def test_a_strategy_config_beside_another_strategy_is_kept_without_a_word():
    request = changed(SMALL, {HYPERBAND: {"MinResource": 1, "MaxResource": 9}})

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        job = amt.create_tuning_job(request, train=train, strict=True)

    assert job.describe()[CONFIG]["StrategyConfig"] == request[CONFIG]["StrategyConfig"]
    job.wait()


def test_the_circulating_example_runs_with_ranges_and_epochs():
    def printing(lr, epochs):
        for epoch in range(1, epochs + 1):
            print(f"validation:accuracy={1 - lr / epoch}")

    limits = {"MaxNumberOfTrainingJobs": 12, "MaxParallelTrainingJobs": 5}
    config = {**CIRCULATING, "ResourceLimits": limits}
    ranges = {CONTINUOUS: [numeric("lr", "0.0001", "0.1", "Logarithmic")]}
    request = changed({CONFIG: config}, {**ranges, STATIC: {"epochs": "9"}})

    with pytest.warns(UserWarning, match="Auto adds nothing"):
        job = amt.create_tuning_job(request, train=printing, name="example")

    assert job.wait().status == "Completed"
    assert job.config.strategy_config.max_resource == 9
    assert job.best_training_job.value == pytest.approx(1, abs=0.01)
    assert max(len(each.reports) for each in job.training_jobs) == 9


def test_the_circulating_example_alone_says_what_is_missing():
    def printing(lr, epochs=27):
        print("validation:accuracy=0.9")

    with pytest.raises(amt.ValidationError) as caught:
        amt.create_tuning_job(CIRCULATING, train=printing)

    message = str(caught.value)
    assert message.startswith(f"{RANGES} must have at least one range; give Integer")
    assert "at the top of a %%tune cell" in message


def test_a_name_is_made_where_the_request_has_none():
    job = amt.create_tuning_job(SMALL[CONFIG], train=train)

    assert job.name.startswith("tuning-")
    assert job.wait().status == "Completed"


def test_what_is_for_a_cloud_only_is_told_once_and_kept(capsys):
    request = changed(large_request(), {WARM: None, STATIC: {"epochs": "3"}})

    job = amt.create_tuning_job(request, train=train, strict=True)

    told = capsys.readouterr().out
    assert told.startswith("not used on this machine: Tags, TrainingImage, ")
    assert told.count("\n") == 1
    definition = job.describe()[DEFINITION]
    assert definition["RoleArn"] == request[DEFINITION]["RoleArn"]
    assert definition["InputDataConfig"] == request[DEFINITION]["InputDataConfig"]
    job.stop()
    job.wait()


def test_numbers_where_text_belongs_are_taken_with_a_word():
    request = changed(SMALL, {CONTINUOUS: [numeric("lr", 0.1, 1)]})

    with pytest.warns(UserWarning, match="^taken as text") as caught:
        job = amt.create_tuning_job(request, train=train)

    (warning,) = caught
    assert str(warning.message) == (
        "taken as text, which is what Amazon's JSON holds there: "
        f"{CONTINUOUS}[0].MinValue, {CONTINUOUS}[0].MaxValue"
    )
    assert warning.filename == __file__
    assert job.config.ranges["lr"] == amt.Continuous(0.1, 1)
    job.wait()


def test_a_function_gets_the_static_hyperparameters_that_it_takes():
    def picky(lr, kernel, units, momentum):
        return momentum

    statics = {STATIC: {"momentum": "0.5", "epochs": "27"}}

    with pytest.warns(UserWarning, match="^left out") as caught:
        job = amt.create_tuning_job(changed(SMALL, statics), train=picky).wait()

    assert [str(warning.message) for warning in caught] == [
        "left out, as the function does not take them: epochs"
    ]
    assert {each.value for each in job.training_jobs} == {0.5}


def test_a_function_must_take_what_is_tuned():
    with pytest.raises(amt.ValidationError, match="and lacks units"):
        amt.create_tuning_job(SMALL, train=lambda lr, kernel: lr)


def test_a_script_gets_static_hyperparameters_as_arguments(tmp_path):
    script = tmp_path / "train.py"
    script.write_text("import sys\nprint(sys.argv[1:])\nprint('loss=1')\n")
    request = changed(SMALL, {STATIC: {"epochs": "27", "layers": "[64, 32]"}})

    job = amt.create_tuning_job(request, train=script).wait()

    assert "'--epochs', '27', '--layers', '[64, 32]'" in job.logs(1)


WITHOUT_PARENTS = {WARM: None}


@pytest.mark.parametrize("request_", [SMALL, changed(large_request(), WITHOUT_PARENTS)])
def test_an_exported_request_makes_the_same_tuning_job(request_):
    first = amt.create_tuning_job(request_, train=train)
    first.stop()

    again = amt.create_tuning_job(first.export(), train=train, name="x", strict=True)

    assert again.config == first.config
    assert again.export() == {**first.export(), NAME: "x"}
    again.stop()
    again.wait()


@pytest.mark.parametrize("given", ["job.json", None, ["x"]])
def test_what_is_neither_a_dict_nor_a_config_is_a_fault(given):
    with pytest.raises(amt.ValidationError, match=r"^request must be an object"):
        amt.create_tuning_job(given, train=train)


def test_a_config_is_held_to_the_services_bounds_under_strict():
    config = amt.TuningJobConfig(
        strategy="Random",
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges={"lr": amt.Continuous(0, 1)},
        resource_limits=amt.ResourceLimits(
            max_number_of_training_jobs=2, max_runtime_in_seconds=100
        ),
    )

    with pytest.raises(amt.ValidationError, match=r"'100' at .*maxRuntimeInSeconds'"):
        amt.create_tuning_job(config, train=train, name="churn", strict=True)

    assert amt.create_tuning_job(config, train=train).wait().status == "Completed"
