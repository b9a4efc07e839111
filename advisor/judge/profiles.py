"""Shops of a block that are held to the same bands, so that each band is resolved once for them."""

from collections.abc import Collection, Hashable, Iterator, Mapping
from datetime import date

import attrs
import polars as pl

from advisor.metrics import PROFILE
from advisor.model import Bands, Business, Resolved, frozen


@frozen(eq=False)
class Profiles:
    """The distinct profiles of some shops: all that decides which band holds, and its numbers.

    *businesses* has one shop of each profile, *places* the place of each shop's profile in it, and
    *groups* the first of the profiles that differ from it in numbers only.
    """

    bands: Bands
    businesses: tuple[Business, ...]
    groups: tuple[int, ...]
    places: Mapping[str, int]
    today: date
    block: "Profiles | None" = None  # whose bands are shared, where this is one shop of it
    _resolved: dict[tuple[str, str], tuple[Resolved, ...]] = attrs.field(factory=dict, init=False)

    @classmethod
    def of_shops(cls, bands: Bands, shops: Mapping[str, Business], today: date) -> "Profiles":
        """The profiles of *shops*, by id."""
        if not shops:
            raise ValueError("a block has at least one shop")
        profiles: dict[object, int] = {}
        first: dict[object, int] = {}
        businesses: list[Business] = []
        places: dict[str, int] = {}
        for shop, business in shops.items():
            rate, margin, within = business.rate(), business.margin, business.rate_within
            own = bands.own.get(business.id, ())
            place = (business.size, business.niche, business.region)
            group = (place, rate is None, margin is None, own)
            number = profiles.setdefault((group, rate, margin, within), len(businesses))
            if number == len(businesses):
                businesses.append(business)
                first.setdefault(group, number)
            places[shop] = number
        groups = tuple(first[key[0]] for key in profiles)  # type: ignore[index]
        return cls(bands, tuple(businesses), groups, places, today)

    def of_shop(self, shop: str) -> "Profiles":
        """The profile of one shop, which shares the bands that are resolved for all."""
        if len(self.places) == 1:
            return self
        business = self.businesses[self.places[shop]]
        return Profiles(self.bands, (business,), (0,), {shop: 0}, self.today, self)

    def add_to(self, frame: pl.LazyFrame, columns: Collection[str]) -> pl.LazyFrame:
        """*frame*, whose *columns* these are, with the profile of each row, where there are
        several."""
        if len(self.businesses) == 1 or PROFILE in columns:
            return frame
        known = pl.LazyFrame(
            {"shop": list(self.places), PROFILE: list(self.places.values())},
            schema={"shop": pl.String, PROFILE: pl.UInt32},
        )
        return frame.join(known, on="shop", how="left", maintain_order="left")

    def resolve_all(self, name: str, kind: str) -> tuple[Resolved, ...]:
        """The band of the metric *name* for subjects of *kind*, by profile."""
        resolved = self._resolved.get((name, kind))
        if resolved is None:
            resolved = self._resolved[name, kind] = tuple(self._resolve(name, kind))
        return resolved

    def _resolve(self, name: str, kind: str) -> Iterator[Resolved]:
        if self.block is not None:
            yield from (self.block.resolve(name, kind, shop) for shop in self.places)
            return
        chosen = {
            group: self.bands.choose(name, kind, self.businesses[group], self.today)
            for group in set(self.groups)
        }
        known: dict[Hashable, Resolved] = {}
        for group, business in zip(self.groups, self.businesses, strict=True):
            bands = chosen[group]
            rate = (business.rate(), business.rate_within) if bands.by_rate else None
            numbers = (group, rate, business.margin if bands.by_margin else None)
            if numbers not in known:
                known[numbers] = bands.resolve(business)
            yield known[numbers]

    def resolve(self, name: str, kind: str, shop: str | None) -> Resolved:
        """The band for *shop*; without a shop, for the only profile."""
        if shop is None and len(self.businesses) > 1:
            raise ValueError("shops differ in their bands: name one")
        place = 0 if len(self.businesses) == 1 else self.places[shop or ""]
        return self.resolve_all(name, kind)[place]
