"""`%%tune` and `%tune`: parse the line, call the public function, display."""

from collections.abc import Callable
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, TypeVar

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from amt_magic.checks import Faults, nearest
from amt_magic.errors import (
    NotServedError,
    TuningJobFailedError,
    ValidationError,
)
from amt_magic.inputs.option_lines import (
    comment_options,
    merge_options,
    read_options,
)
from amt_magic.inputs.option_table import OPTIONS, RUNNING_OPTIONS, Option
from amt_magic.ranges import (
    CategoricalParameter,
)
from amt_magic.settings import Quotas, TuneSettings

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from amt_magic.config import TuningJobConfig
    from amt_magic.executors.payload import Payload
    from amt_magic.inputs.cell import Cell

Result = TypeVar("Result")
UNKNOWN_RANGES = {"?": CategoricalParameter("?")}  # of a cell that has faults itself

EXAMPLE = """\
    %%tune churn --maximize accuracy --max-jobs 40 --max-parallel-jobs 4
    learning_rate: Continuous(1e-4, 1e-1, "Logarithmic")
    hidden: Integer(16, 256)
    activation: Categorical("relu", "tanh")

    model = MLPClassifier((hidden,), activation, learning_rate_init=learning_rate)
    model.fit(X_train, y_train)
    print(f"accuracy={model.score(X_valid, y_valid)}")
"""

VERBS = {
    "list": "all tuning jobs, newest first",
    "show": "display table and plot",
    "describe": "the answer of DescribeHyperParameterTuningJob",
    "best": "the best training job",
    "wait": "wait until it has ended, then display it",
    "stop": "stop it, or only --training-job N",
    "resume": "go on after a crash or a stop; --max-jobs N changes the limit",
    "delete": "remove it with its logs and payload; needs its NAME",
    "logs": "what --training-job N printed",
    "dataframe": "the training jobs as a pandas DataFrame",
    "quotas": "the quotas in force",
}
NOT_SERVED_VERBS = {
    "export": "describe shows the config as Amazon's JSON",
    "form": "write ranges and options into a cell",
    "advise": "%%tune? explains the options",
}
ALL = ("list", "quotas")  # are not about one tuning job
_TRAINING_JOB = Option(name="training_job", metavar="N", kind=int, help="")
VERB_OPTIONS = {
    "stop": [_TRAINING_JOB],
    "logs": [_TRAINING_JOB],
    "resume": [Option(name="max_jobs", metavar="N", kind=int, help="")],
    "list": [Option(name="warm_startable", metavar="", kind=bool, help="")],
}


def explanation() -> str:
    """Return what `%%tune?` and `%tune?` show: an example, options, verbs."""
    options = "\n".join(
        f"    {option.spelled('magic') + ' ' + option.metavar:40} {option.help}"
        for option in OPTIONS
    )
    verbs = "\n".join(f"    %tune {verb:10} {words}" for verb, words in VERBS.items())
    return f"""\
%%tune [NAME] [options]: make a tuning job of this cell.

{EXAMPLE}
The annotations at the top are the ranges, the rest is the training job. Options may
go on in comment lines below the first: # tune: --seed 1

{options}

%tune VERB [NAME]: look after tuning jobs; NAME defaults to the newest.

{verbs}
"""


@magics_class
class Tune(Magics, TuneSettings):
    """The magics, and the traits behind `%config Tune`."""

    def __init__(self, shell: "InteractiveShell") -> None:
        super().__init__(shell)
        self.names = shell.user_ns
        self.quotas: Any = Quotas(parent=shell)

    @no_var_expand
    @line_cell_magic
    def tune(self, line: str, cell: str | None = None) -> Any:
        """Explained by `explanation`."""
        return self._verb(line) if cell is None else self._cell(line, cell)

    tune.__doc__ = explanation()

    def _cell(self, line: str, text: str) -> None:
        from amt_magic import verbs
        from amt_magic.dry_run import dry_run
        from amt_magic.hints import hints

        name, options, cell, config = self._read(line, text)
        payload = self._payload(name or "cell", options, cell, config)
        if options.get("dry_run"):
            print(dry_run(config, payload))  # noqa: T201
            return
        job = verbs.create(
            config,
            payload,
            name=name,
            replace=options.get("replace", False),
            grace_seconds=self.grace_seconds,
            payload_gigabytes=self.payload_gigabytes,
        )
        for hint in hints(config):
            print(hint)  # noqa: T201
        if variable := options.get("out"):
            self.names[variable] = job
        if options.get("no_wait"):
            job.show()
            print(_further(job.name))  # noqa: T201
            return
        self._wait(job)

    def _wait(self, job: Any) -> None:
        """Wait with the display; a failed job is an error, so that Run All stops."""
        try:
            job.watch()
        except KeyboardInterrupt:
            raise _interruption(job.name) from None
        summary = job.summary()
        if summary.status == "Failed":
            raise TuningJobFailedError(f"tuning job {job.name!r}: {summary.reason}")

    def _read(
        self, line: str, text: str
    ) -> tuple[str | None, dict[str, Any], "Cell", "TuningJobConfig"]:
        """Read line and cell; raise the faults of both, and of the config, together."""
        from amt_magic.config import check_name
        from amt_magic.inputs.cell import parse_cell
        from amt_magic.inputs.options import build_config
        from amt_magic.max_resource import literals_in, with_max_resource

        faults = Faults()
        words, options = read_options(faults, line, OPTIONS)
        rule = "must be one name, then options"
        faults.check(len(words) <= 1, "the line", rule, " ".join(words))
        for word in words[:1]:
            check_name(faults, "NAME", word)
        more, further = read_options(faults, comment_options(text), OPTIONS)
        faults.check(not more, "# tune:", "must be options only", " ".join(more))
        options = merge_options(further, options)
        options = merge_options(self.option_defaults(), options)
        _check_variable(faults, options.get("out"))
        cell = _collect(
            faults,
            lambda: parse_cell(text, self.names, is_script="script" in options),
        )
        running = {option.name for option in RUNNING_OPTIONS}
        asked = {k: value for k, value in options.items() if k not in running}
        ranges = cell.ranges if cell else UNKNOWN_RANGES
        config = _collect(faults, lambda: build_config(ranges, asked, style="magic"))
        faults.raise_if_any()
        assert cell is not None
        assert config is not None
        config = with_max_resource(config, literals_in(cell.body))
        return (words[0] if words else None), options, cell, config

    def _payload(
        self,
        name: str,
        options: dict[str, Any],
        cell: "Cell",
        config: "TuningJobConfig",
    ) -> "Payload":
        from amt_magic.inputs.function import cell_payload
        from amt_magic.verbs import make_payload

        if script := options.get("script"):
            return make_payload(script, config)
        return cell_payload(
            cell,
            name=name,
            objective_name=config.objective.metric_name,
            namespace=self.names,
        )

    def _verb(self, line: str) -> Any:
        word, rest = [*line.split(maxsplit=1), "", ""][:2]
        faults = Faults()
        known = [*VERBS, *NOT_SERVED_VERBS]
        faults.check(word in known, "%tune", f"takes {nearest(word, known)}", word)
        faults.raise_if_any()
        if word in NOT_SERVED_VERBS:
            instead = NOT_SERVED_VERBS[word]
            raise NotServedError(f"%tune {word} is not served yet; {instead}")
        names, options = read_options(faults, rest, VERB_OPTIONS.get(word, []))
        most, rule = (0, "takes no NAME") if word in ALL else (1, "takes one NAME")
        faults.check(len(names) <= most, f"%tune {word}", rule, *names)
        needs_name = word == "delete" and not names
        faults.check(not needs_name, "%tune delete", "needs the NAME of a tuning job")
        needs_number = word == "logs" and "training_job" not in options
        faults.check(not needs_number, "%tune logs", "needs --training-job N")
        faults.raise_if_any()
        return self._call(word, names[0] if names else None, options)

    def _call(self, verb: str, name: str | None, options: dict[str, Any]) -> Any:
        """Make the public call; a tuning job's methods are named as the verbs."""
        from amt_magic import verbs

        if options.get("warm_startable"):
            raise NotServedError(
                "%tune list --warm-startable is not served yet; %tune list has them all"
            )
        if verb == "list":
            return verbs.list_tuning_jobs()
        if verb == "quotas":
            return verbs.quotas()
        job = verbs.tuning_job(name)
        if verb == "wait":
            return self._wait(job)
        if verb == "best":
            return job.best_training_job
        return getattr(job, verb)(**options)


def _collect(faults: Faults, work: Callable[[], Result]) -> Result | None:
    """Return what `work` returns; note its faults if it has some."""
    try:
        return work()
    except ValidationError as error:
        faults.found += error.faults
        return None


def _check_variable(faults: Faults, name: str | None) -> None:
    holds = name is None or (name.isidentifier() and not iskeyword(name))
    faults.check(holds, "--out", "must be the name of a variable", name)


def _further(name: str) -> str:
    return f"%tune wait {name} waits for its end, %tune stop {name} stops it"


def _interruption(name: str) -> KeyboardInterrupt:
    """Return what ends a cell whose waiting was interrupted, shown as one line."""
    text = f"tuning job {name!r} goes on; {_further(name)}"
    interrupt = KeyboardInterrupt(text)
    shown = [f"KeyboardInterrupt: {text}"]
    interrupt._render_traceback_ = lambda: shown  # type: ignore[attr-defined]
    return interrupt


def register(ipython: "InteractiveShell") -> None:
    """Add the magics and what `%config` sets."""
    magics = Tune(ipython)
    ipython.register_magics(magics)
    ipython.configurables.append(magics.quotas)


def unregister(ipython: "InteractiveShell") -> None:
    """Remove them again."""
    for kind in ("line", "cell"):
        ipython.magics_manager.magics[kind].pop("tune", None)
    ipython.magics_manager.registry.pop("Tune", None)
    ours = (Tune, Quotas)
    ipython.configurables[:] = [
        c for c in ipython.configurables if not isinstance(c, ours)
    ]
