import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amt_magic.config import (
    BayesianStrategyConfig,
    HyperbandStrategyConfig,
    Objective,
    ResourceLimits,
    Strategy,
    TuningJobConfig,
    WarmStart,
)
from amt_magic.inputs.cell import RANGE_NAMES
from amt_magic.inputs.cell_writer import WIDTH, untold, write_cell, written_range
from amt_magic.inputs.tune_cell import read_tune_cell, split_cell
from amt_magic.metrics import MetricDefinition
from amt_magic.ranges import (
    CategoricalParameter,
    ContinuousParameter,
    IntegerParameter,
)
from amt_magic.space import ParameterRanges
from tests.generators import any_ranges, categorical_ranges, tuning_job_configs

BODY = "print('loss=1')"
variables = st.from_regex(r"[a-z_][a-z0-9_]{0,9}x", fullmatch=True)


def parsed(text):
    return read_tune_cell(*split_cell(text), {})


def config(**fields):
    fields = {
        "ranges": {"x": ContinuousParameter(0, 1)},
        "objective": Objective(type="Minimize", metric_name="loss"),
        "resource_limits": ResourceLimits(max_number_of_training_jobs=20),
    } | fields
    return TuningJobConfig(**fields)


@st.composite
def told_configs(draw):
    """Configs that a cell has words for, as far as fields can be told alone."""
    given = draw(tuning_job_configs())
    is_grid, is_hyperband = (
        given.strategy == kind for kind in (Strategy.GRID, Strategy.HYPERBAND)
    )
    kinds = categorical_ranges if is_grid else any_ranges
    limits, asked = given.resource_limits, given.strategy_config
    if limits.max_number_of_training_jobs is None and not is_grid:
        limits = ResourceLimits(max_number_of_training_jobs=draw(st.integers(1, 99)))
    if is_hyperband and getattr(asked, "max_resource", None) is None:
        asked = HyperbandStrategyConfig(max_resource=draw(st.integers(1, 99)))
    if asked == BayesianStrategyConfig():
        asked = None
    names = st.dictionaries(variables, kinds, min_size=1, max_size=4)
    return given.evolve(
        ranges=ParameterRanges(draw(names)),
        resource_limits=limits,
        strategy_config=asked,
        static_hyperparameters={},
    )


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(told_configs(), st.none() | st.just("churn-2"))
def test_cell_is_read_back_as_the_same_config(config, name):
    text = write_cell(config, name=name, body=BODY)

    if not untold(config):  # odd characters in a metric's name
        read = parsed(text)
        assert read.config == config
        assert read.name == name
        assert read.cell.body == BODY


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(tuning_job_configs())
def test_what_a_cell_cannot_say_is_told_in_comments(config):
    text = write_cell(config, body=BODY)

    assert text.count("# not in this cell: ") == len(untold(config))
    assert all(f"# not in this cell: {told}" in text for told in untold(config))


@given(any_ranges)
def test_ranges_are_read_back_exactly(value):
    written = written_range(value)

    read = eval(written, dict(RANGE_NAMES))
    assert read == value
    assert repr(read) == repr(value)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (
            ContinuousParameter(1e-4, 1e-1, "Logarithmic"),
            'Continuous(1e-4, 1e-1, "Logarithmic")',
        ),
        (ContinuousParameter(0, 1), "Continuous(0, 1)"),
        (ContinuousParameter(0.001, 0.25), "Continuous(1e-3, 0.25)"),
        (ContinuousParameter(-2.5, 3e9), "Continuous(-2.5, 3e9)"),
        (ContinuousParameter(0.01, 0.1), "Continuous(0.01, 0.1)"),
        (ContinuousParameter(12345.678, 2e5), "Continuous(12345.678, 200000)"),
        (IntegerParameter(16, 1024, "Linear"), 'Integer(16, 1024, "Linear")'),
        (CategoricalParameter("relu", "it's"), 'Categorical("relu", "it\'s")'),
        (CategoricalParameter([(64, 32)]), "Categorical([(64, 32)])"),
        (CategoricalParameter(None, 10, True), "Categorical(None, 10, True)"),
        (CategoricalParameter("a\n\\"), "Categorical('a\\n\\\\')"),
    ],
)
def test_ranges_are_written_as_a_person_would(value, written):
    assert written_range(value) == written


def test_options_beyond_the_width_are_comment_lines():
    asked = config(
        strategy="Hyperband",
        strategy_config=HyperbandStrategyConfig(max_resource=27),
        early_stopping="Auto",
        random_seed=7,
        max_retries=2,
    )

    lines = write_cell(asked, name="churn", body=BODY).split("\n")

    assert lines == [
        "%%tune churn --minimize loss --strategy Hyperband --max-jobs 20 "
        "--early-stopping Auto",
        "# tune: --max-resource 27 --retry 2 --seed 7",
        "x: Continuous(0, 1)",
        "",
        BODY,
    ]
    assert len(lines[0]) <= WIDTH


def test_what_is_meant_without_words_is_left_out():
    text = write_cell(config())

    assert text == "%%tune --minimize loss --max-jobs 20\nx: Continuous(0, 1)\n"


def test_order_of_repeated_options_survives_a_full_line():
    definitions = tuple(
        MetricDefinition(name=name, regex=rf'{name}["=]\s*(\d+)')
        for name in ("loss", "accuracy", "epoch")
    )
    warm_start = WarmStart(parents=("one", "two"), type="TransferLearning")
    asked = config(metric_definitions=definitions, warm_start=warm_start)

    text = write_cell(asked, body=BODY)

    assert parsed(text).config == asked
    assert max(map(len, text.split("\n"))) <= WIDTH


@pytest.mark.parametrize("name", ["--loss", "a 'b' \"c\"", "two\nlines", "x\x85y", "#"])
def test_odd_metric_names_are_quoted(name):
    asked = config(objective=Objective(type="Maximize", metric_name=name))

    text = write_cell(asked, body=BODY)

    assert untold(asked) == []
    assert parsed(text).config == asked
    assert len(text.splitlines()[0]) == len(text.split("\n")[0])  # one for IPython


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"static_hyperparameters": {"epochs": 27}}, "'epochs' = 27"),
        ({"ranges": {"a b": IntegerParameter(1, 2)}}, "'a b': Integer(1, 2)"),
        ({"ranges": {"class": IntegerParameter(1, 2)}}, "'class': Integer(1, 2)"),
        ({"resource_limits": ResourceLimits()}, "no limit of training jobs"),
        ({"strategy": "Hyperband"}, "strategy_config=None for Hyperband"),
        ({"strategy_config": BayesianStrategyConfig()}, "BayesianStrategyConfig("),
        (
            {"objective": Objective(type="Minimize", metric_name="a\rb")},
            "('minimize', 'a\\rb')",
        ),
        (
            {
                "metric_definitions": [
                    MetricDefinition(name="loss", regex=r"--target=(\d+)")
                ]
            },
            "--target=",
        ),
    ],
)
def test_untold_names_what_is_missing(fields, told):
    asked = config(**fields)

    lines = untold(asked)

    assert any(told in line for line in lines)
    assert write_cell(asked).count("# not in this cell: ") == len(lines)
