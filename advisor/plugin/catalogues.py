"""Catalogues of translations: which languages there are, and the texts of each.

A package carries its own: `locale/<language>/LC_MESSAGES/*.po` beside its modules, as gettext has
it. The host's texts are in its own folder; a plugin may translate what others brought. Of a text
that several translate, the first counts: the host, the bundled plugins, then others by name.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

from advisor.errors import AdvisorError, unknown
from advisor.model import SOURCE, Language, read_catalogue

FOLDER, MESSAGES = "locale", "LC_MESSAGES"
_HOST = "advisor"


def plugin_folder(plugin: object) -> Traversable | None:
    """The folder of the package that *plugin*, a module or an object, is of."""
    name = getattr(plugin, "__name__", None) or type(plugin).__module__
    try:
        return files(str(name))
    except (ModuleNotFoundError, TypeError, ValueError):
        return None


def catalogue_files(folders: Iterable[Traversable]) -> Mapping[str, tuple[Traversable, ...]]:
    """The PO files of *folders* by language, in the order of the folders."""
    found: dict[str, list[Traversable]] = {}
    for folder in dict.fromkeys(folders):
        for code, file in _of(folder):
            found.setdefault(code, []).append(file)
    return {code: tuple(listed) for code, listed in sorted(found.items())}


def host_folder() -> Traversable:
    """The folder that has the host's own catalogues."""
    return files(_HOST)


def _of(folder: Traversable) -> Iterator[tuple[str, Traversable]]:
    place = folder.joinpath(FOLDER)
    if not place.is_dir():
        return
    for language in sorted(place.iterdir(), key=lambda item: item.name):
        messages = language.joinpath(MESSAGES)
        if messages.is_dir():
            for file in sorted(messages.iterdir(), key=lambda item: item.name):
                if file.name.endswith(".po"):
                    yield language.name, file


def find_language(name: str, known: Sequence[str], *, where: str) -> str:
    """The one of *known* languages that is called *name* (`pt-br` is pt_BR). Raises AdvisorError
    with the list where there is none."""
    plain = name.replace("-", "_").casefold()
    for code in known:
        if code.casefold() == plain:
            return code
    text = unknown("language", name, known)
    every = "" if "known:" in text else f" Known: {', '.join(known)}"
    raise AdvisorError(f"{text}{every}", where=where)


def make_language(
    code: str, region: str | None, found: Mapping[str, Sequence[Traversable]]
) -> Language:
    """The language *code* as it is written in *region*. Raises AdvisorError for a broken file."""
    if code == SOURCE:
        return Language(SOURCE, region)
    sources = [file.read_text(encoding="utf-8") for file in found.get(code, ())]
    try:
        return Language(code, region, read_catalogue(sources))
    except ValueError as error:
        names = ", ".join(str(file) for file in found[code])
        raise AdvisorError(f"the catalog can't be read: {error}", where=names) from None
