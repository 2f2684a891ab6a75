import copy
import math
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from amt_magic.errors import ValidationError
from amt_magic.ranges import (
    CategoricalParameter,
    ContinuousParameter,
    IntegerParameter,
    category_key,
)
from amt_magic.scaling import ScalingType
from amt_magic.space import ParameterRanges, configuration_key
from tests.generators import (
    LINEAR,
    LOGARITHMIC,
    any_ranges,
    categorical_ranges,
    continuous_ranges,
    integer_ranges,
    numeric_ranges,
    parameter_ranges,
)

units = st.floats(0, 1)
exact = 2**44  # up to here a logarithm tells neighbours apart
exact_integer_ranges = numeric_ranges(
    IntegerParameter, st.integers(-exact, exact), LINEAR
) | numeric_ranges(IntegerParameter, st.integers(1, exact), LOGARITHMIC)


def faults_of(build):
    with pytest.raises(ValidationError) as caught:
        build()
    return [str(fault) for fault in caught.value.faults]


def quantile(given, value):
    """The least number in [0, 1] that decodes to the value or more."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if given.decode(middle) >= value else (middle, high)
    return high


def shares(given):
    """The share of [0, 1] that each integer of the range owns."""
    values = range(given.min_value, given.max_value + 1)
    edges = [0.0, *(quantile(given, value) for value in values[1:]), 1.0]
    return dict(zip(values, np.diff(edges), strict=True))


@given(any_ranges, units)
def test_every_unit_decodes_into_the_range(given, unit):
    assert given.decode(unit) in given


@given(continuous_ranges | exact_integer_ranges | categorical_ranges)
def test_both_ends_of_the_unit_interval_are_reached(given):
    values = [given.decode(0.0), given.decode(1.0)]

    if isinstance(given, CategoricalParameter):
        assert values == [given.values[0], given.values[-1]]
    else:
        assert values == [given.min_value, given.max_value]


@given(any_ranges, units)
def test_encoding_stays_in_the_unit_interval(given, unit):
    assert 0 <= given.encode(given.decode(unit)) <= 1


@given(continuous_ranges, units)
def test_a_continuous_value_survives_encoding(given, unit):
    value = given.decode(unit)

    again = given.decode(given.encode(value))

    span = given.max_value / 2 - given.min_value / 2
    near = 0 if given.scaling == ScalingType.LOGARITHMIC else 1e-9 * span
    assert math.isclose(again, value, rel_tol=1e-9, abs_tol=near + 1e-300)


@given(exact_integer_ranges, units)
def test_an_integer_survives_encoding_exactly(given, unit):
    value = given.decode(unit)

    assert given.decode(given.encode(value)) == value


@given(categorical_ranges, st.data())
def test_a_category_survives_encoding_with_its_type(given, data):
    value = data.draw(st.sampled_from(given.values))

    again = given.decode(given.encode(value))

    assert category_key(again) == category_key(value)


@given(continuous_ranges | integer_ranges, units, units)
def test_decoding_keeps_the_order(given, one, other):
    assume(one <= other)

    assert given.decode(one) <= given.decode(other)


@pytest.mark.parametrize("bounds", [(1, 3), (-5, 5), (0, 9), (2**53 - 4, 2**53)])
def test_linear_integers_are_equally_likely_ends_included(bounds):
    owned = shares(IntegerParameter(*bounds, "Linear"))

    assert list(owned.values()) == pytest.approx([1 / len(owned)] * len(owned))


@pytest.mark.parametrize("bounds", [(1, 3), (1, 64), (100, 120)])
def test_logarithmic_integers_own_half_a_unit_to_both_sides(bounds):
    low, high = bounds

    owned = shares(IntegerParameter(low, high, "Logarithmic"))

    whole = math.log((high + 0.5) / (low - 0.5))
    expected = [math.log((v + 0.5) / (v - 0.5)) / whole for v in range(low, high + 1)]
    assert list(owned.values()) == pytest.approx(expected)


def test_categories_are_equally_likely():
    given = CategoricalParameter("a", "b", "c")

    counts = [given.decode(unit) for unit in (np.arange(300) + 0.5) / 300]

    assert [counts.count(value) for value in given.values] == [100, 100, 100]


@pytest.mark.parametrize(
    ("given", "half"),
    [
        (ContinuousParameter(0, 10, "Linear"), 5.0),
        (ContinuousParameter(1e-4, 1, "Logarithmic"), 1e-2),
        (ContinuousParameter(0, 0.99, "ReverseLogarithmic"), 0.9),
        (ContinuousParameter(0.9, 0.999, "ReverseLogarithmic"), 0.99),
        (IntegerParameter(0, 10, "Linear"), 5),
        (IntegerParameter(1, 10_000, "Logarithmic"), 71),  # √(0.5 · 10,000.5)
    ],
)
def test_the_middle_lies_where_the_scaling_puts_it(given, half):
    assert given.decode(0.5) == pytest.approx(half)


@pytest.mark.parametrize(
    ("given", "scaling"),
    [
        (ContinuousParameter(1, 100), "Logarithmic"),
        (ContinuousParameter(1, 99), "Linear"),
        (ContinuousParameter(0, 1000), "Linear"),
        (ContinuousParameter(-1, 1000), "Linear"),
        (ContinuousParameter(5e-324, 1.7e308), "Logarithmic"),
        (IntegerParameter(1, 100), "Logarithmic"),
        (IntegerParameter(2, 100), "Linear"),
        (ContinuousParameter(1, 100, "Linear"), "Linear"),
    ],
)
def test_auto_takes_a_logarithm_from_two_decades_on(given, scaling):
    assert given.scaling == scaling


def test_auto_is_shown_as_given_beside_the_scaling_in_force():
    assert ContinuousParameter(1, 100).scaling_type == "Auto"


@pytest.mark.parametrize(
    "given",
    [
        ContinuousParameter(-1.7e308, 1.7e308),
        ContinuousParameter(0, 5e-324),
        ContinuousParameter(5e-324, 1.7e308),
        ContinuousParameter(1e300, math.nextafter(1e300, math.inf), "Logarithmic"),
        ContinuousParameter(0, math.nextafter(1, 0), "ReverseLogarithmic"),
    ],
)
def test_extreme_bounds_neither_overflow_nor_divide_by_zero(given):
    for unit in (0, 0.3, 0.5, 1):
        value = given.decode(unit)

        assert value in given
        assert 0 <= given.encode(value) <= 1


def test_values_outside_are_encoded_at_the_nearest_end():
    given = IntegerParameter(1, 10)

    assert (given.encode(-5), given.encode(50)) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("given", "size"),
    [
        (ContinuousParameter(0, 1), math.inf),
        (IntegerParameter(3, 5), 3),
        (CategoricalParameter("a", "b"), 2),
    ],
)
def test_size_is_the_number_of_values(given, size):
    assert given.size == size


def test_membership_looks_at_types():
    assert 1 in ContinuousParameter(0, 1)
    assert True not in ContinuousParameter(0, 1)
    assert True not in IntegerParameter(0, 1)
    assert 1.0 not in IntegerParameter(0, 1)
    assert 1 not in CategoricalParameter(True, 1.0)
    assert "a" not in IntegerParameter(0, 1)


def test_bounds_are_plain_numbers_of_the_ranges_kind():
    continuous = ContinuousParameter(np.float32(0.5), np.int64(2))
    integer = IntegerParameter(np.int8(1), np.float64(3.0))

    assert repr((continuous.min_value, continuous.max_value)) == "(0.5, 2.0)"
    assert repr((integer.min_value, integer.max_value)) == "(1, 3)"


@pytest.mark.parametrize(
    ("given", "values"),
    [
        (CategoricalParameter("relu", "tanh"), ("relu", "tanh")),
        (CategoricalParameter(["relu", "tanh"]), ("relu", "tanh")),
        (CategoricalParameter("relu"), ("relu",)),
        (CategoricalParameter(None), (None,)),
        (CategoricalParameter(range(3)), (0, 1, 2)),
        (CategoricalParameter([(64, 32)]), ((64, 32),)),
        (CategoricalParameter(np.array([1, 2])), (1, 2)),
        (CategoricalParameter(np.array(["a", "b"])), ("a", "b")),
        (CategoricalParameter(pd.Series([0.5, 1.5])), (0.5, 1.5)),
        (CategoricalParameter(np.bool_(True), np.int64(1)), (True, 1)),
        (
            CategoricalParameter((np.int64(64), 32), (np.float64(1),)),
            ((64, 32), (1.0,)),
        ),
        (CategoricalParameter(1, 1.0, True, "1"), (1, 1.0, True, "1")),
    ],
)
def test_categories_are_kept_as_plain_values_of_their_types(given, values):
    assert repr(given.values) == repr(values)


def test_categories_differ_by_type():
    assert CategoricalParameter(1) != CategoricalParameter(True)
    assert CategoricalParameter(1) != CategoricalParameter(1.0)
    assert CategoricalParameter((1,)) != CategoricalParameter((1.0,))
    assert CategoricalParameter(1, "a") == CategoricalParameter([1, "a"])
    assert hash(CategoricalParameter(1, "a")) == hash(CategoricalParameter([1, "a"]))


@pytest.mark.parametrize(
    ("build", "faults"),
    [
        (
            lambda: ContinuousParameter(1, 0.1),
            ["min_value must be below max_value (got 1.0 and 0.1)"],
        ),
        (
            lambda: ContinuousParameter(1, 1),
            ["min_value must be below max_value (got 1.0 and 1.0)"],
        ),
        (
            lambda: ContinuousParameter("0", math.nan, "Log"),
            [
                "min_value must be a finite number (got '0')",
                "max_value must be a finite number (got nan)",
                "scaling_type must be one of Auto, Linear, Logarithmic, "
                "ReverseLogarithmic; did you mean Logarithmic? (got 'Log')",
            ],
        ),
        (
            lambda: ContinuousParameter(True, math.inf),
            [
                "min_value must be a finite number (got True)",
                "max_value must be a finite number (got inf)",
            ],
        ),
        (
            lambda: ContinuousParameter(0, 1, "Logarithmic"),
            ["min_value must be above 0 for Logarithmic (got 0.0)"],
        ),
        (
            lambda: ContinuousParameter(0, 1, "ReverseLogarithmic"),
            [
                "min_value and max_value must lie in 0 <= x < 1 for ReverseLogarithmic "
                "(got 0.0 and 1.0)"
            ],
        ),
        (
            lambda: IntegerParameter(0.5, 2**60),
            [
                "min_value must be an integer within ±2**53 (got 0.5)",
                f"max_value must be an integer within ±2**53 (got {2**60})",
            ],
        ),
        (
            lambda: IntegerParameter(1, 10, "ReverseLogarithmic"),
            [
                "scaling_type ReverseLogarithmic is for continuous ranges only; "
                "use Linear"
            ],
        ),
        (
            lambda: IntegerParameter(0, 10, "Logarithmic"),
            ["min_value must be above 0 for Logarithmic (got 0)"],
        ),
        (CategoricalParameter, ["values must not be empty"]),
        (lambda: CategoricalParameter([]), ["values must not be empty"]),
        (
            lambda: CategoricalParameter("a", 1, "a", 1.0, 1),
            ["values[2] is there twice (got 'a')", "values[4] is there twice (got 1)"],
        ),
        (
            lambda: CategoricalParameter("a", math.nan),
            [
                "values[1] must be None, a bool, a finite number, a string or a tuple "
                "of these (got nan); name it by a string and look it up in a dict"
            ],
        ),
    ],
)
def test_all_faults_of_a_range_come_at_once(build, faults):
    assert faults_of(build) == faults


def test_a_bound_that_no_float_can_hold_is_a_fault():
    (fault,) = faults_of(lambda: ContinuousParameter(0, 10**400))

    assert fault.startswith("max_value must be a finite number (got 1000")
    assert len(fault) < 300


@pytest.mark.parametrize("value", [{"a"}, {"a": 1}, max, object(), np.zeros((2, 2))])
def test_what_cannot_be_written_down_is_no_category(value):
    (fault,) = faults_of(lambda: CategoricalParameter("a", value))

    assert fault.startswith("values[1] must be None, a bool")


@given(parameter_ranges(), st.randoms(use_true_random=False))
def test_a_configuration_survives_encoding_by_name_and_place(ranges, random):
    point = [random.random() for _ in ranges]

    hyperparameters = ranges.decode(point)
    encoded = ranges.encode(hyperparameters)

    assert list(hyperparameters) == list(ranges)
    assert all(hyperparameters[name] in kind for name, kind in ranges.items())
    assert encoded == [
        ranges[name].encode(value) for name, value in hyperparameters.items()
    ]


def test_a_point_of_another_length_is_refused():
    ranges = ParameterRanges({"lr": ContinuousParameter(0, 1)})

    with pytest.raises(ValueError, match="zip"):
        ranges.decode([0.5, 0.5])


def test_combinations_are_every_configuration_once_in_order():
    ranges = ParameterRanges(
        {"a": CategoricalParameter("x", None), "b": IntegerParameter(1, 3)}
    )

    combinations = list(ranges.combinations())

    assert combinations[:3] == [
        {"a": "x", "b": 1},
        {"a": "x", "b": 2},
        {"a": "x", "b": 3},
    ]
    assert len(set(map(configuration_key, combinations))) == ranges.size == 6


def test_a_space_with_a_continuous_range_has_no_combinations():
    ranges = ParameterRanges({"lr": ContinuousParameter(0, 1)})

    assert ranges.size == math.inf
    with pytest.raises(TypeError):
        next(ranges.combinations())


def test_a_space_is_categorical_only_if_every_range_is():
    categorical = {"a": CategoricalParameter("x")}

    assert ParameterRanges(categorical).is_categorical
    assert not ParameterRanges(
        {**categorical, "b": IntegerParameter(1, 2)}
    ).is_categorical


def test_a_space_does_not_follow_changes_of_the_dict_it_was_made_from():
    given = {"a": CategoricalParameter("x")}
    ranges = ParameterRanges(given)

    given["b"] = CategoricalParameter("y")

    assert list(ranges) == ["a"]


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        ({}, ["must have at least one range"]),
        (None, ["must be a dict of name to range (got None)"]),
        (
            {1: CategoricalParameter("x"), "lr": 0.1, "": CategoricalParameter("x")},
            [
                "names of ranges must be strings (got 1)",
                "['lr'] must be Continuous(…), Integer(…) or Categorical(…) (got 0.1)",
                "a name must have 1 to 255 characters, without spaces at its ends "
                "(got '')",
            ],
        ),
    ],
)
def test_all_faults_of_a_space_come_at_once(given, faults):
    assert faults_of(lambda: ParameterRanges(given)) == faults


def test_configurations_differ_by_types_and_not_by_order():
    assert configuration_key({"a": 1, "b": 2}) == configuration_key({"b": 2, "a": 1})
    assert configuration_key({"a": 1}) != configuration_key({"a": True})


@given(parameter_ranges())
def test_a_space_survives_pickling_and_copying(ranges):
    assert pickle.loads(pickle.dumps(ranges)) == ranges
    assert copy.deepcopy(ranges) == ranges
