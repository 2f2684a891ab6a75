import subprocess
import sys

import pytest

from amt_magic import callbacks

FRAMEWORKS = ("keras", "lightgbm", "lightning", "xgboost")
NOT_IN_CI = ("KerasCallback", "LightningCallback")
HEAVY = (*FRAMEWORKS, "numpy", "pandas", "sklearn", "sqlalchemy", "torch")


def loaded_by(code):
    ran = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(ran.stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import amt_magic.callbacks",
        "from amt_magic.callbacks import Epochs, ignore_stop; list(Epochs(1))",
    ],
)
def test_no_framework_is_imported_without_its_callback(code):
    assert not loaded_by(code).intersection([*HEAVY, "amt_magic.store"])


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow) if name in NOT_IN_CI else name
        for name in callbacks.__all__
    ],
)
def test_every_public_name_is_documented_by_example(name):
    assert "amt_magic.callbacks" in getattr(callbacks, name).__doc__


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'CatBoostCallback'"):
        _ = callbacks.CatBoostCallback


def test_a_framework_that_is_missing_is_named():
    hide = "import sys; sys.modules['lightgbm'] = None"
    code = f"{hide}; from amt_magic.callbacks import LightGBMCallback"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert "ModuleNotFoundError" in ran.stderr
    assert "'lightgbm'" in ran.stderr
