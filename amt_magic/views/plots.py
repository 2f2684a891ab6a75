"""Matplotlib plots, a small drawer each. Names are never read as mathematics."""

import base64
import io
import math
import warnings
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from amt_magic.checks import Faults
from amt_magic.config import Objective
from amt_magic.jobs import TrainingJob
from amt_magic.ranges import (
    AnyRange,
    CategoricalParameter,
)
from amt_magic.scaling import ScalingType
from amt_magic.space import ParameterRanges
from amt_magic.views.formats import hyperparameter, number, visible
from amt_magic.views.limits import TARGET
from amt_magic.views.plot_data import (
    Axis,
    LearningCurve,
    Mark,
    convergence,
    learning_curves,
    parameter_marks,
    value_axis,
)
from amt_magic.views.summary import TuningJobSummary

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK = "#808690"  # reads on white and on black, as do the colours
COLORS = {
    "Completed": "#12946d",
    "Stopped": "#c07a10",
    "Failed": "#d9541e",
    "InProgress": "#2f7fd6",
}
MARKERS = {"Completed": "o", "Stopped": "s", "Failed": "x", "InProgress": "o"}
SIZES = {"Completed": 4, "Stopped": 3.5, "Failed": 4.5, "InProgress": 4}
MARGIN = 0.08  # of an axis, beyond its ends
CROWDED = 150  # marks, from which they are drawn smaller
LEGEND: dict[str, Any] = {  # one line above the axes
    "loc": "lower right",
    "bbox_to_anchor": (1, 1),
    "ncols": 5,
    "frameon": False,
    "fontsize": "small",
    "borderaxespad": 0.2,
    "columnspacing": 1,
    "handlelength": 1.2,
    "handletextpad": 0.2,
}
PLAIN: dict[str, Any] = {"parse_math": False, "usetex": False}  # for users' texts


def plot_convergence(summary: TuningJobSummary, ax: "Axes | None" = None) -> "Axes":
    """Draw the objective by training job, and the best so far."""
    data = convergence(summary)
    ax = _new_axes(1)[0] if ax is None else ax
    if data.line:
        xs, ys = zip(*data.line, strict=True)
        ax.step(xs, ys, where="post", color=COLORS["Completed"], linewidth=1.4)
    _draw_marks(ax, data.marks)
    if summary.best is not None:
        position, value = summary.best.index, cast(float, summary.best.value)
        ax.plot(position, value, "o", markersize=9, mfc="none", color=INK)
    for limit in summary.limits:
        if limit.what == TARGET:
            ax.axhline(limit.limit, color=INK, linewidth=0.8, linestyle=(0, (3, 4)))
    beyond = f" ({data.beyond:,} worse than this axis reaches)" if data.beyond else ""
    ax.set_xlabel(f"training job{beyond}")
    _set_whole_axis(ax, 0.5, max(data.last_index, 2) + 0.5)
    _set_value_axis(ax, data.axis, summary.objective)
    _draw_legend(ax)
    return ax


def plot_learning_curves(
    training_jobs: Iterable[TrainingJob],
    objective: Objective,
    ax: "Axes | None" = None,
    *,
    rungs: Sequence[int] = (),
) -> "Axes":
    """Draw the objective by resource, a line for each training job.

    Those that were stopped are dimmed; `rungs` are marked.
    """
    curves = learning_curves(training_jobs, objective)
    ax = _new_axes(1)[0] if ax is None else ax
    for k, rung in enumerate(rungs):
        label = None if k else "rung"
        ax.axvline(rung, color=INK, linewidth=1, linestyle=(0, (1, 2)), label=label)
    for status in COLORS:
        _draw_curves(ax, [c for c in curves if c.status == status and not c.is_best])
    for curve in curves[-1:]:
        if curve.is_best:
            label = f"best: training job {curve.number}"
            xs, ys = zip(*curve.points, strict=True)
            ax.plot(xs, ys, ".-", color="C0", linewidth=2, label=label)
    values = [value for curve in curves for _, value in curve.points]
    last = max((curve.points[-1][0] for curve in curves), default=1)
    ax.set_xlabel("report")
    _set_whole_axis(ax, 0.9, max(last, 2) + 0.1)
    _set_value_axis(ax, value_axis(values, objective), objective)
    _draw_legend(ax)
    return ax


def plot_parameters(
    summary: TuningJobSummary,
    ranges: ParameterRanges,
    axes: "Sequence[Axes] | None" = None,
) -> "list[Axes]":
    """Draw the objective against each hyperparameter, on its own scale.

    `axes`: one for each hyperparameter, in the order of `ranges`.
    """
    axes = _new_axes(len(ranges)) if axes is None else list(axes)
    faults = Faults()
    rule = f"must be {len(ranges)}, one for each hyperparameter"
    faults.check(len(axes) == len(ranges), "axes", rule, len(axes))
    faults.raise_if_any()
    axis = value_axis((row.value for row in summary.rows), summary.objective)
    for ax, (name, given) in zip(axes, ranges.items(), strict=True):
        marks = parameter_marks(summary.rows, name, given)
        _draw_marks(ax, [mark._replace(value=axis.pin(mark.value)) for mark in marks])
        _set_scale(ax, given)
        _set_value_axis(ax, axis, summary.objective)
        ax.set_xlabel(visible(name, 40), **PLAIN)
    return axes


def convergence_image(summary: TuningJobSummary) -> str:
    """Draw the convergence plot as a data URI that reads on light and on dark."""
    import matplotlib.style
    from matplotlib.figure import Figure

    png = io.BytesIO()
    with matplotlib.style.context("default"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # characters that the font has not
        figure = Figure(figsize=(6.4, 2.2), layout="constrained")
        ax = figure.subplots()
        plot_convergence(summary, ax)
        _draw_in_grey(ax)
        figure.savefig(png, format="png", dpi=200, transparent=True)
    return "data:image/png;base64," + base64.b64encode(_few_colors(png)).decode("ascii")


def _few_colors(png: io.BytesIO) -> bytes:
    """Return the image with a palette: a third of the bytes."""
    from PIL import Image

    with Image.open(png) as image:
        drawn = image.quantize(48, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    smaller = io.BytesIO()
    drawn.save(smaller, "PNG")
    return smaller.getvalue()


def _new_axes(count: int) -> "list[Axes]":
    """Make a figure of `count` axes, four in a row; pyplot shows it once."""
    from matplotlib import pyplot

    across = min(count, 4)
    down = math.ceil(count / across)
    size = (6.4, 3.2) if count == 1 else (3 * across, 2.4 * down)
    figure, grid = pyplot.subplots(
        down, across, figsize=size, layout="constrained", squeeze=False
    )
    axes = list(grid.flat)
    for spare in axes[count:]:
        figure.delaxes(spare)
    return axes[:count]


def _draw_marks(ax: "Axes", marks: Sequence[Mark]) -> None:
    shrunk = 0.7 if len(marks) > CROWDED else 1.0
    for status, color in COLORS.items():
        positions = [mark.position for mark in marks if mark.status == status]
        values = [mark.value for mark in marks if mark.status == status]
        if positions:
            size = shrunk * SIZES[status]
            face = "none" if status == "InProgress" else color
            style: dict[str, Any] = {
                "color": color,
                "mfc": face,
                "label": status,
                "clip_on": False,
            }
            ax.plot(positions, values, MARKERS[status], markersize=size, **style)


def _draw_curves(ax: "Axes", curves: Sequence[LearningCurve]) -> None:
    """Draw the curves of one status; those of one value as a point."""
    from matplotlib.collections import LineCollection

    if not curves:
        return
    status = curves[0].status
    alpha = 0.45 if status == "Stopped" else 0.7
    style: dict[str, Any] = {"color": COLORS[status], "alpha": alpha}
    lines = LineCollection([curve.points for curve in curves], label=status, **style)
    ax.add_collection(lines)
    for curve in curves:
        if len(curve.points) == 1:
            ax.plot(*curve.points[0], ".", **style)


def _set_whole_axis(ax: "Axes", low: float, high: float) -> None:
    from matplotlib.ticker import MaxNLocator

    ax.set_xlim(low, high)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def _set_value_axis(ax: "Axes", axis: Axis, objective: Objective) -> None:
    if axis.is_logarithmic:
        margin = (axis.high / axis.low) ** MARGIN
        ax.set_yscale("log")
        ax.set_ylim(axis.low / margin, axis.high * margin)
    else:
        margin = MARGIN * (axis.high - axis.low)
        ax.set_ylim(axis.low - margin, axis.high + margin)
    ax.set_ylabel(visible(objective.metric_name, 24), **PLAIN)
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", alpha=0.25)


def _set_scale(ax: "Axes", given: AnyRange) -> None:
    if isinstance(given, CategoricalParameter):
        labels = [hyperparameter(value, 12) for value in given.values]
        ax.set_xticks(range(len(labels)), labels, **PLAIN)
        ax.set_xlim(-0.5, len(labels) - 0.5)
        return
    if given.scaling == ScalingType.LOGARITHMIC:
        ax.set_xscale("log")
    elif given.scaling == ScalingType.REVERSE_LOGARITHMIC:
        ax.set_xscale("function", functions=(_reverse_log, _undo_reverse_log))
    if given.scaling != ScalingType.LINEAR:
        ticks = [given.decode(unit) for unit in (0.0, 0.5, 1.0)]
        ax.set_xticks(ticks, [number(tick, 3) for tick in ticks])
        ax.set_xticks([], minor=True)
    ax.set_xlim(given.min_value, given.max_value)


def _reverse_log(values: Any) -> Any:
    import numpy

    return -numpy.log1p(-numpy.clip(values, None, 1 - 1e-16))


def _undo_reverse_log(values: Any) -> Any:
    import numpy

    return -numpy.expm1(-values)


def _draw_legend(ax: "Axes") -> None:
    if ax.get_legend_handles_labels()[0]:
        ax.legend(**LEGEND)


def _draw_in_grey(ax: "Axes") -> None:
    ax.tick_params(colors=INK, which="both")
    ax.grid(axis="y", color=INK, alpha=0.25)
    texts = [ax.xaxis.label, ax.yaxis.label]
    if legend := ax.get_legend():
        texts += legend.get_texts()
    for text in texts:
        text.set_color(INK)
    for spine in ax.spines.values():
        spine.set_edgecolor(INK)
