import json
import mmap
import shutil
import stat
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from amt_magic.errors import CaptureError, StoreError
from amt_magic.executors.payload import (
    Payload,
    load_values,
    read_manifest,
    write_payload,
)
from tests.executors.notebooks import Notebook, run_notebook, run_training

MEGABYTE = 2**20


def payload_of(**values: Any) -> Payload:
    return Payload(
        kind="cell", objective_name="score", working_directory="/", values=values
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "jobs" / "payload"


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


VARIABLES = st.text(min_size=1).filter(lambda name: name != "get_ipython")


@given(st.dictionaries(VARIABLES, PLAIN))
def test_values_come_back_as_they_went(values):
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "payload"

        write_payload(folder, payload_of(**values))

        assert load_values(folder) == values


@given(arrays.arrays(arrays.scalar_dtypes(), arrays.array_shapes(min_side=0)))
def test_arrays_come_back_as_they_went(array):
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "payload"

        write_payload(folder, payload_of(array=array, turned=array.T[::2]))
        loaded = load_values(folder)

    np.testing.assert_array_equal(loaded["array"], array)
    np.testing.assert_array_equal(loaded["turned"], array.T[::2])
    native = array.dtype.newbyteorder("=")  # numpy turns dates into these
    assert loaded["array"].dtype.newbyteorder("=") == native


def test_frames_and_sparse_matrices_come_back_as_they_went(folder):
    cells = """
        import numpy as np, pandas as pd
        from scipy import sparse
        n = 200_000
        frame = pd.DataFrame({"a": np.arange(n), "b": 0.5, "s": "text", "d": None})
        frame["c"] = pd.Categorical(["x", "y"] * (n // 2))
        frame["t"] = pd.Timestamp("2024-01-01", tz="UTC")
        matrix = sparse.random(2000, 2000, density=0.1, format="csr", random_state=0)
        objects = np.array([None, "a", 1], dtype=object)
        total = matrix.sum()
    """
    body = """
        assert frame["a"].sum() == n * (n - 1) / 2
        assert frame["s"].unique().tolist() == ["text"]
        assert frame["c"].value_counts().to_dict() == {"x": n // 2, "y": n // 2}
        frame.loc[0, "b"] = 1.5
        matrix.data[:] += 1
        assert matrix.sum() > total
        print(frame["b"].sum(), frame["t"].dt.year.mean(), list(objects))
    """

    assert run_notebook(folder, cells, body) == "100001.0 2024.0 [None, 'a', 1]"


def test_what_travels_is_listed_with_type_and_size(folder):
    notebook = Notebook("import numpy as np\nX = np.ones((1000, 1000))\ndef f(): X")

    travelled = notebook.write(folder, notebook.cell("f()"))

    shown = [(t.name, t.type, round(t.megabytes)) for t in travelled.values()]
    assert shown == [("f", "function", 0), ("X", "numpy.ndarray", 8)]


def test_a_buffer_that_several_values_share_is_written_once(folder):
    array = np.ones(MEGABYTE)
    frame = pd.DataFrame({"x": array}, copy=False)

    write_payload(folder, payload_of(x=array, again=[array], view=array[:], f=frame))

    size = sum(path.stat().st_size for path in folder.iterdir())
    assert array.nbytes < size < 1.01 * array.nbytes


def test_what_shares_memory_still_shares_it_after_loading(folder):
    array = np.zeros(MEGABYTE)

    write_payload(folder, payload_of(x=array, view=array.reshape(2, -1)))
    loaded = load_values(folder)
    loaded["x"][0] = 1

    assert loaded["view"][0, 0] == 1


@pytest.mark.parametrize("kind", ["strided", "memmap"])
def test_large_arrays_of_every_layout_are_mapped(folder, kind):
    with tempfile.TemporaryFile() as file:
        array = np.memmap(file, np.float64, "w+", shape=(MEGABYTE, 2))
        array[:, 0] = 1

        write_payload(folder, payload_of(x=array if kind == "memmap" else array[:, :1]))
        loaded = load_values(folder)["x"]

    assert (folder / "values.pickle").stat().st_size < 1000
    assert loaded.sum() == MEGABYTE


def test_a_loaded_array_is_as_writable_as_it_was(folder):
    free, fixed = np.ones(MEGABYTE), np.ones(MEGABYTE) + 1
    fixed.flags.writeable = False

    write_payload(folder, payload_of(free=free, fixed=fixed))
    loaded = load_values(folder)

    assert loaded["free"].flags.writeable
    assert not loaded["fixed"].flags.writeable


def test_writing_to_a_loaded_array_stays_private(folder):
    write_payload(folder, payload_of(X=np.zeros(MEGABYTE)))

    load_values(folder)["X"][:] = 1

    assert load_values(folder)["X"].sum() == 0


def test_many_buffers_take_few_descriptors(folder):
    code = """
import resource, sys
from pathlib import Path
import numpy as np
from amt_magic.executors.payload import load_values
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
print(sum(x[0] for x in load_values(Path(sys.argv[1]))["images"]))
"""
    images = [np.ones(MEGABYTE, np.int8) for _ in range(100)]

    write_payload(folder, payload_of(images=images))

    assert run(code, folder) == "100"


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="Linux only")
def test_a_large_array_takes_no_private_memory_until_it_is_written_to(folder):
    code = """
import sys
from pathlib import Path
import numpy as np
from amt_magic.executors.payload import load_values
def private():
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(l.split()[1]) for l in lines if l.startswith("Anonymous")) / 1e3
before = private()
X = load_values(Path(sys.argv[1]))["X"]
X.sum()
read = private()
X += 1
print(read - before, private() - read)
"""
    write_payload(folder, payload_of(X=np.ones(12_500_000)))

    to_read, to_write = map(float, run(code, folder).split())

    assert to_read < 5
    assert to_write > 90


def test_loading_plain_values_imports_nothing_else(folder):
    code = """
import sys
from pathlib import Path
from amt_magic.executors.payload import load_values
load_values(Path(sys.argv[1]))
print({"cloudpickle", "numpy", "amt_magic.executors.pickling"} & {*sys.modules})
"""
    write_payload(folder, payload_of(x=[1, "a"]))

    assert run(code, folder) == "set()"


def test_the_manifest_gives_back_all_but_the_values(folder):
    payload = Payload(
        kind="cell",
        source="print(x)\n",
        source_name="<%%tune x>",
        first_line=4,
        objective_name="score",
        hyperparameter_names=("rate",),
        modules=("json",),
        working_directory="/tmp",
        search_path=("/tmp", "/usr"),
        values={"x": 1},
        namespace={"x": 1},
    )

    write_payload(folder, payload)

    assert read_manifest(folder) == replace(payload, values={}, namespace={})


def test_modules_that_loading_imports_are_in_the_manifest(folder):
    cells = """
        import textwrap
        from sklearn.svm import SVC
        def short(): return textwrap.shorten("a", 3)
        model = SVC()
    """
    notebook = Notebook(cells)

    notebook.write(folder, notebook.cell("import json\nshort(), model"))

    modules = read_manifest(folder).modules
    assert {"json", "textwrap", "sklearn.svm._classes"} <= set(modules)
    assert not {"__main__", "builtins"} & set(modules)


def test_only_the_owner_can_enter_the_folder(folder):
    write_payload(folder, payload_of())

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_an_existing_folder_is_left_as_it_is(folder):
    write_payload(folder, payload_of(x=1))

    with pytest.raises(StoreError, match="payload cannot be made: File exists"):
        write_payload(folder, payload_of(x=2))

    assert load_values(folder) == {"x": 1}


def test_nothing_stays_behind_when_a_value_cannot_travel(folder):
    with pytest.raises(CaptureError, match="x "):
        write_payload(folder, payload_of(big=np.ones(MEGABYTE), x=iter(x for x in [])))

    assert not folder.exists()


def test_a_disk_that_is_too_small_is_refused_before_anything_large_is_written(folder):
    size = shutil.disk_usage(folder.parents[1]).free + 2**30
    with tempfile.TemporaryFile() as file:
        file.truncate(size)
        sparse = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)

        with pytest.raises(StoreError, match=r"payload has no room .* MB are free"):
            write_payload(folder, payload_of(X=np.frombuffer(sparse, np.uint8)))

    assert not folder.exists()


@pytest.mark.parametrize("value", ["np.ones(2**20)", "list(range(10**6))"])
def test_a_write_that_fails_names_the_folder_and_leaves_nothing(folder, value):
    code = f"""
import resource, sys
from pathlib import Path
import numpy as np
from amt_magic.errors import StoreError
from amt_magic.executors.payload import Payload, write_payload
resource.setrlimit(resource.RLIMIT_FSIZE, (2**19, 2**19))
payload = Payload(kind="cell", objective_name="x", working_directory="/",
                  values={{"x": {value}}})
try:
    write_payload(Path(sys.argv[1]), payload)
except StoreError as error:
    print(error)
"""

    assert run(code, folder) == f"{folder} cannot be written: File too large"
    assert not folder.exists()


@pytest.mark.parametrize("text", [None, "{", "[]", "{}", '{"payload": {"kind": 1}}'])
def test_an_unreadable_manifest_is_named(folder, text):
    folder.mkdir(parents=True)
    if text is not None:
        (folder / "manifest.json").write_text(text)

    with pytest.raises(StoreError, match=r"payload/manifest\.json"):
        read_manifest(folder)


@pytest.mark.parametrize("share", [0, 0.5])
def test_damaged_values_are_named(folder, share):
    write_payload(folder, payload_of(x=list(range(1000))))
    content = (folder / "values.pickle").read_bytes()
    (folder / "values.pickle").write_bytes(content[: int(share * len(content))])

    with pytest.raises(StoreError, match=r"payload/values\.pickle is damaged"):
        load_values(folder)


def test_values_of_another_python_are_refused(folder):
    write_payload(folder, payload_of(x=1))
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"python": "3.1"}))

    with pytest.raises(StoreError, match=r"written by Python 3\.1, this is"):
        load_values(folder)


def test_a_payload_without_values_can_be_written_and_loaded(folder):
    notebook = Notebook()

    notebook.write(folder, notebook.cell("print('hello')"))

    assert run_training(folder) == "hello"


def run(code: str, folder: Path) -> str:
    command = [sys.executable, "-c", code, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
