"""The joint surrogate: one model of a tuning job and of its parents."""

from collections.abc import Sequence

import numpy as np

from amt_magic.strategies.bayesian.fitting import plausible_kernels
from amt_magic.strategies.bayesian.gaussian_process import Posterior
from amt_magic.strategies.bayesian.kernel import Kernel
from amt_magic.strategies.bayesian.observations import Told
from amt_magic.strategies.bayesian.output import finite, standardised
from amt_magic.strategies.bayesian.surrogate import (
    MOST_FITTED,
    MOST_KERNELS,
    MOST_KNOWN,
    ROWS,
    Model,
    last_fit,
)
from amt_magic.strategies.bayesian.tasks import (
    TaskKernel,
    chances_of_correlations,
    drawn_evenly,
)
from amt_magic.strategies.bayesian.unit_cube import Array, UnitCube

OWN = 0.75  # share of the observations in a posterior that may be the job's own
GUIDES = 8  # points where parents did best


class JointSurrogate:
    """Gaussian processes of losses of the same ranges, in tasks that may be alike.

    Task 0 is the tuning job itself, the others are its parents. Each has its losses
    standardised on their own. Kernels and correlations of tasks are fitted at fixed
    numbers of the job's own observations, so that what is believed depends on these
    alone; its cost is bounded. `estimator`: a surrogate of scikit-optimize instead,
    which sees the tasks as features.

    Swersky, Snoek and Adams, Multi-Task Bayesian Optimization, NeurIPS (2013),
    section 3.1.
    """

    def __init__(
        self, cube: UnitCube, seed: int, estimator: str | None, parents: Sequence[Told]
    ) -> None:
        self._cube = cube
        self._seed = seed
        self._estimator = estimator
        self._parents = [
            Told(each.points, standardised(finite(each.losses))) for each in parents
        ]
        self._guides = self._where_parents_did_best()
        self._fits: dict[bytes, list[TaskKernel]] = {}

    def features(self, points: Array, task: int = 0) -> Array:
        """Return points of a task as beliefs take them."""
        tasks = np.zeros((len(points), 1 + len(self._parents)))
        tasks[:, task] = 1.0
        return np.hstack([self._cube.features(points), tasks])

    def model(self, points: Array, losses: Array) -> Model:
        """Return what is believed after these observations, if any.

        These are points to look around, shape (k, dimension), the job's own and
        those where its parents did best, and a belief for each plausible kernel.
        """
        tasks = self._tasks(points, losses)
        x, y = self._joined(tasks)
        guides = np.vstack([tasks[0].points, self._guides])
        if self._estimator:
            from amt_magic.strategies.bayesian.estimators import Estimate

            if not len(losses):  # to tell it how unlike the tasks are
                x[:, -len(tasks) :] = np.eye(len(tasks))[0]
            return guides, [Estimate.of(self._estimator, x, y, self._seed)]
        kernels = self._fitted(points, losses)
        return guides, [Posterior.of(kernel, x, y) for kernel in kernels]

    def _tasks(self, points: Array, losses: Array) -> list[Told]:
        """Return what counts: of each task its best and any others, as many as fit."""
        own = Told(points, standardised(losses) if len(losses) else losses)
        tasks = [self._part(own, int(OWN * MOST_KNOWN))]
        each = (MOST_KNOWN - len(tasks[0].points)) // len(self._parents)
        return tasks + [self._part(parent, each) for parent in self._parents]

    def _part(self, task: Told, most: int) -> Told:
        """Return half of it the best, half any."""
        n = len(task.losses)
        if n <= most:
            return task
        order = np.argsort(task.losses, kind="stable")
        generator = np.random.default_rng([self._seed, n])
        drawn = generator.permutation(order[most // 2 :])[: most - most // 2]
        return task.part(np.union1d(order[: most // 2], drawn))

    def _joined(self, tasks: Sequence[Told]) -> tuple[Array, Array]:
        """Return features and outputs of tasks, in their order."""
        features = [
            self.features(task.points, number) for number, task in enumerate(tasks)
        ]
        return np.vstack(features), np.concatenate([task.losses for task in tasks])

    def _fitted(self, points: Array, losses: Array) -> list[TaskKernel]:
        """Return kernels fitted to the observations of the latest fixed number."""
        count = last_fit(len(losses))
        points, losses = points[:count], losses[:count]
        key = points.tobytes() + losses.tobytes()
        if key not in self._fits:
            self._fits = {key: self._fit(self._tasks(points, losses))}
        return self._fits[key]

    def _fit(self, tasks: Sequence[Told]) -> list[TaskKernel]:
        """Fit kernels to tasks as if unlike one another, and then how alike they are.

        So a parent that misleads does not tell how far a loss tells of others.
        """
        rows = sum(len(task.losses) for task in tasks)
        count = min(MOST_KERNELS, max(1, ROWS // rows))
        few = [self._part(task, MOST_FITTED // len(tasks)) for task in tasks]
        kernels = self._kernels(few, count)
        correlations = np.ones((len(kernels), len(tasks)))
        for number, parent in enumerate(tasks[1:], 1):
            x, y = self._joined([tasks[0], parent])
            own = x[:, -len(tasks)] == 1
            columns = x[:, : -len(tasks)]
            chances = chances_of_correlations(kernels[0], columns, y, own)
            correlations[:, number] = drawn_evenly(chances, len(kernels))
        pairs = zip(kernels, correlations, strict=True)
        return [TaskKernel(kernel, each) for kernel, each in pairs]

    def _kernels(self, tasks: Sequence[Told], count: int) -> list[Kernel]:
        x, y = self._joined(tasks)
        columns, task = x[:, : -len(tasks)], x[:, -len(tasks) :]
        generator = np.random.default_rng([self._seed, len(y)])
        groups = self._cube.groups
        return plausible_kernels(columns, y, groups, count, generator, task @ task.T)

    def _where_parents_did_best(self) -> Array:
        each = max(1, GUIDES // len(self._parents))
        best = [
            parent.points[np.argsort(parent.losses, kind="stable")[:each]]
            for parent in self._parents
        ]
        return self._cube.snap(np.vstack(best))
