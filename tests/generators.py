"""Hypothesis strategies for the values that a user can build."""

import sys

from hypothesis import settings
from hypothesis import strategies as st

from amt_magic.config import (
    BayesianStrategyConfig,
    CompletionCriteria,
    EarlyStoppingType,
    HyperbandStrategyConfig,
    Objective,
    ObjectiveType,
    ResourceLimits,
    Strategy,
    TuningJobConfig,
    WarmStart,
    WarmStartType,
)
from amt_magic.metrics import MetricDefinition
from amt_magic.ranges import (
    LARGEST_INTEGER,
    CategoricalParameter,
    ContinuousParameter,
    IntegerParameter,
    category_key,
)
from amt_magic.scaling import ScalingType
from amt_magic.space import ParameterRanges

settings.register_profile("amt_magic", deadline=None)  # a busy machine is no fault
settings.load_profile("amt_magic")

LARGEST = sys.float_info.max
SMALLEST = 5e-324
LINEAR = (ScalingType.AUTO, ScalingType.LINEAR)
LOGARITHMIC = (ScalingType.AUTO, ScalingType.LOGARITHMIC)
LOOKS_LIKE_JSON = [
    *("", "1", "1.0", "-1e3", "1e999", " 1 ", "true", "null", "NaN", "Infinity"),
    *("True", "None", '"x"', "'x'", '"', "\\", "\n", "[", "[64, 32]", '{"a": 1}'),
]
EXPRESSIONS = [r"loss=(\S+)", r"Loss = (.*?);", r"(\d+)%", r"(?P<value>[-+.\deE]+)"]

finite = st.floats(allow_nan=False, allow_infinity=False)
texts = st.sampled_from(LOOKS_LIKE_JSON) | st.text(max_size=20)
scalars = st.none() | st.booleans() | st.integers() | finite | texts
categories = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=4
)
json_values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
    ),
    max_leaves=5,
)
names = st.text(min_size=1, max_size=20).filter(lambda name: name == name.strip())
tuning_job_names = st.from_regex(r"[a-zA-Z0-9](-{0,2}[a-z0-9]){0,9}", fullmatch=True)


def numeric_ranges(kind, values, scalings):
    bounds = st.lists(values, min_size=2, max_size=2, unique=True).map(sorted)
    return st.builds(
        lambda bounds, scaling: kind(*bounds, scaling),
        bounds,
        st.sampled_from(scalings),
    )


continuous_ranges = (
    numeric_ranges(ContinuousParameter, finite, LINEAR)
    | numeric_ranges(ContinuousParameter, st.floats(-100, 100), LINEAR)
    | numeric_ranges(ContinuousParameter, st.floats(SMALLEST, LARGEST), LOGARITHMIC)
    | numeric_ranges(ContinuousParameter, st.floats(1e-6, 1e3), LOGARITHMIC)
    | numeric_ranges(
        ContinuousParameter,
        st.floats(0, 1, exclude_max=True),
        [ScalingType.REVERSE_LOGARITHMIC],
    )
)
huge_integers = st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
integer_ranges = (
    numeric_ranges(IntegerParameter, huge_integers, LINEAR)
    | numeric_ranges(IntegerParameter, st.integers(1, LARGEST_INTEGER), LOGARITHMIC)
    | numeric_ranges(IntegerParameter, st.integers(-10, 10), LINEAR)
    | numeric_ranges(IntegerParameter, st.integers(1, 1000), LOGARITHMIC)
)
categorical_ranges = st.lists(
    categories, min_size=1, max_size=5, unique_by=category_key
).map(CategoricalParameter)
any_ranges = continuous_ranges | integer_ranges | categorical_ranges


def parameter_ranges(kinds=any_ranges):
    return st.dictionaries(names, kinds, min_size=1, max_size=5).map(ParameterRanges)


def or_none(values):
    return st.none() | values


resource_limits = st.builds(
    ResourceLimits,
    max_number_of_training_jobs=or_none(st.integers(1, 10**6)),
    max_parallel_training_jobs=st.integers(1, 10**6),
    max_runtime_in_seconds=or_none(st.integers(1) | st.floats(1, LARGEST)),
)
hyperband_strategy_configs = st.builds(
    HyperbandStrategyConfig,
    min_resource=st.integers(1, 100),
    max_resource=or_none(st.integers(100, 20_000)),
    reduction_factor=st.integers(2) | st.floats(1, LARGEST, exclude_min=True),
    brackets=st.integers(1),
    classic=st.booleans(),
)
bayesian_strategy_configs = st.builds(
    BayesianStrategyConfig, base_estimator=st.sampled_from([None, "GP", "RF", "ET"])
)
completion_criteria = st.builds(
    CompletionCriteria,
    target_objective_metric_value=or_none(finite | st.integers(-(10**9), 10**9)),
    max_number_of_training_jobs_not_improving=or_none(st.integers(1)),
    complete_on_convergence=st.booleans(),
)
warm_starts = st.builds(
    WarmStart,
    parents=st.lists(tuning_job_names, min_size=1, max_size=5, unique_by=str.lower).map(
        tuple
    ),
    type=st.sampled_from(WarmStartType),
)


@st.composite
def tuning_job_configs(draw):
    strategy = draw(st.sampled_from(Strategy))
    kinds = categorical_ranges if strategy == Strategy.GRID else any_ranges
    ranges = draw(parameter_ranges(kinds))
    metrics = draw(
        st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=3, unique=True)
    )
    definitions = [
        MetricDefinition(name=name, regex=draw(st.sampled_from(EXPRESSIONS)))
        for name in metrics
    ]
    return TuningJobConfig(
        strategy=strategy,
        objective=Objective(
            type=draw(st.sampled_from(ObjectiveType)), metric_name=metrics[0]
        ),
        ranges=ranges,
        resource_limits=draw(resource_limits),
        strategy_config=draw(
            or_none(hyperband_strategy_configs | bayesian_strategy_configs)
        ),
        early_stopping=draw(st.sampled_from(EarlyStoppingType)),
        completion_criteria=draw(completion_criteria),
        warm_start=draw(or_none(warm_starts)),
        metric_definitions=draw(st.sampled_from([(), tuple(definitions)])),
        static_hyperparameters=draw(
            st.dictionaries(
                names.filter(lambda name: name not in ranges), json_values, max_size=3
            )
        ),
        max_retries=draw(st.integers(0, 40)),
        random_seed=draw(or_none(st.integers(0, 2**32 - 1))),
    )
