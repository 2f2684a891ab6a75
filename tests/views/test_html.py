import base64
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given

from amt_magic.config import Objective
from amt_magic.ranges import (
    CategoricalParameter,
)
from amt_magic.views.html import render_html
from amt_magic.views.summary import summarize

from .examples import (
    EXAMPLES,
    a_config,
    a_job,
    a_record,
    any_summaries,
    finished,
    hostile,
    interrupted,
    many_jobs,
    wide,
)

VOID = {"img"}
ALLOWED = {  # elements that JupyterLab leaves in untrusted notebooks, and <style>
    *("b", "bdi", "div", "img", "pre", "span", "style"),
    *("table", "tbody", "td", "th", "thead", "tr"),
}


class Page(HTMLParser):
    """What a browser would find: elements with their attributes, and the texts."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.texts, self.open = [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def rows_of(html):
    return [
        [re.sub("<[^>]*>", "", cell) for cell in re.findall("<td.*?</td>", row)]
        for row in re.findall("<tr.*?</tr>", html.split("<tbody>")[1])
    ]


def test_the_root_names_the_job_and_its_status():
    page = Page(render_html(interrupted()))

    tag, attributes = page.elements[0]
    assert tag == "div"
    assert "amt-summary" in attributes["class"].split()
    assert attributes["data-name"] == "churn"
    assert attributes["data-status"] == "interrupted"


def test_rows_are_best_first_with_all_their_columns():
    summary = finished(20)

    rows = rows_of(render_html(summary))

    assert [int(row[0]) for row in rows] == [row.index for row in summary.rows]
    assert rows[0] == [
        *("2", "0.9833", "● Completed", "18.2"),
        *("0.003329", "17", "relu", "27", ""),
    ]


def test_the_plot_is_an_image_with_its_data_and_words():
    (image,) = Page(render_html(finished())).all("img")

    assert base64.b64decode(image["src"].split(",")[1]).startswith(b"\x89PNG")
    assert image["src"].startswith("data:image/png;base64,")
    assert image["alt"] == (
        "accuracy by training job; best: accuracy 0.98331, training job 2"
    )


def test_the_plot_can_be_left_out():
    assert Page(render_html(finished(), plot=False)).all("img") == []


def test_the_best_hyperparameters_are_there_in_full():
    assert finished().best_as_code in Page(render_html(finished())).texts


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_element_is_closed_and_survives_the_sanitiser(name):
    page = Page(render_html(EXAMPLES[name](), plot=False))

    assert page.open == []
    assert {tag for tag, _ in page.elements} <= ALLOWED
    assert not any(
        key.startswith("on") for _, attributes in page.elements for key in attributes
    )


def test_nothing_from_users_becomes_an_element():
    html = render_html(hostile(), plot=False)

    assert "<script" not in html
    assert "onerror" in "".join(Page(html).texts)
    assert Page(html).all("img") == []
    assert html.encode()
    assert "\u202e" not in html
    assert "\x1b" not in html


def test_names_with_dollars_are_no_formulas():
    (root, *_) = Page(render_html(hostile(), plot=False)).all("div")

    assert "tex2jax_ignore" in root["class"].split()


@given(any_summaries())
def test_any_tuning_job_is_well_formed(summary):
    html = render_html(summary, plot=False)

    page = Page(html)
    assert page.open == []
    assert {tag for tag, _ in page.elements} <= ALLOWED
    assert (
        html.replace("\n", "").replace("\u2002", "").replace("\xa0", "").isprintable()
    )


@pytest.mark.parametrize("count", [1000, 10_000])
def test_many_training_jobs_stay_under_150_kilobytes(count):
    record = a_record(config=a_config(jobs=count))
    summary = summarize(record, many_jobs(count, resources=1))

    html = render_html(summary)

    assert len(html.encode()) < 80_000
    assert f"{count - 100:,} more training jobs: job.dataframe()" in html


def test_wide_tables_are_cut_by_size_and_say_so():
    html = render_html(wide(1000))

    shown = len(rows_of(html))
    assert len(html.encode()) < 150_000
    assert f"{1000 - shown} more training jobs: job.dataframe()" in html


def test_long_texts_of_users_stay_under_150_kilobytes():
    long = '"' * 2500
    ranges = {f"{k}{long[:200]}": CategoricalParameter(long, "x") for k in range(30)}
    given_ranges = dict.fromkeys(ranges, long)
    reasons = [f"{k} {long}" for k in range(1000)]
    jobs = [
        a_job(k, 0.5, hyperparameters=given_ranges, stop_reason=long)
        if k % 2
        else a_job(k, None, "Failed", hyperparameters=given_ranges, failure_reason=why)
        for k, why in enumerate(reasons, start=1)
    ]
    record = a_record(config=a_config(ranges), completion_reason=long)

    html = render_html(summarize(record, jobs))

    assert len(html.encode()) < 150_000
    assert "more causes" in html


def test_a_right_to_left_name_does_not_turn_what_follows():
    config = a_config(objective=Objective(type="Maximize", metric_name="דיוק"))

    html = render_html(summarize(a_record(config=config), []))

    assert "<bdi>maximize דיוק</bdi>" in html
