"""The form, its controls driven as a front end drives them."""

import pytest
from hypothesis import HealthCheck, given, settings

import amt_magic as amt
from amt_magic.errors import ValidationError
from amt_magic.forms import running
from amt_magic.forms.form import EXAMPLE, form
from amt_magic.inputs.cell_writer import write_cell
from amt_magic.inputs.tune_cell import read_tune_cell, split_cell
from tests.forms.examples import CELLS, HAND_WRITTEN
from tests.generators import tuning_job_configs

pytestmark = pytest.mark.timeout(60)

CELL = """\
%%tune churn --maximize accuracy --max-jobs 5
rate: Continuous(1e-4, 1e-1)  # wide
kind: Categorical("relu", "tanh")

print(f"accuracy={rate}")
"""
CATEGORIES = CELL.replace("Continuous(1e-4, 1e-1)", "Categorical(1, 2)")


@pytest.fixture(autouse=True)
def names(shell):
    shell.user_ns |= {
        "n_features": 20,
        "low": 2,
        "kinds": ("a", "b"),
        "prepared": amt.Integer(2, 12),
        "amt": amt,
    }


def control(opened, key):
    return next(field for field in opened.fields if field.key == key).control


def faults_beside(opened, key):
    return next(field for field in opened.fields if field.key == key).faults.value


def is_offered(opened, key):
    return any(field.key == key and field.is_offered for field in opened.fields)


def config_of(opened):
    names = opened._magics.names
    return read_tune_cell(*split_cell(opened.text), names).config


@pytest.mark.parametrize("text", CELLS)
def test_opening_a_form_and_touching_nothing_keeps_the_text(text):
    opened = form(text)
    opened.read_button.click()

    assert opened.text == text
    assert opened.area.value == text


@settings(suppress_health_check=list(HealthCheck), max_examples=30)
@given(tuning_job_configs())
def test_form_of_any_config_shows_its_cell(shell, config):
    opened = form(config)

    assert opened.text == write_cell(config)


def test_fields_show_what_the_text_says():
    opened = form(HAND_WRITTEN)

    assert control(opened, "name").value == "churn"
    assert control(opened, "direction").value == "maximize"
    assert control(opened, "objective").value == "accuracy"
    assert control(opened, "max_jobs").value == "50"
    assert control(opened, "target").value == "0.95"
    assert control(opened, "metric_definition").value == r"acc = (\S+)"
    hidden = opened.rows[1].controls
    assert hidden["name"].value == "hidden"
    assert hidden["kind"].value == "Integer"
    assert hidden["max_value"].value == "n_features * 2"
    assert opened.rows[4].controls["values"].value == "\"relu\", 'tanh'"


@pytest.mark.parametrize(
    ("key", "value", "old", "new"),
    [
        ("name", "other", "churn", "other"),
        ("direction", "minimize", "--maximize", "--minimize"),
        ("objective", "score", "--maximize accuracy", "--maximize score"),
        ("max_jobs", "7", "--max-jobs 5", "--max-jobs 7"),
        ("max_jobs", "", " --max-jobs 5", ""),
        ("target", "-1e-3", "-jobs 5", "-jobs 5 --target -1e-3"),
        ("seed", "1", "-jobs 5", "-jobs 5 --seed 1"),
        ("strategy", "Random", "-jobs 5", "-jobs 5 --strategy Random"),
        ("early_stopping", "Auto", "-jobs 5", "-jobs 5 --early-stopping Auto"),
        ("base_estimator", "RF", "-jobs 5", "-jobs 5 --base-estimator RF"),
        (
            "complete_on_convergence",
            True,
            "-jobs 5",
            "-jobs 5 --complete-on-convergence",
        ),
        (
            "metric_definition",
            r"a = (\d+)",
            "-jobs 5",
            '-jobs 5 --metric-definition accuracy "a = (\\d+)"',
        ),
    ],
)
def test_an_edited_field_changes_its_part_of_the_text_alone(key, value, old, new):
    opened = form(CELL)

    control(opened, key).value = value

    assert opened.text == CELL.replace(old, new, 1)
    assert form(opened.text).text == opened.text
    assert control(form(opened.text), key).value == value


@pytest.mark.parametrize(
    ("part", "value", "old", "new"),
    [
        ("name", "lr", "rate:", "lr:"),
        ("min_value", "1e-5", "1e-4", "1e-5"),
        ("max_value", "n_features", "1e-1", "n_features"),
        ("scaling_type", "Linear", "1e-1)", '1e-1, "Linear")'),
        ("kind", "Integer", "Continuous", "Integer"),
    ],
)
def test_an_edited_range_changes_its_part_of_the_text_alone(part, value, old, new):
    opened = form(CELL)

    opened.rows[0].controls[part].value = value

    assert opened.text == CELL.replace(old, new, 1)


def test_categories_typed_as_words_become_texts():
    opened = form(CELL)

    opened.rows[1].controls["values"].value = "gelu, 3, low"

    assert opened.rows[1].controls["values"].value == "gelu, 3, low"
    assert 'kind: Categorical("gelu", 3, low)' in opened.text
    assert config_of(opened).ranges["kind"] == amt.Categorical("gelu", 3, 2)


def test_what_is_being_typed_is_left_alone_and_its_fault_is_beside_it():
    opened = form(CELL)
    row = opened.rows[0]

    row.controls["max_value"].value = "1e-"
    opened.rows[0].controls["min_value"].value = "1e-3"

    assert row.controls["max_value"].value == "1e-"
    assert "rate.max_value cannot be evaluated: SyntaxError" in row.faults.value
    assert opened.text == CELL.replace("1e-4", "1e-3")
    row.controls["max_value"].value = "1e-2"
    assert row.faults.value == ""
    assert opened.text == CELL.replace("1e-4", "1e-3").replace("1e-1", "1e-2")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("max_jobs", "0"),
        ("max_parallel_jobs", "many"),
        ("max_runtime", "0.5"),
        ("target", "nan"),
        ("seed", "-1"),
        ("objective", ""),
        ("name", "no good name"),
        ("metric_definition", "loss=.+"),
        ("max_jobs_not_improving", "1.5"),
    ],
)
def test_faults_are_beside_their_field_in_the_words_of_the_magic(shell, key, value):
    opened = form(CELL)

    control(opened, key).value = value

    with pytest.raises(ValidationError) as caught:
        shell.run_cell_magic("tune", *split_cell(opened.text))
    shown = faults_beside(opened, key).replace("&#x27;", "'").replace("&quot;", '"')
    assert all(str(fault) in shown for fault in caught.value.faults)
    assert opened.cell_faults.value == ""
    control(opened, key).value = control(form(CELL), key).value
    assert faults_beside(opened, key) == ""


def test_fault_of_a_range_is_below_its_row():
    opened = form(CELL)

    opened.rows[0].controls["max_value"].value = "1e-4"

    assert "rate.min_value must be below max_value" in opened.rows[0].faults.value
    assert opened.rows[0].picture.value == ""
    assert opened.rows[1].faults.value == ""


def test_fault_of_the_body_is_beside_the_cell():
    opened = form(CELL + "return 1\n")

    assert "cell line 6 has `return`" in opened.cell_faults.value
    opened.area.value = CELL + "x ="
    assert "cell line 6 has a syntax error" in opened.cell_faults.value
    assert len(opened.rows) == 2


def test_text_without_the_magic_is_told_and_mended_by_a_field():
    opened = form("x: Integer(1, 9)\nprint(x)")

    assert "must begin with %%tune" in opened.cell_faults.value
    control(opened, "objective").value = "loss"
    assert opened.text == "%%tune --minimize loss\nx: Integer(1, 9)\nprint(x)"
    assert opened.cell_faults.value == ""


def test_ranges_are_added_and_removed():
    opened = form(CELL)

    opened.add.click()
    opened.rows[0].remove.click()

    assert [row.controls["name"].value for row in opened.rows] == ["kind", "x1"]
    assert opened.text == CELL.replace(
        'rate: Continuous(1e-4, 1e-1)  # wide\nkind: Categorical("relu", "tanh")\n',
        'kind: Categorical("relu", "tanh")\nx1: Continuous(0, 1)\n',
    )


def test_grid_is_offered_with_categories_alone():
    assert "Grid" not in control(form(CELL), "strategy").options
    opened = form(CATEGORIES)
    control(opened, "strategy").value = "Grid"

    assert config_of(opened).strategy == "Grid"
    opened.rows[0].controls["kind"].value = "Continuous"
    assert control(opened, "strategy").value == "Grid"
    assert "rate must be categorical for Grid" in opened.rows[0].faults.value


def test_strategies_have_their_own_fields():
    opened = form(CELL.replace("-jobs 5", "-jobs 5 --early-stopping Auto"))
    hyperband = ("min_resource", "max_resource", "reduction_factor")

    assert not any(is_offered(opened, key) for key in hyperband)
    control(opened, "base_estimator").value = "ET"
    control(opened, "strategy").value = "Hyperband"
    assert all(is_offered(opened, key) for key in hyperband)
    assert not is_offered(opened, "base_estimator")
    assert not is_offered(opened, "early_stopping")
    assert "early-stopping" not in opened.text
    control(opened, "max_resource").value = "9"
    assert config_of(opened).strategy_config.max_resource == 9


def test_options_of_a_strategy_come_back_with_it():
    text = CELL.replace("-jobs 5", "-jobs 5 --strategy Hyperband --max-resource 9")
    opened = form(text)

    control(opened, "strategy").value = "Random"
    assert "max-resource" not in opened.text
    control(opened, "strategy").value = "Hyperband"

    assert opened.text == text


def test_maximum_found_in_the_code_is_the_hint():
    text = CELL.replace("-jobs 5", "-jobs 5 --strategy Hyperband") + "epochs = 27\n"

    assert control(form(text), "max_resource").placeholder == "27"


def test_unknown_strategy_of_the_text_is_none_of_the_buttons():
    opened = form(CELL.replace("-jobs 5", "-jobs 5 --strategy Hyper"))

    assert control(opened, "strategy").value is None
    assert "did you mean Hyperband?" in faults_beside(opened, "strategy")


@pytest.mark.parametrize(
    ("annotation", "offered"),
    [
        ("Continuous(-1, 1)", ["Auto", "Linear"]),
        ("Continuous(1, 2)", ["Auto", "Linear", "Logarithmic"]),
        ("Continuous(0, 0.5)", ["Auto", "Linear", "ReverseLogarithmic"]),
        ("Integer(0, 9)", ["Auto", "Linear"]),
        (
            'Continuous(-1, 1, "Logarithmic")',
            ["Auto", "Linear", "Logarithmic", "ReverseLogarithmic"],
        ),
    ],
)
def test_scalings_that_cannot_be_are_not_offered(annotation, offered):
    opened = form(CELL.replace("Continuous(1e-4, 1e-1)", annotation))

    options = opened.rows[0].controls["scaling_type"].options
    assert [value for _, value in options] == offered


@pytest.mark.parametrize(
    ("strategy", "offered"),
    [("Bayesian", True), ("Random", True), ("Hyperband", False)],
)
def test_warm_start_is_offered_where_parents_are_learned_from(strategy, offered):
    opened = form(CELL.replace("-jobs 5", f"-jobs 5 --strategy {strategy}"))

    assert is_offered(opened, "warm_start") == offered


def test_warm_start_of_the_text_goes_with_a_strategy_that_learns_nothing():
    warm = "-jobs 5 --warm-start a --warm-start-type TransferLearning"
    opened = form(CELL.replace("-jobs 5", warm))

    control(opened, "warm_start_type").value = "IdenticalDataAndAlgorithm"
    assert config_of(opened).warm_start.type == "IdenticalDataAndAlgorithm"
    control(opened, "strategy").value = "Hyperband"
    assert "warm-start" not in opened.text


def test_pasted_cell_is_read():
    opened = form()
    opened.area.value = HAND_WRITTEN
    opened.read_button.click()

    assert opened.text == HAND_WRITTEN
    assert len(opened.rows) == 5


def test_defaults_of_the_configuration_are_the_hints(shell):
    shell.run_line_magic("config", "Tune.max_jobs = 7")
    try:
        opened = form(EXAMPLE.replace(" --max-jobs 20", ""))
    finally:
        shell.run_line_magic("config", "Tune.max_jobs = None")

    assert control(opened, "max_jobs").placeholder == "7"


def test_form_option_is_no_part_of_the_cell():
    assert form(CELL.replace(" --max-jobs", " --form --max-jobs")).text == CELL


def test_metric_is_tried_on_a_line_of_a_log():
    opened = form(HAND_WRITTEN)

    opened.log.value = "epoch 1: acc = 0.75\nacc = 0.8 <b>"
    assert "catches 0.75, 0.8" in opened.caught.value
    control(opened, "metric_definition").value = r"precision (\S+)"
    assert "catches nothing" in opened.caught.value
    control(opened, "metric_definition").value = "(<b>"
    assert "<b>" not in opened.caught.value
    assert "must be a valid regular expression" in opened.caught.value


def test_run_starts_exactly_this_cell_and_shows_it(shell):
    opened = form()
    control(opened, "name").value = "rosenbrock"
    control(opened, "max_jobs").value = "2"
    control(opened, "seed").value = "1"
    control(opened, "strategy").value = "Random"

    opened.run.click()

    job = amt.tuning_job("rosenbrock").wait(60)
    assert (job.status, len(job.training_jobs)) == ("Completed", 2)
    assert job.config == config_of(opened)
    (view,) = opened.job_box.children
    assert (type(view).__name__, view.name) == ("LiveView", "rosenbrock")


def test_without_anywidget_a_button_refreshes_what_is_shown(shell, monkeypatch):
    def absent(job):
        raise ImportError("anywidget")

    monkeypatch.setattr(amt.TuningJob, "view", absent)
    opened = form(EXAMPLE.replace("20", "1"))

    opened.run.click()

    amt.tuning_job().wait(60)
    refresh, shown = opened.job_box.children[0].children
    refresh.children[0].click()
    assert 'data-status="Completed"' in shown.value


def test_show_can_be_replaced():
    shown = []

    def show(job):
        shown.append(job)
        return running.show(job)

    opened = form(EXAMPLE.replace("20", "1 --no-wait --out job"), show=show)
    opened.run.click()

    assert [job.wait(60).status for job in shown] == ["Completed"]


def test_run_tells_why_it_cannot(shell):
    opened = form(CELL)
    control(opened, "max_jobs").value = "0"

    opened.run.click()

    assert "--max-jobs must be an integer, 1 or more (got 0)" in opened.told.value
    assert opened.job_box.children == ()
    assert amt.list_tuning_jobs() == []
    control(opened, "max_jobs").value = "1"
    assert opened.told.value == ""


def test_run_of_a_dry_run_tells_its_report(shell):
    opened = form(EXAMPLE.replace("20", "20 --dry-run"))

    opened.run.click()

    assert "one training job at x=" in opened.told.value
    assert amt.list_tuning_jobs() == []


def test_cell_goes_to_the_next_input_where_there_is_no_kernel(shell, monkeypatch):
    asked = []
    monkeypatch.setattr(
        shell, "set_next_input", lambda text, replace: asked.append((text, replace))
    )

    form(CELL).to_cell_button.click()

    assert asked == [(CELL, False)]


def test_a_form_without_widgets_is_its_cell():
    bundle = form(CELL)._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle

    assert data["text/plain"] == CELL
    assert "application/vnd.jupyter.widget-view+json" in data


def test_every_control_has_a_label():
    opened = form(CELL)

    controls = [f.control for f in opened.fields if f.key != "warm_start"]
    controls += [c for row in opened.rows for c in row.controls.values()]
    controls += [opened.area, opened.log, opened.run, opened.to_cell_button]
    assert all(control.description for control in controls)
    assert opened.rows[0].controls["min_value"].description == "minimum of rate"
    assert opened.rows[0].remove.tooltip == "Remove rate"
