"""Many shops: every subfolder with an advisor.toml is diagnosed apart from the others."""

from collections.abc import Callable
from pathlib import Path

import attrs

from advisor.diagnosis import diagnose
from advisor.document import Document, compose_document
from advisor.errors import AdvisorError, NothingReadable
from advisor.judge import Engine
from advisor.model import CONFIG_NAME, Request, Settings, frozen, read_settings
from advisor.plugin import Registry
from advisor.report import FailedShop

INDEX_FILES = ("index.md", "index.json")
Progress = Callable[[int, int, str], None]


@frozen
class Many:
    """What became of the shops of a folder; *failed* are those without a plan."""

    documents: tuple[Document, ...]
    failed: tuple[FailedShop, ...]


def shop_folders(folder: Path) -> tuple[Path, ...]:
    """The subfolders of *folder* that are shops, by name; none where *folder* is a shop itself."""
    if not folder.is_dir() or (folder / CONFIG_NAME).is_file():
        return ()
    return tuple(sorted(one.parent for one in folder.glob(f"*/{CONFIG_NAME}") if one.is_file()))


def beside(folder: Path, shops: tuple[Path, ...]) -> tuple[str, ...]:
    """What lies in *folder* beside its *shops* and is therefore not read, by name; our own index
    does not count."""
    return tuple(
        sorted(
            one.name
            for one in folder.iterdir()
            if one not in shops and one.name not in INDEX_FILES and not one.name.startswith(".")
        )
    )


def diagnose_many(
    folders: tuple[Path, ...],
    request: Request,
    registry: Registry,
    made: Callable[[Path, Settings, Document], None],
    *,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> Many:
    """Diagnoses each shop of *folders* with the options of *request*; *made* gets every document
    as soon as it is there.

    A shop with a mistake that the user can mend is a line in *failed*, and the others go on.
    Raises AdvisorError where no shop has a plan.
    """
    documents: list[Document] = []
    failed: list[FailedShop] = []
    unreadable = 0
    for index, folder in enumerate(folders):
        if progress is not None:
            progress(index, len(folders), folder.name)
        try:
            settings = _settings(folder)
            own = attrs.evolve(
                request,
                paths=(str(folder),),
                settings=settings,
                config=folder / CONFIG_NAME,
            )
            document = compose_document(diagnose(own, registry, engine=engine))
            made(folder, settings, document)
        except AdvisorError as error:
            unreadable += isinstance(error, NothingReadable)
            failed.append(FailedShop(folder.name, str(error)))
            continue
        documents.append(document)
    if not documents:
        raise _none(failed, unreadable)
    return Many(tuple(documents), tuple(failed))


def _settings(folder: Path) -> Settings:
    """The shop's advisor.toml; a shop without an id is called by its folder."""
    settings = read_settings(folder / CONFIG_NAME)
    if settings.shop.id:
        return settings
    return attrs.evolve(settings, shop=attrs.evolve(settings.shop, id=folder.name))


def _none(failed: list[FailedShop], unreadable: int) -> AdvisorError:
    lines = "".join(f"\n  {shop.id}: {shop.problem}" for shop in failed)
    kind = NothingReadable if unreadable == len(failed) else AdvisorError
    return kind(f"no shop could be diagnosed{lines}")
