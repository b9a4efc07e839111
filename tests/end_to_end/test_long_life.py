"""A process that goes on for long takes no more than one that has just begun."""

import gc
import os
import sys
import tempfile
import threading
from pathlib import Path

import attrs
import pytest

from advisor.diagnosis import gather_shop
from advisor.ingest import write_facts
from advisor.model.settings import read_settings
from tests.cli.exports import shop_folder
from tests.end_to_end.runs import document, registry, reports, request
from tests.tabular.test_databases import ad_days

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
    children: int  # the one that reads Parquet, and any that nobody has waited for

    @classmethod
    def now(cls) -> "Taken":
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return cls(
            pages * os.sysconf("SC_PAGE_SIZE") / 2**20,
            len(list(Path("/proc/self/fd").iterdir())),
            threading.active_count(),
            len(list(Path(tempfile.gettempdir()).iterdir())),
            sum(
                len(task.read_text().split()) for task in Path("/proc/self/task").glob("*/children")
            ),
        )


def test_memory_handles_threads_and_temporary_files_stay_flat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    shops = [shop_folder(tmp_path / name, weak=name == "a") for name in ("a", "b")]
    (shops[1] / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    (shops[1] / "broken.parquet").write_bytes(b"PAR1 no table PAR1")
    ad_days().write_parquet(shops[1] / "loaded.parquet")
    facts = tmp_path / "c.facts"
    write_facts(facts, gather_shop(request(shops[1]), registry()))
    settings = read_settings(shops[0] / "advisor.toml")

    def run(times: int) -> None:
        for number in range(times):
            reports(document([*shops, facts][number % 3], settings=settings))

    run(max(20, RUNS // 10))
    early = Taken.now()
    run(RUNS)
    late = Taken.now()
    print(f"\n{early}\n{late}")  # noqa: T201

    assert (late.handles, late.threads) == (early.handles, early.threads)
    assert (late.temporary, late.children) == (early.temporary, early.children)
    assert late.memory < early.memory * 1.1 + 10, f"{early.memory:.0f} to {late.memory:.0f} MiB"
