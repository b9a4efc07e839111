"""From paths to readings: every file is offered to every provider, and none is lost silently."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs
import polars as pl

from advisor.errors import AdvisorError, NothingReadable, PluginError
from advisor.ingest.facts import read_facts
from advisor.ingest.files import find_files, is_address, is_facts
from advisor.ingest.personal import (
    notes_without_personal,
    unread_without_personal,
    without_personal,
)
from advisor.ingest.result import CONFIRM, Gathered, Unread
from advisor.ingest.time_zones import in_days_of_the_shop
from advisor.model import (
    Container,
    File,
    Grid,
    Listed,
    Note,
    OneGrid,
    Reading,
    Source,
    define,
    discard,
    frozen,
    lazy_gettext,
    mask_personal,
    one_grid,
)
from advisor.plugin import (
    Failure,
    Match,
    Provider,
    ReadContext,
    Resembling,
    Steps,
    Stepwise,
    Together,
    describe_error,
    side_by_side,
)
from advisor.tabular import (
    ONE_PAGE,
    Page,
    address_of,
    open_postgres,
    open_source,
    pages_missing,
    pages_of,
)

__all__ = ["Gathered", "Progress", "ShopFiles", "Unread", "gather", "gather_shops"]

Progress = Callable[[int, int, str], None]
"""Called before each file with its index, the number of files and its name."""

_Claim = tuple[Match, Provider]
_SHOWN = 10  # files or tables that a message lists
# A panic inside polars is not an Exception, but one broken file must not end the run.
_FAILURES = (Exception, pl.exceptions.PanicException)


@frozen(eq=False)
class ShopFiles:
    """Where the files of a shop are, and who reads them."""

    paths: Iterable[Path | str]
    providers: Sequence[Provider]
    context: ReadContext
    progress: Progress | None = None


def gather(
    paths: Iterable[Path | str],
    providers: Sequence[Provider],
    context: ReadContext,
    *,
    progress: Progress | None = None,
) -> Gathered:
    """Reads every file at *paths* with the providers that understand most of it. A path may be the
    address of a PostgreSQL database.

    A file of several grids (sheets, lists, streams, tables) gives a reading for each that somebody
    understands. What no provider reads, or what breaks one, is `unread`; the others are read all
    the same. Raises NothingReadable where not one file gave a reading.
    """
    (gathered,) = gather_shops([ShopFiles(paths, providers, context, progress)])
    if isinstance(gathered, Failure):
        raise gathered.error
    return gathered


SIDE_BY_SIDE = 8  # shops; further ones save little time, and take memory
_SIDE_BY_SIDE_BYTES = 16_000_000  # of their files, so that memory does not grow with their number


def gather_shops(
    shops: Iterable[ShopFiles | Failure], most: int = SIDE_BY_SIDE
) -> Iterator[Gathered | Failure]:
    """Reads the files of shops, *most* of them side by side where they are small. A shop whose
    files cannot be read costs none of the others; a failure is handed on."""
    waiting: list[_Files | Failure] = []
    size, known = 0, set[str]()
    for shop in shops:
        files = shop if isinstance(shop, Failure) else _begun(shop)
        own = () if isinstance(files, Failure) else files.files
        same = {one.sha256 for one in own}
        more = sum(one.size for one in own)
        # What a provider remembers of a file belongs to one shop.
        full = len(waiting) >= most or size + more > _SIDE_BY_SIDE_BYTES or known & same
        if waiting and full:
            yield from _read_together(waiting)
            waiting, size, known = [], 0, set()
        waiting.append(files)
        size, known = size + more, known | same
    yield from _read_together(waiting)


def _read_together(shops: Sequence["_Files | Failure"]) -> Iterator[Gathered | Failure]:
    readable = [shop for shop in shops if not isinstance(shop, Failure)]
    steps = [shop.read(at) for shop in readable for at in range(len(shop.files))]
    found = iter(side_by_side(steps))
    for shop in shops:
        if isinstance(shop, Failure):
            yield shop
        else:
            yield shop.gathered([next(found) for _ in shop.files])


def _begun(shop: ShopFiles) -> "_Files | Failure":
    try:
        asked = [str(path) for path in shop.paths]
        databases = {s.file: s for s in map(open_postgres, filter(is_address, asked))}
        files, notes = find_files(path for path in asked if not is_address(path))
    except AdvisorError as error:
        return Failure(error)
    return _Files(shop, asked, databases, [*files, *databases], notes)


@define(eq=False)
class _Files:
    """The files of one shop; *failed* are the lines of providers that failed, by name."""

    shop: ShopFiles
    asked: Sequence[str]
    databases: Mapping[File, Source]
    files: Sequence[File]
    notes: Sequence[Note]
    failed: dict[str, list[str]] = attrs.field(factory=dict)
    pages: dict[str, tuple[Page, ...]] = attrs.field(factory=dict)

    def read(self, at: int) -> Steps[Gathered]:
        """What is in one of the files, in steps."""
        file, shop = self.files[at], self.shop
        if shop.progress is not None:
            shop.progress(at, len(self.files), file.name)
        try:
            if is_facts(file.path):
                return read_facts(file.path)
            source = self.databases.get(file) or open_source(file)
            self.pages[file.sha256] = pages_of(source)
            read = yield from _read(source, shop.providers, shop.context, self.failed)
            return _checked(file, read)
        except AdvisorError as error:
            return Gathered((), (Unread(file, _changed(file) or _line(error, file)),))
        finally:
            discard(file.path)

    def gathered(self, found: Iterable[Gathered | Failure]) -> Gathered | Failure:
        """What all files together give; *found* is what each gave."""
        try:
            return self._gathered(found)
        except _FAILURES as error:
            return Failure(error)

    def _gathered(self, found: Iterable[Gathered | Failure]) -> Gathered:
        readings: list[Reading] = []
        unread: list[Unread] = []
        faults: list[str] = []
        seen: dict[str, str] = {}
        notes = [*self.notes]
        for one in found:
            if isinstance(one, Failure):
                raise one.error
            readings += _new(one.readings, seen, notes)
            unread += one.unread
            notes += one.notes
            faults += one.faults
        providers, context = self.shop.providers, self.shop.context
        readings = _as_answers(_together(readings, providers, self.failed), self.pages)
        readings = in_days_of_the_shop(readings, context.time_zone, context.region, context.today)
        for name, lines in self.failed.items():
            notes.append(_failure(name, lines))
            faults.append(notes[-1].text)
        unread = [*unread_without_personal(unread)]
        notes = [*notes_without_personal(notes)]
        if not readings:
            shown = [address_of(path).name if is_address(path) else path for path in self.asked]
            raise _nothing(shown, unread, notes)
        faults = [mask_personal(fault) for fault in faults]
        readings = without_personal(readings)
        return Gathered(tuple(readings), tuple(unread), tuple(notes), tuple(faults))


@frozen
class _Outcome:
    """What became of a file or grid. *fault* says how *provider* failed on it."""

    given: Reading | Unread
    provider: str
    fault: str = ""


def _read(
    source: Source,
    providers: Sequence[Provider],
    context: ReadContext,
    failed: dict[str, list[str]],
) -> Steps[Gathered]:
    file = source.file
    claims: list[_Claim] = []
    source, broken = _unbroken(source)
    for provider in providers:
        try:
            claims += [(match, provider) for match in provider.recognise(source)]
        except _FAILURES as error:
            if isinstance(error, AdvisorError) and not isinstance(error, PluginError):
                raise  # it speaks of the file
            text = f"{file.name}: {describe_error(error)}"
            failed.setdefault(provider.name, []).append(text)
    # The order of plugins must not decide between equal claims.
    claims.sort(key=lambda claim: (-claim[0].strength, claim[1].name, claim[0].kind))
    passed_over: dict[str, str] = {}
    while True:
        whole = [claim for claim in claims if claim[0].stands]
        if not whole:
            if broken:
                return Gathered((), tuple(broken))
            return Gathered((), (_unknown(file, claims, _alike(source, providers)),))
        outcomes, notes = yield from _by_the_strongest(source, whole, context, _refused(claims))
        faults = {one.provider: one.fault for one in outcomes if one.fault}
        others = [claim for claim in claims if claim[1].name not in faults]
        if not faults or not any(match.stands for match, _ in others):
            found = _gathered(file, outcomes, notes, passed_over)
            return attrs.evolve(found, unread=(*broken, *found.unread))
        # A provider that fails costs what it would have brought, and no other's claim.
        claims, passed_over = others, passed_over | faults


def _unbroken(source: Source) -> tuple[Source, list[Unread]]:
    """*source* without the sheets and tables that cannot be read, each of which is a line."""
    broken: list[Unread] = []
    whole: list[Grid] = []
    for grid in source.grids:
        try:
            _ = grid.head
        except AdvisorError as error:
            broken.append(Unread(source.file, _line(error, source.file)))
        else:
            whole.append(grid)
    if not broken:
        return source, []
    return OneGrid(source.file, source.container, tuple(whole)), broken


def _by_the_strongest(
    source: Source, claims: Sequence[_Claim], context: ReadContext, refused: Mapping[str, str]
) -> Steps[tuple[list[_Outcome], list[Note]]]:
    """What becomes of the file, or of each grid of it, by the strongest claim on it; *refused* says
    of grids why nobody reads them."""
    file = source.file
    if claims[0][0].grid is None:
        outcome = yield from _understood(source, claims[0], context)
        return [outcome], []
    best: dict[str, _Claim] = {}
    for claim in claims:
        if claim[0].grid is not None:
            best.setdefault(claim[0].grid, claim)
    grids = [grid for grid in source.grids if grid.name in best]
    # Rows are counted within a grid, so it has to be named where there are several.
    named = len(grids) > 1 or (source.container is Container.TABLES and len(source.grids) > 1)
    outcomes = []
    for grid in grids:
        alone = one_grid(source, grid, name=f"{file.name} > {grid.name}" if named else None)
        outcomes.append((yield from _understood(alone, best[grid.name], context)))
    others = [grid.name for grid in source.grids if grid not in grids and len(grid.head) > 1]
    notes = [
        Note(
            "left-out-table",
            lazy_gettext("“{table}” {why}; it is skipped", table=name, why=refused[name]),
            file.name,
        )
        for name in others
        if name in refused
    ]
    unknown = [name for name in others if name not in refused]
    return outcomes, [*notes, *([_others(file, unknown)] if unknown else [])]


def _refused(claims: Sequence[_Claim]) -> dict[str, str]:
    """Why the strongest claim on each grid was none, where only that is in its way."""
    found: dict[str, str] = {}
    for match, _ in claims:
        if match.refused and not match.lacks and match.grid is not None:
            found.setdefault(match.grid, match.refused)
    return found


# Why rows are left out that cannot be read as what the file is; others are read and no sales.
_UNREADABLE = frozenset(
    {"without a date", "without a key", "of another platform", "about something else"}
    | {"not a row of data", "no order id"}
)


def _of_no_use(reading: Reading) -> str:
    """Why nothing came of a file that was recognized; "" where something did."""
    lost = {why: count for why, count in reading.left_out.items() if why in _UNREADABLE}
    if not lost or any(table.frame.height for table in reading.tables):
        return ""
    reasons = tuple(
        lazy_gettext("{n} {why}", n=count, why=lazy_gettext(why)) for why, count in lost.items()
    )
    return lazy_gettext(
        "is recognized ({title}), but none of its rows can be read: {reasons}",
        title=lazy_gettext(reading.title),
        reasons=Listed(reasons, len(reasons)),
    )


def _understood(source: Source, claim: _Claim, context: ReadContext) -> Steps[_Outcome]:
    match, provider = claim
    file = source.file
    try:
        if isinstance(provider, Stepwise):
            reading = yield from provider.reading(source, match, context)
        else:
            reading = provider.read(source, match, context)
        text = _of_no_use(reading)
        return _Outcome(Unread(file, text) if text else reading, provider.name)
    except _FAILURES as error:
        changed = _changed(file)
        broken = isinstance(error, AdvisorError) and not isinstance(error, PluginError)
        if changed or broken:
            text = changed or _line(error, file)
            return _Outcome(Unread(file, text), provider.name)
        text = f"provider {provider.name} failed on it: {describe_error(error)}"
        return _Outcome(Unread(file, text), provider.name, text)


def _gathered(
    file: File, outcomes: Sequence[_Outcome], notes: Sequence[Note], passed_over: Mapping[str, str]
) -> Gathered:
    given = [outcome.given for outcome in outcomes]
    text = "; another provider read it"
    return Gathered(
        tuple(one for one in given if isinstance(one, Reading)),
        tuple(one for one in given if isinstance(one, Unread)),
        (*notes, *(Note("plugin", f"{one}{text}", file.name) for one in passed_over.values())),
        tuple(
            f"{file.name}: {one}"
            for one in (*passed_over.values(), *(o.fault for o in outcomes if o.fault))
        ),
    )


def _checked(file: File, found: Gathered) -> Gathered:
    """*found*, or nothing of it where the file is no longer what it was."""
    changed = _changed(file)
    return Gathered((), (Unread(file, changed),)) if changed and found.readings else found


def _changed(file: File) -> str:
    """What became of the file since it was found; "" where it is the same."""
    if file.modified is None:
        return ""
    try:
        now = file.path.stat()
    except OSError:
        return lazy_gettext("disappeared while it was read; run it again when it is back")
    if (now.st_size, now.st_mtime_ns) == (file.size, file.modified):
        return ""
    return lazy_gettext("changed while it was read; run it again when it is complete")


def _together(
    readings: list[Reading], providers: Sequence[Provider], failed: dict[str, list[str]]
) -> list[Reading]:
    """*readings* as providers see them when they have read all of theirs."""
    found = readings
    for provider in providers:
        if isinstance(provider, Together):
            places = [at for at, one in enumerate(found) if one.provider == provider.name]
            try:
                seen = provider.together([found[at] for at in places])
            except _FAILURES as error:
                text = f"all files together: {describe_error(error)}"
                failed.setdefault(provider.name, []).append(text)
                continue
            told = dict(zip(places, seen, strict=True))
            found = [told.get(at, one) for at, one in enumerate(found)]
    return found


def _as_answers(
    readings: Sequence[Reading], pages: Mapping[str, tuple[Page, ...]]
) -> list[Reading]:
    """*readings*, those of pages of one answer with one note on what is missing of it."""
    answers: dict[object, list[Reading]] = {}
    for reading in readings:
        parts = pages.get(reading.file.sha256, ())
        if parts and not all(page.alone and page.more is None for page in parts):
            answer = (reading.provider, reading.kind, parts[0].of_answer)
            answers.setdefault(answer, []).append(reading)
    short = {
        together[0].file: pages_missing(
            [page for one in together for page in pages[one.file.sha256]]
        )
        for together in answers.values()
    }
    of_answers = {one.file for together in answers.values() for one in together}

    def with_answer_note(reading: Reading) -> Reading:
        if reading.file not in of_answers:
            return reading
        others = tuple(note for note in reading.notes if note.code != ONE_PAGE)
        text = short.get(reading.file, "")
        more = (Note(ONE_PAGE, text, reading.file.name),) if text else ()
        return attrs.evolve(reading, notes=(*others, *more))

    return [with_answer_note(reading) for reading in readings]


def _alike(source: Source, providers: Sequence[Provider]) -> list[_Claim]:
    """What a file that nobody reads is most like."""
    found: list[_Claim] = []
    for provider in providers:
        if isinstance(provider, Resembling):
            with contextlib.suppress(*_FAILURES):  # the provider has been asked about it already
                found += [(match, provider) for match in provider.resembling(source)]
    return found


def _unknown(file: File, claims: Sequence[_Claim], alike: Sequence[_Claim]) -> Unread:
    refused = next((match for match, _ in claims if match.refused and not match.lacks), None)
    if refused is not None:
        text = lazy_gettext("{reason}; {hint}", reason=refused.refused, hint=CONFIRM)
        return Unread(file, text)
    if not (alike or claims):
        return Unread(file, lazy_gettext("is an unrecognized file; {hint}", hint=CONFIRM))
    match, provider = max(alike or claims, key=lambda claim: claim[0].strength)
    info = provider.kinds.get(match.kind)
    return Unread(
        file,
        lazy_gettext("is an unrecognized file"),
        info.title if info else match.kind,
        match.lacks,
    )


def _new(
    readings: Sequence[Reading], seen: dict[str, str], notes: list[Note]
) -> tuple[Reading, ...]:
    """The readings of files not *seen* before: facts may hold what is also there as a file."""
    again = {one.file.sha256: one.file.name for one in readings if one.file.sha256 in seen}
    for sha256, name in again.items():
        text = lazy_gettext("skipped: it is the same file as {other}", other=seen[sha256])
        notes.append(Note("duplicate-file", text, name))
    fresh = tuple(one for one in readings if one.file.sha256 not in seen)
    seen.update({one.file.sha256: one.file.name for one in reversed(fresh)})
    return fresh


def _others(file: File, grids: Sequence[str]) -> Note:
    text = lazy_gettext(
        "has more tables, which were not recognized: {tables}",
        tables=Listed(tuple(f"“{grid}”" for grid in grids), _SHOWN),
    )
    return Note("other-tables", text, file.name)


def _failure(provider: str, lines: Sequence[str]) -> Note:
    files = "1 file" if len(lines) == 1 else f"{len(lines)} files"
    text = f"provider {provider} failed and was not asked about {files}; first {lines[0]}"
    return Note("plugin", text)


def _nothing(
    asked: Sequence[str], unread: Sequence[Unread], notes: Sequence[Note]
) -> NothingReadable:
    hint = (
        "run `advisor plugins list` for the exports that can be read and where to get them, or "
        "`advisor inspect FILE --map` to say what the columns of a file are"
    )
    lines = [f"\n  {one}" for one in unread[:_SHOWN]]
    if len(unread) > _SHOWN:
        lines.append(f"\n  first {_SHOWN} of {len(unread)} files")
    lines += [f"\n  {note.text}" for note in notes if note.code == "plugin"]
    closed = [note for note in notes if note.code == "unreadable"]
    lines += [f"\n  {note.file}: {note.text}" for note in closed[:_SHOWN]]
    if not lines:
        return NothingReadable(f"no files to read in {', '.join(asked)}", hint=hint)
    return NothingReadable(f"no file could be read{''.join(lines)}", hint=hint)


def _line(error: BaseException, file: File) -> str:
    """The error without the file's name where it begins with it: the caller prints the name."""
    text = str(error)
    for name in (file.name, str(file.path)):
        text = text.removeprefix(f"{name}: ")
    return text
