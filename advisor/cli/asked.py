"""Which shop, days and rules are asked about: what every command on a shop's files begins with."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from advisor.cli.options import (
    check_shop_options,
    config_option,
    paths_argument,
    period_options,
    rules_option,
    shop_options,
    tell_at_end,
    today_option,
)
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from advisor.cli.request import Shop
    from advisor.model import Request
    from advisor.plugin import Registry


class Asked(NamedTuple):
    """The options of such a command, as they were given."""

    paths: tuple[str, ...]
    goal: str | None
    size: str | None
    niche: str | None
    first: date | None
    last: date | None
    month: str | None
    today: date
    config: Path | None
    rules: tuple[Path, ...]

    def here(self) -> "Asked":
        """The same, of the current folder where no path was given."""
        return self if self.paths else self._replace(paths=(".",))

    def request(self, registry: "Registry") -> "Request":
        """The request that they make. Raises AdvisorError for what nobody knows."""
        from advisor.cli.request import find_shop

        self.check(registry)
        return self.request_of(find_shop(self.paths, self.config), registry)

    def request_of(
        self, shop: "Shop", registry: "Registry", language: str | None = None
    ) -> "Request":
        """The request that they make of *shop*, for a report in *language*. What fails of
        *registry* while it is met, the rules engine included, is told at the end of the command."""
        from advisor.cli.request import make_request

        tell_at_end(registry.failures)
        return make_request(
            self.paths,
            shop,
            self.today,
            goal=self.goal,
            size=self.size,
            niche=self.niche,
            first=self.first,
            last=self.last,
            month=self.month,
            rules=self.rules,
            language=language,
        )

    def check(self, registry: "Registry") -> None:
        """Raises AdvisorError for a goal, size or niche that nobody knows; it names the plugins
        that failed, since one of them may have brought it."""
        try:
            check_shop_options(
                registry.vocabulary(), goal=self.goal, size=self.size, niche=self.niche
            )
        except AdvisorError as error:
            raise registry.name_failed(error) from None


def about_a_shop(*, required: bool = True) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The paths and options of a command on a shop's files, given to it as one value: `asked`."""

    def decorated(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def called(**options: Any) -> Any:
            asked = Asked(**{name: options.pop(name) for name in Asked._fields})
            return command(asked=asked, **options)

        found: Callable[..., Any] = called
        for option in (rules_option, config_option, today_option, period_options, shop_options):
            found = option(found)
        return paths_argument(required=required)(found)

    return decorated
