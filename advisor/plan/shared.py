"""Shared money is counted once: what each action adds to what those before it have claimed.

Two gaps share their money where one subject is, holds or belongs to the other, unless one follows
the other in the funnel: more clicks, and then more orders of each click, add up. What has been
claimed lies in pieces, each claimed by gaps that all share it with each other; a new gap claims of
the pieces that it shares with all their claimants, the most particular first, and the rest is new.
"""

from collections.abc import Callable, Iterable, Sequence

import attrs

from advisor.metrics import comes_after
from advisor.model import Better, Vocabulary, define
from advisor.plan.actions import Planned
from advisor.plan.findings import PricedFinding
from advisor.plan.money import Gain, Price

FollowsOn = Callable[[str, str], bool]


def shares(items: Sequence[Planned], follows: FollowsOn) -> dict[str, float]:
    """The part of each priced action's gain that those before it in the plan have not claimed yet.

    *follows* says of two metrics whether one is a later step of the funnel than the other.
    """
    claimed = _Claimed(follows)
    parts: dict[str, float] = {}
    for item in items:
        if not isinstance(item.gain, Gain):
            continue
        whole = added = 0.0
        for finding in item.findings:
            if isinstance(finding.price, Price) and finding.price.what == item.gain.what:
                mid = finding.price.expected
                whole += mid
                added += claimed.add(finding, finding.price.metric, mid)
        if whole > 0:
            parts[item.id] = added / whole
    return parts


def follows_on(vocabulary: Vocabulary) -> FollowsOn:
    """Whether one of two metrics begins where the other ends, or later."""
    known: dict[tuple[str, str], bool] = {}

    def follows(one: str, other: str) -> bool:
        if (one, other) not in known:
            a, b = vocabulary.metrics.get(one), vocabulary.metrics.get(other)
            known[one, other] = (
                a is not None
                and b is not None
                and a.better is b.better is Better.HIGHER
                and (comes_after(a, b, vocabulary) or comes_after(b, a, vocabulary))
            )
        return known[one, other]

    return follows


@attrs.frozen(cache_hash=True)
class _Piece:
    """Money that gaps of these metrics on these subjects share; all others hold the *lowest*, or
    belong to it."""

    lowest: str
    subjects: frozenset[str]
    metrics: frozenset[str]


@define(eq=False)
class _Claimed:
    """What has been claimed so far, piece by piece."""

    follows: FollowsOn
    _left: dict[_Piece, float] = attrs.field(factory=dict, init=False)
    _around: dict[str, tuple[str, ...]] = attrs.field(factory=dict, init=False)
    _at: dict[str, dict[_Piece, None]] = attrs.field(factory=dict, init=False)  # by the lowest
    _in: dict[str, dict[_Piece, None]] = attrs.field(factory=dict, init=False)  # by what holds it

    def add(self, finding: PricedFinding, metric: str, amount: float) -> float:
        """Claims *amount*; how much of it is new."""
        subject, rest = finding.subject, amount
        self._around[subject] = finding.places
        for piece in self._shared(subject, metric):
            if rest <= 0:
                break
            used = min(rest, self._left[piece])
            rest -= used
            self._put(piece, -used)
            lowest = subject if piece.lowest in finding.places else piece.lowest
            both = _Piece(lowest, piece.subjects | {subject}, piece.metrics | {metric})
            self._put(both, used)
        if rest > 0:
            self._put(_Piece(subject, frozenset((subject,)), frozenset((metric,))), rest)
        return rest

    def _shared(self, subject: str, metric: str) -> Iterable[_Piece]:
        """The pieces that a gap shares with all who claimed them, the most particular first."""
        around = self._around[subject]
        pieces = [*self._in.get(subject, ())]
        for place in (subject, *around):
            pieces += self._at.get(place, ())
        near = [piece for piece in pieces if self._shares(piece, subject, metric)]
        near.sort(
            key=lambda p: (
                -len(self._around[p.lowest]),
                metric not in p.metrics,
                -len(p.subjects),
                -len(p.metrics),
            )
        )
        return near

    def _shares(self, piece: _Piece, subject: str, metric: str) -> bool:
        if any(self.follows(metric, other) for other in piece.metrics):
            return False
        around = self._around[subject]
        return all(
            one == subject or one in around or subject in self._around[one]
            for one in piece.subjects
        )

    def _put(self, piece: _Piece, amount: float) -> None:
        """Makes *piece* larger, or smaller."""
        left = self._left.get(piece, 0.0) + amount
        new = piece not in self._left
        if left > 0:
            self._left[piece] = left
        elif not new:
            del self._left[piece]
        holders = self._around[piece.lowest]
        if left > 0 and new:
            self._at.setdefault(piece.lowest, {})[piece] = None
            for place in holders:
                self._in.setdefault(place, {})[piece] = None
        elif left <= 0 and not new:
            del self._at[piece.lowest][piece]
            for place in holders:
                del self._in[place][piece]
