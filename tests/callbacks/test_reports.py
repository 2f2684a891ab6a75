import numpy as np
import pytest

from amt_magic import ValidationError
from amt_magic.callbacks.reports import report_epoch


def test_all_numbers_are_reported_as_floats(reports):
    report_epoch({"loss": np.float32(0.5), "correct": np.array(3)}, {})

    assert reports() == [{"loss": 0.5, "correct": 3.0}]


def test_what_is_no_number_is_left_out(reports):
    report_epoch({"f1": np.array([0.1, 0.2]), "note": "x", "none": None, "loss": 1}, {})

    assert reports() == [{"loss": 1.0}]


def test_one_metric_can_have_two_names(reports):
    report_epoch({"val_loss": 0.2}, {"loss": "val_loss", "error": "val_loss"})

    assert reports() == [{"loss": 0.2, "error": 0.2}]


def test_every_unknown_metric_is_listed_at_once():
    with pytest.raises(ValidationError) as caught:
        report_epoch({"loss": 0.1, "auc": 0.5}, {"a": "los", "b": "acu"})

    assert str(caught.value).splitlines()[1:] == [
        "  metric a must be one of loss, auc; did you mean loss? (got 'los')",
        "  metric b must be one of loss, auc; did you mean auc? (got 'acu')",
    ]


def test_a_name_without_any_metric_is_an_error():
    with pytest.raises(
        ValidationError, match="metric a is not there: none is measured"
    ):
        report_epoch({}, {"a": "loss"})


def test_nothing_measured_is_not_reported(capsys):
    report_epoch({}, {})

    assert capsys.readouterr().out == ""
