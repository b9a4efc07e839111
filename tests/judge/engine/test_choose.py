"""Which engine is in use, and what is said where it is not durable_rules."""

import subprocess
import sys

import pytest

from advisor.errors import EngineUnavailable
from advisor.judge.engine import choose, notice
from advisor.judge.engine.durable import DurableEngine
from tests.judge.engine.facts import fired, fires, subject


@pytest.fixture
def without_durable_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation in which durable_rules cannot be imported."""
    monkeypatch.setitem(sys.modules, "durable", None)
    monkeypatch.setitem(sys.modules, "durable.engine", None)


def test_durable_rules_is_chosen_where_it_can_be_imported(durable: DurableEngine) -> None:
    assert choose().name == durable.name == "durable_rules"
    assert choose().version == "2.0.28"
    assert notice() is None


@pytest.mark.usefixtures("without_durable_rules")
def test_the_reference_is_chosen_where_it_cannot_and_one_line_says_so() -> None:
    engine = choose()

    assert engine.name == "reference"
    assert engine.derive([fires("r", "a")], [subject("s", "a")]) == {fired("r", "s")}
    line = notice()
    assert line is not None
    assert line.startswith("durable_rules cannot be imported (ModuleNotFoundError: ")
    assert line.endswith(
        "CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject "
        "pip install --force-reinstall --no-cache-dir durable-rules"
    )
    assert "\n" not in line


@pytest.mark.usefixtures("without_durable_rules")
def test_using_durable_rules_where_it_cannot_be_imported_says_why() -> None:
    with pytest.raises(EngineUnavailable, match="durable_rules cannot be used: ModuleNotFound"):
        DurableEngine()


def test_durable_rules_is_imported_only_when_it_is_chosen() -> None:
    program = (
        "import sys, advisor.judge.engine, advisor.judge.engine.durable;"
        "assert not any(name.startswith('durable') for name in sys.modules), 'too early';"
        "advisor.judge.engine.choose();"
        "print('durable.engine' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == str(notice() is None)
