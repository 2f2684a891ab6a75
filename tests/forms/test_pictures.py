import base64
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given

from amt_magic.forms.pictures import DRAWS, WIDTH, picture
from amt_magic.ranges import (
    CategoricalParameter,
    ContinuousParameter,
    IntegerParameter,
)
from tests.generators import any_ranges


def svg_of(image):
    data = re.search('base64,([^"]+)', image)[1]
    return ElementTree.fromstring(base64.b64decode(data))


def places_of_draws(image):
    paths = [p.attrib for p in svg_of(image) if p.get("opacity") == "0.8"]
    return [float(re.match(r"M([\d.]+)", path["d"])[1]) for path in paths]


@given(any_ranges)
def test_any_range_has_a_picture_with_its_draws_inside(value):
    places = places_of_draws(picture(value))

    assert 1 <= len(places) <= DRAWS
    assert all(0 < place < WIDTH for place in places)


def test_an_integer_range_shows_its_integers_only():
    assert len(places_of_draws(picture(IntegerParameter(1, 3)))) == 3


@pytest.mark.parametrize(
    ("value", "ticks"),
    [
        (ContinuousParameter(0, 1), 5),
        (ContinuousParameter(1, 100, "Logarithmic"), 2 + 17),
        (ContinuousParameter(0.9, 0.999, "ReverseLogarithmic"), 2 + 1),
        (CategoricalParameter("a", "b", "c"), 4),
    ],
)
def test_ticks_are_those_of_the_scale(value, ticks):
    assert len(svg_of(picture(value))) - 1 - DRAWS == ticks


def test_words_list_the_draws_and_cannot_be_html():
    image = picture(CategoricalParameter('<img src="x">', "b"))

    assert "<img" not in image[4:]
    assert 'alt="20 draws: &#x27;&lt;img' in image
