import base64
import io
import math
import subprocess
import sys
import warnings

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure
from PIL import Image

from amt_magic.config import Objective
from amt_magic.errors import ValidationError
from amt_magic.ranges import (
    CategoricalParameter,
    ContinuousParameter,
    IntegerParameter,
)
from amt_magic.space import ParameterRanges
from amt_magic.views.plots import (
    convergence_image,
    plot_convergence,
    plot_learning_curves,
    plot_parameters,
)
from amt_magic.views.summary import summarize

from .examples import (
    EXAMPLES,
    HOSTILE,
    RANGES,
    a_config,
    a_job,
    a_record,
    finished,
    hostile,
    many_jobs,
    wide,
)

MAXIMIZE = Objective(type="Maximize", metric_name="accuracy")


@pytest.fixture
def pyplot():
    with mpl.rc_context({"backend": "agg"}):
        from matplotlib import pyplot

        yield pyplot
        pyplot.close("all")


def axes(count=1):
    grid = Figure().subplots(1, count, squeeze=False)
    return list(grid.flat)


def points(ax, label):
    (line,) = (line for line in ax.lines if line.get_label() == label)
    return list(zip(*line.get_data(), strict=True))


def pixels(uri):
    png = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    with Image.open(io.BytesIO(png)) as image:
        return image.convert("RGBA")


def test_convergence_marks_training_jobs_by_status():
    jobs = [a_job(1, 0.2), a_job(2, 0.6, "Stopped"), a_job(3, 0.4, "InProgress")]

    ax = plot_convergence(summarize(a_record("InProgress"), jobs), axes()[0])

    assert points(ax, "Completed") == [(1, 0.2)]
    assert points(ax, "Stopped") == [(2, 0.6)]
    assert points(ax, "InProgress") == [(3, 0.4)]


def test_convergence_draws_in_the_axes_given_and_returns_them():
    (ax,) = axes()

    assert plot_convergence(finished(), ax) is ax
    assert ax.get_ylabel() == "accuracy"


def test_convergence_tells_what_lies_beyond_its_axis():
    jobs = [a_job(k, 0.9 + k / 100) for k in range(1, 9)] + [a_job(9, -1e9)]

    ax = plot_convergence(summarize(a_record(), jobs), axes()[0])

    assert "1 worse" in ax.get_xlabel()
    assert ax.get_ylim()[0] > 0.8


def test_losses_over_magnitudes_are_drawn_on_a_logarithmic_axis():
    assert plot_convergence(wide(), axes()[0]).get_yscale() == "log"


def test_the_target_is_a_line_across():
    config = a_config(target=0.75)

    ax = plot_convergence(
        summarize(a_record(config=config), [a_job(1, 0.5)]), axes()[0]
    )

    assert [0.75, 0.75] in [list(line.get_ydata()) for line in ax.lines]


def test_without_axes_pyplot_has_one_figure_to_show(pyplot):
    ax = plot_convergence(finished())

    assert pyplot.get_fignums() == [ax.figure.number]


def test_with_axes_pyplot_has_none(pyplot):
    plot_convergence(finished(), axes()[0])
    plot_learning_curves(many_jobs(5), MAXIMIZE, axes()[0])
    plot_parameters(finished(), ParameterRanges(RANGES), axes(3))

    assert pyplot.get_fignums() == []


def test_rungs_are_marked_and_told_once():
    ax = plot_learning_curves([], MAXIMIZE, axes()[0], rungs=[1, 3, 9])

    marked = [line.get_xdata()[0] for line in ax.lines]
    assert marked == [1, 3, 9]
    assert ax.get_legend_handles_labels()[1] == ["rung"]


def test_stopped_curves_are_dimmed():
    jobs = [a_job(1, [0.2, 0.3]), a_job(2, [0.1, 0.1], "Stopped"), a_job(3, [0.5, 0.9])]

    ax = plot_learning_curves(jobs, MAXIMIZE, axes()[0])

    completed, stopped = ax.collections
    assert stopped.get_alpha() < completed.get_alpha()


def test_learning_curves_have_a_line_for_each_training_job():
    jobs = [a_job(1, [0.1, 0.9]), a_job(2, [0.1, 0.2, 0.3]), a_job(3, [0.2])]

    ax = plot_learning_curves(jobs, MAXIMIZE, axes()[0])

    (others,) = ax.collections
    assert [len(path) for path in others.get_segments()] == [3, 1]
    assert points(ax, "best: training job 1") == [(1, 0.1), (2, 0.9)]


def test_a_curve_of_one_report_is_a_point():
    ax = plot_learning_curves([a_job(1, [0.2], "InProgress")], MAXIMIZE, axes()[0])

    assert [tuple(map(list, line.get_data())) for line in ax.lines] == [([1], [0.2])]


def test_no_reports_give_an_empty_plot():
    ax = plot_learning_curves([a_job(1, None)], MAXIMIZE, axes()[0])

    assert not ax.lines


def test_each_hyperparameter_has_its_own_scale():
    ranges = ParameterRanges(
        {
            "lr": ContinuousParameter(1e-4, 1e-1, "Logarithmic"),
            "momentum": ContinuousParameter(0.9, 0.999, "ReverseLogarithmic"),
            "depth": IntegerParameter(1, 9),
            "kernel": CategoricalParameter("rbf", None, (64, 32)),
        }
    )
    jobs = many_jobs(30, ranges=ranges)
    summary = summarize(a_record(config=a_config(ranges)), jobs)

    drawn = plot_parameters(summary, ranges, axes(4))

    assert [ax.get_xlabel() for ax in drawn] == list(ranges)
    assert [ax.get_xscale() for ax in drawn] == ["log", "function", "linear", "linear"]
    assert [t.get_text() for t in drawn[3].get_xticklabels()] == [
        "rbf",
        "None",
        "(64, 32)",
    ]
    assert [tuple(ax.get_xlim()) for ax in drawn[:3]] == [
        (1e-4, 1e-1),
        (0.9, 0.999),
        (1, 9),
    ]


def test_thirty_hyperparameters_have_thirty_axes(pyplot):
    ranges = {f"h{k}": ContinuousParameter(0, 1) for k in range(30)}
    config = a_config(ranges)

    drawn = plot_parameters(summarize(a_record(config=config), []), config.ranges)

    assert len(drawn) == len(pyplot.gcf().axes) == 30


def test_too_few_axes_are_refused():
    with pytest.raises(ValidationError, match=r"axes must be 3, .* \(got 2\)"):
        plot_parameters(finished(), ParameterRanges(RANGES), axes(2))


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_plot_can_be_drawn(name):
    summary = EXAMPLES[name]()
    figure = Figure()
    ax, other = figure.subplots(1, 2)

    plot_convergence(summary, ax)
    plot_learning_curves([], summary.objective, other)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(io.BytesIO())


def test_names_are_no_mathematics():
    ranges = ParameterRanges({"$\\frac$": CategoricalParameter("$\\alpha", "$x$")})
    jobs = [a_job(1, 0.5, hyperparameters={"$\\frac$": "$x$"})]
    objective = Objective(type="Maximize", metric_name="$\\frac$")
    config = a_config(ranges, objective=objective)
    figure = Figure()
    summary = summarize(a_record(config=config), jobs)

    plot_parameters(summary, ranges, [figure.subplots()])

    figure.savefig(io.BytesIO())  # parsing them as formulas would raise


def test_an_image_has_ink_for_light_and_dark_on_a_transparent_ground():
    image = pixels(convergence_image(finished()))

    colors = sorted(image.getcolors(), reverse=True)
    ground, ink = colors[0][1], [color for _, color in colors[1:] if color[3] > 250]
    assert ground[3] == 0
    assert ink
    for color in ink:
        lightness = sum(color[:3]) / 3
        assert 60 < lightness < 200, color


def test_an_image_shows_the_statuses_that_there_are():
    def has_orange(jobs):
        image = pixels(convergence_image(summarize(a_record(), jobs)))
        return any(
            red > 170 and 90 < green < 150 and blue < 60 and alpha > 240
            for _, (red, green, blue, alpha) in image.getcolors()
        )

    assert has_orange([a_job(1, 0.2), a_job(2, 0.6, "Stopped")])
    assert not has_orange([a_job(1, 0.2), a_job(2, 0.6)])


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_image_is_small(name):
    assert len(convergence_image(EXAMPLES[name]())) < 60_000


def test_the_image_of_ten_thousand_training_jobs_is_small():
    record = a_record(config=a_config(jobs=10_000))
    summary = summarize(record, many_jobs(10_000, resources=1))

    assert len(convergence_image(summary)) < 60_000


def test_the_image_does_not_depend_on_the_users_settings():
    before = convergence_image(finished())

    with mpl.rc_context(
        {"axes.facecolor": "red", "font.size": 30, "text.usetex": True}
    ):
        after = convergence_image(finished())
        assert mpl.rcParams["font.size"] == 30

    assert after == before


def test_characters_that_the_font_lacks_draw_without_a_warning():
    objective = Objective(type="Maximize", metric_name="\U0001f600 精度")
    config = a_config(objective=objective)
    summary = summarize(a_record(config=config), [a_job(1, 0.5)])

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        convergence_image(summary)


def test_the_image_is_drawn_without_pyplot():
    code = (
        "import sys\n"
        "from tests.views.examples import finished\n"
        "from amt_magic.views.plots import convergence_image\n"
        "convergence_image(finished(3))\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "False"


def test_labels_show_no_control_characters():
    ax = plot_convergence(hostile(), axes()[0])

    assert ax.get_ylabel().isprintable()
    assert HOSTILE not in ax.get_ylabel()


@pytest.mark.parametrize("direction", ["Maximize", "Minimize"])
@pytest.mark.parametrize(
    "values",
    [
        [1e300, -1e300, 1e308, -1e308, 5e-324, math.nan],
        [5e-324, 1e-300, 1.0, 1e300],
        [2e-100, 1.0, 1e200],
        [1e308],
    ],
)
def test_a_huge_range_of_values_can_be_drawn(direction, values):
    objective = Objective(type=direction, metric_name="score")
    record = a_record(config=a_config(objective=objective))
    jobs = [a_job(k, value) for k, value in enumerate(values, start=1)]

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = plot_convergence(summarize(record, jobs), axes()[0])
        ax.figure.savefig(io.BytesIO())

    assert all(map(math.isfinite, ax.get_ylim()))


def test_value_beyond_the_axis_is_drawn_at_its_edge(pyplot):
    jobs = [a_job(k, 0.5 + k / 100) for k in range(1, 30)]
    summary = summarize(a_record(), [*jobs, a_job(30, -1e9)])

    for ax in plot_parameters(summary, ParameterRanges(RANGES)):
        low, high = ax.get_ylim()
        heights = [y for line in ax.lines for y in line.get_ydata()]
        assert low > -1e6
        assert low <= min(heights) <= max(heights) <= high
