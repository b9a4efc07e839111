"""Blocks on a dask cluster: the same results, whatever becomes of workers and scheduler."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from advisor.errors import AdvisorError
from advisor.plugin import load_plugins
from advisor.portfolio import (
    ClusterEngine,
    Dataset,
    Facts,
    LocalEngine,
    Options,
    Plans,
    Worker,
    gather_shops,
    linked,
    run_portfolio,
)
from advisor.portfolio.dataset import TABLES
from tests.cli.conftest import Run, run
from tests.cli.exports import PROFILE, TODAY, shop_folder
from tests.portfolio.bucket import bucket

__all__ = ["bucket", "run"]
distributed = pytest.importorskip("distributed")
OPTIONS = Options(today=TODAY)


def write_shops(folder: Path, names: Sequence[str]) -> list[Path]:
    return [shop_folder(folder / n, profile=PROFILE.replace("corner", n)) for n in names]


def frames(out: Path | str) -> dict[str, pl.DataFrame]:
    whole = {name: Dataset(out).table(name).collect() for name in TABLES}
    return {**whole, "shops": whole["shops"].drop("facts")}  # which depends on the blocks


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def ended(engine: ClusterEngine) -> Iterator[ClusterEngine]:
    try:
        yield engine
    finally:
        engine.stop()


def assert_same(out: Path | str, other: Path) -> None:
    for name, frame in frames(other).items():
        assert_frame_equal(frames(out)[name], frame)


def alone(shops: Sequence[Path], out: Path) -> Path:
    """The results that one process has."""
    run_portfolio(shops, out, OPTIONS, engine=LocalEngine(Worker(load_plugins())))
    return out


@pytest.fixture
def local() -> Iterator[str]:
    """The address of a cluster in this process."""
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        yield cluster.scheduler_address


class HereChild:
    """A child of a worker that is in this process."""

    def __init__(self) -> None:
        self._worker = Worker(load_plugins())

    def ask(self, message: bytes) -> bytes:
        return self._worker.answer(message)

    def close(self) -> None:
        pass


def test_a_cluster_gives_what_a_process_gives(
    local: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("advisor.portfolio.cluster.start_child", lambda threads: HereChild())
    monkeypatch.chdir(tmp_path)
    shops = write_shops(Path("shops"), ("ash", "birch"))
    with ended(ClusterEngine(local)) as engine:
        gather_shops(shops, Facts("facts"), OPTIONS, engine=engine)
        run_portfolio(Facts("facts"), Path("out"), OPTIONS, engine=engine)
    assert_same(tmp_path / "out", alone(shops, tmp_path / "alone"))
    assert not list(tmp_path.rglob(".advisor-*"))


def test_a_worker_that_is_not_fit_is_told(
    local: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shops = write_shops(tmp_path / "shops", ("ash",))
    with ended(ClusterEngine(local)) as engine:
        monkeypatch.setattr("advisor.portfolio.cluster._inputs", lambda message: ["/not/mounted"])
        with pytest.raises(AdvisorError, match="a worker does not see /not/mounted"):
            run_portfolio(shops, tmp_path / "out", OPTIONS, engine=engine)
        versions = iter(("agency 1", "agency 2", "agency 2"))
        monkeypatch.setattr("advisor.portfolio.cluster.installed_versions", lambda: next(versions))
        with pytest.raises(AdvisorError, match="a worker has other versions: agency 2"):
            run_portfolio(shops, tmp_path / "out", OPTIONS, engine=engine)


def test_a_cluster_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("advisor.portfolio.cluster.CONNECTING", 0.2)
    with pytest.raises(AdvisorError, match="no scheduler answers"):
        ClusterEngine(f"tcp://127.0.0.1:{free_port()}")


# ── scheduler and workers as processes of their own ───────────────────────────────────────────────


class Machines:
    """A scheduler and its workers, started as a user starts them."""

    def __init__(
        self, logs: Path, workers: int = 2, last: Mapping[str, str] = {}, **settings: str
    ) -> None:
        self._logs = logs
        self._env = {**os.environ, **settings}
        self.address = f"tcp://127.0.0.1:{free_port()}"
        host, port = self.address.removeprefix("tcp://").split(":")
        self.scheduler = self._start("scheduler", "--host", host, "--port", port)
        self.workers = [
            self._start(
                "worker",
                self.address,
                "--nthreads",
                "1",
                "--death-timeout",
                "60",
                **(last if number == workers - 1 else {}),
            )
            for number in range(workers)
        ]

    def engine(self) -> ClusterEngine:
        """An engine, once the scheduler and all workers are there."""
        with distributed.Client(self.address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(len(self.workers), timeout=60)
        return ClusterEngine(self.address)

    def _start(self, *words: str, **settings: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *words, "--no-dashboard"]
        if words[0] == "worker":
            command += ["--no-nanny", "--local-directory", str(self._logs)]
        with (self._logs / "log").open("ab") as log:
            env = {**self._env, **settings}
            return subprocess.Popen(command, env=env, stdout=log, stderr=log)

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Callable[..., Machines]]:
    started: list[Machines] = []

    def start(**settings: Any) -> Machines:
        started.append(Machines(tmp_path, **settings))
        return started[-1]

    yield start
    for one in started:
        one.close()


SHOPS = tuple(f"shop-{number:02}" for number in range(12))


@pytest.fixture
def shops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Shops in blocks of two."""
    monkeypatch.setattr("advisor.portfolio.pool.SMALL_BLOCK", 2)
    return write_shops(tmp_path / "shops", SHOPS)


def when_begun(act: Callable[[], None]) -> Callable[[int, int, str], None]:
    """Does *act* as soon as a block is done."""
    waiting = [act]

    def progress(done: int, of: int, text: str) -> None:
        if waiting and 0 < done < of:
            waiting.pop()()

    return progress


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_blocks_of_a_worker_that_is_killed_or_hangs_are_done_by_others(
    machines: Callable[..., Machines], shops: list[Path], tmp_path: Path, how: signal.Signals
) -> None:
    expected = alone(shops, tmp_path / "alone")
    cluster = machines(DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL="12 s")
    worker = cluster.workers[0]
    with ended(cluster.engine()) as engine:
        act = when_begun(lambda: worker.send_signal(how))
        run_portfolio(shops, tmp_path / "out", OPTIONS, engine=engine, progress=act)
    assert_same(tmp_path / "out", expected)


@pytest.mark.slow
def test_workers_need_no_folder_in_common_where_all_is_on_a_store(
    machines: Callable[..., Machines], shops: list[Path], tmp_path: Path, bucket: str
) -> None:
    expected = alone(shops, tmp_path / "alone")
    facts = Facts(f"{bucket}/facts")
    gather_shops(shops, facts, OPTIONS, engine=LocalEngine(Worker(load_plugins())))
    shutil.rmtree(tmp_path / "shops")
    with ended(machines().engine()) as engine:
        plans = Plans(frozenset(SHOPS[:2]), formats=("md",))
        run_portfolio(facts, f"{bucket}/out", OPTIONS, plans=plans, engine=engine)
    assert_same(f"{bucket}/out", expected)
    assert len(linked(Dataset(f"{bucket}/out"), Path())) == 2


@pytest.mark.slow
def test_a_run_whose_scheduler_is_lost_is_resumed(
    machines: Callable[..., Machines], shops: list[Path], tmp_path: Path
) -> None:
    expected = alone(shops, tmp_path / "alone")
    cluster = machines()
    out = tmp_path / "out"
    act = when_begun(cluster.scheduler.kill)
    with ended(cluster.engine()) as engine, pytest.raises(AdvisorError, match="are lost"):
        run_portfolio(shops, out, OPTIONS, engine=engine, progress=act)
    with ended(machines().engine()) as engine:
        result = run_portfolio(shops, out, OPTIONS, engine=engine)
    assert 0 < result.before < len(shops)
    assert_same(out, expected)


@pytest.mark.slow
def test_a_scheduler_that_is_lost_before_a_request_is_told(
    machines: Callable[..., Machines], shops: list[Path], tmp_path: Path
) -> None:
    cluster = machines()
    with ended(cluster.engine()) as engine:
        cluster.scheduler.kill()
        with pytest.raises(AdvisorError, match="are lost"):
            run_portfolio(shops, tmp_path / "out", OPTIONS, engine=engine)


SLOW = """\
import os, sys, time
from pathlib import Path
seen = set()
def audit(event, args):
    if event == "open" and str(args[0]).endswith("ads.csv"):
        shop = Path(str(args[0])).parent.name
        if shop not in seen:
            seen.add(shop)
            Path(os.environ["SHOPS_READ"], shop).touch(exist_ok=False)
            time.sleep(float(os.environ["SECONDS_A_SHOP"]))
sys.addaudithook(audit)
"""


@pytest.mark.slow
def test_a_slow_worker_is_not_taken_for_one_that_hangs(
    machines: Callable[..., Machines], shops: list[Path], tmp_path: Path
) -> None:
    expected = alone(shops, tmp_path / "alone")
    hooks, fast, slow = (tmp_path / name for name in ("site", "fast", "slow"))
    for folder in (hooks, fast, slow):
        folder.mkdir()
    (hooks / "sitecustomize.py").write_text(SLOW, encoding="utf-8")
    cluster = machines(
        PYTHONPATH=os.pathsep.join([str(hooks), *filter(None, sys.path)]),
        # A block takes a slow worker longer than one that hangs is given.
        DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL="15 s",
        SHOPS_READ=str(fast),
        SECONDS_A_SHOP="0",
        last={"SHOPS_READ": str(slow), "SECONDS_A_SHOP": "10"},
    )
    with ended(cluster.engine()) as engine:
        run_portfolio(shops, tmp_path / "out", OPTIONS, engine=engine)
        assert len(engine._client.nthreads()) == 2
    assert_same(tmp_path / "out", expected)
    done = [{one.name for one in folder.iterdir()} for folder in (fast, slow)]
    assert done[0] | done[1] == set(SHOPS)
    assert not done[0] & done[1]  # no block was done twice
    assert 0 < len(done[1]) < len(done[0])


CRASHES = """\
import os, sys
def audit(event, args):
    if event == "open" and "crash" in str(args[0]) and str(args[0]).endswith(".csv"):
        {act}
sys.addaudithook(audit)
"""


@pytest.mark.slow
@pytest.mark.parametrize("act", ["os._exit(139)", "os.kill(os.getppid(), 9); os._exit(139)"])
def test_a_block_that_always_fails_is_set_aside(
    machines: Callable[..., Machines], run: Run, tmp_path: Path, act: str
) -> None:
    hooks = tmp_path / "site"
    hooks.mkdir()
    (hooks / "sitecustomize.py").write_text(CRASHES.format(act=act), encoding="utf-8")
    write_shops(tmp_path / "shops", ("ash", "crash", "elm"))
    cluster = machines(
        workers=4,
        PYTHONPATH=os.pathsep.join([str(hooks), *filter(None, sys.path)]),
        DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0",
    )
    cluster.engine().stop()
    out = tmp_path / "out"
    command = ["portfolio", str(tmp_path / "shops"), "-o", str(out), "--plans", "none"]
    for _ in range(2):  # what is done already is told again
        result = run(*command, "--today", TODAY, "--cluster", cluster.address)
        assert result.exit_code == 4
        assert "Failed: crash: its process ended" in result.stderr
        rows = Dataset(out).table("shops").collect().sort("folder")
        assert rows["problem"].is_null().to_list() == [True, False, True]
