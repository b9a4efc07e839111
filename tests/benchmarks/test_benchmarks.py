"""How fast, as ratios of what somebody would have written by hand, taken in the same run.

    pytest tests/benchmarks --benchmark-only -s -n 0

Time is processor time (user and system) of whole processes, so that a busy machine tells the same;
each ratio is the median of pairs of runs. `BENCHMARK_ROWS` makes the large file smaller.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from advisor.judge import judge
from advisor.judge.engine.durable import DurableEngine, available
from tests.benchmarks import subjects
from tests.shapes.large import write_ads_manager_csv

BASELINES = Path(__file__).parent / "baselines"
EXAMPLE = Path(__file__).parents[2] / "examples" / "luna-beauty"
ROWS = int(os.environ.get("BENCHMARK_ROWS", "1000000"))
PAIRS = 5
TODAY = "2026-11-02"
COMPILED = Path(tempfile.gettempdir()) / "advisor-benchmark-compiled"


@attrs.frozen
class Used:
    """What a process used: seconds of processor time, peak memory in MB."""

    seconds: float
    memory: float


def process(*command: str) -> Used:
    """Runs Python with *command* to its end, in the default settings of everybody: modules are
    compiled once, as an installer does it, and not in each process."""
    settings = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(COMPILED)}
    with subprocess.Popen(
        [sys.executable, *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **settings},
    ) as running:
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        errors = running.stderr.read().decode() if running.stderr else ""
    assert running.returncode == 0, errors
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Used(used.ru_utime + used.ru_stime, used.ru_maxrss / unit)


def diagnose(path: Path, out: Path, *more: str) -> Used:
    code = "from advisor.cli import main; main()"
    return process("-c", code, "diagnose", str(path), "-o", str(out), "--today", TODAY, *more)


def ratios(ours: Callable[[], Used], theirs: Callable[[], Used]) -> tuple[float, float]:
    """Ratios of time and of memory: medians of pairs, after one pair that warms the caches."""
    ours(), theirs()
    pairs = [(ours(), theirs()) for _ in range(PAIRS)]
    return (
        statistics.median(a.seconds / b.seconds for a, b in pairs),
        statistics.median(a.memory / b.memory for a, b in pairs),
    )


def once(benchmark: BenchmarkFixture, measure: Callable[[], Sequence[tuple[str, float]]]) -> None:
    """Measures, and keeps and prints what came out."""
    run: Callable[..., Sequence[tuple[str, float]]] = benchmark.pedantic
    found = dict(run(measure, rounds=1, iterations=1))
    benchmark.extra_info.update(found)
    print(", ".join(f"{name}: {value:.2f}" for name, value in found.items()))  # noqa: T201


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "ads.csv"
    write_ads_manager_csv(path, rows=ROWS, subjects=max(100, ROWS * 18 // 1000))
    return path


def test_the_example_against_importing_the_libraries(
    benchmark: BenchmarkFixture, tmp_path: Path
) -> None:
    def measure() -> list[tuple[str, float]]:
        time_, memory = ratios(
            lambda: diagnose(EXAMPLE, tmp_path),
            lambda: process(str(BASELINES / "imports.py")),
        )
        return [("time", time_), ("memory", memory)]

    once(benchmark, measure)
    lines = (BASELINES / "imports.py").read_text(encoding="utf-8").splitlines()
    names = [line.split()[1] for line in lines if line.startswith("import ")]
    print(f"the baseline imports {', '.join(names)}")  # noqa: T201


def test_a_large_file_against_a_script_by_hand(
    benchmark: BenchmarkFixture, large: Path, tmp_path: Path
) -> None:
    by_hand = tmp_path / "found.json"

    def measure() -> list[tuple[str, float]]:
        time_, memory = ratios(
            lambda: diagnose(large, tmp_path, "--size", "small", "--quiet"),
            lambda: process(str(BASELINES / "ads_script.py"), str(large), str(by_hand)),
        )
        return [("time", time_), ("memory", memory)]

    once(benchmark, measure)
    plan = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    ours = {
        (finding["rule"].removeprefix("guide/"), finding["subject"]["key"])
        for finding in plan["findings"]
        if finding["subject"]["kind"] == "ad" and finding["rule"].startswith("guide/")
    }
    theirs = {
        (rule, str(row["Ad ID"]))
        for rule, rows in json.loads(by_hand.read_text(encoding="utf-8")).items()
        for row in rows
    }
    # The script does not control how many of its findings are chance.
    assert ours <= theirs
    assert {key for rule, key in ours if rule == "weak-hook"} == {
        key for rule, key in theirs if rule == "weak-hook"
    }


@pytest.mark.skipif(available() is not None, reason="durable_rules cannot be used here")
def test_rules_against_durable_rules_fed_with_numbers(benchmark: BenchmarkFixture) -> None:
    from tests.benchmarks.baselines.raw_durable import matches

    count = ROWS // 10
    measured = subjects.subjects(count)
    ours, numeric = subjects.rules()
    facts, grader, engine = subjects.bounds(measured), subjects.usual(), DurableEngine()
    found: dict[str, set[tuple[str, str]]] = {}

    def judged() -> float:
        start = time.process_time()
        judgement = judge(ours, {"ad": measured}, {}, grader, engine, screen=False)
        taken = time.process_time() - start
        found["ours"] = {(f.rule.id, f.key) for f in judgement.matches if f.kind == "ad"}
        return taken

    def matched() -> float:
        start = time.process_time()
        found["theirs"] = matches(numeric, facts)
        return time.process_time() - start

    def measure() -> list[tuple[str, float]]:
        judged()
        pairs = [(judged(), matched()) for _ in range(3)]
        return [("times as fast", statistics.median(b / a for a, b in pairs))]

    once(benchmark, measure)
    assert found["ours"] == found["theirs"]
    assert 0.03 < len({key for _, key in found["theirs"]}) / count < 0.07


def test_ten_times_the_rows(benchmark: BenchmarkFixture, large: Path, tmp_path: Path) -> None:
    small, least = tmp_path / "small.csv", tmp_path / "least.csv"
    write_ads_manager_csv(small, rows=ROWS // 10, subjects=max(10, ROWS * 18 // 10_000))
    write_ads_manager_csv(least, rows=560, subjects=10)

    def seconds(path: Path) -> float:
        out = tmp_path / path.stem
        return min(diagnose(path, out, "--size", "small").seconds for _ in range(3))

    def measure() -> list[tuple[str, float]]:
        start_up = seconds(least)
        few, many = seconds(small) - start_up, seconds(large) - start_up
        return [("times the time", many / few)]

    once(benchmark, measure)
