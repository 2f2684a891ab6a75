import re

import pytest


@pytest.fixture
def reports(capsys):
    """What was reported since, as outside a training job: printed lines."""

    def read():
        lines = capsys.readouterr().out.splitlines()
        found = [re.findall(r"(\S+)=(\S+)", line) for line in lines]
        return [
            {name: float(value) for name, value in pairs} for pairs in found if pairs
        ]

    return read
