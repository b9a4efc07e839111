"""What installed rule packs cost a run before it reads its first file.

    pytest tests/benchmarks/test_start_up.py --benchmark-only -s -n 0

Processor time of whole processes, as in the other benchmarks: a run that knows all rules, with
packs of 20 rules beside the bundled ones, less the same run without them and less the reading of
their files. `--help`, which needs no rules, must not notice them.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.benchmarks.test_benchmarks import once, process
from tests.plugin.installed import PACK, Site

RULES = 20
RUNS = 5
LIMIT_MS = 1.0  # for each rule, beyond reading its file
LOAD = """
import sys
sys.path[:0] = sys.argv[1:]
from datetime import date
from advisor.model import Settings
from advisor.model.shop import Business
from advisor.knowledge.load import bands_of, load_rules
from advisor.plugin.loading import load_plugins
registry = load_plugins()
bands_of(Settings(), registry)
loaded = load_rules(registry, Settings(), Business(), date(2026, 11, 2))
assert registry.failures() == [], registry.failures()
"""
READ = """
import sys
from pathlib import Path
for folder in sys.argv[1:]:
    for file in sorted(Path(folder).rglob("*.toml")):
        file.read_text(encoding="utf-8")
"""
HELP = "import sys; sys.path[:0] = sys.argv[1:]; sys.argv[1:] = ['--help']\n"
HELP += "from advisor.cli import main; main()"


def install(folder: Path, packs: int) -> Path:
    """*folder* with so many rule packs, each a distribution."""
    site = Site(folder)
    folder.mkdir()
    for number in range(packs):
        module = site.install(f"pack-{number}", PACK.format(id=f"pack-{number}"))
        for rule in range(RULES):
            site.rule(module, f"rule-{rule}")
    return folder


def seconds(code: str, *arguments: str) -> float:
    """The median of the processor time, after a run that warms the caches."""
    runs = [process("-c", code, *arguments).seconds for _ in range(RUNS + 1)]
    return statistics.median(runs[1:])


def added(folder: Path) -> float:
    """Milliseconds that the packs in *folder* add to a run, beyond reading their files."""
    reading = seconds(READ, str(folder)) - seconds(READ)
    return (seconds(LOAD, str(folder)) - seconds(LOAD) - max(0.0, reading)) * 1000


@pytest.mark.parametrize("packs", [1, 10, 50])
def test_what_rule_packs_add_to_the_start(
    packs: int, benchmark: BenchmarkFixture, tmp_path: Path
) -> None:
    folder = install(tmp_path / "site", packs)

    def measure() -> Sequence[tuple[str, float]]:
        milliseconds = added(folder)
        each = milliseconds / (packs * RULES)
        return [("ms", milliseconds), ("ms for each rule", each)]

    once(benchmark, measure)
    noise = 10.0 if packs == 1 else 0.0  # of two processes, more than twenty rules cost
    assert benchmark.extra_info["ms"] <= packs * RULES * LIMIT_MS + noise


def test_what_rule_packs_add_to_help(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    folder = install(tmp_path / "site", 50)

    def measure() -> Sequence[tuple[str, float]]:
        return [("ms", (seconds(HELP, str(folder)) - seconds(HELP)) * 1000)]

    once(benchmark, measure)
    assert benchmark.extra_info["ms"] <= float(os.environ.get("BENCHMARK_NOISE_MS", "10"))


LISTS = {"--help": 1.5, "plugins list": 4.0, "rules list": 4.0}
"""Commands, and at most how many times what importing click costs."""


@pytest.mark.parametrize("command", LISTS)
def test_commands_against_importing_click(command: str, benchmark: BenchmarkFixture) -> None:
    code = f"import sys; sys.argv[1:] = {command.split()!r}; from advisor.cli import main; main()"

    def measure() -> Sequence[tuple[str, float]]:
        pairs = [(seconds(code), seconds("import click")) for _ in range(RUNS)]
        return [("times click", statistics.median(ours / theirs for ours, theirs in pairs))]

    once(benchmark, measure)


KNOWLEDGE = """
import time
from datetime import date
from advisor.knowledge import bands_of, load_rules
from advisor.model import Business, Settings
from advisor.plugin import load_plugins
import advisor_tiktok_ads.provider, advisor_tiktok_shop.provider, advisor_tiktok_studio.provider
registry = load_plugins()
start = time.process_time()
bands_of(Settings(), registry)
load_rules(registry, Settings(), Business(), date(2026, 11, 2))
registry.providers()
print(1000 * (time.process_time() - start))
"""


def test_reading_knowledge_cold_and_warm(
    benchmark: BenchmarkFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def milliseconds() -> float:
        code = [sys.executable, "-c", KNOWLEDGE]
        done = subprocess.run(code, capture_output=True, text=True, check=True)
        return float(done.stdout)

    def measure() -> Sequence[tuple[str, float]]:
        monkeypatch.setenv("ADVISOR_CACHE_DIR", "")
        cold = min(milliseconds() for _ in range(RUNS))
        monkeypatch.setenv("ADVISOR_CACHE_DIR", str(tmp_path))
        milliseconds()
        return [("ms cold", cold), ("ms warm", min(milliseconds() for _ in range(RUNS)))]

    once(benchmark, measure)
