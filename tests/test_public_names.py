import subprocess
import sys

import pytest

import amt_magic as amt

HEAVY = (
    "IPython",
    "ipywidgets",
    "numpy",
    "pandas",
    "matplotlib",
    "scipy",
    "skopt",
    "sklearn",
    "sqlalchemy",
    "threadpoolctl",
    "dask",
)


def loaded_by(code: str) -> list[str]:
    report = f"import sys; print(*[m for m in {HEAVY} if m in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.splitlines()[-1].split()


@pytest.mark.parametrize("name", amt.__all__)
def test_every_public_name_is_there_and_documented(name):
    value = getattr(amt, name)

    assert value.__doc__


def test_short_names_are_those_of_the_sagemaker_sdk():
    assert amt.Continuous is amt.ContinuousParameter
    assert amt.Integer is amt.IntegerParameter
    assert amt.Categorical is amt.CategoricalParameter


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'tuner_of_all'"):
        _ = amt.tuner_of_all


def test_functions_are_not_shadowed_by_modules_of_their_name():
    code = (
        "import amt_magic as amt, amt_magic.verbs, amt_magic.magics\n"
        "assert callable(amt.tuning_job) and callable(amt.quotas)"
    )

    subprocess.run([sys.executable, "-c", code], check=True)


def test_import_loads_nothing_heavy():
    assert loaded_by("import amt_magic") == []


def test_verbs_load_no_more_than_the_store():
    assert loaded_by("from amt_magic import tune") == ["sqlalchemy"]


def test_magics_load_ipython_alone():
    assert loaded_by("import amt_magic.magics") == ["IPython"]


def test_loading_the_extension_loads_nothing_for_tuning():
    code = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "shell.run_line_magic('load_ext', 'amt_magic')\n"
        "assert 'tune' in shell.magics_manager.magics['cell']"
    )

    assert loaded_by(code) == ["IPython"]


def test_random_search_and_grid_load_nothing_heavy():
    code = (
        "import amt_magic as amt\n"
        "for strategy in ('Random', 'Grid'):\n"
        "    amt.simulate(amt.TuningJobConfig(strategy=strategy,\n"
        "        objective=amt.Objective(type='Minimize', metric_name='loss'),\n"
        "        ranges={'x': amt.Categorical(1, 2)}), lambda h: [h['x']])"
    )

    assert loaded_by(code) == []


def test_bayesian_search_loads_no_more_than_numpy_and_scipy():
    code = (
        "import amt_magic as amt\n"
        "amt.simulate(amt.TuningJobConfig(strategy='Bayesian',\n"
        "    objective=amt.Objective(type='Minimize', metric_name='loss'),\n"
        "    ranges={'x': amt.Integer(1, 9)}), lambda h: [h['x']])"
    )

    assert loaded_by(code) == ["numpy", "scipy", "threadpoolctl"]


def test_the_entry_module_of_runners_loads_nothing_heavy():
    assert loaded_by("import amt_magic.runner") == []


def test_simulation_loads_nothing_heavy():
    assert loaded_by("from amt_magic import simulate") == []
