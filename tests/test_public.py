"""What a plugin author imports from `advisor`."""

import subprocess
import sys

import pytest

import advisor


@pytest.mark.parametrize("name", advisor.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(advisor, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="hookimp"):
        advisor.__getattr__("hookimp")


def test_importing_advisor_loads_nothing_else() -> None:
    code = "import sys, advisor; print(any(m in sys.modules for m in ('polars', 'pluggy')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
