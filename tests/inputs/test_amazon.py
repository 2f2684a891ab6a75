"""What `--config` names, and what of it is worth a word."""

import json

import pytest

from amt_magic import wire
from amt_magic.errors import ValidationError
from amt_magic.inputs.amazon import (
    kept_words,
    left_out_words,
    load_request,
    taken_words,
)
from tests.wire.whole_requests import CIRCULATING, small_request

REQUEST = small_request()


@pytest.fixture(autouse=True)
def in_a_folder_with_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "job.json").write_text(json.dumps(REQUEST), encoding="utf-8")
    return tmp_path


def fault_of(given, namespace=None):
    with pytest.raises(ValidationError) as caught:
        load_request(given, namespace or {}, "--config")
    (fault,) = caught.value.faults
    return str(fault)


def test_a_file_is_read_and_named_as_it_was_typed(tmp_path):
    relative = load_request("job.json", {}, "--config")
    absolute = load_request(str(tmp_path / "job.json"), {}, "--config")

    assert (relative.label, relative.request) == ("job.json", REQUEST)
    assert (absolute.label, absolute.request) == (str(tmp_path / "job.json"), REQUEST)


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path):
    (tmp_path / "bom.json").write_text(json.dumps(REQUEST), encoding="utf-8-sig")

    assert load_request("bom.json", {}, "--config").request == REQUEST


@pytest.mark.parametrize("value", [REQUEST, json.dumps(REQUEST)])
def test_a_variable_holds_a_dict_or_json_text(value):
    source = load_request("request", {"request": value}, "--config")

    assert (source.label, source.request) == ("request", REQUEST)


def test_a_variable_holds_the_path_of_a_file(tmp_path):
    source = load_request("path", {"path": tmp_path / "job.json"}, "--config")

    assert source.request == REQUEST


def test_a_variable_wins_over_a_file_of_the_same_name(tmp_path):
    (tmp_path / "request").write_text("{}", encoding="utf-8")

    source = load_request("request", {"request": CIRCULATING}, "--config")

    assert source.request == CIRCULATING


def test_a_config_is_written_as_a_request_without_a_name():
    config = wire.read_request(REQUEST).config

    source = load_request("config", {"config": config}, "--config")

    assert source.is_config
    assert wire.config_from_request(source.request) == config
    assert wire.NAME not in source.request


@pytest.mark.parametrize("given", [REQUEST, json.dumps(REQUEST)])
def test_what_is_no_name_is_taken_as_it_is(given):
    source = load_request(given, {}, "config")

    assert (source.label, source.request) == ("config", REQUEST)


def test_text_that_is_not_json_is_told_with_line_and_column(tmp_path):
    (tmp_path / "broken.json").write_text('{"Strategy":\n  "Random",}')

    assert fault_of("broken.json") == (
        "broken.json is not JSON: Expecting property name enclosed in double quotes "
        "at line 2, column 12"
    )
    assert fault_of("text", {"text": "loss"}) == (
        "text is not JSON: Expecting value at line 1, column 1"
    )


def test_a_file_that_is_no_text_is_a_fault(tmp_path):
    (tmp_path / "image.json").write_bytes(b"\x89PNG\xff")

    assert fault_of("image.json").startswith("image.json is not JSON: 'utf-8' codec")


def test_json_that_is_too_deep_is_a_fault(tmp_path):
    (tmp_path / "deep.json").write_text("[" * 100_000)

    assert fault_of("deep.json").startswith("deep.json is not JSON")


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "folder").mkdir()

    assert fault_of("folder") == "folder cannot be read: Is a directory"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("reqest", "request"), ("jb.json", "job.json"), ("./jb.json", "job.json")],
)
def test_a_name_that_nothing_has_is_told_with_the_nearest(typed, meant):
    fault = fault_of(typed, {"request": REQUEST, "_request": REQUEST, "np": json})

    assert fault == (
        "--config must name a JSON file, or a variable of the notebook "
        f"(got {typed!r}); did you mean {meant}?"
    )


def test_a_name_that_is_like_nothing_is_told_without_a_guess():
    assert fault_of("zzz\0").endswith("(got 'zzz\\x00')")


@pytest.mark.parametrize("value", [5, None, [REQUEST], json])
def test_a_variable_of_another_kind_is_a_fault(value):
    assert fault_of("job", {"job": value}).startswith(
        "job must be a dict, a TuningJobConfig or JSON as text (got "
    )


def test_nothing_to_tell_is_no_line():
    assert kept_words({}) == taken_words(()) == left_out_words([]) == []


def test_what_is_kept_is_one_line():
    assert kept_words(wire.kept_members(REQUEST)) == [
        "not used on this machine: TrainingImage, TrainingInputMode, "
        "OutputDataConfig, RoleArn, StoppingCondition"
    ]
