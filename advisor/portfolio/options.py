"""What is asked of a portfolio run."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from advisor.model import Request, frozen
from advisor.portfolio.dataset import Dataset


@frozen
class Options:
    """The options of a run, as the command line has them; *facts* keeps what was read, *history*
    compares each shop with its own earlier runs and keeps this one: in the shop's own history, or
    in this *partition* of that of the portfolio."""

    today: str
    goal: str | None = None
    size: str | None = None
    niche: str | None = None
    first: str | None = None
    last: str | None = None
    month: str | None = None
    rules: tuple[str, ...] = ()
    language: str | None = None
    isolate: bool = False
    facts: bool = True
    history: bool = False
    partition: str = ""

    @classmethod
    def of(
        cls, request: Request, *, isolate: bool = False, facts: bool = True, common: bool = False
    ) -> "Options":
        """The options of a run over the shops of *request*; with *common* their history is in the
        results."""

        def day(one: date | None) -> str | None:
            return one.isoformat() if one else None

        period = "_".join(map(str, filter(None, (request.first, request.last, request.month))))
        partition = "_".join(filter(None, (request.today.isoformat(), period)))
        return cls(
            today=request.today.isoformat(),
            goal=request.goal,
            size=request.size,
            niche=request.niche,
            first=day(request.first),
            last=day(request.last),
            month=request.month,
            rules=tuple(str(one.resolve()) for one in request.rules),
            language=request.language,
            isolate=isolate,
            facts=facts,
            history=request.history,
            partition=partition if common and request.history else "",
        )


@frozen
class Plans:
    """Which plans are written: those of the *folders*, or that *choose* names once all results are
    there; in these *formats*, each into a folder of its name in *top*: in the results where there
    is none."""

    folders: frozenset[str] = frozenset()
    choose: Callable[[Dataset], Sequence[str]] | None = None
    formats: tuple[str, ...] = ()
    top: Path | None = None
