"""Which engine is in use, and what is said where it is not durable_rules."""

import subprocess
import sys

import pytest

from advisor.errors import EngineUnavailable
from advisor.judge import engine as engines
from advisor.judge.engine import choose, failure, notice
from advisor.judge.engine import durable as library
from advisor.judge.engine.durable import DurableEngine
from tests.judge.engine.facts import fired, fires, subject


@pytest.fixture
def without_durable_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation in which durable_rules cannot be imported."""
    monkeypatch.setitem(sys.modules, "durable", None)
    # This process has an engine already, and its child.
    monkeypatch.setattr(engines, "_engine", engines._engine.__wrapped__)
    monkeypatch.setattr(library, "_library", library._library.__wrapped__)


def test_durable_rules_is_chosen_where_it_can_be_imported(durable: DurableEngine) -> None:
    assert choose().name == durable.name == "durable_rules"
    assert choose().version == "2.0.28"
    assert notice(choose()) is None
    assert failure(choose()) is None


@pytest.mark.usefixtures("without_durable_rules")
def test_the_reference_is_chosen_where_it_cannot_and_one_line_says_so() -> None:
    engine = choose()

    assert engine.name == "reference"
    assert engine.derive([fires("r", "a")], [subject("s", "a")]) == {fired("r", "s")}
    assert notice(engine) == (
        "durable_rules cannot be imported (ModuleNotFoundError: No module named 'durable'), so the "
        "reference engine is in use, which finds the same; with a C compiler, "
        "`advisor engine install` builds it"
    )
    assert failure(engine) is None


@pytest.mark.usefixtures("without_durable_rules")
def test_using_durable_rules_where_it_cannot_be_imported_says_why() -> None:
    with pytest.raises(EngineUnavailable, match="ModuleNotFoundError: No module named 'durable'"):
        DurableEngine()


def test_the_process_of_a_run_never_imports_durable_rules(durable: DurableEngine) -> None:
    program = (
        "import sys\n"
        "from advisor.judge.engine import choose\n"
        "from tests.judge.engine.facts import fires, subject\n"
        "found = choose().derive([fires('r', 'a')], [subject('s', 'a')])\n"
        "print(choose().name, len(found), [n for n in sys.modules if n.startswith('durable')])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == [durable.name, "1", "[]"]
