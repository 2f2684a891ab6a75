"""The local executor: every training job is a fresh process on this machine."""

import math
import multiprocessing
import os
import selectors
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import BinaryIO, cast

from amt_magic.config import TuningJobConfig
from amt_magic.executors import Assignment, Event, Measured, Started
from amt_magic.executors.lines import LineSplitter
from amt_magic.executors.logs import failure_file, log_file, read_log
from amt_magic.executors.orphans import kill_children, signal_group
from amt_magic.executors.training_process import (
    MODULES_VARIABLE,
    Task,
    main,
    seed_of,
)
from amt_magic.jobs import Ended, TrainingJobStatus
from amt_magic.metrics import MetricReader

CHUNK = 65_536
LOG_BYTES = 64 * 2**20  # that are kept of one training job
BELL = 0  # in the place of a training job's index: work beside has been done
SIGNALS_FROM_OUTSIDE = (signal.SIGKILL, signal.SIGTERM)


def start_fork_server(modules: Sequence[str]) -> BaseContext:
    """Start the process that training processes are forked from; returns at once.

    It imports `modules` first. Where there is no fork server, processes spawn.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["amt_magic.executors.preload"])
    os.environ[MODULES_VARIABLE] = ",".join(modules)
    forkserver.ensure_running()
    del os.environ[MODULES_VARIABLE]
    return context


@dataclass(slots=True)
class _Running:
    """A training process, from its start to its end."""

    assignment: Assignment
    process: multiprocessing.process.BaseProcess
    output: Connection
    log: BinaryIO
    reader: MetricReader
    failure_file: Path
    lines: LineSplitter = field(default_factory=LineSplitter)
    logged: int = 0
    last_line: str = ""
    stop_reason: str | None = None
    kill_at: float = math.inf


class LocalExecutor:
    """Runs training jobs as processes, and reads what they print.

    Output is read as it comes, by one thread: the caller's, in `events`.
    """

    def __init__(
        self,
        config: TuningJobConfig,
        folder: Path,
        context: BaseContext,
        *,
        grace_seconds: float,
    ) -> None:
        self._config = config
        self._folder = folder
        self._context = context
        self._grace_seconds = grace_seconds
        self._selector = selectors.DefaultSelector()
        self._bell, self._rung = socket.socketpair()
        self._selector.register(self._rung, selectors.EVENT_READ, (BELL, None))
        self._running: dict[int, _Running] = {}
        self._told: list[Event] = []
        (folder / "logs").mkdir(exist_ok=True)

    def now(self) -> float:
        """Return the time in epoch seconds."""
        return time.time()

    def start(self, assignment: Assignment) -> None:
        """Start a training process."""
        index = assignment.index
        failure = failure_file(self._folder, index)
        failure.unlink(missing_ok=True)
        task = Task(
            folder=self._folder,
            name=assignment.name,
            hyperparameters=assignment.hyperparameters,
            static_hyperparameters=self._config.static_hyperparameters,
            seed=seed_of(self._config.random_seed or 0, index),
            failure_file=failure,
            model_folder=self._folder / "models" / f"{index:04d}",
        )
        output, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(  # type: ignore[attr-defined]
            target=main, args=(theirs, task), name=assignment.name, daemon=False
        )
        process.start()
        theirs.close()  # else its end would never come
        os.set_blocking(output.fileno(), False)
        running = _Running(
            assignment=assignment,
            process=process,
            output=output,
            log=self._open_log(assignment),
            reader=MetricReader(self._config.metric_definitions),
            failure_file=failure,
        )
        self._running[index] = running
        self._selector.register(output, selectors.EVENT_READ, (index, self._read))
        sentinel = process.sentinel
        self._selector.register(sentinel, selectors.EVENT_READ, (index, self._finish))
        worker = f"{socket.gethostname()}:{process.pid}"
        self._told.append(Started(index=index, time=self.now(), worker=worker))

    def events(self, timeout: float) -> Sequence[Event]:
        """Return what happened since, in order; wait `timeout` seconds for it."""
        wait = 0.0 if self._told else min(timeout, self._seconds_to_next_kill(), 60.0)
        for key, _ in self._selector.select(wait):
            index, handle = key.data
            if index == BELL:
                self._rung.recv(CHUNK)
            elif index in self._running:
                handle(self._running[index])
        self._kill_the_overdue()
        told, self._told = self._told, []
        return told

    def beside(self, work: Callable[[], None]) -> None:
        """Do other work in a thread; `events` returns when it is done."""

        def work_and_ring() -> None:
            work()
            with suppress(OSError):  # closed meanwhile
                self._bell.send(b".")

        threading.Thread(target=work_and_ring, daemon=True).start()

    def stop(self, index: int, reason: str) -> None:
        """Send SIGTERM to the training job's group, and SIGKILL after the grace."""
        running = self._running.get(index)
        if running and running.stop_reason is None:
            running.stop_reason = reason
            running.kill_at = time.monotonic() + self._grace_seconds
            signal_group(running.process.pid or 0, signal.SIGTERM)

    def close(self) -> None:
        """Kill what still runs."""
        for running in list(self._running.values()):
            signal_group(running.process.pid or 0, signal.SIGKILL)
            running.process.join(1.0)
        self._kill_orphans()
        self._bell.close()
        self._rung.close()

    def _open_log(self, assignment: Assignment) -> BinaryIO:
        """Open the log; a further attempt goes on in that of the first."""
        mode = "ab" if assignment.attempt > 1 else "wb"
        file = log_file(self._folder, assignment.index)
        return cast(BinaryIO, file.open(mode, buffering=0))

    def _seconds_to_next_kill(self) -> float:
        soonest = min((r.kill_at for r in self._running.values()), default=math.inf)
        return max(0.0, soonest - time.monotonic())

    def _kill_the_overdue(self) -> None:
        now = time.monotonic()
        for running in self._running.values():
            if running.kill_at <= now:
                running.kill_at = math.inf
                signal_group(running.process.pid or 0, signal.SIGKILL)

    def _read(self, running: _Running) -> bool:
        """Take one chunk of output; returns whether there was one."""
        try:
            chunk = os.read(running.output.fileno(), CHUNK)
        except BlockingIOError:
            return False
        if chunk:
            self._keep(running, chunk)
            self._measure(running, running.lines.feed(chunk))
        else:
            self._selector.unregister(running.output)
            running.output.close()
        return bool(chunk)

    def _keep(self, running: _Running, chunk: bytes) -> None:
        room = LOG_BYTES - running.logged
        running.logged += len(chunk)
        if room > 0:
            with suppress(OSError):  # a full disk ends the store, not the log
                running.log.write(chunk[:room])

    def _measure(self, running: _Running, lines: list[str]) -> None:
        if not lines:
            return
        index, now = running.assignment.index, self.now()
        for line in lines:
            for metric, value in running.reader.read(line):
                event = Measured(index=index, metric=metric, value=value, time=now)
                self._told.append(event)
        running.last_line = lines[-1]

    def _finish(self, running: _Running) -> None:
        """Clear up after a process that has ended, and tell how it did."""
        index, process = running.assignment.index, running.process
        self._selector.unregister(process.sentinel)
        process.join()
        with suppress(ProcessLookupError):  # members that outlived their leader
            os.killpg(process.pid or 0, signal.SIGKILL)
        self._kill_orphans()
        if not running.output.closed:
            for _ in range(LOG_BYTES // CHUNK):
                if not self._read(running):
                    break
        if not running.output.closed:
            self._selector.unregister(running.output)
            running.output.close()
        self._measure(running, running.lines.rest())
        running.log.close()
        del self._running[index]
        self._told.append(self._ended(running))
        process.close()

    def _ended(self, running: _Running) -> Ended:
        status, reason, from_outside = self._judge(running)
        return Ended(
            index=running.assignment.index,
            status=status,
            time=self.now(),
            failure_reason=reason,
            stop_reason=running.stop_reason,
            killed_from_outside=from_outside,
            last_line=running.last_line[-200:],
        )

    def _judge(self, running: _Running) -> tuple[TrainingJobStatus, str | None, bool]:
        """Return status, failure reason, and whether it was killed from outside."""
        code = running.process.exitcode
        if running.stop_reason is not None:
            return TrainingJobStatus.STOPPED, None, False
        if code == 0:
            return TrainingJobStatus.COMPLETED, None, False
        if code is not None and code < 0:
            reason = f"killed by {signal_name(-code)}"
            from_outside = -code in SIGNALS_FROM_OUTSIDE
            if from_outside:
                reason += ", from outside or because memory ran out"
            return TrainingJobStatus.FAILED, reason, from_outside
        if told := read_log(running.failure_file):
            return TrainingJobStatus.FAILED, told, False
        lost = code == 255  # what the standard library says when its server is gone
        reason = f"ended with exit status {code}"
        return TrainingJobStatus.FAILED, reason, lost

    def _kill_orphans(self) -> None:
        """Kill what a training job left behind and this process has adopted."""
        server = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
        tracker = resource_tracker._resource_tracker._pid  # type: ignore[attr-defined]
        running = [each.process.pid for each in self._running.values()]  # if spawned
        kill_children({pid for pid in (server, tracker, *running) if pid})


def signal_name(number: int) -> str:
    """Return SIGSEGV for 11, and the number where there is no name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
