"""`%%tune` and `%tune`: parse the line, call the public function, display."""

from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from amt_magic.checks import Faults, nearest
from amt_magic.errors import TuningJobFailedError
from amt_magic.inputs.option_lines import read_options
from amt_magic.inputs.verb_table import NAMELESS, VERB_OPTIONS, VERBS, explanation
from amt_magic.settings import Quotas, TuneSettings
from amt_magic.tab import IDENTIFIER, Verbs, make_matcher

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from amt_magic.executors.payload import Payload
    from amt_magic.inputs.tune_cell import TuneCell
    from amt_magic.tuning_jobs import TuningJob


@magics_class
class Tune(Magics, TuneSettings):
    """The magics, and the traits behind `%config Tune`."""

    def __init__(self, shell: "InteractiveShell") -> None:
        super().__init__(shell)
        self.names = shell.user_ns
        self.quotas: Any = Quotas(parent=shell)
        self._told: set[str] = set()  # the kinds of advice that were given

    @no_var_expand
    @line_cell_magic
    def tune(self, line: str, cell: str | None = None) -> Any:
        """Explained by `explanation`."""
        return self._verb(line) if cell is None else self._cell(line, cell)

    tune.__doc__ = explanation()

    def _cell(self, line: str, text: str) -> None:
        if "--form" in line + text and self._open_form(line, text):
            return
        asked = self._read(line, text)
        if asked.options.get("dry_run"):
            print(*asked.words, sep="\n", end="\n" * bool(asked.words))  # noqa: T201
            self._dry_run(asked)
            return
        job = self._start(asked)
        if asked.options.get("no_wait"):
            job.show()
            print(_further(job.name))  # noqa: T201
            return
        self._wait(job)

    def _dry_run(self, asked: "TuneCell") -> None:
        """Run one training job, and give the advice that it allows."""
        from amt_magic.advice import advise
        from amt_magic.dry_run import dry_run

        code = self._payload(asked)
        told = dry_run(asked.config, code)
        reports, seconds = len(told.values), told.seconds
        advice = advise(asked.config, reports=reports, seconds=seconds, code=code)
        print(told, f"advice: {advice[0]}", sep="\n")  # noqa: T201

    def _open_form(self, line: str, text: str) -> bool:
        """Open a form on a cell that asks for one, faulty or not."""
        from amt_magic.forms.option_places import asks_for_form

        cell = f"%%tune {line}\n{text}".removesuffix("\n")
        if not asks_for_form(cell):
            return False
        from IPython.display import display

        from amt_magic.forms.form import form

        display(form(cell))  # type: ignore[no-untyped-call]
        return True

    def start(self, line: str, text: str) -> "TuningJob":
        """Start the tuning job of a cell and return at once: the form's Run."""
        return self._start(self._read(line, text))

    def _start(self, asked: "TuneCell") -> "TuningJob":
        from amt_magic.advice_facts import facts_of_config
        from amt_magic.creation import create
        from amt_magic.hints import hints
        from amt_magic.inheritance import changed_code
        from amt_magic.max_resource import literals_in
        from amt_magic.store.job_store import JobStore

        options, config = asked.options, asked.config
        payload = self._payload(asked)
        job = create(
            config,
            payload,
            kept=asked.kept,
            name=asked.name,
            replace=options.get("replace", False),
            constants=literals_in(asked.cell.body),
            grace_seconds=self.grace_seconds,
            payload_gigabytes=self.payload_gigabytes,
        )
        store = JobStore()
        facts = facts_of_config(store, config, code=payload, but=job.name)
        changed = changed_code(store, config, payload)
        for hint in (*asked.words, *hints(config, facts, self._told), *changed):
            print(hint)  # noqa: T201
        if variable := options.get("out"):
            self.names[variable] = job
        return job

    def _wait(self, job: Any) -> None:
        """Wait with the display; a failed job is an error, so that Run All stops."""
        try:
            job.watch()
        except KeyboardInterrupt:
            raise _interruption(job.name) from None
        summary = job.summary()
        if summary.status == "Failed":
            raise TuningJobFailedError(f"tuning job {job.name!r}: {summary.reason}")

    def _read(self, line: str, text: str) -> "TuneCell":
        from amt_magic.inputs.tune_cell import read_tune_cell

        return read_tune_cell(line, text, self.names, self.option_defaults())

    def _payload(self, asked: "TuneCell") -> "Payload":
        from amt_magic.inputs.function import cell_payload
        from amt_magic.verbs import make_payload

        config = asked.config
        if script := asked.options.get("script"):
            return make_payload(script, config)
        return cell_payload(
            asked.cell,
            name=asked.name or "cell",
            objective_name=config.objective.metric_name,
            namespace=self.names,
            further_names=[*config.ranges, *config.static_hyperparameters],
        )

    def _verb(self, line: str) -> Any:
        word, rest = [*line.split(maxsplit=1), "", ""][:2]
        faults = Faults()
        faults.check(word in VERBS, "%tune", f"takes {nearest(word, VERBS)}", word)
        faults.raise_if_any()
        names, options = read_options(faults, rest, VERB_OPTIONS.get(word, []))
        is_general = word in NAMELESS and not options.get("warm_startable")
        most, rule = (0, "takes no NAME") if is_general else (1, "takes one NAME")
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

        if verb == "list":
            about = {"warm_startable": verbs.tuning_job(name)} if name else options
            return verbs.list_tuning_jobs(**about)
        if verb == "quotas":
            return verbs.quotas()
        if verb == "form":
            from amt_magic.forms.form import form

            return form(verbs.tuning_job(name).config if name else None)
        job = verbs.tuning_job(name)
        if verb == "advise":
            from amt_magic.advice import advise

            return advise(job)
        if verb == "wait":
            return self._wait(job)
        if verb == "best":
            return job.best_training_job
        if verb == "export":
            return _export(job, options)
        return getattr(job, verb)(**options)


def _export(job: "TuningJob", options: dict[str, Any]) -> dict[str, Any]:
    """Export a tuning job, and say what there is to say about the request."""
    request = job.export(**options)
    for note in job.export_notes():
        print(note)  # noqa: T201
    return request


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
    verbs = Verbs({verb: VERB_OPTIONS.get(verb, ()) for verb in VERBS}, NAMELESS)
    ipython.Completer.custom_matchers.append(make_matcher(verbs, _job_names))
    ipython.configurables.append(magics.quotas)


def _job_names() -> list[str]:
    from amt_magic.store.job_store import JobStore

    return JobStore().names()


def unregister(ipython: "InteractiveShell") -> None:
    """Remove them again."""
    for kind in ("line", "cell"):
        ipython.magics_manager.magics[kind].pop("tune", None)
    ipython.magics_manager.registry.pop("Tune", None)
    matchers = ipython.Completer.custom_matchers
    name = "matcher_identifier"
    matchers[:] = [m for m in matchers if getattr(m, name, "") != IDENTIFIER]
    ours = (Tune, Quotas)
    ipython.configurables[:] = [
        c for c in ipython.configurables if not isinstance(c, ours)
    ]
