"""From what stands on the command line to a request: which shop, and where its profile lies."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from advisor.errors import AdvisorError
from advisor.model import (
    CONFIG_NAME,
    Settings,
    find_config,
    frozen,
    is_remote,
    named_settings,
    read_settings,
)

if TYPE_CHECKING:
    from advisor.history import Store
    from advisor.ingest import KeptSettings
    from advisor.model import Request
    from advisor.portfolio import Dataset


@frozen
class Shop:
    """A shop's advisor.toml as read; *config* is None where there is none."""

    settings: Settings = attrs.field(factory=Settings)
    config: Path | None = None

    @property
    def base(self) -> Path:
        """What paths in advisor.toml are relative to."""
        return self.config.parent if self.config else Path()

    def kept(self) -> "KeptSettings | None":
        """What facts of it keep of its settings."""
        if self.config is None:
            return None
        from advisor.ingest import KeptSettings
        from advisor.model import agency_text, read_text

        folder = self.config.resolve().parent
        text = read_text(self.config, where=CONFIG_NAME)
        return KeptSettings(folder.name, text, agency_text(folder))


def folder_of(path: str) -> Path:
    """Where outputs belong that were made of *path*: beside it."""
    given = Path(path)
    if given.is_dir():
        return given
    from advisor.ingest import STDIN, is_address

    return Path() if path == STDIN or is_address(path) else given.parent


def find_shop(paths: Sequence[str], config: Path | None) -> Shop:
    """The advisor.toml of *config*, else the one beside the files that are read, else the one that
    facts kept.

    Raises AdvisorError where the paths belong to two shops.
    """
    if config is None and len(paths) == 1 and (shop := portfolio_shop(paths[0])):
        return Shop(shop.settings(), shop.config())
    if config is not None:
        if not config.is_file():
            raise AdvisorError("no such file", where=str(config), hint="check --config")
        return Shop(read_settings(config), config)
    found = find_config(folder_of(path) for path in paths)
    if found is None and not any(Path(path).is_file() for path in paths):
        return Shop()  # without waiting for Polars
    if found is None:
        from advisor.ingest import kept_settings

        return Shop(kept_settings(paths))
    return Shop(named_settings(read_settings(found), found.parent.name), found)


@frozen
class PortfolioShop:
    """A shop of the results of `advisor portfolio`: its *id*, and the *folder* of its exports."""

    dataset: "Dataset"
    id: str
    folder: str

    def store(self) -> "Store":
        """Where its history is."""
        from advisor.history import Store
        from advisor.portfolio import History

        url = self.settings().history.url
        if url is not None:
            return Store(url=url)
        return Store(partitions=History(self.dataset.storage, frozenset({self.id})))

    def settings(self) -> Settings:
        """Its advisor.toml, as the run read it."""
        from advisor.model import make_settings, parse_toml

        config = self.config()
        if config is not None:
            return read_settings(config)
        text = self.dataset.facts_of(self.folder).settings
        return make_settings(parse_toml(text, where=CONFIG_NAME))

    def mute(self, edit: Callable[[str, str], str]) -> None:
        """Writes what is muted of it in the results, which *edit* makes of the text that is there
        and the name of its file."""
        from advisor.portfolio import mutes_file

        storage, name = self.dataset.storage, mutes_file(self.folder)
        version = storage.version(name)
        text = edit("".join(one.decode() for one in storage.read_all([name]).values()), name)
        if not storage.replace(name, text.encode(), version):
            hint = "run the command again"
            raise AdvisorError("was changed at the same time", where=storage.at(name), hint=hint)

    def config(self) -> Path | None:
        """Where its advisor.toml lies; None where the run was one of facts."""
        folder = self.dataset.exports_of(self.folder)
        return folder / CONFIG_NAME if folder and (folder / CONFIG_NAME).is_file() else None


def portfolio_shop(path: str) -> PortfolioShop | None:
    """The shop that *path* names in results, like `results/luna-beauty`; None where it is another
    path. Raises AdvisorError where the results have no such shop."""
    results, _, name = path.rstrip("/").rpartition("/")
    if not is_remote(path):
        given = Path(path)
        if given.exists() or not (given.parent / "manifest.json").is_file():
            return None
        results, name = str(given.parent), given.name
    from advisor.portfolio import Dataset

    dataset = Dataset(results)
    id_, folder = dataset.find(name)
    return PortfolioShop(dataset, id_, folder)


def with_shop(request: "Request", shop: Shop) -> "Request":
    """*request* of *shop*, with the period checked before anything is read."""
    from advisor.model import chosen

    chosen(request.first, request.last, request.month, request.today)
    return attrs.evolve(request, settings=shop.settings, config=shop.config)
