"""Which earlier tuning jobs may be parents: each restriction, and what it says."""

import pytest

import amt_magic as amt
from amt_magic.jobs import TuningJobRecord
from amt_magic.warm_start import (
    changes,
    check_parents,
    check_strategy,
    differences,
    with_constants,
)

RANGES = {"lr": amt.Continuous(1e-4, 1.0), "kind": amt.Categorical("red", "blue")}


def config(**changed):
    given = {
        "strategy": "Random",
        "objective": amt.Objective(type="Minimize", metric_name="loss"),
        "ranges": RANGES,
    }
    return amt.TuningJobConfig(**given | changed)


def child(*parents, **changed):
    warm_start = amt.WarmStart(parents=parents, type="TransferLearning")
    return config(warm_start=warm_start, **changed)


def record(name="old", status="Completed", interrupted=False, **changed):
    return TuningJobRecord(
        name=name,
        config=config(**changed),
        status=amt.TuningJobStatus(status),
        created_at=0.0,
        modified_at=0.0,
        is_interrupted=interrupted,
    )


def told(parent, config):
    return [str(fault) for fault in differences(parent, config)]


@pytest.mark.parametrize("status", ["Completed", "Stopped", "Failed"])
def test_ended_parent_with_the_same_hyperparameters_fits(status):
    assert told(record(status=status), config()) == []


def test_interrupted_parent_counts_as_stopped():
    assert told(record(status="InProgress", interrupted=True), config()) == []


@pytest.mark.parametrize("status", ["InProgress", "Stopping"])
def test_running_parent_is_refused(status):
    assert told(record(status=status), config()) == [
        f"parent 'old' must have ended (got '{status}'); %tune wait old, or %tune "
        "stop old"
    ]


@pytest.mark.parametrize(
    ("type", "name"), [("Maximize", "loss"), ("Minimize", "error")]
)
def test_another_objective_is_refused(type, name):
    objective = amt.Objective(type=type, metric_name=name)

    assert told(record(objective=objective), config()) == [
        f"parent 'old' must minimize 'loss' too (got '{type} {name}')"
    ]


def test_ranges_limits_and_strategy_may_change():
    parent = record(
        strategy="Bayesian",
        ranges=RANGES | {"lr": amt.Continuous(0.5, 2.0, "Logarithmic")},
        resource_limits=amt.ResourceLimits(max_parallel_training_jobs=4),
    )

    assert told(parent, config()) == []


def test_names_must_be_the_same_set_whatever_is_tuned():
    parent = record(ranges={"lr": RANGES["lr"], "depth": amt.Integer(1, 3)})

    assert told(parent, config()) == [
        "parent 'old' must have the same hyperparameters, tuned and static ones "
        "together: it lacks kind and it has depth besides; what is no longer tuned may "
        "be static: give it a constant"
    ]
    assert (
        told(
            parent,
            config(ranges={"lr": RANGES["lr"]}, static_hyperparameters={"depth": 3}),
        )
        == []
    )


def test_a_hyperparameter_may_become_tuned():
    parent = record(ranges={"lr": RANGES["lr"]}, static_hyperparameters={"kind": "red"})

    assert told(parent, config()) == []


def test_another_kind_is_refused():
    parent = record(ranges=RANGES | {"lr": amt.Integer(1, 3)})

    assert told(parent, config()) == [
        "parent 'old' must have 'lr' as continuous, and has it as integer"
    ]


def test_changes_are_counted_as_in_the_guide():
    tuned = config()
    red = config(ranges={"lr": RANGES["lr"]}, static_hyperparameters={"kind": "red"})
    blue = red.evolve(static_hyperparameters={"kind": "blue"})
    fixed = config(ranges={"kind": RANGES["kind"]}, static_hyperparameters={"lr": 0.1})
    other = fixed.evolve(static_hyperparameters={"lr": 0.2})

    assert list(changes(tuned, red)) == [("kind", 2)]
    assert list(changes(red, blue)) == [("kind", 2)]
    assert list(changes(red, tuned)) == []
    assert list(changes(red, red)) == []
    assert list(changes(tuned, fixed)) == [("lr", 1)]
    assert list(changes(fixed, other)) == [("lr", 1)]


@pytest.mark.parametrize(("categories", "count"), [(10, 10), (11, 11)])
def test_more_than_ten_changes_are_refused(categories, count):
    many = amt.Categorical(range(categories))
    parent = record(ranges={"lr": RANGES["lr"], "many": many})
    now = config(ranges={"lr": RANGES["lr"]}, static_hyperparameters={"many": 3})

    faults = told(parent, now)

    if count <= 10:
        assert faults == []
    else:
        assert faults == [
            "parent 'old' may differ by 10 changes at most, and has 11: many (11)"
        ]


def test_every_difference_of_every_parent_is_told_at_once():
    known = [
        record(
            "a",
            status="InProgress",
            objective=amt.Objective(type="Minimize", metric_name="error"),
        ),
        record("b", ranges={"lr": amt.Integer(1, 2)}),
    ]

    with pytest.raises(amt.ValidationError) as caught:
        check_parents(child("a", "b", "gone", "Me"), "me", known)

    fields = [fault.field for fault in caught.value.faults]
    assert fields == ["parent 'a'"] * 2 + ["parent 'b'"] * 2 + [
        "parent 'gone'",
        "parent 'Me'",
    ]
    assert "is not in the store" in str(caught.value)
    assert "is the tuning job itself" in str(caught.value)


def test_parents_are_found_whatever_their_capitals():
    check_parents(child("OLD"), "new", [record("Old")])


def test_constant_in_the_code_is_a_static_hyperparameter_of_its_parents():
    known = [record(ranges=RANGES | {"depth": amt.Integer(1, 9)})]
    constants = {"depth": 3, "epochs": 27, "lr": 1.0}

    found = with_constants(child("old"), known, constants)

    assert found.static_hyperparameters == {"depth": 3}
    assert differences(known[0], found) == []


def test_constant_that_json_cannot_hold_is_none():
    known = [record(ranges=RANGES | {"depth": amt.Integer(1, 9)})]

    found = with_constants(child("old"), known, {"depth": object()})

    assert found.static_hyperparameters == {}


@pytest.mark.parametrize("parents", [(), tuple("abcdef"), ("a", "A"), ("no name",)])
def test_a_warm_start_has_one_to_five_different_names(parents):
    with pytest.raises(amt.ValidationError):
        amt.WarmStart(parents=parents, type="TransferLearning")


@pytest.mark.parametrize(
    ("strategy", "why"),
    [
        ("Hyperband", "draws at random and compares training jobs of its own"),
        ("Grid", "runs every combination whatever is known"),
    ],
)
def test_warm_start_is_refused_where_nothing_learns_from_it(strategy, why):
    asked = child("old", strategy=strategy, ranges={"kind": RANGES["kind"]})

    with pytest.raises(amt.ValidationError) as caught:
        check_strategy(asked)

    assert str(caught.value) == (
        f"warm start is of no use to {strategy}, which {why} (got 'old'); leave it "
        "out, or take Bayesian or Random"
    )
    check_strategy(asked.evolve(warm_start=None))
    check_strategy(child("old"))
