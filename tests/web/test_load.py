"""The page under a steady load: it holds no more at the end than soon after the beginning."""

import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest

from tests.cli.exports import ad_days
from tests.shapes import ads_manager
from tests.web.served import Page, served
from tests.web.test_page import finished

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]

MINUTES = float(os.environ.get("ADVISOR_LOAD_MINUTES", "20"))
CLIENTS = 2
WARM_UP = 0.2  # of the time, after which nothing may grow
QUESTIONS = (
    "explain?action=1",
    "why-not?rule=guide/high-cpc",
    "what-if?metric=ad.ctr&value=3%25",
)


@attrs.frozen
class Held:
    """What the page holds of the machine between two rounds: memory in MiB, and counts. *left* are
    the entries of its temporary folder and of the hidden folders of its workspace."""

    memory: float
    handles: int
    threads: int
    children: int
    left: int

    @classmethod
    def of(cls, page: Page, temporary: Path) -> "Held":
        process = Path("/proc", str(page.pid))
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        children = [one.read_text().split() for one in process.glob("task/*/children")]
        hidden = list(page.workspace.glob(".*/*"))
        return cls(
            int(status["VmRSS"].split()[0]) / 1024,
            len(list((process / "fd").iterdir())),
            int(status["Threads"]),
            sum(map(len, children)),
            len([*temporary.iterdir(), *hidden]),
        )


def life(page: Page, name: str, exports: Sequence[bytes], *, hurried: bool) -> Counter[str]:
    """A shop from its first upload until it is deleted; *hurried*: while its plan is being made.
    Gives how often each thing was done."""
    done: Counter[str] = Counter()

    def uploads(part: bytes, ending: str, count: int = 10) -> None:
        for number in range(count):
            file = ("files", f"ads {number}{ending}", part)
            assert page.post(f"/shops/{shop}/files", file).status == 303
        done["uploads"] += count

    created = page.post("/shops", ("name", name), ("files", "ads.csv", exports[0]))
    assert created.status == 303
    shop = created.headers["location"].split("?")[0].rpartition("/")[2]
    uploads(exports[1], ".csv")
    uploads(b"PK\x03\x04 no workbook", ".xlsx")
    finished(page, shop)
    settings = (("size", "small"), ("goal", "sales"), ("currency", "USD"))
    assert page.post(f"/shops/{shop}/plan", *settings).status == 303
    done["plans"] += 1
    if not hurried:
        assert "Open the plan" in finished(page, shop).text
        for place in ("plan/plan.html", "download/plan.json", *QUESTIONS):
            assert page.get(f"/shops/{shop}/{place}").status == 200, place
        done["questions"] += len(QUESTIONS)
        assert page.get(f"/shops/{shop}/why-not?rule=--config").status in {404, 422}
        file = ("file", "ads.csv")
        assert page.post(f"/shops/{shop}/files/remove", file).status == 303
        finished(page, shop)
    assert page.post(f"/shops/{shop}/delete", ("sure", "yes")).status == 303
    assert page.get(f"/shops/{shop}").status == 404
    done["shops"] += 1
    return done


def test_memory_handles_threads_and_temporary_files_of_the_page_stay_flat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))  # of the page, which inherits it
    exports = [ads_manager.daily_csv(ad_days(weak=True, days=days)) for days in (28, 14)]
    done: Counter[str] = Counter()
    held: list[Held] = []
    with served(tmp_path / "shops") as page, ThreadPoolExecutor(CLIENTS) as clients:
        page.enter()
        began = time.monotonic()
        early = 0
        while (passed := time.monotonic() - began) < MINUTES * 60 or len(held) < 2 * early + 2:
            number = len(held)
            lives = [
                clients.submit(
                    life,
                    page,
                    f"Shop {number} {client}",
                    exports,
                    hurried=(number + client) % 4 == 3,
                )
                for client in range(CLIENTS)
            ]
            for ended in lives:
                done += ended.result()
            # A shop that waits for both slots, so that what was hurried has ended.
            done += life(page, "Last", exports, hurried=False)
            held.append(Held.of(page, temporary))
            if passed < MINUTES * 60 * WARM_UP:
                early = len(held)
        early = max(1, early)
    with capsys.disabled():
        print(f"\n{dict(done)} in {passed:.0f} s")  # noqa: T201
        for one in (held[0], held[early - 1], held[len(held) // 2], held[-1]):
            print(one)  # noqa: T201

    warm, late = held[:early], held[early:]
    for name in ("handles", "threads", "children", "left"):
        most = max(getattr(one, name) for one in warm)
        assert min(getattr(one, name) for one in late[-3:]) <= most, (name, held)
    # Of each part the least, which no buffer that is about to be freed is in.
    at_first, at_last = (min(one.memory for one in part[-5:]) for part in (warm, late))
    assert at_last < at_first * 1.05 + 2, [round(one.memory, 1) for one in held]
