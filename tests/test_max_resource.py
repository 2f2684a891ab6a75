"""Where the resource of a whole training job comes from."""

import pytest

import amt_magic as amt
from amt_magic.max_resource import literals_in, with_max_resource

BODY = """
rate, epochs = 0.1, 3
n_epochs = 27
for epoch in range(n_epochs):
    print(epoch)
"""


def config_of(strategy="Hyperband", **fields):
    return amt.TuningJobConfig(
        strategy=strategy,
        objective=amt.Objective(type="Minimize", metric_name="loss"),
        ranges={"x": amt.Continuous(0, 1)},
        **fields,
    )


def most(config, found=None):
    return with_max_resource(config, found).strategy_config.max_resource


@pytest.mark.parametrize("name", ["epochs", "numepochs", "n-epochs", "num_epochs"])
@pytest.mark.parametrize("value", [9, "9"])
def test_static_hyperparameter_named_epochs_is_the_maximum(name, value):
    assert most(config_of(static_hyperparameters={name: value})) == 9


def test_what_is_given_comes_first():
    given = amt.HyperbandStrategyConfig(max_resource=81)

    config = config_of(static_hyperparameters={"epochs": 9}, strategy_config=given)

    assert most(config, {"epochs": 27}) == 81


def test_constant_that_the_code_assigns_is_the_maximum():
    assert most(config_of(), literals_in(BODY)) == 27


@pytest.mark.parametrize("value", [2.5, True, None, "many", 0, -3])
def test_what_is_no_number_of_epochs_is_not_taken(value):
    with pytest.raises(amt.ValidationError, match="max_resource must be known"):
        most(config_of(), {"epochs": value})


def test_static_hyperparameter_and_code_must_agree():
    config = config_of(static_hyperparameters={"epochs": 9})

    assert most(config, {"epochs": 9}) == 9
    with pytest.raises(amt.ValidationError, match=r"differ .got 9 and 27"):
        most(config, {"epochs": 27})


def test_absent_it_says_both_ways_to_give_it():
    with pytest.raises(amt.ValidationError, match=r"--max-resource .* epochs = 27"):
        with_max_resource(config_of())


def test_other_strategies_need_none():
    config = config_of("Random")

    assert with_max_resource(config) is config
