"""The text of a `%%tune` cell that says what a TuningJobConfig says."""

import ast
import re
import shlex
import unicodedata
from collections.abc import Iterator
from keyword import iskeyword

from amt_magic.config import (
    BayesianStrategyConfig,
    HyperbandStrategyConfig,
    Strategy,
    TuningJobConfig,
)
from amt_magic.inputs.option_table import OPTIONS, spell
from amt_magic.metrics import default_definition
from amt_magic.ranges import AnyRange, CategoricalParameter, ContinuousParameter
from amt_magic.scaling import ScalingType

WIDTH = 88
_LARGEST_WRITTEN_OUT = 1e6
_SMALLEST_WRITTEN_OUT = 1e-2
_UNREADABLE = re.compile("[\0\r\ud800-\udfff]")  # which no cell can hold
_OPTIONS = {option.spelled("magic"): option for option in OPTIONS}
_Words = tuple[str, ...]  # the name of an option, and its values
_ENDS_A_LINE = re.compile("[\n\v\f\x1c-\x1e\x85\u2028\u2029]")  # for IPython


def write_cell(
    config: TuningJobConfig, *, name: str | None = None, body: str = ""
) -> str:
    """Return the cell that makes this tuning job.

    print(write_cell(config, name="churn", body="print(f'loss={lr}')"))
    # %%tune churn --minimize loss --max-jobs 20
    # lr: Continuous(1e-4, 1e-1, "Logarithmic")
    #
    # print(f'loss={lr}')

    What a cell cannot say (see `untold`) stands in comments below the options.
    """
    groups = [group for group in _options(config) if not _is_untold(group)]
    options = [[written_option(*words) for words in group] for group in groups]
    lines = _option_lines(name, options)
    lines += [f"# not in this cell: {text}" for text in untold(config)]
    lines += [
        f"{key}: {written_range(value)}"
        for key, value in config.ranges.items()
        if _is_variable(key)
    ]
    return "\n".join([*lines, "", body]) if body else "\n".join([*lines, ""])


def untold(config: TuningJobConfig) -> list[str]:
    """Return what a cell has no words for, one line each; mostly nothing."""
    told = [
        f"{key!r}: {written_range(value)}"
        for key, value in config.ranges.items()
        if not _is_variable(key)
    ]
    told += [f"{group!r}" for group in _options(config) if _is_untold(group)]
    told += [
        f"static hyperparameter {key!r} = {value!r}"
        for key, value in config.static_hyperparameters.items()
    ]
    limit = config.resource_limits.max_number_of_training_jobs
    if limit is None and config.strategy != Strategy.GRID:
        told.append("no limit of training jobs (max_number_of_training_jobs=None)")
    asked, is_hyperband = config.strategy_config, config.strategy == Strategy.HYPERBAND
    if is_hyperband and not isinstance(asked, HyperbandStrategyConfig):
        told.append(f"strategy_config={asked!r} for Hyperband")
    if asked == BayesianStrategyConfig():
        told.append(f"strategy_config={asked!r}, which stands for its absence")
    return told


def written_range(value: AnyRange) -> str:
    """Write a range as a person would: `Continuous(1e-4, 1e-1, "Logarithmic")`."""
    if isinstance(value, CategoricalParameter):
        inner = ", ".join(map(_written_category, value.values))
        is_one_tuple = len(value.values) == 1 and isinstance(value.values[0], tuple)
        return f"Categorical([{inner}])" if is_one_tuple else f"Categorical({inner})"
    is_continuous = isinstance(value, ContinuousParameter)
    bounds = _written_bounds(value.min_value, value.max_value)
    scaling = value.scaling_type
    further = "" if scaling == ScalingType.AUTO else f', "{scaling}"'
    return f"{'Continuous' if is_continuous else 'Integer'}({bounds}{further})"


def quoted(word: str) -> str:
    """Return a word as it is typed in an option line, in quotes where it needs them."""
    if word and not re.search(r"""[\s'"]""", word):
        return word
    return f'"{word}"' if '"' not in word else shlex.quote(word)


def written_option(name: str, *values: str) -> str:
    """Return an option and its values as they are typed: `--max-jobs 50`."""
    words = [quoted(value) for value in values]
    if values and reads_as_option(values[0]):
        first = f"{spell(name, 'magic')}={words[0]}"
        return " ".join([first, *words[1:]])
    return " ".join([spell(name, "magic"), *words])


def reads_as_option(word: str) -> bool:
    """Tell what ends the values of an option where it stands by itself."""
    is_known = word.partition("=")[0] in _OPTIONS
    return is_known or bool(re.fullmatch("--[a-zA-Z-]+", word))


def _options(config: TuningJobConfig) -> Iterator[list[_Words]]:
    """Yield the options that differ from what is meant without them.

    What can be repeated is one group, as it has an order.
    """
    objective, limits = config.objective, config.resource_limits
    yield [(objective.type.lower(), objective.metric_name)]
    if config.strategy != Strategy.BAYESIAN:
        yield [("strategy", config.strategy)]
    values: dict[str, object] = {
        "max_jobs": limits.max_number_of_training_jobs,
        "max_parallel_jobs": _unless(limits.max_parallel_training_jobs, 1),
        "max_runtime": limits.max_runtime_in_seconds,
        "early_stopping": _unless(config.early_stopping, "Off"),
        **_strategy_options(config),
        "target": config.completion_criteria.target_objective_metric_value,
        "max_jobs_not_improving": (
            config.completion_criteria.max_number_of_training_jobs_not_improving
        ),
        "complete_on_convergence": config.completion_criteria.complete_on_convergence,
        "retry": _unless(config.max_retries, 0),
        "seed": config.random_seed,
    }
    for name, value in values.items():
        if value is True:
            yield [(name,)]
        elif value is not None and value is not False:
            yield [(name, value if isinstance(value, str) else repr(value))]
    yield from _repeated_options(config)


def _strategy_options(config: TuningJobConfig) -> dict[str, object]:
    given, is_hyperband = config.strategy_config, config.strategy == Strategy.HYPERBAND
    if isinstance(given, BayesianStrategyConfig):
        return {} if is_hyperband else {"base_estimator": given.base_estimator}
    if given is None:
        return {}
    options: dict[str, object] = {
        "min_resource": _unless(given.min_resource, 1),
        "max_resource": given.max_resource,
        "reduction_factor": _unless(given.reduction_factor, 3),
        "brackets": _unless(given.brackets, 1),
        "classic": given.classic or None,  # a flag
    }
    is_told = is_hyperband or any(value is not None for value in options.values())
    return options if is_told else {"min_resource": 1}


def _repeated_options(config: TuningJobConfig) -> Iterator[list[_Words]]:
    default = (default_definition(config.objective.metric_name),)
    if config.metric_definitions != default:
        yield [
            ("metric_definition", each.name, each.regex)
            for each in config.metric_definitions
        ]
    if config.warm_start:
        yield [("warm_start", name) for name in config.warm_start.parents]
        yield [("warm_start_type", config.warm_start.type)]


def _option_lines(name: str | None, groups: list[list[str]]) -> list[str]:
    """Fill the line of the magic, then comment lines, which it outranks.

    What can be repeated is not spread over both, as comment lines count first.
    """
    line, lines, left = " ".join(["%%tune", *([name] if name else [])]), [], groups
    while left:
        longer = " ".join([line, *left[0]])
        if len(longer) > WIDTH or _ENDS_A_LINE.search(longer):
            break
        line, left = longer, left[1:]
    comment = ""
    for option in (option for group in left for option in group):
        longer = f"{comment} {option}" if comment else f"# tune: {option}"
        if comment and len(longer) > WIDTH:
            lines.append(comment)
            longer = f"# tune: {option}"
        comment = longer
    lines += [comment] if comment else []
    return [line, *(each.replace("\n", "\n# tune:") for each in lines)]


def _is_untold(group: list[_Words]) -> bool:
    """Tell whether options hold what no line can: odd characters, an option's name."""
    values = [value for _, *values in group for value in values]
    later = [value for _, *values in group for value in values[1:]]
    return any(map(_UNREADABLE.search, values)) or any(map(reads_as_option, later))


def _unless(value: object, default: object) -> object:
    return None if value == default else value


def _is_variable(name: str) -> bool:
    """Tell whether an annotation can have this name, and gives the same one back."""
    plain = name.isidentifier() and not iskeyword(name) and name != "__debug__"
    return plain and unicodedata.normalize("NFKC", name) == name


def _written_category(value: object) -> str:
    """Write a category in double quotes, as formatters do, where that is as easy."""
    text = repr(value)
    double = f'"{value}"' if isinstance(value, str) and text[1:-1] == value else text
    with_same_value = '"' not in text and ast.literal_eval(double) == value
    return double if with_same_value else text


def _written_bounds(low: float, high: float) -> str:
    words = [_written_number(low), _written_number(high)]
    if any("e-" in word for word in words):
        words = [re.sub(r"^0\.(0*)1$", _power_of_ten, word) for word in words]
    return ", ".join(words)


def _written_number(value: float) -> str:
    """Write a number shortly and exactly: 3, 0.25, 1e-4, 2.5e9."""
    text = repr(value)
    size = abs(value)
    if isinstance(value, int) or size in (0, float("inf")):
        return text.removesuffix(".0") if str(value) != "-0.0" else text
    if _SMALLEST_WRITTEN_OUT <= size < _LARGEST_WRITTEN_OUT:
        return text.removesuffix(".0")
    digits = next(d for d in range(17) if float(f"{value:.{d}e}") == value)
    mantissa, _, exponent = f"{value:.{digits}e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def _power_of_ten(found: re.Match[str]) -> str:
    return f"1e-{len(found[1]) + 1}"
