import json
import os
import resource
import stat

import pytest

from amt_magic.errors import StoreError, ValidationError
from amt_magic.wire import write_request

REQUEST = {"HyperParameterTuningJobName": "churn", "Tags": [{"Key": "é", "Value": "☃"}]}


def write(file, overwrite=False):
    return write_request(REQUEST, file, overwrite=overwrite)


def fault_of(file, overwrite=False):
    with pytest.raises(ValidationError) as caught:
        write(file, overwrite)
    (fault,) = caught.value.faults
    return fault


def test_file_holds_the_request_as_indented_json(tmp_path):
    file = write(tmp_path / "job.json")

    text = file.read_text(encoding="ascii")
    assert json.loads(text) == REQUEST
    assert text.startswith('{\n  "HyperParameterTuningJobName"')
    assert text.endswith("}\n")
    assert os.listdir(tmp_path) == ["job.json"]  # noqa: PTH208


def test_file_may_be_named_from_the_home_folder_and_by_a_text(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))

    write("~/job.json")

    assert (tmp_path / "job.json").is_file()


def test_file_that_is_there_is_refused_and_stays(tmp_path):
    file = tmp_path / "job.json"
    file.write_text("mine")

    fault = fault_of(str(file))

    assert fault.rule == "exists already"
    assert "--overwrite" in fault.remedy
    assert file.read_text() == "mine"


def test_overwriting_replaces_the_file_and_keeps_its_mode(tmp_path):
    file = tmp_path / "job.json"
    file.write_text("mine")
    file.chmod(0o640)

    write(file, overwrite=True)

    assert json.loads(file.read_text()) == REQUEST
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_overwriting_a_link_writes_the_file_behind_it(tmp_path):
    (tmp_path / "target.json").write_text("mine")
    link = tmp_path / "link.json"
    link.symlink_to("target.json")

    write(link, overwrite=True)

    assert link.is_symlink()
    assert json.loads((tmp_path / "target.json").read_text()) == REQUEST


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize(
    ("name", "rule", "remedy"),
    [
        ("", "must be the path of a file", "job.json"),
        ("a\0b", "must be the path of a file", "job.json"),
        (".", "must be a file, not a folder", "name a file in it"),
        ("none/job.json", "must lie in a folder that exists", "make "),
        ("pipe", "must be a plain file", "name another"),
    ],
)
def test_place_where_no_file_can_be_is_refused(
    tmp_path, monkeypatch, name, rule, remedy, overwrite
):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")

    fault = fault_of(name, overwrite)

    assert (fault.field, fault.rule) == ("file", rule)
    assert remedy in fault.remedy
    assert os.listdir() == ["pipe"]  # noqa: PTH208


def test_disk_that_is_full_leaves_what_was_there(tmp_path):
    file = tmp_path / "job.json"
    file.write_text("mine")
    most = resource.getrlimit(resource.RLIMIT_FSIZE)

    resource.setrlimit(resource.RLIMIT_FSIZE, (8, most[1]))
    try:
        with pytest.raises(StoreError, match=r"was not written: .*; choose another"):
            write(file, overwrite=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)

    assert file.read_text() == "mine"
    assert os.listdir(tmp_path) == ["job.json"]  # noqa: PTH208


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs Linux")  # noqa: PTH112
def test_place_that_cannot_be_written_is_told():
    with pytest.raises(StoreError, match=r"^/proc/job\.json was not written: "):
        write("/proc/job.json")


def test_name_that_is_too_long_is_told(tmp_path):
    with pytest.raises(StoreError, match="File name too long"):
        write(tmp_path / ("x" * 300))
