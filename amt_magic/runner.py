"""The detached process that runs one tuning job: `python -m amt_magic.runner NAME`.

Every training process imports this module once more, as the main module of its
parent: it imports almost nothing at its top, and the rest where it is used.
"""

import os
import sys
from pathlib import Path

DRY_RUN = "--dry-run"
RESERVE_BYTES = 16_384
KERNEL_SECONDS = 0.5  # between two looks whether a dry run's kernel is there
REQUEST = "request.json"  # the config of a dry run, in its folder


def main(name: str) -> None:
    """Detach, then run the tuning job to its end."""
    from amt_magic.store.folders import FOLDER_VARIABLE, RUNNER_LOG

    folder = Path(os.environ.pop(FOLDER_VARIABLE))
    _detach(folder / RUNNER_LOG)
    from amt_magic.errors import AmtError

    reserve = folder / "reserve"  # room for the last words on a full disk
    reserve.write_bytes(bytes(RESERVE_BYTES))
    try:
        run(name, folder)
    except AmtError as error:
        sys.exit(f"{type(error).__name__}: {error}")
    finally:
        reserve.unlink(missing_ok=True)


def run(name: str, folder: Path) -> None:
    """Run the tuning job: take the lease, read the history, tune, and end it."""
    from amt_magic.executors.local import LocalExecutor, start_fork_server
    from amt_magic.executors.logs import log_file, read_tail
    from amt_magic.executors.payload import read_manifest

    # first, since it imports the cell's modules while this process imports its own
    payload = read_manifest(folder)
    context = start_fork_server(payload.modules)
    import traceback

    from amt_magic.jobs import History
    from amt_magic.max_resource import epochs_in
    from amt_magic.replay import replays
    from amt_magic.stoppers import Stoppers
    from amt_magic.store.job_store import JobStore
    from amt_magic.store.job_writer import JobWriter
    from amt_magic.tuner import Tuner

    store = JobStore()
    row, config = store.row(name), store.record(name).config
    executor = LocalExecutor(config, folder, context, grace_seconds=row.grace_seconds)
    writer = JobWriter(store, name, lambda n: read_tail(log_file(folder, n)))
    history = History(config.objective, store.training_jobs(name))
    own_epochs = payload.epochs or epochs_in(config.static_hyperparameters)
    tuner = Tuner(
        config,
        executor,
        writer,
        history,
        name=row.name,
        seconds_run=row.seconds_run,
        own_epochs=own_epochs,
        ask=Stoppers(config, folder),
        parents=store.parents(name),
    )
    try:
        outcome = tuner.run()
    finally:
        executor.close()
    if tuner.error:
        traceback.print_exception(tuner.error)  # to the runner's log
    saved = []
    try:
        saved = replays(config, history.training_jobs)
    except Exception:  # it is no part of the tuning job, which has ended
        traceback.print_exc()
    writer.finish(outcome.status, outcome.reason, tuner.seconds_choosing, saved)


def try_once(folder: Path) -> None:
    """Run one training job at the centre of the ranges; print how it ended as JSON.

    On SIGTERM, or when the kernel is gone, it ends and leaves nothing.
    """
    import json
    import signal
    from contextlib import closing

    from amt_magic.executors import Assignment
    from amt_magic.executors.local import LocalExecutor, start_fork_server
    from amt_magic.executors.orphans import adopt_orphans
    from amt_magic.executors.payload import read_manifest
    from amt_magic.jobs import Ended
    from amt_magic.wire import config_from_request

    kernel = os.getppid()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    adopt_orphans()
    config = config_from_request(json.loads((folder / REQUEST).read_text()))
    context = start_fork_server(read_manifest(folder).modules)
    executor = LocalExecutor(config, folder, context, grace_seconds=0.0)
    centre = config.space.decode([0.5] * len(config.space))
    ended = None
    with closing(executor):
        executor.start(Assignment(index=1, name="dry-run", hyperparameters=centre))
        started = executor.now()
        while ended is None:
            if os.getppid() != kernel:
                sys.exit(1)
            told = executor.events(KERNEL_SECONDS)
            ended = next((event for event in told if isinstance(event, Ended)), None)
    answer = {
        "seconds": ended.time - started,
        "status": ended.status,
        "failure_reason": ended.failure_reason,
    }
    sys.stdout.write(json.dumps(answer))


def _detach(log: Path) -> None:
    """Become a process that nobody waits for, with a guardian as its parent.

    The guardian outlives this process and then kills what it left: the fork
    server would not end by itself, nor would what a training job daemonised.
    """
    if not hasattr(os, "fork"):
        return
    if os.fork():
        os._exit(0)
    os.setsid()
    _redirect(log)
    from amt_magic.executors.orphans import adopt_orphans, kill_children

    adopt_orphans()
    runner = os.fork()
    if runner:
        os.waitpid(runner, 0)
        kill_children(seconds=10.0)
        os._exit(0)
    adopt_orphans()


def _redirect(log: Path) -> None:
    """Send what this process prints to its log, and read nothing."""
    sys.stdout.flush()
    nothing = os.open(os.devnull, os.O_RDONLY)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for ours, standard in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(ours, standard)


if __name__ == "__main__":
    if sys.argv[1] == DRY_RUN:
        try_once(Path(sys.argv[2]))
    else:
        main(sys.argv[1])
