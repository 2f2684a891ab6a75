"""TuningJob, the handle on a tuning job from any process."""

import shutil
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amt_magic import wire
from amt_magic.config import TuningJobConfig, WarmStartType
from amt_magic.errors import (
    ResourceInUseError,
    ResourceNotFoundError,
    TuningJobInterruptedError,
)
from amt_magic.executors.logs import log_file, read_log
from amt_magic.jobs import (
    History,
    TrainingJob,
    TuningJobRecord,
    TuningJobStatus,
    with_datetimes,
)
from amt_magic.live import new_view
from amt_magic.parents import Parent
from amt_magic.resumption import resume
from amt_magic.store.folders import runner_log_end
from amt_magic.store.job_store import JobStore
from amt_magic.views.summary import TuningJobSummary, summarize

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from skopt.utils import OptimizeResult

    from amt_magic.views.live_output import LiveOutput
    from amt_magic.views.live_view import LiveView


class TuningJob:
    """One tuning job in the store; it reads the store anew at each question.

    >>> job = amt.tuning_job("churn")            # or what amt.tune returns
    >>> job
    <TuningJob 'churn': Completed>
    >>> job.best_training_job.hyperparameters
    {'lr': 0.00039...}
    >>> job.wait().resume(max_jobs=3).wait()     # until it has ended, then one more
    <TuningJob 'churn': Completed>
    >>> len(job.training_jobs)
    3

    As the value of a cell it shows its table and plot.

    Args:
        name: Name of a tuning job that exists; `amt.tuning_job` finds the newest too.
        store: Where it is kept. None: the store in force.

    Attributes:
        name: Name of the tuning job.

    Raises:
        ResourceNotFoundError: there is no such tuning job.
    """

    def __init__(self, name: str, store: JobStore | None = None) -> None:
        self._store = store or JobStore()
        self.name = str(self._store.row(name).name)

    def __repr__(self) -> str:
        """Show the name and the status."""
        return f"<TuningJob {self.name!r}: {self.status}>"

    def _repr_mimebundle_(self, **options: Any) -> dict[str, str]:
        """Show the summary where the job is a cell's value."""
        from amt_magic.views.render import bundle

        return bundle(self.summary())

    @property
    def _record(self) -> TuningJobRecord:
        return self._store.record(self.name)

    @cached_property
    def _identical_parents(self) -> list[Parent]:
        """Parents that ran the same data and algorithm; what they ran is settled."""
        warm_start = self._record.config.warm_start
        identical = WarmStartType.IDENTICAL_DATA_AND_ALGORITHM
        if warm_start is None or warm_start.type != identical:
            return []
        return self._store.parents(self.name)

    @property
    def status(self) -> TuningJobStatus:
        """The status, as Amazon words it; of a dead runner's job InProgress."""
        return self._record.status

    @property
    def config(self) -> TuningJobConfig:
        """The config that the job runs with."""
        return self._record.config

    @property
    def training_jobs(self) -> list[TrainingJob]:
        """The training jobs by index, with all reports; times are aware datetimes."""
        return [with_datetimes(job) for job in self._store.training_jobs(self.name)]

    @property
    def best_training_job(self) -> TrainingJob | None:
        """The ended training job with the best objective value, or None."""
        jobs = self._store.training_jobs(self.name, curves=False)
        best = History(self.config.objective, jobs).best
        return best and self.training_job(best.index)

    def training_job(self, index: int) -> TrainingJob:
        """Return one training job, counted from 1.

        >>> job.training_job(2).status == "Completed"
        True

        Args:
            index: Number of the training job, from 1.

        Raises:
            ResourceNotFoundError: there is none of this number.
        """
        for job in self.training_jobs:
            if job.index == index:
                return job
        raise ResourceNotFoundError(f"{self.name!r} has no training job {index}")

    def summary(self) -> TuningJobSummary:
        """Return what the views show, as plain data; times are in seconds.

        >>> summary = job.summary()
        >>> print(summary)
        churn: Completed, 2 of 2 training jobs, best loss 0.00013...
        >>> summary.status, summary.counts.ended, [row.index for row in summary.rows]
        ('Completed', 2, [1, 2])
        """
        jobs = self._store.training_jobs(self.name, curves=False)
        return summarize(self._record, jobs, parents=self._identical_parents)

    def wait(self, timeout: float | None = None) -> "TuningJob":
        """Wait until the job has ended, show its progress, and return it.

        >>> job.wait(timeout=60).status == "Completed"
        True

        Args:
            timeout: Seconds to wait at most; what runs goes on. None: until the end.

        Raises:
            TuningJobInterruptedError: its runner is dead; `resume()` goes on.
        """
        self.watch(final=False, timeout=timeout)
        return self

    def watch(self, *, final: bool = True, timeout: float | None = None) -> None:
        """Wait as `wait` does; with `final`, show the finished job at the end.

        >>> job.watch()
        churn  ● Completed  Random, minimize loss, 1 in parallel, seed 0
        ...

        Args:
            final: Show table and plot at the end.
            timeout: Seconds to wait at most. None: until the end.

        Raises:
            TuningJobInterruptedError: its runner is dead; `resume()` goes on.
        """
        from amt_magic.views.progress import watch

        watch(
            self.summary,
            timeout=timeout,
            final=final,
            is_over=self._is_over,
            live=self._live_output,
        )
        if self._record.is_interrupted:
            raise self._interrupted()

    def _is_over(self) -> bool:
        record = self._record
        return record.status.is_terminal or record.is_interrupted

    def view(self) -> "LiveView":
        """Return a live view, to look closely at a job that runs or has ended.

        >>> view = job.view()       # a widget: display it, or put it into a layout
        """
        view = new_view(self._store, self.name, self.stop)
        view.follow()
        return view

    def _live_output(self) -> "LiveOutput | None":
        from amt_magic.views.live_output import LiveOutput

        try:
            view = new_view(self._store, self.name, self.stop)
        except ImportError:  # no anywidget
            return None
        return LiveOutput(view, self.summary)

    def _interrupted(self) -> TuningJobInterruptedError:
        last = runner_log_end(self._store.folder(self.name))
        died = f" ({last})" if last else ""
        return TuningJobInterruptedError(
            f"the runner of tuning job {self.name!r} is dead{died}; what had finished "
            f"is kept: go on with %tune resume {self.name}, or end it with %tune stop"
        )

    def stop(self, training_job: int | None = None) -> None:
        """Ask the tuning job, or one training job, to stop; returns at once.

        >>> job.stop()                 # the tuning job; its best so far is kept
        >>> job.stop(training_job=2)   # this one alone

        A training job gets SIGTERM, and SIGKILL after a grace of 5 seconds, or what
        `grace_seconds` says. What has ended stays as it is.

        Args:
            training_job: Number of a training job, from 1. None: the whole tuning job.

        Raises:
            ResourceNotFoundError: there is no training job of this number.
        """
        record = self._record
        if training_job is not None:
            self.training_job(training_job)
        if record.status.is_terminal:
            return
        if record.is_interrupted and training_job is None:
            self._store.mark_stopped(self.name)
        else:
            self._store.request_stop(self.name, training_job)

    def resume(
        self,
        max_jobs: int | None = None,
        *,
        max_parallel_jobs: int | None = None,
        max_runtime: float | None = None,
    ) -> "TuningJob":
        """Go on with an interrupted, stopped or failed job; returns at once.

        >>> job.resume(max_jobs=3).wait()
        <TuningJob 'churn': Completed>
        >>> [t.index for t in job.training_jobs]
        [1, 2, 3]

        Training jobs that ran when the runner died run again, and what has ended counts
        against the limits. A Completed job needs the larger one of what it has reached.

        Args:
            max_jobs: Training jobs in all. None: as before.
            max_parallel_jobs: Training jobs at a time. None: as before.
            max_runtime: Seconds in all. None: as before.

        Returns:
            The same tuning job.

        Raises:
            ResourceInUseError: it is running, or nothing is left of its limits.
            ResourceLimitExceededError: a quota is in the way.
            StoreError: its payload is gone.
        """
        given = {
            "max_number_of_training_jobs": max_jobs,
            "max_parallel_training_jobs": max_parallel_jobs,
            "max_runtime_in_seconds": max_runtime,
        }
        changes = {name: value for name, value in given.items() if value is not None}
        resume(self._store, self.name, changes)
        return self

    def delete(self) -> None:
        """Remove the job, its training jobs, logs and payload.

        >>> job.delete()
        >>> amt.list_tuning_jobs()
        no tuning jobs

        Raises:
            ResourceInUseError: it is running; stop it first.
        """
        self.check_deletable()
        folder = self._store.folder(self.name)
        self._store.delete(self.name)
        shutil.rmtree(folder, ignore_errors=True)

    def check_deletable(self) -> None:
        """Check that the job is not running, so that `delete` takes it.

        >>> job.check_deletable()

        Raises:
            ResourceInUseError: it is running; stop it first.
        """
        record = self._record
        if not record.status.is_terminal and not record.is_interrupted:
            raise ResourceInUseError(
                f"tuning job {self.name!r} is running; stop it first: "
                f"%tune stop {self.name}"
            )

    def show(self) -> None:
        """Display the table and the plot; while the job runs, a live view.

        >>> job.show()
        churn  ● Completed  Random, minimize loss, 1 in parallel, seed 0
        2 of 2 training jobs: 2 completed
        ...
        Best: loss 0.00013..., training job 1
        lr = 0.00039...
        """
        from amt_magic.views.progress import is_kernel, show

        summary = self.summary()
        if summary.has_ended or not is_kernel():
            show(summary)
            return
        if output := self._live_output():
            output.update(summary)
            output.close()

    def describe(self) -> dict[str, Any]:
        """Return the answer of DescribeHyperParameterTuningJob, as a dict.

        >>> answer = job.describe()
        >>> answer["HyperParameterTuningJobStatus"]
        'Completed'
        >>> answer["BestTrainingJob"]["TunedHyperParameters"]
        {'lr': '0.00039...'}

        Times are aware datetimes. What a local job lacks, as a role, is a placeholder.
        """
        jobs = self._store.training_jobs(self.name, curves=False)
        return wire.describe(self._record, jobs, self._identical_parents)

    def dataframe(self) -> "pd.DataFrame":
        """Return the training jobs as the SageMaker SDK's analytics do.

        >>> frame = job.dataframe()
        >>> frame.columns.tolist()
        ['lr', 'TrainingJobName', 'TrainingJobStatus', 'FinalObjectiveValue',
        'TrainingStartTime', 'TrainingEndTime', 'TrainingElapsedTimeSeconds']
        >>> frame.sort_values("FinalObjectiveValue").lr.tolist()
        [0.00039..., 0.00939...]

        Returns:
            A pandas DataFrame: one row a training job, by index; one column a
            hyperparameter, beside the others. Times are in UTC; the value is NaN where
            there is none that can be used.
        """
        from amt_magic.views.frame import training_job_frame

        jobs = self._store.training_jobs(self.name, curves=False)
        record = self._record
        return training_job_frame(
            record.config.space, jobs, wire.definition_name(record)
        )

    def logs(self, training_job: int) -> str:
        """Return what a training job printed, stdout and stderr as they came.

        >>> print(job.logs(1))
        epoch 1: loss=0.00039...
        epoch 2: loss=0.00019...
        epoch 3: loss=0.00013...

        Without its file, as on another host, the last 64 kB.

        Args:
            training_job: Number of the training job, from 1.

        Raises:
            ResourceNotFoundError: there is none of this number.
        """
        self.training_job(training_job)
        file = log_file(self._store.folder(self.name), training_job)
        text = read_log(file)
        if text is None:
            text = self._store.log_tail(self.name, training_job)
        return text or ""

    def optimize_result(self) -> "OptimizeResult":
        """Return scikit-optimize's result, for skopt.plots and skopt.callbacks.

        >>> result = job.optimize_result()
        >>> result.x, result.fun           # the best hyperparameters, and their loss
        ([0.00039...], 0.00013...)

        Losses are the objective, negated where it is maximised. `x_iters` are in the
        order of the ranges.

        Raises:
            ValueError: no training job has succeeded yet.
        """
        from amt_magic.strategies.bayesian.result import optimize_result

        history = History(self.config.objective, self._store.training_jobs(self.name))
        return optimize_result(self.config, history)

    def plot_convergence(self, ax: "Axes | None" = None) -> "Axes":
        """Plot the objective of each training job, and the best so far.

        >>> axes = job.plot_convergence()
        >>> axes.get_xlabel(), axes.get_ylabel()
        ('training job', 'loss')

        Args:
            ax: Matplotlib's Axes to draw on. None: new ones.
        """
        from amt_magic.views.plots import plot_convergence

        return plot_convergence(self.summary(), ax)

    def plot_learning_curves(self, ax: "Axes | None" = None) -> "Axes":
        """Plot the reports of every training job, and Hyperband's rungs.

        >>> axes = job.plot_learning_curves()
        >>> axes.get_ylabel()
        'loss'

        Args:
            ax: Matplotlib's Axes to draw on. None: new ones.
        """
        from amt_magic.schedulers.rungs import rungs_of
        from amt_magic.views.plots import plot_learning_curves

        jobs, config = self._store.training_jobs(self.name), self.config
        rungs = rungs_of(config)
        return plot_learning_curves(jobs, config.objective, ax, rungs=rungs)

    def plot_parameters(self) -> "list[Axes]":
        """Plot the objective against each hyperparameter, on its own scale.

        >>> [axes.get_xlabel() for axes in job.plot_parameters()]
        ['lr']

        Returns:
            Matplotlib's Axes, one a hyperparameter.
        """
        from amt_magic.views.plots import plot_parameters

        return plot_parameters(self.summary(), self.config.space)

    def export(
        self, file: str | Path | None = None, *, overwrite: bool = False
    ) -> dict[str, Any]:
        """Return the request by which the service runs this tuning job.

        >>> request = job.export("churn.json")
        >>> request["HyperParameterTuningJobConfig"]["Strategy"]
        'Random'

        It is complete but for placeholders, such as the role: `export_notes` names
        them, and what Amazon's request has no place for.

        Args:
            file: Write it there too, as JSON for `aws sagemaker
                create-hyper-parameter-tuning-job --cli-input-json file://churn.json`.
            overwrite: Replace a file that is there.

        Returns:
            A dict, as CreateHyperParameterTuningJob takes it.

        Raises:
            ValidationError: the service would refuse a value in it, or there is a file
                already.
            StoreError: the file cannot be written.
        """
        request = self._export().request
        if file is not None:
            wire.write_request(request, file, overwrite=overwrite)
        return request

    def export_notes(self) -> tuple[str, ...]:
        """Return what to know about the exported request, a line each.

        >>> job.export_notes()[0]
        'fill in: TrainingImage, RoleArn, S3OutputPath, S3Uri, InstanceType'
        """
        return self._export().notes

    def _export(self) -> wire.Export:
        from amt_magic.stoppers import FILE

        has_callbacks = (self._store.folder(self.name) / FILE).is_file()
        return wire.export_request(self._record, has_callbacks=has_callbacks)
