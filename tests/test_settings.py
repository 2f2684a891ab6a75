import os

import pytest
from traitlets import TraitError
from traitlets.config import Config, Configurable

from amt_magic.errors import ValidationError
from amt_magic.inputs.option_table import OPTIONS
from amt_magic.settings import NO_DEFAULT, MaskedUrl, Quotas, TuneSettings


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:secret@host/amt", "postgresql://me:***@host/amt"),
        ("postgresql://me:s:e/c@r@host/amt", "postgresql://me:***@host/amt"),
        ("postgresql://:secret@host/amt", "postgresql://:***@host/amt"),
        (
            "postgresql://h/a?user=me&password=s&x=1",
            "postgresql://h/a?user=me&password=***&x=1",
        ),
        ("sqlite:////data/amt.sqlite", "sqlite:////data/amt.sqlite"),
        ("postgresql://host:5432/amt", "postgresql://host:5432/amt"),
    ],
)
def test_repr_of_a_url_shows_no_password(url, shown):
    assert repr(MaskedUrl(url)) == repr(shown)
    assert MaskedUrl(url) == url


def test_store_is_the_environment_variable(monkeypatch):
    monkeypatch.setenv("AMT_MAGIC_STORE", "sqlite:///a")
    settings = TuneSettings()
    before = settings.store

    monkeypatch.setenv("AMT_MAGIC_STORE", "sqlite:///b")

    assert (before, settings.store) == ("sqlite:///a", "sqlite:///b")


def test_store_set_to_nothing_is_the_default_one(monkeypatch):
    monkeypatch.setenv("AMT_MAGIC_STORE", "sqlite:///a")
    settings = TuneSettings()

    settings.store = ""

    assert "AMT_MAGIC_STORE" not in os.environ


def test_store_comes_from_a_configuration_file(monkeypatch):
    monkeypatch.setenv("AMT_MAGIC_STORE", "sqlite:///a")

    TuneSettings(config=Config({"TuneSettings": {"store": "sqlite:///c"}}))

    assert os.environ["AMT_MAGIC_STORE"] == "sqlite:///c"


def test_every_served_option_has_a_trait_and_nothing_by_default():
    traits = TuneSettings().traits(config=True)

    missing = {option.name for option in OPTIONS} - NO_DEFAULT - traits.keys()
    assert missing == set()
    assert TuneSettings().option_defaults() == {}


def test_defaults_that_were_set_are_returned():
    settings = TuneSettings(
        max_jobs=9, no_wait=True, metric_definition=[("loss", "(.)")], maximize="a"
    )

    assert settings.option_defaults() == {
        "maximize": "a",
        "max_jobs": 9,
        "metric_definition": [("loss", "(.)")],
        "no_wait": True,
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [("max_jobs", "40"), ("strategy", "Hyperban"), ("store", 5)],
)
def test_a_default_of_the_wrong_kind_is_refused_at_once(name, value):
    with pytest.raises(TraitError):
        setattr(TuneSettings(), name, value)


def test_a_quota_beyond_amts_is_refused_at_once():
    quotas = Quotas()

    with pytest.raises(ValidationError, match="parallel_training_jobs"):
        quotas.parallel_training_jobs = 101

    quotas.parallel_training_jobs = 32
    assert quotas.values().parallel_training_jobs == 32


def test_quotas_know_where_they_were_set():
    shell = Configurable(config=Config({"Quotas": {"training_jobs": 9, "metrics": 5}}))
    quotas = Quotas(parent=shell)

    quotas.metrics = 7
    quotas.categories = 3

    assert quotas.origins() == {
        "training_jobs": "configuration file",
        "metrics": "%config Quotas",
        "categories": "%config Quotas",
    }
