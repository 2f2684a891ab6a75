"""What Tab offers in `%%tune` cells and `%tune` lines."""

import time

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

import amt_magic as amt
from amt_magic.inputs.verb_table import NAMELESS, VERB_OPTIONS, VERBS
from amt_magic.tab import Verbs, complete, metric_names

TUNE = Verbs({verb: VERB_OPTIONS.get(verb, ()) for verb in VERBS}, NAMELESS)
KINDS = ["Categorical(", "Continuous(", "Integer("]
BODY = 'print(f"epoch={epoch} loss={loss:.3f}")\namt.report(accuracy=0.9)'


def offered(text, below=""):
    """Complete at the end of `text`; below it stands more of the cell."""
    lines = text.split("\n")
    found = complete(
        f"{text}\n{below}",
        len(lines) - 1,
        len(lines[-1]),
        verbs=TUNE,
        job_names=lambda: ["churn", "digits"],
    )
    return None if found is None else list(found.texts)


@pytest.mark.parametrize(
    ("text", "some"),
    [
        ("%%tune --max-j", ["--max-jobs", "--max-jobs-not-improving"]),
        ("%%tune churn --seed 1 --re", ["--reduction-factor", "--retry", "--replace"]),
        ("%%tune --strategy ", ["Bayesian", "Random", "Grid", "Hyperband"]),
        ("%%tune --strategy H", ["Hyperband"]),
        ("%%tune --early-stopping ", ["Off", "Auto"]),
        ("%%tune --warm-start ", ["churn", "digits"]),
        ("%%tune --warm-start churn --warm-start d", ["digits"]),
        ("%%tune --warm-start churn --warm-start ", ["churn", "digits"]),
        ("%%tune --max-jobs ", []),
        ("%%tune --maximize ", ["epoch", "loss", "accuracy"]),
        ("%%tune --minimize l", ["loss"]),
        ("%%tune\n# tune: --se", ["--seed"]),
        ("%%tune\n\n# note\n# tune: --strategy G", ["Grid"]),
        ("%%tune\nlr: Con", ["Continuous("]),
        (
            "%%tune\nlr: Continuous(0, 1)\nn: ",
            ["Categorical(", "Continuous(", "Integer("],
        ),
        ('%%tune\nlr: Continuous(1e-4, 1, "L', ["Linear", "Logarithmic"]),
        ("%tune st", ["stop"]),
        ("%tune ", list(VERBS)),
        ("%tune show ", ["churn", "digits"]),
        ("%tune stop c", ["churn"]),
        ("%tune stop churn --", ["--training-job"]),
        ("%tune stop --training-job ", []),
        ("%tune list ", ["--warm-startable"]),
        ("job = %tune be", ["best"]),
        ("x = 1\n%tune logs d", ["digits"]),
    ],
)
def test_what_is_offered(text, some):
    assert offered(text, BODY) == some


@pytest.mark.parametrize(
    "text",
    [
        "%%tune\nlr: Continuous(0, 1)\nimport os\nos.getp",
        "%%tune\nfor x in y:\n    lr: Con",
        "%%tune\nx = 1\nlr: Con",
        "%%tune",
        "%%tuned --m",
        "%%time\n# tune: --se",
        "print('%tune st",
        "import o",
    ],
)
def test_what_is_not_ours_is_left_to_others(text):
    assert offered(text) is None


def test_options_that_are_given_are_not_offered_again_but_repeatable_ones():
    left = offered("%%tune --maximize accuracy --seed 1 --warm-start churn --")

    assert not {"--maximize", "--minimize", "--seed"} & {*left}
    assert "--warm-start" in left


def test_scripts_are_those_of_the_folder(tmp_path, monkeypatch):
    for name in ("train.py", "test.py", "notes.txt"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)

    assert offered("%%tune --script t") == ["test.py", "train.py"]


def test_metric_names_are_those_printed_and_reported():
    text = 'print(f"val:auc={auc}, loss : {x}")\namt.report(f1=0.5)\ny = {1: 2}'

    assert metric_names(text) == ["val:auc", "loss", "f1"]


@pytest.fixture
def shell(tmp_path, monkeypatch):
    monkeypatch.setenv("AMT_MAGIC_STORE", f"sqlite:///{tmp_path / 'store.sqlite'}")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    shell = InteractiveShell()
    shell.run_line_magic("load_ext", "amt_magic")
    yield shell
    shell.history_manager.end_session()


@pytest.mark.timeout(60)
def test_ipython_offers_ours_alone_and_quickly(shell):
    amt.tune(
        lambda x: x, {"x": amt.Continuous(0, 1)}, minimize="l", max_jobs=1, name="a"
    )

    def texts(text):
        with provisionalcompleter():
            return [each.text for each in shell.Completer.completions(text, len(text))]

    before = time.monotonic()
    assert texts("%%tune --maxi") == ["--maximize"]
    assert texts("%tune wait ") == ["a"]
    assert time.monotonic() - before < 2.0
    shell.run_line_magic("unload_ext", "amt_magic")
    assert "--maximize" not in texts("%%tune --maxi")
