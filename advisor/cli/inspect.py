"""`advisor inspect`: how a file was recognized."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import click

from advisor.cli.options import config_option, language_option, paths_argument, today_option

if TYPE_CHECKING:
    from advisor.ingest import Unread
    from advisor.model import Column, File, Language, Reading


@runtime_checkable
class Explains(Protocol):
    """A provider that can say which known header an unknown one resembles."""

    def explain(self, reading: "Reading") -> "tuple[Column, ...]": ...


@click.command()
@paths_argument()
@config_option
@today_option
@language_option
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@click.option(
    "--map", "mapped", is_flag=True, help="Suggest a column mapping for an unrecognized file."
)
@click.option("--write", is_flag=True, help="With --map: add the proposal to advisor.toml.")
def inspect(
    *,
    paths: tuple[str, ...],
    config: Path | None,
    today: date,
    language: str | None,
    as_json: bool,
    mapped: bool,
    write: bool,
) -> None:
    """Shows how each file was recognized: kind, period, currency, which columns became which
    counts, rows read, and rows skipped with the reason.

    \b
    Examples:
      advisor inspect "Video Performance List.xlsx"
      advisor inspect exports/ --json
      advisor inspect "Agency report.csv" --map --write
    """
    if write and not mapped:
        raise click.UsageError("--write needs --map")
    if mapped:
        from advisor.cli.mapping import propose_maps

        propose_maps(paths, config, today, write=write)
        return
    import json

    import attrs

    from advisor.cli.request import find_shop, with_shop
    from advisor.cli.screen import Waiting, readers, say
    from advisor.diagnosis import gather_shop
    from advisor.ingest import propose
    from advisor.model import SOURCE, Request
    from advisor.plugin import load_plugins
    from advisor.report import json_text

    registry = load_plugins()
    request = with_shop(Request(paths, today), find_shop(paths, config))
    with Waiting() as waiting:
        gathered = gather_shop(request, registry, progress=waiting)
    spoken = registry.language(language or SOURCE, None)
    say_ = spoken.say
    providers: Mapping[str, object] = {p.name: p for p in registry.providers()}
    files = [
        _described(reading, providers.get(reading.provider), spoken)
        for reading in gathered.readings
    ]
    files += [_refused(unread, spoken) for unread in gathered.unread]
    notes = [
        say_(note.text) if not note.file else f"{note.file}: {say_(note.text)}"
        for note in gathered.notes
    ]
    notes += [problem.text for problem in registry.problems]
    with readers():
        if as_json:
            proposed = attrs.asdict(propose(gathered.readings))
            told = {"files": files, "notes": notes, "proposed": proposed}
            click.echo(json_text(json.dumps(told, indent=2, ensure_ascii=False)))
            return
        for place, file in enumerate(files):
            if place:
                say()
            _show(file)
        for note in notes:
            say(f"Note: {note}")


def _described(reading: "Reading", provider: object, language: "Language") -> dict[str, Any]:
    columns = provider.explain(reading) if isinstance(provider, Explains) else reading.columns
    period = reading.period
    return {
        "file": reading.file.name,
        "source": _source(reading.file),
        "kind": reading.kind,
        "title": language.gettext(reading.title),
        "provider": reading.provider,
        "sha256": reading.file.sha256,
        "from": period.first.isoformat() if period else None,
        "to": period.last.isoformat() if period else None,
        "currency": reading.currency,
        "rows": reading.rows,
        "left_out": dict(reading.left_out),
        "columns": [
            {"header": c.header, "means": c.means or None, "nearest": c.nearest or None}
            for c in columns
        ],
        "tables": [
            {
                "subject": table.subject,
                "family": table.family,
                "grain": table.grain.value,
                "rows": table.frame.height,
                "counts": list(table.counts),
            }
            for table in reading.tables
        ],
        "notes": [language.say(note.text) for note in reading.notes],
    }


def _refused(unread: "Unread", language: "Language") -> dict[str, Any]:
    return {
        "file": unread.file.name,
        "source": _source(unread.file),
        "kind": None,
        "problem": language.say(unread.reason),
        "nearest": language.gettext(unread.nearest) if unread.nearest else None,
        "lacks": list(unread.lacks),
    }


def _source(file: "File") -> str:
    """The name on the disk of the file that *file*, whose name is masked, comes from."""
    from advisor.model import mask_personal

    name = mask_personal(file.path.name)
    if name in file.name:
        return name
    # Unpacked under a name of ours, in which nothing personal looks like it any more.
    return file.name.partition(" > ")[0].rsplit("/", 1)[-1]


def _show(file: Mapping[str, Any]) -> None:
    from advisor.cli.screen import say
    from advisor.report import counted, left_out

    say(file["file"])
    if file["kind"] is None:
        say(f"  not read: {file['problem']}")
        if file["nearest"]:
            lacks = ", ".join(file["lacks"])
            say(f"  nearest: {file['nearest']}" + (f", but without {lacks}" if lacks else ""))
        return
    days = f"{file['from']} to {file['to']}" if file["from"] else "not known"
    say(f"  kind: {file['title']} ({file['kind']}, by {file['provider']})")
    say(f"  period: {days}")
    say(f"  currency: {file['currency'] or 'not known'}")
    say(f"  rows: {file['rows']:,} read; left out: {left_out(file['left_out'])}")
    for one in file["tables"]:
        counts = ", ".join(one["counts"]) or "no counts"
        say(f"  gives: {counted(one['rows'], one['subject'] + ' row')} by {one['grain']}: {counts}")
    _columns(file["columns"])
    for note in file["notes"]:
        say(f"  note: {note}")


def _columns(columns: Sequence[Mapping[str, str | None]]) -> None:
    from advisor.cli.screen import columns as aligned
    from advisor.cli.screen import say

    known = [(str(c["header"]), str(c["means"])) for c in columns if c["means"]]
    if known:
        say("  columns:")
        for line in aligned(known, ("header", "means")):
            click.echo(f"    {line}")
    unknown = Counter(
        (c["header"], c["nearest"]) for c in columns if c["header"] and not c["means"]
    )
    for (header, nearest), often in unknown.items():
        times = f" ({often} times)" if often > 1 else ""
        if nearest and nearest.casefold() == str(header).casefold():
            # Known, but in another place: the same name stands under several groups.
            say(f"  not used here: {header!r}{times}")
            continue
        near = f"; did you mean {nearest!r}?" if nearest else ""
        say(f"  not known: {header!r}{times}{near}")
