"""Amazon's JSON as `--config` of a cell, and as `config=` of `amt.tune`."""

import json

import pytest

import amt_magic as amt
from tests.wire.whole_requests import (
    CIRCULATING,
    CONFIG,
    CONTINUOUS,
    DEFINITION,
    LIMITS,
    NAME,
    RANGES,
    STATIC,
    changed,
    numeric,
    small_request,
)

pytestmark = pytest.mark.timeout(60)

LR = 'lr: Continuous(1e-4, 1e-1, "Logarithmic")\n\n'
EPOCHS = """\
epochs = 9
for epoch in range(1, epochs + 1):
    print(f"validation:accuracy={1 - lr / epoch}")
"""
FEWER = "--max-jobs 6 --max-parallel-jobs 2"
NOT_USED = (
    "not used on this machine: TrainingImage, TrainingInputMode, OutputDataConfig, "
    "RoleArn, StoppingCondition"
)


@pytest.fixture
def shell(ipython, tmp_path, monkeypatch):
    monkeypatch.setenv("AMT_MAGIC_STORE", f"sqlite:///{tmp_path / 'store.sqlite'}")
    monkeypatch.chdir(tmp_path)
    ipython.reset(new_session=False)
    return ipython


def tune(shell, line, cell):
    shell.run_cell_magic("tune", f"{line} --out job", cell)
    return shell.user_ns["job"]


def write(folder, request, name="job.json"):
    (folder / name).write_text(json.dumps(request), encoding="utf-8")


@pytest.mark.parametrize("source", ["example", "example.json"])
def test_the_circulating_example_runs_from_a_variable_and_from_a_file(
    shell, tmp_path, source
):
    shell.user_ns["example"] = CIRCULATING
    write(tmp_path, CIRCULATING, "example.json")

    job = tune(shell, f"churn --config {source} {FEWER}", LR + EPOCHS)

    assert (job.status, job.name) == ("Completed", "churn")
    assert job.config.strategy == "Hyperband"
    assert job.config.strategy_config.max_resource == 9
    assert max(len(each.reports) for each in job.training_jobs) == 9
    assert job.best_training_job.value == pytest.approx(1, abs=0.02)


def test_ranges_and_static_hyperparameters_of_the_json_are_variables_of_the_cell(shell):
    statics = {STATIC: {"epochs": "3", "layers": "[64, 32]", "n-epochs": "3"}}
    shell.user_ns |= {
        "request": small_request(**statics),
        "epochs": "shadowed",
        "lr": "shadowed",
    }
    cell = "assert layers == [64, 32]\nprint(f'loss={lr * epochs / int(units)}')"

    job = tune(shell, "--config request", cell)

    assert job.status == "Completed"
    for each in job.training_jobs:
        given = each.hyperparameters
        assert each.value == pytest.approx(given["lr"] * 3 / int(given["units"]))


def test_what_is_for_a_cloud_only_is_told_once_and_kept(shell, capsys):
    shell.user_ns["request"] = small_request()

    job = tune(shell, "--config request", "print(f'loss={lr}')")

    assert capsys.readouterr().out.count(NOT_USED) == 1
    assert job.name == "churn"
    definition = job.describe()[DEFINITION]
    assert definition["RoleArn"] == "arn:aws:iam::000000000000:role/tuning"
    assert definition["AlgorithmSpecification"]["TrainingImage"] == "image"


def test_metric_definitions_of_the_json_find_the_objective(shell):
    shell.user_ns["request"] = small_request(
        **{
            f"{DEFINITION}.AlgorithmSpecification.MetricDefinitions": [
                {"Name": "loss", "Regex": r"validation loss (\S+);"}
            ]
        }
    )

    job = tune(
        shell, "--config request --max-jobs 1", "print(f'validation loss {lr};')"
    )

    assert job.training_jobs[0].value == job.training_jobs[0].hyperparameters["lr"]


def test_a_script_gets_ranges_and_statics_of_the_json_as_arguments(shell, tmp_path):
    write(tmp_path, small_request(**{STATIC: {"epochs": 27}}))
    (tmp_path / "train.py").write_text("import sys\nprint(sys.argv[1:], 'loss=1')\n")
    line = "--config job.json --script train.py --max-jobs 1"

    job = tune(shell, line, "# the script is what runs")

    log = job.logs(1)
    assert "'--epochs', '27'" in log
    assert "'--kernel'" in log


def test_a_dry_run_takes_the_json_and_keeps_nothing(shell, capsys):
    shell.user_ns["request"] = small_request()

    shell.run_cell_magic("tune", "--config request --dry-run", "print(f'loss={lr}')")

    told = capsys.readouterr().out
    assert told.startswith(f"{NOT_USED}\none training job at ")
    assert "4 training jobs, 2 at a time" in told
    assert not amt.list_tuning_jobs()


def test_a_form_opens_on_a_cell_with_json_and_keeps_the_option(shell, capsys):
    from amt_magic.forms.form import form

    shell.user_ns["request"] = changed(small_request(), {CONTINUOUS: None})
    cell = f"%%tune --config request --form\n{LR}print(f'loss={{lr}}')"

    shell.run_cell(cell)
    opened = form(cell)

    assert "ValidationError" not in capsys.readouterr().out
    assert opened.text.startswith("%%tune --config request\n")
    assert not opened.cell_faults.value


def test_the_faults_of_a_form_are_those_of_the_json(shell):
    from amt_magic.forms.form import form

    shell.user_ns["request"] = small_request(**{f"{LIMITS}.MaxParallelTrainingJobs": 0})

    opened = form(f"%%tune --config request\n{LR}print(f'loss={{lr}}')")

    assert f"request: {LIMITS}.MaxParallelTrainingJobs" in opened.cell_faults.value


def test_faults_leave_the_store_as_it_was_and_are_a_line_each(shell):
    shell.user_ns["request"] = small_request(
        **{NAME: "a_b", f"{LIMITS}.MaxParallelTrainingJobs": 0}
    )

    with pytest.raises(amt.ValidationError) as caught:
        tune(shell, "--config request --seed x", "print(f'loss={lr}')")

    assert str(caught.value).splitlines() == [
        "3 faults",
        "  --seed must be an integer (got 'x')",
        f"  request: {NAME} must match [a-zA-Z0-9](-*[a-zA-Z0-9]){{0,31}} (got 'a_b')",
        f"  request: {LIMITS}.MaxParallelTrainingJobs must be at least 1 (got 0)",
    ]
    assert not amt.list_tuning_jobs()


def train(lr, kernel="rbf", units="16"):
    return lr


def test_tune_takes_the_json_of_a_dict_and_needs_no_ranges_then(capsys):
    job = amt.tune(train, config=small_request(), max_jobs=2, name="other")

    assert (job.name, job.status, len(job.training_jobs)) == ("other", "Completed", 2)
    assert capsys.readouterr().out.startswith(NOT_USED)


def test_tune_takes_a_file_and_adds_ranges(tmp_path):
    write(tmp_path, small_request()[CONFIG])

    job = amt.tune(train, {"lr": amt.Continuous(5, 6)}, config=tmp_path / "job.json")

    assert all(5 <= each.hyperparameters["lr"] <= 6 for each in job.training_jobs)
    assert job.config.ranges.keys() == {"kernel", "units", "lr"}


def test_tune_takes_a_config_with_changes():
    config = amt.tune(train, config=small_request(), max_jobs=1).config

    job = amt.tune(train, config=config, max_jobs=2, replace=True, name="churn")

    assert job.config == config.evolve(
        resource_limits=amt.ResourceLimits(
            max_number_of_training_jobs=2, max_parallel_training_jobs=2
        )
    )


def test_tune_leaves_out_statics_of_the_json_that_the_function_does_not_take():
    request = small_request(**{STATIC: {"epochs": "27"}})

    with pytest.warns(UserWarning, match="does not take them: epochs$") as caught:
        job = amt.tune(train, config=request, max_jobs=1)

    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert job.status == "Completed"


def test_tune_refuses_a_static_that_was_given_beside_and_is_not_taken():
    with pytest.raises(amt.ValidationError, match="lacks momentum"):
        amt.tune(
            train, config=small_request(), static_hyperparameters={"momentum": 0.9}
        )


def test_statics_given_beside_outrank_those_of_the_json():
    def given_back(lr, kernel, units, momentum):
        return momentum

    job = amt.tune(
        given_back,
        config=small_request(**{STATIC: {"momentum": "0.1"}}),
        static_hyperparameters={"momentum": 0.9},
        max_jobs=1,
    )

    assert job.training_jobs[0].value == 0.9


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"max_parallel_jobs": 0}, "max_parallel_jobs must be an integer, 1 or more"),
        ({"max_job": 3}, "max_job is not an option; did you mean max_jobs?"),
        ({"ranges": {"lr": 5}}, "lr must be Continuous(…), Integer(…) or Categorical"),
        ({"ranges": [5]}, "ranges must be a dict of name to range (got [5])"),
        (
            {"static_hyperparameters": {"epochs": train}},
            "static_hyperparameters['epochs'] must be what JSON can hold",
        ),
        ({"metric_definition": [("f1", "(")]}, "metric_definition[0].regex must be a"),
    ],
)
def test_faults_of_what_is_given_beside_the_json_name_the_option(options, fault):
    with pytest.raises(amt.ValidationError) as caught:
        amt.tune(train, config=small_request(), **options)

    (found,) = caught.value.faults
    assert str(found).startswith(fault)


def test_tune_names_the_json_by_the_option():
    request = changed(small_request(), {CONTINUOUS: [numeric("lr", "2", "1")]})

    with pytest.raises(amt.ValidationError) as caught:
        amt.tune(train, config=request)

    assert str(caught.value) == (
        f"config: {CONTINUOUS}[0].MinValue must be below MaxValue (got 2.0 and 1.0)"
    )


def test_tune_without_ranges_says_where_to_give_them():
    with pytest.raises(amt.ValidationError, match=f"^config: {RANGES} must have at"):
        amt.tune(train, config=CIRCULATING, max_resource=9)


def test_tune_without_ranges_and_without_json_is_a_fault():
    with pytest.raises(amt.ValidationError, match="at least one range"):
        amt.tune(train, minimize="loss")
