"""The places of an engine at work: each in a thread of this process, which hands it tasks.

A worker that dies costs its block a second try in halves, down to the shop that ends it.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from advisor.plugin import ChildDied
from advisor.portfolio.dataset import Dataset
from advisor.portfolio.engines import Engine, Message, Place
from advisor.portfolio.options import Options, Plans

# Shops of a block: the more, the less each costs (one of 192 four fifths of one of 96), and the
# more is lost when a run is stopped: half a block a place.
BLOCK, SMALL_BLOCK = 192, 36
BLOCKS, LEAST_BLOCKS = 6, 2  # a place: as many where the shops suffice for that
Progress = Callable[[int, int, str], None]


class _StoppedError(Exception):
    """The user ended the run, and with it the workers."""


@attrs.define(eq=False)
class Pool:
    """The places of an engine, each in a thread of this process that talks with it."""

    engine: Engine
    dataset: Dataset
    options: Options
    plans: Plans
    failures: dict[str, None] = attrs.field(factory=dict)
    notes: dict[str, None] = attrs.field(factory=dict)
    _guard: threading.Lock = attrs.field(factory=threading.Lock)
    stopped: bool = False

    def run(self, tasks: Sequence[Callable[["Talk"], None]]) -> None:
        """Does every task. Raises what the first of them raised."""
        if self.engine.places == 1:
            talk = Talk(self)
            try:
                for task in tasks:
                    task(talk)
            finally:
                talk.close()
            return
        waiting: queue.SimpleQueue[Callable[[Talk], None]] = queue.SimpleQueue()
        for task in tasks:
            waiting.put(task)
        wrong: list[BaseException] = []

        def work() -> None:
            talk = Talk(self)
            try:
                while not self.stopped:
                    waiting.get_nowait()(talk)
            except queue.Empty:
                pass
            except BaseException as error:  # noqa: BLE001 (raised below, in the caller's thread)
                wrong.append(error)
                self.stopped = True
            finally:
                talk.close()

        many = min(self.engine.places, len(tasks))
        threads = [threading.Thread(target=work) for _ in range(many)]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                while thread.is_alive():
                    thread.join(0.2)  # so that Ctrl-C is heard
        except KeyboardInterrupt:
            self.stopped = True
            self.engine.stop()
            for thread in threads:
                thread.join()
            raise
        if wrong:
            raise wrong[0]

    def keep_lines(self, answer: Message) -> None:
        """Keeps what a worker could not do and has to say, each line once."""
        with self._guard:
            self.failures |= dict.fromkeys(answer["failures"])
            self.notes |= dict.fromkeys(answer["notes"])


class Talk:
    """A thread's place."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._place: Place = pool.engine.open()

    def ask(self, message: Mapping[str, Any]) -> Message:
        """The answer to *message*, of which the options of the run are part. Raises ChildDied."""
        pool = self._pool
        whole = {
            **attrs.asdict(pool.options),
            "out": pool.dataset.address,
            "formats": [*pool.plans.formats],
            **message,
        }
        try:
            answer = self._place.ask(whole)
        except ChildDied:
            if pool.stopped:
                raise _StoppedError from None
            raise
        pool.keep_lines(answer)
        return answer

    def close(self) -> None:
        """Ends the worker."""
        self._place.close()


def answers(
    talk: Talk, message: Message
) -> Iterator[tuple[Message, Message | None, ChildDied | None]]:
    """The answer to *message*; where it ends the worker, those to each half of its shops, down to
    the shop that has none."""
    shops = message["shops"]
    try:
        answer = talk.ask(message)
    except ChildDied as died:
        if len(shops) == 1:
            yield message, None, died
            return
        middle = len(shops) // 2
        for half, part in enumerate((shops[:middle], shops[middle:])):
            names = {
                key: f"{message[key]}-{half}" for key in ("name", "facts_name") if message.get(key)
            }
            yield from answers(talk, {**message, **names, "shops": part})
    else:
        yield message, answer, None


def most_shops(shops: int, engine: Engine) -> int:
    """How many shops are in a block of a run over *shops*."""
    if not engine.spreads:
        return BLOCK
    large = min(BLOCK, shops // (BLOCKS * engine.places))
    small = min(SMALL_BLOCK, -(-shops // (LEAST_BLOCKS * engine.places)))
    return max(1, large, small)


class Count:
    """How many shops are done, told with the speed and the time that is left."""

    def __init__(self, total: int, progress: Progress | None, began: float) -> None:
        self._total = total
        self._progress = progress
        self._began = began
        self._done = 0
        self._guard = threading.Lock()

    def add(self, shops: int) -> None:
        """More are done."""
        with self._guard:
            self._done += shops
            if self._progress is None:
                return
            speed = self._done / max(time.monotonic() - self._began, 1e-3)
            left = round((self._total - self._done) / speed) if speed else 0
            self._progress(self._done, self._total, f"{speed:.1f} shops/s, {left} s left")
