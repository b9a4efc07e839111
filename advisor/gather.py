"""From paths to readings: every file is offered to every provider, and none is lost silently."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import polars as pl

from advisor.errors import AdvisorError, NothingReadable, PluginError
from advisor.facts import read_facts
from advisor.files import find_files, is_facts
from advisor.gathered import Gathered, Unread, contract_breaks
from advisor.hookspecs import Match, Provider, ReadContext
from advisor.reading import File, Note, Reading
from advisor.source import Source
from advisor.tabular.open import open_source

__all__ = ["Gathered", "Progress", "Unread", "gather"]

Progress = Callable[[int, int, str], None]
"""Called before each file with its index, the number of files and its name."""

_SHOWN = 10  # files that a message lists
# A panic inside polars is not an Exception, but one broken file must not end the run.
_FAILURES = (Exception, pl.exceptions.PanicException)


def gather(
    paths: Iterable[Path | str],
    providers: Sequence[Provider],
    context: ReadContext,
    *,
    progress: Progress | None = None,
) -> Gathered:
    """Reads every file at *paths* with the provider that understands most of it.

    A file that no provider reads, or that breaks one, is `unread`; the others are read all the
    same. Raises NothingReadable where not one file gave a reading.
    """
    asked = [str(path) for path in paths]
    files, notes = find_files(asked)
    readings: list[Reading] = []
    unread: list[Unread] = []
    failed: dict[str, list[str]] = {}
    for index, file in enumerate(files):
        if progress is not None:
            progress(index, len(files), file.name)
        try:
            if is_facts(file.path):
                facts = read_facts(file.path)
                readings += facts.readings
                unread += facts.unread
                notes += facts.notes
                continue
            outcome = _read(open_source(file), providers, context, failed)
        except AdvisorError as error:
            outcome = Unread(file, _line(error, file))
        if isinstance(outcome, Reading):
            readings.append(outcome)
        else:
            unread.append(outcome)
    notes += [_failure(name, lines) for name, lines in failed.items()]
    if not readings:
        raise _nothing(asked, unread, notes)
    return Gathered(_once(readings, notes), tuple(unread), tuple(notes))


def _read(
    source: Source,
    providers: Sequence[Provider],
    context: ReadContext,
    failed: dict[str, list[str]],
) -> Reading | Unread:
    file = source.file
    claims: list[tuple[Match, Provider]] = []
    for provider in providers:
        try:
            claims += [(match, provider) for match in provider.recognise(source)]
        except _FAILURES as error:
            failed.setdefault(provider.name, []).append(f"{file.name}: {_what(error)}")
    # The order of plugins must not decide between equal claims.
    claims.sort(key=lambda claim: (-claim[0].strength, claim[1].name, claim[0].kind))
    claim = next((claim for claim in claims if not claim[0].lacks), None)
    if claim is None:
        return _unknown(file, claims)
    match, provider = claim
    try:
        reading = provider.read(source, match, context)
    except AdvisorError as error:
        return Unread(file, _line(error, file))
    except _FAILURES as error:
        return Unread(file, f"provider {provider.name} failed on it: {_what(error)}")
    broken = contract_breaks(reading)
    if broken:
        return Unread(file, str(PluginError("; ".join(broken), where=f"provider {provider.name}")))
    return reading


def _unknown(file: File, claims: Sequence[tuple[Match, Provider]]) -> Unread:
    if not claims:
        return Unread(file, "is no export that any provider knows")
    match, provider = claims[0]
    info = provider.kinds.get(match.kind)
    return Unread(
        file,
        "is no export that any provider knows",
        info.title if info else match.kind,
        match.lacks,
    )


def _once(readings: Sequence[Reading], notes: list[Note]) -> tuple[Reading, ...]:
    """Facts may hold what is also there as a file."""
    kept: dict[str, Reading] = {}
    for reading in readings:
        first = kept.setdefault(reading.file.sha256, reading)
        if first is not reading:
            text = f"is the same file as {first.file.name}; it was read once"
            notes.append(Note("duplicate-file", text, reading.file.name))
    return tuple(kept.values())


def _failure(provider: str, lines: Sequence[str]) -> Note:
    files = "1 file" if len(lines) == 1 else f"{len(lines)} files"
    text = f"provider {provider} failed and was not asked about {files}; first {lines[0]}"
    return Note("plugin", text)


def _nothing(
    asked: Sequence[str], unread: Sequence[Unread], notes: Sequence[Note]
) -> NothingReadable:
    hint = "run `advisor plugins list` for the exports that can be read and where to get them"
    if not unread:
        return NothingReadable(f"no files to read in {', '.join(asked)}", hint=hint)
    lines = [f"\n  {one}" for one in unread[:_SHOWN]]
    if len(unread) > _SHOWN:
        lines.append(f"\n  first {_SHOWN} of {len(unread)} files")
    lines += [f"\n  {note.text}" for note in notes if note.code == "plugin"]
    return NothingReadable(f"no file could be read{''.join(lines)}\n", hint=hint)


def _line(error: AdvisorError, file: File) -> str:
    """The error without the file's name where it begins with it: the caller prints the name."""
    text = str(error)
    for name in (file.name, str(file.path)):
        text = text.removeprefix(f"{name}: ")
    return text


def _what(error: BaseException) -> str:
    text = str(error).strip().split("\n", 1)[0]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
