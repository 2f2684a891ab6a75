"""A dry run: one training job at the centre of the ranges, outside the store."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amt_magic import wire
from amt_magic.completion import job_limit
from amt_magic.config import TuningJobConfig
from amt_magic.errors import Fault, TuningJobFailedError, ValidationError
from amt_magic.executors.logs import log_file, read_log
from amt_magic.executors.payload import Payload, Travelled, write_payload
from amt_magic.jobs import TrainingJobStatus
from amt_magic.launcher import run_dry
from amt_magic.metrics import RESERVED_RESULT, MetricReader
from amt_magic.scaling import ScalingType
from amt_magic.store.engine import default_url
from amt_magic.views.formats import duration, plural

SHOWN = 3  # lines of a kind
LOG_LINES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What one training job did, and what the whole tuning job would take.

    `matched` are the printed lines that gave a value of the objective, `values`
    those values, `seconds` what the training job took.
    """

    ranges: Mapping[str, Any]
    hyperparameters: Mapping[str, Any]
    travelled: Sequence[Travelled]
    objective_name: str
    matched: Sequence[str]
    values: Sequence[float]
    seconds: float
    training_jobs: int
    parallel: int

    @property
    def seconds_expected(self) -> float:
        """Seconds that the whole tuning job would take at this pace."""
        return self.seconds * -(-self.training_jobs // self.parallel)

    def __str__(self) -> str:
        """Report in a few lines."""
        values = ", ".join(f"{k}={v!r}" for k, v in self.hyperparameters.items())
        count = len(self.values)
        matched = [f"    {line}" for line in self.matched[:SHOWN]]
        matched += ["    …"] if count > SHOWN else []
        return "\n".join(
            [
                f"one training job at {values}: {self.seconds:.1f} s",
                *self._scales(),
                *self._luggage(),
                f"{self.objective_name} came {plural(count, 'time')}, "
                f"last {self.values[-1]:g}:",
                *matched,
                f"{self.training_jobs} training jobs, {self.parallel} at a time, "
                f"would take about {duration(self.seconds_expected)}",
            ]
        )

    def _scales(self) -> list[str]:
        """Tell which scaling Auto stands for."""
        return [
            f"    {name}: Auto scaling is {kind.scaling}"
            for name, kind in self.ranges.items()
            if getattr(kind, "scaling_type", None) == ScalingType.AUTO
        ]

    def _luggage(self) -> list[str]:
        if not self.travelled:
            return ["nothing travelled but the code"]
        total = sum(item.megabytes for item in self.travelled)
        lines = [
            f"    {item.name}: {item.type}, {item.megabytes:.1f} MB"
            for item in self.travelled
        ]
        return [f"{plural(len(lines), 'name')} travelled, {total:.1f} MB:", *lines]


def dry_run(config: TuningJobConfig, payload: Payload) -> DryRun:
    """Run one training job at the centre of the ranges; keeps nothing.

    Raises:
        TuningJobFailedError: the training job failed.
        ValidationError: the objective never appeared; shows what was printed.
        CaptureError: a value that the code needs cannot travel.
    """
    with tempfile.TemporaryDirectory(prefix="amt_magic-") as temporary:
        folder = Path(temporary) / "dry-run"
        travelled = write_payload(folder, payload)
        request = wire.request_from_config(config, "dry-run")
        (folder / "request.json").write_text(json.dumps(request))
        ended = run_dry(config, folder, payload, default_url())
        log = read_log(log_file(folder, 1)) or ""
    if ended["status"] != TrainingJobStatus.COMPLETED:
        reason = ended["failure_reason"]
        raise TuningJobFailedError(f"the training job failed: {reason}{_end(log)}")
    matched, values = _matches(config, log)
    if not values:
        raise _not_found(config.objective.metric_name, log)
    return DryRun(
        ranges=config.ranges,
        hyperparameters=config.space.decode([0.5] * len(config.space)),
        travelled=travelled,
        objective_name=config.objective.metric_name,
        matched=matched,
        values=values,
        seconds=ended["seconds"],
        training_jobs=job_limit(config),
        parallel=config.resource_limits.max_parallel_training_jobs,
    )


def _matches(config: TuningJobConfig, log: str) -> tuple[list[str], list[float]]:
    """Return the lines that gave a value of the objective, and the values."""
    reader = MetricReader(config.metric_definitions)
    lines, values = [], []
    for line in log.replace("\r", "\n").split("\n"):
        for name, value in reader.read(line):
            if name == config.objective.metric_name:
                is_result = line.startswith(RESERVED_RESULT)
                lines.append("the value it ended with" if is_result else line)
                values.append(value)
    return lines, values


def _not_found(name: str, log: str) -> ValidationError:
    remedy = f'print(f"{name}={{value}}"), or give --metric-definition {name} REGEX'
    fault = Fault(
        field=f"the objective {name!r}",
        rule="was not found in what the training job printed",
        remedy=f"{remedy}{_end(log)}",
    )
    return ValidationError([fault])


def _end(log: str) -> str:
    lines = log.rstrip().splitlines()[-LOG_LINES:]
    return "\nthe end of its log:\n" + "\n".join(f"    {line}" for line in lines)
