"""Killed, hung or crashed, the rules engine costs one line and no finding. Every kill is real."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from advisor.diagnosis import diagnose
from advisor.errors import AdvisorError, EngineFailed, EngineUnavailable
from advisor.judge.engine import Clause, LinkFact, SubjectFact, durable
from advisor.judge.engine.durable import DurableEngine, Library, available
from advisor.judge.engine.fenced import FencedEngine
from advisor.judge.engine.reference import ReferenceEngine
from advisor.model import Request, read_settings
from advisor.plugin import MIB, Child, load_plugins
from tests.cli.exports import shop_folder
from tests.judge.engine.facts import fired, fires, join, pattern, subject

pytestmark = [
    pytest.mark.skipif(available() is not None, reason=str(available())),
    pytest.mark.skipif(os.name != "posix", reason="signals are POSIX"),
]

CLAUSES = [fires("r", "a"), Clause("fires", "j", pattern("a"), (join("sells", "low"),))]
SUBJECTS = [
    *(subject(f"s{n}", "a", "b") for n in range(300)),
    subject("p", "low", kind="product"),
]
LINKS = [LinkFact("sells", f"s{n}", "p") for n in range(0, 300, 3)]
EXPECTED = ReferenceEngine().derive(CLAUSES, SUBJECTS, LINKS)


@pytest.fixture
def own() -> Iterator[Library]:
    """A library with a child of its own, which may be killed."""
    library = Library(seconds=10)
    library.ready()
    yield library
    library.close()


def pid_of(library: Library) -> int:
    assert library.pid is not None
    return library.pid


def fenced(library: Library) -> FencedEngine:
    return FencedEngine(DurableEngine(own=library))


def test_an_engine_that_is_well_decides_alone(own: Library) -> None:
    engine = fenced(own)

    assert engine.derive(CLAUSES, SUBJECTS, LINKS) == EXPECTED
    assert (engine.name, engine.failure, engine.notice) == ("durable_rules", None, None)


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV", "SIGABRT"])
def test_an_engine_that_was_killed_costs_one_line_and_no_finding(own: Library, name: str) -> None:
    engine = fenced(own)
    os.kill(pid_of(own), getattr(signal, name))

    assert engine.derive(CLAUSES, SUBJECTS, LINKS) == EXPECTED
    assert engine.name == "reference"
    assert engine.failure == (
        f"the rules engine durable_rules failed: it was killed by {name}; "
        "the reference engine took over, which finds the same"
    )


def test_an_engine_that_hangs_is_given_up_after_its_deadline() -> None:
    library = Library(seconds=0.5)
    library.ready()
    engine = fenced(library)
    os.kill(pid_of(library), signal.SIGSTOP)

    assert engine.derive(CLAUSES, SUBJECTS, LINKS) == EXPECTED
    assert "failed: it took longer than 0.5" in str(engine.failure)


def test_more_facts_are_given_more_time(own: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed: list[float] = []
    ask = Child.ask

    def asked(self: Child, message: bytes, seconds: float | None = None) -> bytes:
        allowed.append(seconds or 0)
        return ask(self, message, seconds)

    monkeypatch.setattr(Child, "ask", asked)
    DurableEngine(own=own, alike=False).derive(CLAUSES, SUBJECTS, LINKS)

    assert allowed[-1] == pytest.approx(10 + 402 * durable.SECONDS_A_FACT)


def test_what_hangs_the_library_for_ever_ends_the_child_alone() -> None:
    """A pattern on `id`, its own word, of which `rulesets` stays clear."""
    library = Library(seconds=1)
    with library.lock:
        library._ask("P", 1, '[[[{"x":{"$ex":{"id":1}}}],0]]')
        with pytest.raises(EngineFailed, match="took longer than"):
            library._ask(
                "S", 1, '[{"id":"1","sid":"s","key":1,"k":1},{"id":"2","sid":"s","end":1}]'
            )

    assert DurableEngine(own=library).derive(CLAUSES, SUBJECTS, LINKS) == EXPECTED
    library.close()


def test_what_crashes_the_library_ends_the_child_alone(own: Library) -> None:
    """A fact of more properties than it can hold, of which `rulesets` stays clear."""
    fact = ",".join(f'"c{n}":1' for n in range(400))
    with own.lock:
        own._ask("P", 1, '[[[{"x":{"$and":[{"k":1},{"c0":1}]}}],0]]')
        with pytest.raises(EngineFailed, match="killed by SIG"):
            own._ask("S", 1, f'[{{"id":"1","sid":"s","key":1,"k":1,{fact}}}]')

    assert DurableEngine(own=own).derive(CLAUSES, SUBJECTS, LINKS) == EXPECTED


def test_what_the_library_refuses_costs_one_line_and_no_finding(
    own: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = fenced(own)
    # Two facts get the same id, which the library refuses with some of them stored.
    monkeypatch.setattr(durable, "identity", lambda _: "0")

    assert engine.derive(CLAUSES, SUBJECTS, LINKS) == EXPECTED
    assert "failed: MessageObservedException" in str(engine.failure)


def test_after_a_failure_the_library_is_there_again(own: Library) -> None:
    engine = DurableEngine(own=own)
    os.kill(pid_of(own), signal.SIGKILL)

    with pytest.raises(EngineFailed, match="killed by SIGKILL"):
        engine.derive(CLAUSES, SUBJECTS, LINKS)
    assert engine.derive(CLAUSES, SUBJECTS, LINKS) == EXPECTED


def test_a_clause_that_is_too_large_is_no_failure(own: Library) -> None:
    engine = fenced(own)

    with pytest.raises(AdvisorError, match="rule pack/greedy: asks 181 conditions"):
        engine.derive([fires("pack/greedy", *(f"c{n}" for n in range(181)))], [])
    assert engine.derive(CLAUSES, SUBJECTS, LINKS) == EXPECTED
    assert engine.failure is None


def test_all_engines_of_a_process_share_one_child() -> None:
    first, second = DurableEngine(), DurableEngine(prefilter=False)
    first.derive(CLAUSES, SUBJECTS, LINKS)
    pid = durable.library().pid
    second.derive(CLAUSES, SUBJECTS, LINKS)

    assert durable.library().pid == pid is not None


def test_a_fork_has_a_child_of_its_own() -> None:
    own = durable.library()
    own.ready()
    reading, writing = os.pipe()
    if not os.fork():
        found = DurableEngine().derive([fires("r", "a")], [subject("s", "a")])
        os.write(writing, f"{len(found)} {durable.library().pid}".encode())
        durable.library().close()
        os._exit(0)

    number, pid = os.read(reading, 100).decode().split()
    os.close(reading)
    os.close(writing)
    assert number == "1"
    assert int(pid) != own.pid
    assert DurableEngine().derive([fires("r", "a")], [subject("s", "a")]) == {fired("r", "s")}


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("raise ImportError('undefined symbol: PyEval_CallObject')", "undefined symbol"),
        ("import os; os.abort()", "SIGABRT"),
        ("import os; os._exit(5)", "exit code 5"),
        ("print('noise'); raise RuntimeError('too\\nlong')", "RuntimeError: too long"),
    ],
)
def test_a_library_that_breaks_when_it_is_imported_is_told(
    broken: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = broken_library(tmp_path, broken, monkeypatch)

    with pytest.raises((EngineUnavailable, EngineFailed), match=said):
        library.ready()


def broken_library(folder: Path, program: str, monkeypatch: pytest.MonkeyPatch) -> Library:
    for package in ("durable", "durable_rules_engine"):
        (folder / package).mkdir()
        (folder / package / "__init__.py").write_text(program)
    monkeypatch.setattr(durable, "_places", lambda: [str(folder)])
    return Library()


def test_the_child_imports_nothing_that_is_slow(tmp_path: Path) -> None:
    program = (
        "import runpy, sys\n"
        "sys.argv = [sys.argv[1], *sys.argv[2:]]\n"
        "own = runpy.run_path(sys.argv[0])\n"
        "sys.path += sys.argv[1:]\n"
        "own['_ready']()\n"
        "print([n for n in ('polars', 'attrs', 'attr', 'advisor', 'site') if n in sys.modules])"
    )
    command = [sys.executable, "-I", "-S", "-c", program, str(durable.CHILD), *durable._places()]

    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)

    assert done.stdout.strip() == "[]"


def test_the_child_takes_at_most_60_ms_of_processor_time_to_start() -> None:
    command = [sys.executable, "-I", "-S", str(durable.CHILD), *durable._places()]
    times = []
    for _ in range(5):  # the least of five: other processes slow each of them down
        before = os.times()
        subprocess.run(command, input=b"", capture_output=True, check=True)
        after = os.times()
        times.append(
            after.children_user
            + after.children_system
            - before.children_user
            - before.children_system
        )

    assert min(times) <= 0.06


@pytest.mark.slow
def test_a_thousand_kills_cost_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(5)
    clauses: list[Clause] = [*CLAUSES, *(fires(f"r{n}", "a", "b") for n in range(20))]
    expected = ReferenceEngine().derive(clauses, SUBJECTS, LINKS)
    files, killed = open_now(), 0

    for number in range(1_000):
        library = Library()
        if number % 2:
            library.ready()
        engine = FencedEngine(DurableEngine(own=library, alike=False))
        kill = threading.Timer(chance.random() * 0.06, _kill(library))
        kill.start()
        try:
            assert engine.derive(clauses, SUBJECTS, LINKS) == expected
        finally:
            kill.cancel()
            kill.join()
            library.close()
        killed += engine.failure is not None
        assert engine.failure is None or "killed by SIGKILL" in engine.failure

    assert killed > 200
    assert open_now() == files


def open_now() -> int:
    """How many files this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def _kill(library: Library) -> Callable[[], None]:
    pid = pid_of(library)
    return lambda: os.kill(pid, signal.SIGKILL)


def test_a_shop_is_derived_alike_in_both_engines_after_a_kill(own: Library) -> None:
    facts: list[SubjectFact] = [subject("s", "a"), subject("t", "b")]
    engine = fenced(own)
    before = engine.derive([fires("r", "a")], facts)
    os.kill(pid_of(own), signal.SIGKILL)

    assert engine.derive([fires("r", "a")], facts) == before


@pytest.mark.slow
def test_a_thousand_programs_leave_nothing_behind(own: Library) -> None:
    engine = DurableEngine(own=own, alike=False)
    start = 0
    for number in range(1_200):
        clauses = [
            Clause("fires", f"r{number}-{n}", pattern(f"c{n}"), (join("sells", "low"),))
            for n in range(20)
        ]
        engine.derive([*clauses, *CLAUSES], SUBJECTS, LINKS)
        if number == 200:
            start = resident(os.getpid()) + resident(pid_of(own))

    assert resident(os.getpid()) + resident(pid_of(own)) < start + 16 * MIB


@pytest.mark.slow
def test_a_thousand_diagnoses_leave_nothing_behind(tmp_path: Path) -> None:
    folder = shop_folder(tmp_path)
    config = folder / "advisor.toml"
    request = Request(
        paths=(str(folder),),
        today=date(2026, 11, 2),
        settings=read_settings(config),
        config=config,
    )
    registry, start = load_plugins(), 0
    for number in range(1_100):
        diagnose(request, registry)
        if number == 100:
            start = resident(os.getpid()) + resident(pid_of(durable.library()))

    assert resident(os.getpid()) + resident(pid_of(durable.library())) < start + 16 * MIB


def resident(pid: int) -> int:
    """The memory of a process that is not swapped out, in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) * 1024
