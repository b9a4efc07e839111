"""One shop from a program or a notebook: paths in, a document and frames out."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from advisor.diagnosis import diagnose
from advisor.document import Document, compose_document
from advisor.ingest import is_address, kept_settings
from advisor.model import (
    ENGLISH,
    Language,
    Request,
    chosen,
    find_config,
    frozen,
    make_settings,
    named_settings,
    read_settings,
)
from advisor.plugin import Templates, load_plugins
from advisor.report import render

_TEXT, _NUMBER, _TEXTS = pl.String(), pl.Float64(), pl.List(pl.String)
FINDINGS: Mapping[str, pl.DataType] = {
    **dict.fromkeys(("id", "rule", "severity", "kind", "key", "name", "message"), _TEXT),
    **dict.fromkeys(("confidence", "stake"), _NUMBER),
    "explained_by": _TEXTS,
}
ACTIONS: Mapping[str, pl.DataType] = {
    "rank": pl.Int64(),
    **dict.fromkeys(("id", "rule", "severity", "lever", "do", "owner"), _TEXT),
    **dict.fromkeys(("effort", "gain", "gain_low", "gain_high"), _NUMBER),
    "currency": _TEXT,
    "findings": _TEXTS,
}


@frozen(eq=False)
class Advice:
    """What `advise` found of one shop: the *document* that every report is printed from. *failures*
    has a line for each plugin that did not bring what it should have."""

    document: Document
    failures: tuple[str, ...]
    _templates: tuple[Templates, ...] = attrs.field(repr=False)
    _language: Language = attrs.field(default=ENGLISH, repr=False)

    def to_markdown(self) -> str:
        """The plan as `advisor diagnose` writes it to plan.md."""
        made = render(self.document, ("md",), self._templates, language=self._language)
        return str(made["plan.md"])

    def to_json(self) -> str:
        """The document as `advisor diagnose` writes it to plan.json."""
        return str(render(self.document, ("json",), self._templates)["plan.json"])

    @property
    def findings(self) -> pl.DataFrame:
        """A row for each finding, in the order of the plan. *stake* is money in 30 days."""
        rows = [
            {
                "id": one.id,
                "rule": one.rule,
                "severity": one.severity,
                "kind": one.subject.kind,
                "key": one.subject.key,
                "name": one.subject.name,
                "message": one.message.text,
                "confidence": one.confidence,
                "stake": one.stake,
                "explained_by": list(one.explained_by),
            }
            for one in self.document.findings
        ]
        return pl.DataFrame(rows, schema=FINDINGS)

    @property
    def actions(self) -> pl.DataFrame:
        """A row for each action of the plan, first what to do first. *gain* and its ends are money
        in 30 days in *currency*; null where there is no price."""
        rows = [
            {
                "rank": one.rank,
                "id": one.id,
                "rule": one.rule,
                "severity": one.severity,
                "lever": one.lever,
                "do": one.do,
                "owner": one.owner,
                "effort": one.effort,
                "gain": one.gain.mid if one.gain else None,
                "gain_low": one.gain.low if one.gain else None,
                "gain_high": one.gain.high if one.gain else None,
                "currency": one.gain.currency if one.gain else None,
                "findings": list(one.findings),
            }
            for one in self.document.plan
        ]
        return pl.DataFrame(rows, schema=ACTIONS)


def advise(
    paths: Path | str | Iterable[Path | str],
    *,
    settings: Mapping[str, Any] | Path | str | None = None,
    rules: Iterable[Path | str] = (),
    today: date | None = None,
    goal: str | None = None,
    size: str | None = None,
    niche: str | None = None,
    first: date | None = None,
    last: date | None = None,
    month: str | None = None,
    language: str | None = None,
) -> Advice:
    """Diagnoses one shop from its files, as `advisor diagnose` does.

    *paths* are files or folders, one or several. *settings* is the path of an advisor.toml or what
    one holds, as a mapping (`{"shop": {"currency": "USD"}}`); without it, the advisor.toml beside
    the files. *rules* are folders of further rules. *today* is the day of the run, which decides
    what is a full day and what is in force; without it, the clock's. The other options are those of
    the command.

    Raises AdvisorError for what the caller can mend.
    """
    given = [paths] if isinstance(paths, Path | str) else list(paths)
    config: Path | None = None
    if isinstance(settings, Mapping):
        own = make_settings(settings)
    else:
        config = Path(settings) if settings is not None else find_config(_folders(given))
        own = kept_settings(given) if config is None else read_settings(config)
        if settings is None and config is not None:
            own = named_settings(own, config.parent.name)
    day = today or date.today()
    chosen(first, last, month, day)
    registry = load_plugins()
    request = Request(
        paths=tuple(map(str, given)),
        today=day,
        settings=own,
        config=config,
        goal=goal,
        size=size,
        niche=niche,
        first=first,
        last=last,
        month=month,
        rules=tuple(map(Path, rules)),
        language=language,
    )
    diagnosis = diagnose(request, registry)
    document = compose_document(diagnosis)
    templates = tuple(registry.templates(own.plugins.allow))
    return Advice(document, tuple(registry.failures()), templates, diagnosis.language)


def _folders(paths: Iterable[Path | str]) -> Iterator[Path]:
    for path in paths:
        if not is_address(str(path)):
            yield Path(path) if Path(path).is_dir() else Path(path).parent
