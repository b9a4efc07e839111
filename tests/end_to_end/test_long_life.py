"""A process that goes on for long takes no more than one that has just begun."""

import gc
import os
import sys
import tempfile
import threading
from pathlib import Path

import attrs
import pytest

from tests.cli.exports import shop_folder
from tests.end_to_end.runs import document, reports

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]

RUNS = int(os.environ.get("ADVISOR_RUNS", "1000"))


@attrs.frozen
class Taken:
    """What this process holds of the machine: memory in MiB, and counts."""

    memory: float
    handles: int
    threads: int
    temporary: int

    @classmethod
    def now(cls) -> "Taken":
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return cls(
            pages * os.sysconf("SC_PAGE_SIZE") / 2**20,
            len(list(Path("/proc/self/fd").iterdir())),
            threading.active_count(),
            len(list(Path(tempfile.gettempdir()).iterdir())),
        )


def test_memory_handles_threads_and_temporary_files_stay_flat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    shops = [shop_folder(tmp_path / name, weak=name == "a") for name in ("a", "b")]
    (shops[1] / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")

    def run(times: int) -> None:
        for number in range(times):
            reports(document(shops[number % 2]))

    run(max(20, RUNS // 10))
    early = Taken.now()
    run(RUNS)
    late = Taken.now()

    assert (late.handles, late.threads) == (early.handles, early.threads)
    assert late.temporary == early.temporary
    assert late.memory < early.memory * 1.1 + 10, f"{early.memory:.0f} to {late.memory:.0f} MiB"
