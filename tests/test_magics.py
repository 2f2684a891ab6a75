"""The magics, in a real IPython shell."""

import json
import os
import signal
import threading
import time

import pytest

import amt_magic as amt
from amt_magic.inputs.option_table import OPTIONS
from amt_magic.inputs.verb_table import VERBS, explanation
from amt_magic.store.job_store import JobStore
from amt_magic.store.tables import tuning_jobs

pytestmark = pytest.mark.timeout(60)

RANGES = "x: Continuous(0, 1)\n\n"
ONE_LINE = RANGES + 'print(f"loss={x}")\n'


@pytest.fixture
def shell(ipython, tmp_path, monkeypatch):
    monkeypatch.setenv("AMT_MAGIC_STORE", f"sqlite:///{tmp_path / 'store.sqlite'}")
    ipython.reset(new_session=False)
    ipython.magics_manager.registry["Tune"]._told.clear()
    return ipython


def tune(shell, line, cell=ONE_LINE):
    return shell.run_cell_magic("tune", line, cell)


def faults_of(shell, line, cell=ONE_LINE):
    with pytest.raises(amt.ValidationError) as caught:
        tune(shell, line, cell)
    return [str(fault) for fault in caught.value.faults]


def interrupt_when_training():
    while not any(amt.tuning_job(j.name).training_jobs for j in amt.list_tuning_jobs()):
        time.sleep(0.05)
    time.sleep(0.3)  # for the waiting to begin, if it has not
    signal.raise_signal(signal.SIGINT)


def test_cell_becomes_a_tuning_job(shell, capsys):
    shell.run_cell("def double(v): return 2 * v * scale\nscale = 10")
    cell = RANGES + 'print(f"loss={double(x)}")'

    returned = tune(
        shell, "first --minimize loss --max-jobs 3 --seed 1 --out job", cell
    )

    job = shell.user_ns["job"]
    assert returned is None
    assert (job.name, job.status, len(job.training_jobs)) == ("first", "Completed", 3)
    for training_job in job.training_jobs:
        assert training_job.value == pytest.approx(
            20 * training_job.hyperparameters["x"]
        )
    shown = capsys.readouterr().out
    assert "3 of 3 training jobs" in shown
    assert "loss by training job" in shown


def test_name_is_made_where_none_is_given(shell):
    tune(shell, "--minimize loss --max-jobs 1 --out job")

    assert shell.user_ns["job"].name.startswith("tuning-")


def test_comment_lines_go_on_with_options_and_the_first_line_wins(shell):
    cell = "# tune: --max-jobs 2 --seed 7\n# tune: --retry 1\n" + ONE_LINE

    tune(shell, "--minimize loss --max-jobs 1 --out job", cell)

    config = shell.user_ns["job"].config
    assert config.resource_limits.max_number_of_training_jobs == 1
    assert (config.random_seed, config.max_retries) == (7, 1)


def test_options_of_comment_lines_are_read_below_a_faulty_cell_too(shell):
    cell = "# tune: --minimize loss --max-jobs many\nx: Continuous(0, 1)\nfor"

    faults = faults_of(shell, "", cell)

    assert len(faults) == 2
    assert faults[0] == "--max-jobs must be an integer (got 'many')"
    assert faults[1].startswith("cell line 4 has a syntax error")


def test_comment_lines_hold_options_only(shell):
    (fault,) = faults_of(shell, "--minimize loss", "# tune: churn\n" + ONE_LINE)

    assert fault == "# tune: must be options only (got 'churn')"


@pytest.mark.parametrize("name", ["two words", "1st", "class", "job.best"])
def test_out_takes_the_name_of_a_variable(shell, name):
    (fault,) = faults_of(shell, f"--minimize loss --out '{name}'")

    assert fault == f"--out must be the name of a variable (got {name!r})"


def test_metric_definition_with_quotes_and_backslashes_survives(shell):
    cell = RANGES + 'print(f"Loss = {x:.3f};")'
    definition = r'--metric-definition loss "Loss = (\S+);"'

    tune(shell, f"--minimize loss --max-jobs 1 --out job {definition}", cell)

    assert shell.user_ns["job"].config.metric_definitions[0].regex == r"Loss = (\S+);"
    assert shell.user_ns["job"].training_jobs[0].value is not None


def test_braces_and_dollars_of_the_line_are_not_expanded(shell):
    shell.run_cell("name = 'expanded'")

    (fault,) = faults_of(shell, "{name} --minimize loss")

    assert "'{name}'" in fault


def test_faults_of_line_and_cell_come_together(shell):
    cell = 'x: Continuous(1, 0)\ny: int\nprint("loss=1")'

    faults = faults_of(shell, "--maximise loss --max-jobs many --retry -1", cell)

    assert any("did you mean --maximize?" in fault for fault in faults)
    assert any(
        "--max-jobs must be an integer (got 'many')" in fault for fault in faults
    )
    assert any("--retry" in fault for fault in faults)
    assert any("cell line 2: x.min_value must be below" in fault for fault in faults)
    assert any("cell line 3: y must be a range" in fault for fault in faults)


def test_cell_without_objective_is_told_both_forms(shell):
    assert faults_of(shell, "") == [
        "--maximize METRIC or --minimize METRIC must be given"
    ]


def test_misspelt_strategy_is_told_which_exist_and_the_nearest(shell):
    (fault,) = faults_of(shell, "--minimize loss --strategy Randon")

    assert "Bayesian, Random, Grid, Hyperband; did you mean Random?" in fault


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("print(1)", "cell has no ranges"),
        (RANGES, "nothing to run"),
        (RANGES + "for i in range(3)\n    pass", "cell line 4 has a syntax error"),
        (RANGES + "%matplotlib inline\nprint(1)", "cell line 4"),
        (RANGES + "print(1)\nz: Integer(1, 2)", "cell line 5"),
        ("x: Continuous(0, 1)\nx: Integer(1, 2)\nprint(1)", "another range"),
        ("x: Continuous(0, 1, 'Logarithmic')\nprint(1)", "above 0 for Logarithmic"),
    ],
)
def test_faults_of_a_cell_name_its_own_line(shell, cell, told):
    assert any(told in fault for fault in faults_of(shell, "--minimize loss", cell))


@pytest.mark.parametrize("name", ["a" * 33, "two words", "under_score", "-a"])
def test_bad_names_are_refused(shell, name):
    assert faults_of(shell, f"{name} --minimize loss")


def test_thirty_one_ranges_exceed_a_quota(shell):
    cell = "".join(f"x{n}: Continuous(0, 1)\n" for n in range(31)) + "print('loss=1')"

    with pytest.raises(
        amt.ResourceLimitExceededError, match="hyperparameters searched"
    ):
        tune(shell, "--minimize loss", cell)


def test_taken_name_is_told_three_remedies_and_replace_is_one(shell):
    tune(shell, "again --minimize loss --max-jobs 1")

    with pytest.raises(amt.ResourceInUseError) as caught:
        tune(shell, "AGAIN --minimize loss --max-jobs 1")
    tune(shell, "again --minimize loss --max-jobs 2 --replace --out job")

    for remedy in ("--replace", "leave the name out", "%tune wait"):
        assert remedy in str(caught.value)
    assert len(shell.user_ns["job"].training_jobs) == 2


def test_what_is_not_served_says_so(shell):
    with pytest.raises(amt.NotServedError):
        tune(shell, "--minimize loss --executor dask")


def test_dry_run_reports_and_leaves_nothing(shell, capsys):
    shell.run_cell("import numpy as np\ntable = np.zeros(500_000)")
    cell = RANGES + 'print(f"loss={x + table.sum()}")'

    tune(shell, "--minimize loss --max-jobs 10 --dry-run", cell)

    shown = capsys.readouterr().out
    assert "table: numpy.ndarray, 4.0 MB" in shown
    assert "loss=0.5" in shown
    assert "x: Auto scaling is Linear" in shown
    assert "10 training jobs, 1 at a time, would take about" in shown
    assert amt.list_tuning_jobs() == []


def test_more_in_parallel_than_cores_is_worth_one_hint(shell, capsys):
    tune(shell, "--minimize loss --strategy Random --max-jobs 1 --max-parallel-jobs 9")

    assert capsys.readouterr().out.count("9 training jobs at a time share") == 1


def test_options_of_another_strategy_are_kept_and_said_not_to_be_used(shell, capsys):
    tune(shell, "--minimize loss --max-jobs 1 --max-resource 9 --out job")

    assert "not used by Bayesian" in capsys.readouterr().out
    assert shell.user_ns["job"].config.strategy_config.max_resource == 9


def test_dry_run_fails_clearly_when_the_objective_never_appears(shell):
    with pytest.raises(amt.ValidationError, match=r"(?s)'loss' was not found.*hello"):
        tune(shell, "--minimize loss --dry-run", RANGES + "print('hello')")


def test_what_cannot_travel_is_named_before_anything_starts(shell, tmp_path):
    shell.run_cell(f"file = open({str(tmp_path / 'x')!r}, 'w')\nimport threading")
    shell.run_cell("lock = threading.Lock()\ndef train(): lock.acquire()")

    with pytest.raises(amt.CaptureError) as caught:
        tune(shell, "--minimize loss", RANGES + "train(); file.write('x')")

    assert "lock" in str(caught.value)
    assert "file" in str(caught.value)
    assert amt.list_tuning_jobs() == []


def test_no_wait_shows_the_job_and_how_to_follow_it(shell, capsys):
    cell = RANGES + 'import time; time.sleep(0.5); print(f"loss={x}")'

    tune(shell, "later --minimize loss --max-jobs 1 --no-wait --out job", cell)

    job = shell.user_ns["job"]
    assert job.status == "InProgress"
    shown = capsys.readouterr().out
    assert "0 of 1 training job" in shown
    assert "%tune wait later" in shown
    shell.run_line_magic("tune", "wait later")
    assert job.status == "Completed"


@pytest.mark.parametrize(
    "line", ["%%tune long --minimize loss --out job", "%tune wait"]
)
def test_interrupt_ends_the_waiting_and_not_the_job(shell, capsys, line):
    cell = "\nx: Continuous(0, 1)\nimport time; time.sleep(60)"
    if not line.startswith("%%"):
        tune(shell, "long --minimize loss --no-wait --out job", cell)
        cell = ""
    assert len(amt.list_tuning_jobs()) <= 1  # makes the store
    capsys.readouterr()

    threading.Thread(target=interrupt_when_training, daemon=True).start()
    result = shell.run_cell(line + cell)

    shown = capsys.readouterr().out
    job = shell.user_ns["job"]
    assert type(result.error_in_exec) is KeyboardInterrupt
    assert "tuning job 'long' goes on" in shown
    assert "%tune stop long stops it" in shown
    assert "Traceback" not in shown
    assert job.status == "InProgress"
    shell.run_line_magic("tune", "stop long")
    assert job.wait().status == "Stopped"


def test_failed_tuning_job_fails_the_cell(shell):
    with pytest.raises(amt.TuningJobFailedError, match=r"5 x ZeroDivisionError"):
        tune(shell, "--minimize loss --max-jobs 9", RANGES + "1 / 0")


def test_script_runs_with_ranges_from_the_cell(shell, tmp_path):
    script = tmp_path / "train.py"
    script.write_text(
        "import sys\nprint('loss=' + sys.argv[sys.argv.index('--x') + 1])"
    )

    tune(shell, f"--minimize loss --max-jobs 2 --script {script} --out job", RANGES)

    for training_job in shell.user_ns["job"].training_jobs:
        assert training_job.value == training_job.hyperparameters["x"]


def test_script_may_be_named_in_a_comment_line(shell, tmp_path):
    script = tmp_path / "train.py"
    script.write_text("print('loss=1')")
    cell = f"# tune: --script {script} --max-jobs 1 --out job\n{RANGES}"

    tune(shell, "--minimize loss", cell)

    assert shell.user_ns["job"].training_jobs[0].value == 1


def test_script_with_a_body_is_refused(shell, tmp_path):
    script = tmp_path / "train.py"
    script.write_text("print('loss=1')")

    (fault,) = faults_of(shell, f"--minimize loss --script {script}")

    assert "cell line 4 must hold ranges only" in fault


def test_config_sets_defaults_that_the_line_overrides(shell):
    shell.run_line_magic("config", "Tune.max_jobs = 2")
    try:
        tune(shell, "two --minimize loss")
        tune(shell, "one --minimize loss --max-jobs 1")
    finally:
        shell.run_line_magic("config", "Tune.max_jobs = None")

    assert len(amt.tuning_job("two").training_jobs) == 2
    assert len(amt.tuning_job("one").training_jobs) == 1


def test_quotas_are_set_by_config(shell):
    shell.run_line_magic("config", "Quotas.training_jobs = 3")
    try:
        with pytest.raises(amt.ResourceLimitExceededError, match="is 3"):
            tune(shell, "--minimize loss --max-jobs 4")
        table = shell.run_line_magic("tune", "quotas")
        assert table.training_jobs == 3
        assert table.origins["training_jobs"] == "%config Quotas"
        assert table.origins["metrics"] == "AMT's default"
    finally:
        shell.run_line_magic("config", "Quotas.training_jobs = 750")


def test_store_is_set_for_the_kernel_and_its_password_never_shown(shell, capsys):
    before = os.environ["AMT_MAGIC_STORE"]
    url = "postgresql://me:secret@localhost/amt"
    shell.run_line_magic("config", f"Tune.store = {url!r}")
    try:
        assert os.environ["AMT_MAGIC_STORE"] == url
        shell.run_line_magic("config", "Tune")
        shell.run_cell("%config Tune.store")
        shown = capsys.readouterr().out
        assert "secret" not in shown
        assert "me:***@localhost" in shown
    finally:
        shell.run_line_magic("config", f"Tune.store = {before!r}")


def test_verbs_return_what_the_public_calls_return(shell):
    tune(shell, "verbs --minimize loss --max-jobs 2")
    job = amt.tuning_job("verbs")

    assert shell.run_line_magic("tune", "describe verbs") == job.describe()
    assert shell.run_line_magic("tune", "best") == job.best_training_job
    assert shell.run_line_magic("tune", "logs --training-job 2") == job.logs(2)
    assert shell.run_line_magic("tune", "list") == amt.list_tuning_jobs()
    assert shell.run_line_magic("tune", "dataframe").equals(job.dataframe())
    assert shell.run_line_magic("tune", "stop verbs") is None
    resumed = shell.run_line_magic("tune", "resume verbs --max-jobs 4")
    assert len(resumed.wait().training_jobs) == 4
    assert shell.run_line_magic("tune", "delete verbs") is None
    assert amt.list_tuning_jobs() == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("lst", "did you mean list?"),
        ("delete", "needs the NAME"),
        ("logs", "needs --training-job N"),
        ("show a b", "takes one NAME"),
        ("list a", "takes no NAME"),
        ("list --warm-startable a b", "takes one NAME"),
        ("quotas a", "takes no NAME"),
        ("export --file", "needs FILE"),
        ("export --overwrite yes --file job.json a", "takes one NAME"),
        ("", "takes one of list, show"),
        ("stop --training-jobs 1", "did you mean --training-job?"),
    ],
)
def test_faults_of_verbs(shell, line, told):
    with pytest.raises(amt.ValidationError) as caught:
        shell.run_line_magic("tune", line)

    assert told in str(caught.value)


def test_export_returns_the_request_writes_it_and_says_what_to_fill_in(
    shell, tmp_path, capsys
):
    tune(shell, "exported --minimize loss --max-jobs 1 --strategy Random")
    file = tmp_path / "job.json"
    capsys.readouterr()

    request = shell.run_line_magic("tune", f"export exported --file {file}")

    assert request == amt.tuning_job("exported").export()
    assert json.loads(file.read_text()) == request
    assert capsys.readouterr().out.startswith("fill in: ")
    with pytest.raises(amt.ValidationError, match=r"exists already .*--overwrite"):
        shell.run_line_magic("tune", f"export --file {file}")
    again = shell.run_line_magic("tune", f"export --file {file} --overwrite")
    assert again == request


def test_advise_and_list_of_parents_are_about_one_job(shell):
    tune(shell, "old --minimize loss --max-jobs 3 --strategy Random")
    tune(shell, "new --minimize loss --max-jobs 2 --strategy Random", ONE_LINE + "\n#")

    advice = shell.run_line_magic("tune", "advise old")
    newest = shell.run_line_magic("tune", "list --warm-startable")
    of_old = shell.run_line_magic("tune", "list --warm-startable old")

    assert advice == amt.advise(amt.tuning_job("old"))
    assert advice[0].what.startswith("--warm-start old")
    assert newest == amt.list_tuning_jobs(True)
    assert of_old == amt.list_tuning_jobs(amt.tuning_job("old"))
    assert [job.fit.is_other_code for job in newest] == [False, True]
    assert [job.fit.is_other_code for job in of_old] == [True, False]
    assert {job.name: job.fit.finished for job in newest} == {"old": 3, "new": 2}


def test_dry_run_of_a_cell_ends_with_the_advice_that_suits_it_best(shell, capsys):
    cell = RANGES + 'for k in range(5): print(f"loss={x + k}", flush=True)'

    tune(shell, "--minimize loss --max-jobs 200 --dry-run", cell)

    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("advice: --strategy Hyperband --max-resource 5: stops")
    assert "because a training job reported loss 5 times" in last


def test_advice_from_an_earlier_run_is_given_once_a_kernel(shell, capsys):
    tune(shell, "old --minimize loss --max-jobs 2 --strategy Random")
    store = JobStore()
    with store.engine.begin() as connection:
        connection.execute(tuning_jobs.update().values(seconds_run=600.0))
    capsys.readouterr()

    said = []
    for name in ("one", "two"):
        tune(shell, f"{name} --minimize loss --max-jobs 1 --strategy Random")
        said.append(capsys.readouterr().out.count("--warm-start old --warm-start-type"))

    assert said == [1, 0]


def test_unknown_tuning_job_is_named(shell):
    with pytest.raises(amt.ResourceNotFoundError, match="called 'nobody'"):
        shell.run_line_magic("tune", "show nobody")


def test_errors_show_themselves_in_one_line_without_internals(shell, capsys):
    result = shell.run_cell("%%tune --minimise loss\nx: Continuous(0, 1)\nprint(1)")

    assert isinstance(result.error_in_exec, amt.ValidationError)
    assert "Traceback" not in capsys.readouterr().out


def test_explanation_has_an_example_every_option_and_every_verb(shell):
    text = explanation()

    assert "learning_rate: Continuous(1e-4" in text
    assert [o.name for o in OPTIONS if o.spelled("magic") not in text] == []
    assert [verb for verb in VERBS if f"%tune {verb}" not in text] == []
    assert shell.find_cell_magic("tune").__doc__ == text


def test_job_as_a_cells_value_shows_its_summary(shell):
    tune(shell, "shown --minimize loss --max-jobs 1")

    shown = shell.display_formatter.format(amt.tuning_job("shown"))[0]

    assert "amt-summary" in shown["text/html"]
    assert "1 of 1 training job" in shown["text/plain"]


def test_settings_are_there_once(shell):
    names = [type(configurable).__name__ for configurable in shell.configurables]

    assert (names.count("Tune"), names.count("Quotas")) == (1, 1)


def test_unload_removes_magics_and_settings(shell):
    shell.run_line_magic("unload_ext", "amt_magic")
    try:
        assert shell.find_cell_magic("tune") is None
        assert shell.find_line_magic("tune") is None
        names = {type(c).__name__ for c in shell.configurables}
        assert not names & {"Tune", "Quotas"}
    finally:
        shell.run_line_magic("load_ext", "amt_magic")
