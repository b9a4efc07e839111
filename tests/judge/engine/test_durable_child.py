"""What the child does with durable_rules, one rule set and one session at a time."""

import json
import threading
import time

import pytest

from advisor.judge.engine.durable import available
from advisor.judge.engine.durable_child import SID, Program, answer

pytestmark = pytest.mark.skipif(available() is not None, reason=str(available()))

Facts = list[dict[str, object]]

A: Facts = [{"x": {"$and": [{"k": 1}, {"c0": 1}]}}]
A_AND_B: Facts = [{"x": {"$and": [{"k": 1}, {"c0": 1}, {"c1": 1}]}}]


def facts(*conditions: str, ids: tuple[str, ...] | None = None) -> str:
    """Subjects of kind 1 with these conditions, and the end of their session."""
    subjects = [
        {
            "id": ids[n] if ids else f"{n:06d}",
            "sid": SID,
            "key": n,
            "k": 1,
            **dict.fromkeys(names.split(), 1),
        }
        for n, names in enumerate(conditions)
    ]
    return json.dumps([*subjects, {"id": "end", "sid": SID, "end": 1}])


@pytest.fixture
def program() -> Program:
    """Two rules: the first asks for c0, the second for c0 and c1."""
    return Program([(A, 0), (A_AND_B, 0)])


def test_the_matches_of_a_session_are_the_keys_of_its_facts(program: Program) -> None:
    found = program.run(facts("c0", "c1", "c0 c1"))

    assert {rule: sorted(keys) for rule, keys in found.items()} == {0: [[0], [2]], 1: [[2]]}


def test_no_thread_runs_in_the_background(program: Program) -> None:
    before = threading.active_count()
    program.run(facts("c0"))
    time.sleep(0.3)

    assert threading.active_count() == before


def test_a_clock_that_jumps_loses_no_match(monkeypatch: pytest.MonkeyPatch) -> None:
    hours = iter(range(0, 10**9, 3_600))
    monkeypatch.setattr("durable.engine._unix_now", lambda: next(hours))
    rules: list[tuple[Facts, int]] = [
        ([{"x": {"$and": [{"k": 1}, {f"c{n}": 1}]}}], 0) for n in range(5)
    ]

    assert len(Program(rules).run(facts(" ".join(f"c{n}" for n in range(5))))) == 5


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, MemoryError])
def test_an_exception_in_an_action_surfaces(
    monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def fail(_: object) -> None:
        raise error("inside the action")

    monkeypatch.setattr(Program, "_action", lambda *_: fail)

    with pytest.raises(error, match="inside the action"):
        Program([(A, 0)]).run(facts("c0"))


def test_a_library_that_returns_early_is_noticed(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("durable.engine.Ruleset.do_actions", lambda *_: None)

    with pytest.raises(RuntimeError, match="before every rule had run"):
        program.run(facts("c0"))


def test_a_session_that_the_library_refuses_is_an_answer() -> None:
    programs: dict[int, Program] = {}
    assert answer(programs, b"P00000001" + json.dumps([(A, 0)]).encode()) == {}

    said = answer(programs, b"S00000001" + facts("c0", "c0", ids=("0", "0")).encode())

    assert said == {"error": "MessageObservedException: the facts of a session"}


def test_a_program_that_is_given_back_is_gone() -> None:
    programs: dict[int, Program] = {}
    answer(programs, b"P00000007" + json.dumps([(A, 0)]).encode())

    assert answer(programs, b"D00000007") == {}
    assert programs == {}
