"""Try the metric: what each regular expression catches in a pasted log."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from amt_magic.errors import ValidationError
from amt_magic.forms.readings import Reading
from amt_magic.metrics import MetricDefinition, MetricReader, default_definition
from amt_magic.views.formats import number

MOST_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What one definition catches; `fault` where it is none."""

    name: str
    regex: str
    values: Sequence[float] = ()
    fault: str = ""


def trials(reading: Reading, log: str) -> list[Trial]:
    """Try every metric of a cell, also of one that has faults elsewhere."""
    pairs = [each for each in reading.options.get("metric_definition", []) if each[1:]]
    objective = reading.value(reading.direction)
    if not pairs:
        try:
            pairs = [(objective, default_definition(objective).regex)]
        except ValidationError:  # no objective, or a name that is too long
            return []
    return [_trial(name, regex, log) for name, regex in pairs]


def trials_html(made: Sequence[Trial], log: str) -> str:
    """Return a table of what was caught."""
    if not log.strip():
        return ""
    rows = "".join(
        f"<tr><th scope=row>{escape(trial.name)}</th><td><code>{escape(trial.regex)}"
        f"</code></td><td>{escape(_caught(trial))}</td></tr>"
        for trial in made
    )
    return f'<table class="amt-trial">{rows}</table>'


def _trial(name: str, regex: str, log: str) -> Trial:
    try:
        reader = MetricReader([MetricDefinition(name=name, regex=regex)])
    except ValidationError as error:
        return Trial(name=name, regex=regex, fault=str(error))
    lines = log.replace("\r", "\n").split("\n")
    found = [value for line in lines for key, value in reader.read(line) if key == name]
    return Trial(name=name, regex=regex, values=found)


def _caught(trial: Trial) -> str:
    if trial.fault or not trial.values:
        return trial.fault or "catches nothing"
    shown = ", ".join(number(value) for value in trial.values[-MOST_SHOWN:])
    more = "… " if len(trial.values) > MOST_SHOWN else ""
    return f"catches {more}{shown}"
