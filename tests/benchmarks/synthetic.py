"""Losses by formula: three test functions, and two caricatures of a training job."""

import math

import numpy as np

HARTMANN_WEIGHTS = np.array([1.0, 1.2, 3.0, 3.2])
HARTMANN_SCALES = np.array(
    [
        [10, 3, 17, 3.5, 1.7, 8],
        [0.05, 10, 17, 0.1, 8, 14],
        [3, 3.5, 1.7, 10, 17, 8],
        [17, 8, 0.05, 10, 0.1, 14],
    ]
)
HARTMANN_CENTRES = 1e-4 * np.array(
    [
        [1312, 1696, 5569, 124, 8283, 5886],
        [2329, 4135, 8307, 3736, 1004, 9991],
        [2348, 1451, 3522, 2883, 3047, 6650],
        [4047, 8828, 8732, 5743, 1091, 381],
    ]
)
ACKLEY_SHIFT = 1.7
OPTIMIZERS = {  # best learning rate, and what is lost against the best optimizer
    "sgd": (0.1, 0.30),
    "adam": (2e-3, 0.0),
    "rmsprop": (5e-3, 0.12),
    "adagrad": (3e-2, 0.2),
}
SCALERS = {"none": 0.1, "minmax": 0.03, "standard": 0.0}


def hartmann(**coordinates: float) -> float:
    distances = HARTMANN_SCALES * (_vector(coordinates) - HARTMANN_CENTRES) ** 2
    return -float(HARTMANN_WEIGHTS @ np.exp(-np.sum(distances, axis=1)))


def ackley(**coordinates: float) -> float:
    x = _vector(coordinates) - ACKLEY_SHIFT
    valley = -20 * np.exp(-0.2 * np.sqrt(np.mean(x**2)))
    return float(valley - np.exp(np.mean(np.cos(2 * np.pi * x))) + 20 + np.e)


def levy(**coordinates: float) -> float:
    w = 1 + (_vector(coordinates) - 1) / 4
    first, inner, last = w[0], w[:-1], w[-1]
    waves = (inner - 1) ** 2 * (1 + 10 * np.sin(np.pi * inner + 1) ** 2)
    end = (last - 1) ** 2 * (1 + np.sin(2 * np.pi * last) ** 2)
    return float(np.sin(np.pi * first) ** 2 + np.sum(waves) + end)


def _vector(coordinates: dict[str, float]) -> np.ndarray:
    return np.array([coordinates[f"x{place}"] for place in range(len(coordinates))])


def network(
    *, optimizer: str, lr: float, layers: int, act: str, wd: float, dropout: float
) -> float:
    """Return what a network might lose: each hyperparameter counts, two interact."""
    best_rate, lost = OPTIMIZERS[optimizer]
    rate = math.log10(lr) - math.log10(best_rate)
    depth = (layers - 6) / 4
    activations = {
        "relu": 0.0,
        "tanh": 0.15 + 0.1 * depth,
        "gelu": 0.02 - 0.05 * depth,
    }
    decay = math.log10(wd) + 4
    return (
        0.3
        + lost
        + activations[act]
        + 0.25 * rate**2 / (1 + 0.3 * rate**2)
        + 0.15 * depth**2
        + 0.03 * decay**2
        + 0.6 * (dropout - 0.25 - 0.1 * depth) ** 2
        + 0.1 * depth * rate
    )


def kernel_machine(
    *,
    kernel: str,
    C: float,  # noqa: N803  scikit-learn's name
    gamma: float,
    degree: int,
    shrinking: bool,
    scaler: str,
) -> float:
    """Return a loss in which the kernel decides what else counts."""
    if kernel == "rbf":
        width = 0.1 * (math.log10(gamma) + 2.3) ** 2
        loss = 0.10 + width + 0.05 * (math.log10(C) - 1.2) ** 2
    elif kernel == "poly":
        loss = 0.16 + 0.06 * (degree - 3) ** 2 + 0.04 * (math.log10(C) + 0.5) ** 2
    elif kernel == "sigmoid":
        loss = 0.35 + 0.08 * (math.log10(gamma) + 3) ** 2
    else:
        loss = 0.28 + 0.03 * (math.log10(C) + 1) ** 2
    return loss + (0.0 if shrinking else 0.01) + SCALERS[scaler]
