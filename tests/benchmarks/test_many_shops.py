"""What a further shop costs a run over many: processor time, and memory.

pytest tests/benchmarks/test_many_shops.py --benchmark-only -s -n 0
"""

import os
import subprocess
import sys
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from tests.benchmarks.shops import TODAY, write_shops

FEW, MANY = 10, int(os.environ.get("BENCHMARK_SHOPS", "200"))
MEASURED = """
import resource, subprocess, sys
code = "from advisor.cli import main; main()"
subprocess.run([sys.executable, "-c", code, "diagnose", *sys.argv[1:]], check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""


def run(folder: Path) -> tuple[float, float]:
    """Processor seconds and peak memory in MiB of a run over the shops of *folder*."""
    words = [str(folder), "-q", "--today", TODAY, "-o", f"{folder}-plans"]
    command = [sys.executable, "-c", MEASURED, *words]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(told[0]), float(told[1])


def test_a_further_shop(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    write_shops(tmp_path / "few", FEW)
    write_shops(tmp_path / "many", MANY)
    few = run(tmp_path / "few")
    many = benchmark.pedantic(run, (tmp_path / "many",), rounds=1)  # type: ignore[no-untyped-call]

    each = (many[0] - few[0]) / (MANY - FEW)
    line = f"a further shop of 4 files: {each:.2f} s; memory: {many[1] - few[1]:+.0f} MiB"
    sys.stdout.write(f"\n{line}\n")
    assert each < 0.5
    assert many[1] - few[1] < 40
