"""Counts the queries that a command gives to Polars, by the module of ours that asks.

    python -m tests.benchmarks.queries [--lines] diagnose examples/luna-beauty -o /tmp/out

A query is one `collect` of a lazy frame, and each frame of a `collect_all`; `select`,
`with_columns`, `filter`, `join`, `sort` and `group_by` of a frame are one each.
With --lines the callers are told by line.
"""

import contextlib
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from types import FrameType
from typing import Any

import polars as pl

OURS = ("advisor", "advisor_tiktok_shop", "advisor_tiktok_ads", "advisor_tiktok_studio")


class Counts:
    """Queries and their processor time in milliseconds, by caller."""

    def __init__(self, *, lines: bool) -> None:
        self.lines = lines
        self._inside = False
        self.queries: Counter[str] = Counter()
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def install(self) -> None:
        """Counts from now on."""
        for name in ("collect", "_collect_eager"):
            setattr(pl.LazyFrame, name, self._counted(getattr(pl.LazyFrame, name)))
        pl.collect_all = self._counted(pl.collect_all, len)

    def _counted(
        self, collect: Callable[..., Any], queries: Callable[[Any], int] = lambda _: 1
    ) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            if self._inside:
                return collect(*args, **kwargs)
            self._inside = True
            start = time.process_time()
            try:
                return collect(*args, **kwargs)
            finally:
                self._inside = False
                caller = self.caller(sys._getframe(1))
                self.queries[caller] += queries(args[0])
                self.seconds[caller] += time.process_time() - start

        return counted

    def caller(self, frame: FrameType | None) -> str:
        """The nearest function of ours."""
        while frame is not None:
            module = str(frame.f_globals.get("__name__", ""))
            if module.partition(".")[0] in OURS:
                if self.lines:
                    return f"{module}:{frame.f_lineno} {frame.f_code.co_name}"
                return module
            frame = frame.f_back
        return "elsewhere"

    def rows(self) -> list[tuple[str, int, float]]:
        """Caller, queries, milliseconds; most queries first."""
        return [
            (caller, count, 1000 * self.seconds[caller])
            for caller, count in self.queries.most_common()
        ]


def main() -> None:
    words = sys.argv[1:]
    lines = "--lines" in words
    counts = Counts(lines=lines)
    counts.install()
    from advisor.cli import main as command

    with contextlib.suppress(SystemExit):
        command([word for word in words if word != "--lines"])
    rows = counts.rows()
    print(f"{sum(count for _, count, _ in rows):6} {sum(ms for *_, ms in rows):8.0f} ms  in all")  # noqa: T201
    for caller, count, milliseconds in rows:
        print(f"{count:6} {milliseconds:8.1f} ms  {caller}")  # noqa: T201


if __name__ == "__main__":
    main()
