"""The verbs of `%tune` and their options, and what `%%tune?` says of all options."""

from amt_magic.inputs.option_table import OPTIONS, Option

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
    "list": "all tuning jobs; --warm-startable [NAME]: as parents of one like it",
    "show": "display table and plot",
    "describe": "the answer of DescribeHyperParameterTuningJob",
    "best": "the best training job",
    "wait": "wait until it has ended, then display it",
    "stop": "stop it, or only --training-job N",
    "resume": "go on after a crash or a stop, with --max-jobs N if given",
    "delete": "remove it with its logs and payload; needs its NAME",
    "logs": "what --training-job N printed",
    "dataframe": "the training jobs as a pandas DataFrame",
    "export": "Amazon's request for it, to --file FILE (--overwrite) if given",
    "advise": "what suits it, and why; on a cell: %%tune --dry-run",
    "quotas": "the quotas in force",
    "form": "open a form: on an example, or on the config of NAME",
}
NAMELESS = ("list", "quotas")  # are not about one tuning job
_TRAINING_JOB = Option(name="training_job", metavar="N", kind=int, help="")
VERB_OPTIONS = {
    "stop": [_TRAINING_JOB],
    "logs": [_TRAINING_JOB],
    "resume": [
        Option(name="max_jobs", metavar="N", kind=int, help=""),
        Option(name="max_parallel_jobs", metavar="N", kind=int, help=""),
        Option(name="max_runtime", metavar="SECONDS", kind=float, help=""),
    ],
    "list": [Option(name="warm_startable", metavar="", kind=bool, help="")],
    "export": [
        Option(name="file", metavar="FILE", kind=str, help=""),
        Option(name="overwrite", metavar="", kind=bool, help=""),
    ],
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
