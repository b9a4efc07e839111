"""Which shop, days and rules are asked about: what every command on a shop's files begins with."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import attrs

from advisor.cli.options import (
    check_shop_options,
    config_option,
    language_option,
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

_NOT_ASKED = ("settings", "history", "language")  # parts that these options do not give


def shop_command(
    *, required: bool = True, language: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The paths and options of a command on a shop's files, given to it as one value: `asked`, a
    request without the shop's advisor.toml. With *language*, --language is one of them."""

    def decorated(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def called(**options: Any) -> Any:
            from advisor.model import Request

            names = [field.name for field in attrs.fields(Request)]
            given = {n for n in names if n not in _NOT_ASKED or (language and n == "language")}
            asked = Request(**{n: options.pop(n) for n in names if n in given})
            return command(asked=asked, **options)

        found: Callable[..., Any] = called
        for option in (rules_option, config_option, today_option, period_options, shop_options):
            found = option(found)
        if language:
            found = language_option(found)
        return paths_argument(required=required)(found)

    return decorated


def of_current_folder(asked: "Request") -> "Request":
    """The same, of the current folder where no path was given."""
    return asked if asked.paths else attrs.evolve(asked, paths=(".",))


def whole_request(asked: "Request", registry: "Registry") -> "Request":
    """The request with the advisor.toml of its shop. Raises AdvisorError for what nobody knows."""
    from advisor.cli.request import find_shop

    check_options(asked, registry)
    if asked.language is not None:
        asked = attrs.evolve(asked, language=known_language(asked.language, registry))
    return request_of(asked, find_shop(asked.paths, asked.config), registry)


def known_language(name: str, registry: "Registry") -> str:
    """The code of the language called *name*. Raises AdvisorError where there is none."""
    from advisor.plugin import find_language

    return find_language(name, registry.languages(), where="--language")


def request_of(asked: "Request", shop: "Shop", registry: "Registry") -> "Request":
    """What is *asked* of *shop*. What fails of *registry* while it is met, the rules engine
    included, is told at the end of the command."""
    from advisor.cli.request import with_shop

    tell_at_end(registry.failures)
    return with_shop(asked, shop)


def check_options(asked: "Request", registry: "Registry") -> None:
    """Raises AdvisorError for a goal, size or niche that nobody knows; it names the plugins that
    failed, since one of them may have brought it."""
    try:
        check_shop_options(
            registry.vocabulary(), goal=asked.goal, size=asked.size, niche=asked.niche
        )
    except AdvisorError as error:
        raise registry.name_failed(error) from None
