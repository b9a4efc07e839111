"""`--trace-plugins`: each call of a plugin, its time and the size of what it gave."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import attrs

from advisor.model import define, mask_personal

T = TypeVar("T")


@define(eq=False)
class Trace:
    """Tells each call as a line; calls that happen for every file are added up until `tell_sums`.

    *say* prints a line.
    """

    say: Callable[[str], None]
    _sums: dict[tuple[str, str], tuple[int, float, int]] = attrs.field(factory=dict)

    def timed(self, owner: str, name: str, work: Callable[[], T]) -> Callable[[], T]:
        """*work* that tells its time and the size of its result."""

        def traced() -> T:
            start = time.perf_counter()
            said = "failed"
            try:
                result = work()
                said = _size(result)
                return result
            finally:
                self._tell(owner, name, time.perf_counter() - start, said)

        return traced

    def summed(self, owner: str, name: str, work: Callable[[], T]) -> Callable[[], T]:
        """*work* whose time and number of results are added to those of the same *name*."""

        def traced() -> T:
            start = time.perf_counter()
            found = 0
            try:
                result = work()
                found = len(result) if isinstance(result, list | tuple) else 0
                return result
            finally:
                calls, seconds, results = self._sums.get((owner, name), (0, 0.0, 0))
                spent = time.perf_counter() - start
                self._sums[owner, name] = (calls + 1, seconds + spent, results + found)

        return traced

    def tell_sums(self) -> None:
        """Tells what was added up, and begins anew."""
        for (owner, name), (calls, seconds, results) in self._sums.items():
            files = "1 file" if calls == 1 else f"{calls} files"
            self._tell(owner, f"{name} ({files})", seconds, _counted(results, "claim"))
        self._sums.clear()

    def _tell(self, owner: str, name: str, seconds: float, said: str) -> None:
        called = mask_personal(name)  # the name of a file may be in it
        self.say(f"trace: {owner} {called}: {seconds * 1000:.1f} ms, {said}")


def _size(result: Any) -> str:
    """How large a result of a hook or of a reading provider is."""
    if isinstance(result, tuple) and result and isinstance(result[0], list):
        result = result[0]
    if isinstance(result, list):
        kinds = dict.fromkeys(type(item).__name__ for item in result)
        heights = [item.frame.height for item in result if hasattr(item, "frame")]
        rows = f" of {_counted(sum(heights), 'row')}" if heights else ""
        return f"{len(result):,} {next(iter(kinds), 'thing')}{rows}"
    tables = getattr(result, "tables", None)
    if tables is not None:
        height = sum(table.frame.height for table in tables)
        return f"{_counted(len(tables), 'table')} of {_counted(height, 'row')}"
    return type(result).__name__


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
