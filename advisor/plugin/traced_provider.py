"""A provider whose calls are told: what `--trace-plugins` shows of reading."""

from collections.abc import Mapping, Sequence
from functools import partial

import attrs

from advisor.model import Reading, Source
from advisor.plugin.hookspecs import KindInfo, Match, Provider, ReadContext, Together
from advisor.plugin.tracing import Trace


@attrs.frozen(eq=False)
class TracedProvider:
    """*provider* of *owner*: its reads told one by one, what it recognised added up."""

    provider: Provider
    owner: str
    trace: Trace

    @property
    def name(self) -> str:
        return self.provider.name

    @property
    def kinds(self) -> Mapping[str, KindInfo]:
        return self.provider.kinds

    def recognise(self, source: Source) -> Sequence[Match]:
        """Its claims on *source*."""

        def ask() -> Sequence[Match]:
            return self.provider.recognise(source)

        return self.trace.summed(self.owner, f"{self.name}.recognise", ask)()

    def read(self, source: Source, match: Match, context: ReadContext) -> Reading:
        """What it makes of *source*."""

        def ask() -> Reading:
            return self.provider.read(source, match, context)

        name = f"{self.name}.read {match.kind} ({source.file.name})"
        return self.trace.timed(self.owner, name, ask)()

    def together(self, readings: Sequence[Reading]) -> Sequence[Reading]:
        """What it makes of all its readings, where it has anything to say about them."""
        # A guest is asked through what stands around it, which has this method for all of them.
        if not isinstance(self.provider, Together) or not getattr(self.provider, "sees_all", True):
            return readings
        ask = partial(self.provider.together, readings)
        return self.trace.timed(self.owner, f"{self.name}.together", ask)()


def bare(provider: Provider) -> Provider:
    """*provider* itself, where it is only traced."""
    return provider.provider if isinstance(provider, TracedProvider) else provider
