"""The tables of the README, as the code has them."""

from amt_magic.inputs.option_table import NOT_SERVED, OPTIONS, Option
from amt_magic.inputs.verb_table import VERBS
from amt_magic.wire.shapes import FIELDS

OURS = "AmtMagic."
CONFIG = "HyperParameterTuningJobConfig."
LISTS = {
    "metric_definitions": "AlgorithmSpecification.MetricDefinitions",
    "warm_start.parents": "WarmStartConfig.ParentHyperParameterTuningJobs",
}
CALLS = {
    "list": "amt.list_tuning_jobs()",
    "best": "job.best_training_job",
    "quotas": "amt.quotas()",
    "form": "amt.form()",
    "advise": "amt.advise(job)",
    "logs": "job.logs(7)",
}


def options() -> list[str]:
    """The rows of the table of options."""
    return [
        "| option | meaning | field of `TuningJobConfig` | Amazon's |",
        "|---|---|---|---|",
        *(_option(option) for option in OPTIONS if option.name not in NOT_SERVED),
    ]


def verbs() -> list[str]:
    """The rows of the table of verbs."""
    return [
        "| `%tune` | in Python | what it does |",
        "|---|---|---|",
        *(
            f"| `{verb}` | `{CALLS.get(verb, f'job.{verb}()')}` | {words} |"
            for verb, words in VERBS.items()
        ),
    ]


def _option(option: Option) -> str:
    typed = f"{option.spelled('magic')} {option.metavar}".strip().replace("|", "\\|")
    field = f"`{option.field}`" if option.field else ""
    return f"| `{typed}` | {option.help} | {field} | {_amazons(option.field)} |"


def _amazons(field: str | None) -> str:
    path = FIELDS.get(field or "", LISTS.get(field or "", ""))
    if not path or path.startswith(OURS):
        return ""
    return f"`{path.removeprefix(CONFIG).removeprefix('TrainingJobDefinition.')}`"
