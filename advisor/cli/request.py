"""From what stands on the command line to a request: which shop, and where its profile lies."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from advisor.errors import AdvisorError
from advisor.model import Settings, find_config, frozen, read_settings

if TYPE_CHECKING:
    from advisor.model import Request


@frozen
class Shop:
    """A shop's advisor.toml as read; *config* is None where there is none."""

    settings: Settings = attrs.field(factory=Settings)
    config: Path | None = None

    @property
    def base(self) -> Path:
        """What paths in advisor.toml are relative to."""
        return self.config.parent if self.config else Path()


def folder_of(path: str) -> Path:
    """Where outputs belong that were made of *path*: beside it."""
    given = Path(path)
    if given.is_dir():
        return given
    from advisor.ingest import STDIN, is_address

    return Path() if path == STDIN or is_address(path) else given.parent


def find_shop(paths: Sequence[str], config: Path | None) -> Shop:
    """The advisor.toml of *config*, else the one beside the files that are read.

    Raises AdvisorError where the paths belong to two shops.
    """
    if config is not None:
        if not config.is_file():
            raise AdvisorError("no such file", where=str(config), hint="check --config")
        return Shop(read_settings(config), config)
    found = find_config(folder_of(path) for path in paths)
    return Shop() if found is None else Shop(read_settings(found), found)


def with_shop(request: "Request", shop: Shop) -> "Request":
    """*request* of *shop*, with the period checked before anything is read."""
    from advisor.model import chosen

    chosen(request.first, request.last, request.month, request.today)
    return attrs.evolve(request, settings=shop.settings, config=shop.config)
