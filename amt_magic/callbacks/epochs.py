"""Epochs of a loop that the user writes, as around scikit-learn's `partial_fit`."""

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar, overload

from amt_magic.callbacks.stop_request import is_stop_asked, listen

Item = TypeVar("Item")


class Epochs(Generic[Item]):
    """The epochs of a loop, which ends early once the tuner asks for a stop.

    >>> from amt_magic.callbacks import Epochs
    >>> for epoch in Epochs(3):
    ...     amt.report(accuracy=0.5 + epoch / 10)
    accuracy=0.5
    accuracy=0.6
    accuracy=0.7

    In a cell, around what trains by itself for an epoch:

        %%tune --maximize accuracy --strategy Hyperband --max-jobs 20
        alpha: Continuous(1e-6, 1e-1, "Logarithmic")

        import amt_magic as amt
        from amt_magic.callbacks import Epochs

        epochs = 27
        model = SGDClassifier(alpha=alpha)
        for epoch in Epochs(epochs):                      # 0 to 26
            model.partial_fit(X, y, classes=[0, 1])
            amt.report(accuracy=model.score(X_valid, y_valid))
        joblib.dump(model, f"{alpha}.joblib")             # after a stop as well

    The loop reports what it measures itself.

    Args:
        epochs: A number of epochs, counted from 0, or any iterable: `range(1, 28)`
            counts from 1.
    """

    @overload
    def __init__(self: "Epochs[int]", epochs: int) -> None: ...
    @overload
    def __init__(self, epochs: Iterable[Item]) -> None: ...
    def __init__(self, epochs: int | Iterable[Item]) -> None:
        self._epochs = epochs if isinstance(epochs, Iterable) else range(epochs)

    def __iter__(self) -> Iterator[Item]:
        """Yield one epoch after the other until a stop is asked for."""
        listen()
        for epoch in self._epochs:
            if is_stop_asked():
                return
            yield epoch  # type: ignore[misc]
