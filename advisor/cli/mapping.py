"""`advisor inspect --map`: how a table that nobody knows could be read."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from advisor.errors import AdvisorError, one_line

if TYPE_CHECKING:
    from advisor.cli.request import Shop
    from advisor.model import Source, Vocabulary
    from advisor.tabular import Kind, Proposal


@runtime_checkable
class Describes(Protocol):
    """A provider whose kinds are data."""

    @property
    def described(self) -> "tuple[Kind, ...]": ...


def propose_maps(paths: Sequence[str], config: Path | None, today: date, *, write: bool) -> None:
    """Prints a `[[source]]` for every file at *paths*, with what speaks for each line; with *write*
    adds them to advisor.toml and leaves the rest of it as it is."""
    from advisor.cli.request import find_shop
    from advisor.cli.screen import readers, say
    from advisor.ingest import find_files
    from advisor.model import mask_personal
    from advisor.plugin import load_plugins
    from advisor.tabular import open_source

    shop = find_shop(paths, config)
    registry = load_plugins()
    kinds = [
        kind
        for provider in registry.providers()
        if isinstance(provider, Describes)
        for kind in provider.described
    ]
    files, _ = find_files(paths)
    proposals: list[Proposal] = []
    broken: list[str] = []
    with readers():
        for file in files:
            try:
                found = [*_proposals(open_source(file), kinds, registry.vocabulary(), today)]
            except AdvisorError as error:
                broken.append(mask_personal(one_line(error)))
                continue
            for proposal in found:
                _show(mask_personal(file.name), proposal)
            proposals += found
        if broken and not proposals:
            raise AdvisorError("\n".join(broken))
        for line in broken:
            say(line)
        if write:
            path = _write(proposals, shop, paths)
            say(f"Written: {path}")


def _proposals(
    source: "Source", kinds: "Sequence[Kind]", vocabulary: "Vocabulary", today: date
) -> "Iterable[Proposal]":
    from advisor.model import mask_personal, pattern_for
    from advisor.tabular import propose

    name = pattern_for(source.file.name.rsplit(" > ", 1)[-1].rsplit("/", 1)[-1])
    grids = [grid for grid in source.grids if len(grid.head) > 1]
    for grid in grids:
        sheet = mask_personal(grid.name) if len(source.grids) > 1 else None
        yield propose(name, grid, kinds, vocabulary, today, sheet=sheet)


def _show(file: str, proposal: "Proposal") -> None:
    import click

    from advisor.cli.screen import columns, say
    from advisor.report import counted

    if not proposal.headed:
        say(f"{file}: no names of columns (row {proposal.row} has values): add a row with names")
        return
    say(f"{file}: {counted(proposal.rows, 'row')} under the header in row {proposal.row}")
    if proposal.guesses:
        table = [(guess.header, guess.means, guess.why) for guess in proposal.guesses]
        for line in columns(table, ("header", "means", "because")):
            click.echo(f"  {line}")
    for header in proposal.unknown:
        say(f"  not known: {header!r}")
    if not proposal.section.columns:
        say("  no column looks like a count, so there is nothing to map")
        return
    say("")
    say(proposal.toml())


def _write(proposals: "Sequence[Proposal]", shop: "Shop", paths: Sequence[str]) -> Path:
    """Adds the proposals at the end of advisor.toml; everything before stays byte for byte."""
    from advisor.cli.request import folder_of
    from advisor.ingest import write_outputs
    from advisor.model import CONFIG_NAME, read_settings

    path = shop.config or folder_of(paths[0]) / CONFIG_NAME
    known = {(one.file, one.sheet) for one in shop.settings.source}
    useful = [one for one in proposals if one.section.columns]
    again = [one.section.file for one in useful if (one.section.file, one.section.sheet) in known]
    if again:
        hint = "change or remove that [[source]] by hand"
        raise AdvisorError(f"{again[0]} is mapped there already", where=str(path), hint=hint)
    if not useful:
        raise AdvisorError("nothing to write: no column looks like a count")
    before = path.read_bytes() if path.exists() else b""
    gap = b"" if not before else b"\n" if before.endswith(b"\n") else b"\n\n"
    added = "\n".join(one.toml() for one in useful).encode()
    write_outputs({path: before + gap + added})
    read_settings(path)
    return path
