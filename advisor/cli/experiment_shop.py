"""What both commands of `advisor experiment` begin with: the metric, and the shop's files."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from advisor.cli.options import tell_at_end
from advisor.errors import AdvisorError, Mistakes, unknown

if TYPE_CHECKING:
    from advisor.experiment import Shop
    from advisor.model import Metric, Vocabulary
    from advisor.plugin import Registry

T = TypeVar("T")


class Tries:
    """Collects the mistakes of several readings, to tell them all at once."""

    def __init__(self) -> None:
        self._mistakes: list[AdvisorError] = []

    def __call__(self, read: Callable[[], T]) -> T | None:
        """What *read* gives, or None where it raises a user's mistake."""
        try:
            return read()
        except AdvisorError as error:
            self._mistakes.append(error)
            return None

    def done(self) -> None:
        """Raises what was collected."""
        if len(self._mistakes) == 1:
            raise self._mistakes[0]
        if self._mistakes:
            raise Mistakes([str(one) for one in self._mistakes], where="command line")


def tested(name: str, vocabulary: "Vocabulary") -> "Metric":
    """The metric of this name. Raises AdvisorError where nobody knows it, or no test tells it."""
    from advisor.model import MetricKind

    metric = vocabulary.metrics.get(name)
    if metric is None:
        raise AdvisorError(unknown("metric", name, vocabulary.metrics), where="--metric")
    if metric.derived:
        raise AdvisorError(
            f"{metric.title} is computed by a plugin from more than counts of one version",
            where="--metric",
            hint="choose a metric that is a ratio of counts: `advisor metrics list`",
        )
    if metric.kind is MetricKind.EXACT:
        raise AdvisorError(
            f"{metric.title} is counted, not a ratio that versions can be compared by",
            where="--metric",
            hint="choose a share, a rate or a money ratio: `advisor metrics list`",
        )
    return metric


def open_paths(
    paths: Sequence[str],
    registry: "Registry",
    today: date,
    config: Path | None,
    *,
    first: date | None = None,
    last: date | None = None,
    month: str | None = None,
) -> "Shop":
    """The counts of the shop whose files these are."""
    from advisor.cli.request import find_shop, with_shop
    from advisor.cli.screen import Waiting
    from advisor.experiment import open_shop
    from advisor.model import Request

    tell_at_end(registry.failures)
    shop = find_shop(paths, config)
    asked = Request(tuple(paths), today, first=first, last=last, month=month)
    with Waiting() as waiting:
        return open_shop(with_shop(asked, shop), registry, progress=waiting)
