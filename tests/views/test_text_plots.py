import pytest
from hypothesis import given

from amt_magic.views.formats import columns
from amt_magic.views.summary import summarize
from amt_magic.views.text_plots import text_convergence

from .examples import EXAMPLES, a_job, a_record, any_summaries


def test_the_best_so_far_rises_in_steps():
    jobs = [a_job(1, 0.0), a_job(2, 0.5), a_job(3, 1.0)]

    lines = text_convergence(summarize(a_record(), jobs), 40)

    assert lines == [
        "accuracy by training job",
        "1.0 ┤           ●",
        "    │           │",
        "    │           │",
        "    │           │",
        "0.5 ┤      ●────┘",
        "    │      │",
        "    │      │",
        "    │      │",
        "0.0 ┤●─────┘",
        "    └────────────",
        "     1          3",
    ]


@given(any_summaries())
def test_any_tuning_job_fits_into_twelve_lines(summary):
    lines = text_convergence(summary, 100)

    assert len(lines) == 12
    assert all(columns(line) <= 100 for line in lines)


@pytest.mark.parametrize("width", [40, 80])
def test_the_plot_keeps_to_the_width(width):
    lines = text_convergence(EXAMPLES["thousand"](), width)

    assert max(map(len, lines)) <= width
