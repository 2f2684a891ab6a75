"""What the losses so far tell of gains to come, without a model.

A gain is a loss that is better than the best before it by 1 % of that, or by what
stands for it: see `completion.least_improvement`.
"""

import math
from bisect import insort
from collections.abc import Sequence
from itertools import pairwise

from amt_magic.completion import least_improvement
from amt_magic.jobs import History, ObjectiveStatus

LONG = 80  # losses without a gain: one comes, at 95 %, less often than every 27th
TAIL = 5  # distinct losses that tell how the best ones are spread
AHEAD = 1 / 3  # of the losses so far: how far ahead is looked
FEWEST = 30  # losses without a gain, before the tail is believed
UNLIKELY = 0.1
EQUAL = 1e-9  # share of the largest loss up to which two are the same


def losses_of(history: History) -> list[float]:
    """Return the losses of training jobs that succeeded, as they ended.

    Stopped ones have their latest.
    """
    done = [j for j in history.ended if j.objective_status == ObjectiveStatus.SUCCEEDED]
    done.sort(key=lambda job: (job.ended_at or 0.0, job.index))
    return [history.loss(job) for job in done]


def since_gain(losses: Sequence[float]) -> Sequence[float]:
    """Return what came after the last gain; the first loss is one."""
    ordered: list[float] = []
    last = 0
    for place, loss in enumerate(losses):
        if not ordered or (
            loss < ordered[0]
            and ordered[0] - loss >= least_improvement(ordered[0], ordered)
        ):
            last = place
        insort(ordered, loss)
    return losses[last + 1 :]


def has_long_been_without(losses: Sequence[float]) -> bool:
    """Tell whether there was no gain for so long that one is rare.

    After n failures without a success the chance of one is, at 95 %, below 3 / n:
    Hanley and Lippman-Hand, If Nothing Goes Wrong, Is Everything All Right?, JAMA
    249 (1983).
    """
    return len(since_gain(losses)) >= LONG


def draws_have_converged(losses: Sequence[float]) -> bool:
    """Tell whether a gain is unlikely in a third as many further random draws.

    Holds as well where many were stopped early: those are draws that were no gain.
    """
    if len(since_gain(losses)) < FEWEST:
        return False
    if len(set(losses)) <= TAIL:
        return has_long_been_without(losses)
    return AHEAD * gains_in_as_many(losses) < UNLIKELY


def gains_in_as_many(losses: Sequence[float]) -> float:
    """Return how many gains are to be expected of as many draws again.

    Of n draws k are below a threshold, the sixth smallest distinct loss. Distances
    below a threshold are generalised Pareto (Pickands, Statistical Inference Using
    Extreme Order Statistics, Annals of Statistics 3, 1975, theorem 7), here with shape
    0, the exponential: too few for another, and what is bounded thins out faster.
    Needs more than five distinct losses.
    """
    ordered = sorted(losses)
    distinct = sorted(set(losses))
    best, threshold = distinct[0], distinct[TAIL]
    distances = sum(threshold - loss for loss in distinct[:TAIL])
    goal = threshold - best + least_improvement(best, ordered)
    below = sum(loss < threshold for loss in losses)
    return below * math.exp(-TAIL * goal / distances)


def smallest_step(losses: Sequence[float]) -> float:
    """Return the least by which two losses differ; 0 where none do.

    Where losses are counts, of mistakes say, no gain is smaller.
    """
    distinct = sorted(set(losses))
    least = EQUAL * max(map(abs, distinct), default=0.0)
    steps = [b - a for a, b in pairwise(distinct)]
    return min((step for step in steps if step > least), default=0.0)
