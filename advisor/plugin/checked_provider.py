"""A provider as files are offered to it: its calls are guarded and traced, its answers checked."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import TypeVar

from advisor.errors import PluginError
from advisor.model import Reading, Source, Vocabulary, frozen
from advisor.plugin.contracts import contract_breaks, unknown_words
from advisor.plugin.guard import guarded, guarded_steps
from advisor.plugin.hookspecs import (
    KindInfo,
    Match,
    Provider,
    ReadContext,
    Resembling,
    Stepwise,
    Together,
)
from advisor.plugin.steps import Steps
from advisor.plugin.tracing import Trace
from advisor.plugin.typecheck import wrong_field

T = TypeVar("T")


@frozen(eq=False)
class CheckedProvider:
    """*provider* of the plugin *owner*. All methods raise PluginError for whatever it does wrong;
    `read` also raises AdvisorError where the provider says that the file is broken."""

    provider: Provider
    owner: str
    vocabulary: Vocabulary
    third_party: bool
    trace: Trace | None = None

    @property
    def name(self) -> str:
        return self.provider.name

    @cached_property
    def kinds(self) -> Mapping[str, KindInfo]:
        """What it reads, asked for once: each claim is held against it."""
        return self.provider.kinds

    def recognise(self, source: Source) -> Sequence[Match]:
        """List its claims on *source*."""

        def ask() -> Sequence[Match]:
            return [self._checked(claim, source) for claim in self.provider.recognise(source)]

        if self.trace is not None:
            ask = self.trace.summed(self.owner, f"{self.name}.recognise", ask)
        return guarded(ask, restored=self.third_party)

    def resembling(self, source: Source) -> Sequence[Match]:
        """List what *source* is most like, if it can say so."""
        provider = self.provider
        if not isinstance(provider, Resembling):
            return ()

        def ask() -> Sequence[Match]:
            return [self._checked(claim, source) for claim in provider.resembling(source)]

        return guarded(ask, restored=self.third_party)

    def read(self, source: Source, match: Match, context: ReadContext) -> Reading:
        """Read *source* as *match* says."""

        def ask() -> Reading:
            return self._checked_reading(self.provider.read(source, match, context), source)

        return self._run(f"read {match.kind} ({source.file.name})", ask)

    def reading(self, source: Source, match: Match, context: ReadContext) -> Steps[Reading]:
        """Read *source* as *match* says, in steps where the provider has any."""
        provider = self.provider
        # What belongs to the one who wrote it is timed, and restored, in one piece.
        if self.third_party or self.trace is not None or not isinstance(provider, Stepwise):
            return self.read(source, match, context)
        steps = provider.reading(source, match, context)
        reading = yield from guarded_steps(steps)

        def check() -> Reading:
            return self._checked_reading(reading, source)

        return guarded(check)

    def together(self, readings: Sequence[Reading]) -> Sequence[Reading]:
        """Return *readings* as it sees them together, if it has anything to say about them."""
        provider = self.provider
        if not isinstance(provider, Together) or not readings:
            return readings

        def ask() -> Sequence[Reading]:
            given = tuple(islice(provider.together(readings), len(readings) + 1))
            if len(given) != len(readings):
                count = len(given) if len(given) < len(readings) else "more"
                raise PluginError(f"gave {count} readings back where it got {len(readings)}")
            for before, reading in zip(readings, given, strict=True):
                if reading is not before:
                    self._check_reading(reading)
                same = (reading.file, reading.kind, reading.rows)
                if same != (before.file, before.kind, before.rows):
                    raise PluginError(f"gave another reading back for that of {before.file.name}")
            return given

        return self._run("together", ask)

    def _run(self, name: str, ask: Callable[[], T]) -> T:
        if self.trace is not None:
            ask = self.trace.timed(self.owner, f"{self.name}.{name}", ask)
        return guarded(ask, restored=self.third_party)

    def _checked(self, claim: object, source: Source) -> Match:
        if not isinstance(claim, Match):
            raise PluginError(f"`recognise` gave {type(claim).__name__} where Match is expected")
        if wrong := wrong_field(claim):
            raise PluginError(f"`recognise` gave a Match that is none: {wrong}")
        if claim.kind not in self.kinds:
            raise PluginError(
                f"`recognise` claims a kind that the provider does not have: {claim.kind}"
            )
        if claim.grid is not None and claim.grid not in {grid.name for grid in source.grids}:
            raise PluginError(
                f"`recognise` claims a grid that the file does not have: {claim.grid}"
            )
        return claim

    def _checked_reading(self, reading: Reading, source: Source) -> Reading:
        self._check_reading(reading)
        if reading.file.sha256 != source.file.sha256:
            raise PluginError(f"returned a reading of another file: {reading.file.name}")
        if reading.kind not in self.kinds:
            raise PluginError(f"read a kind that the provider does not have: {reading.kind}")
        return reading

    def _check_reading(self, reading: Reading) -> None:
        wrong = contract_breaks(reading) or unknown_words(reading, self.vocabulary)
        if wrong:
            raise PluginError("; ".join(wrong))
