"""What no tuning job can be made of is refused before it is."""

import pytest

import amt_magic as amt


def simulate(strategy, warm_start):
    config = amt.TuningJobConfig(
        strategy=strategy,
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges={"x": amt.Categorical(1, 2)},
        strategy_config=amt.HyperbandStrategyConfig(max_resource=3),
        warm_start=warm_start,
    )
    return amt.simulate(config, lambda h: [h["x"]])


PARENT = amt.WarmStart(parents=("old",), type="TransferLearning")


@pytest.mark.parametrize(
    ("strategy", "why"),
    [
        ("Hyperband", "draws at random and compares training jobs of its own"),
        ("Grid", "runs every combination whatever is known"),
    ],
)
def test_warm_start_is_refused_where_nothing_learns_from_it(strategy, why):
    with pytest.raises(amt.ValidationError) as caught:
        simulate(strategy, PARENT)

    assert str(caught.value) == (
        f"warm_start is of no use to {strategy}, which {why} (got 'old'); leave it "
        "out, or take Bayesian or Random"
    )
    assert len(simulate(strategy, None)) == 2


@pytest.mark.parametrize("strategy", ["Bayesian", "Random"])
def test_warm_start_of_others_is_not_served_yet(strategy):
    with pytest.raises(amt.NotServedError):
        simulate(strategy, PARENT)
