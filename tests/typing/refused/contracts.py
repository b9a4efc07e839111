"""Objects that do not keep what their kind promises."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import jinja2

from advisor import (
    Derived,
    KindInfo,
    Match,
    Provider,
    ReadContext,
    ReportFormat,
    RulePack,
    Source,
    Templates,
)


class NoRead:
    """A provider that cannot read."""

    name = "half"

    @property
    def kinds(self) -> Mapping[str, KindInfo]:
        return {}

    def recognise(self, source: Source) -> Sequence[Match]:
        return ()


class ReadsTables(NoRead):
    """A provider that gives no reading."""

    def read(self, source: Source, match: Match, context: ReadContext) -> dict[str, float]:
        return {}


class Shouts:
    """A format that prints bytes."""

    name = "shout"
    suffix = "txt"

    def render(self, document: Mapping[str, object], environment: jinja2.Environment) -> bytes:
        return b""


half: Provider = NoRead()  # refused
tables: Provider = ReadsTables()  # refused
shouts: ReportFormat = Shouts()  # refused
stars = Templates("mine", Path(), {"stars": "***"})  # refused
rules = RulePack("mine", "Mine", "rules")  # refused
frame = Derived("video", {"key": ["a"]})  # refused
