"""Statuses, as Amazon words them."""

from enum import StrEnum


class TuningJobStatus(StrEnum):
    """Status of a tuning job, as Amazon words it.

    >>> amt.tuning_job("churn").status == "Completed"
    True
    >>> amt.TuningJobStatus("Stopping").is_terminal
    False

    Members:
        InProgress: it runs; or its runner is dead, then `summary().status` has the word
            "interrupted".
        Completed: it reached a limit or a completion criterion, or nothing was left to
            try.
        Failed: five training jobs failed and none succeeded, or a callback or the
            search itself failed.
        Stopping: it was asked to stop, and its training jobs are ending.
        Stopped: it was stopped.
    """

    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"

    @property
    def is_terminal(self) -> bool:
        """Tell whether the job has ended."""
        return self not in (TuningJobStatus.IN_PROGRESS, TuningJobStatus.STOPPING)


class TrainingJobStatus(StrEnum):
    """Status of a training job, as Amazon words it.

    >>> {job.status for job in amt.tuning_job("churn").training_jobs}
    {<TrainingJobStatus.COMPLETED: 'Completed'>}

    Members:
        InProgress: it runs, or is about to.
        Completed: its code ran to the end, or it reached Hyperband's maximum.
        Failed: its code raised an exception or its process died.
        Stopping: it was asked to stop, and has its grace to save what it has.
        Stopped: it was stopped early, on request, or as the tuning job ended.
    """

    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"

    @property
    def is_terminal(self) -> bool:
        """Tell whether the job has ended."""
        return self not in (TrainingJobStatus.IN_PROGRESS, TrainingJobStatus.STOPPING)


class ObjectiveStatus(StrEnum):
    """Whether a training job's objective value can be used.

    >>> amt.tuning_job("churn").training_jobs[0].objective_status == "Succeeded"
    True

    Members:
        Succeeded: the training job has ended, and its last value is finite.
        Pending: it has not ended.
        Failed: it failed, or ended without a finite value.
    """

    SUCCEEDED = "Succeeded"
    PENDING = "Pending"
    FAILED = "Failed"
