"""Shops whose truth is known: what they are, what ails them, what mending it brings.

A shop has products, videos that show them and ads for them. Each rate is drawn within its usual
band; then causes are drawn that harm some of them, several at once: an opening that few follow, a
page that few buy from (which harms every video and ad of that product), a video that calls nobody
to the product, an audience that is dear, and videos that nobody answers, which costs nothing here.
Counts are drawn day by day, with a weekly season and days that vary more than chance.
"""

from enum import StrEnum

import attrs
import numpy as np

DAYS = 56
MONTH = 30
Numbers = np.ndarray


class Cause(StrEnum):
    """What may ail a subject."""

    HOOK = "an opening that few follow"
    PAGE = "a page that few buy from"
    CALL = "a video that calls nobody to the product"
    AUDIENCE = "an audience that is dear"
    SILENCE = "a video that nobody answers"


@attrs.define(eq=False)
class World:
    """A shop's true rates. Arrays have one number a product, video or ad; *product_of_…* are places
    among the products. *causes* are what was planted: cause and place."""

    margin: float
    price: Numbers
    own_clicks: Numbers  # a day, beside those of videos
    ctor: Numbers
    product_of_video: Numbers
    views: Numbers  # a day
    view_ctr: Numbers
    engagement: Numbers
    product_of_ad: Numbers
    impressions: Numbers  # a day
    ctr: Numbers
    cpm: Numbers
    follow: Numbers  # purchases of an ad's click, as a part of the product's CTOR
    causes: tuple[tuple[Cause, int], ...] = ()

    def copy(self) -> "World":
        """Another world with the same rates, to change."""
        return attrs.evolve(
            self,
            **{
                f.name: getattr(self, f.name).copy()
                for f in attrs.fields(World)
                if isinstance(getattr(self, f.name), np.ndarray)
            },
        )

    @property
    def clicks(self) -> Numbers:
        """Product clicks a day, of each product."""
        of_videos = np.bincount(
            self.product_of_video, self.views * self.view_ctr, minlength=len(self.price)
        )
        clicks: Numbers = self.own_clicks + of_videos
        return clicks

    @property
    def cvr(self) -> Numbers:
        """Purchases of an ad's click."""
        rate: Numbers = self.ctor[self.product_of_ad] * self.follow
        return rate

    @property
    def roas(self) -> Numbers:
        """Revenue of an ad for one of its spend."""
        ratio: Numbers = 1000 * self.ctr * self.cvr * self.price[self.product_of_ad] / self.cpm
        return ratio

    def profit(self) -> float:
        """What stays in 30 days: the margin of all sales, less what the ads cost."""
        sales = (self.clicks * self.ctor * self.price).sum()
        bought = (self.impressions * self.ctr * self.cvr * self.price[self.product_of_ad]).sum()
        spend = (self.impressions * self.cpm / 1000).sum()
        return float(MONTH * ((sales + bought) * self.margin - spend))


def healthy(chance: np.random.Generator) -> World:
    """A shop that nothing ails."""
    products, videos, ads = (int(n) for n in chance.integers((8, 12, 8), (16, 36, 18)))
    margin = float(chance.uniform(0.35, 0.6))
    price = np.exp(chance.normal(np.log(26), 0.4, products))
    ctor = chance.uniform(0.032, 0.048, products)
    of_ad = chance.integers(0, products, ads)
    follow = chance.uniform(0.85, 1.15, ads)
    ctr = chance.uniform(0.012, 0.028, ads)
    roas = chance.uniform(1.3, 2.2, ads) / margin
    return World(
        margin=margin,
        price=price,
        own_clicks=np.exp(chance.normal(np.log(40), 0.7, products)),
        ctor=ctor,
        product_of_video=chance.integers(0, products, videos),
        views=np.exp(chance.normal(np.log(2500), 0.9, videos)),
        view_ctr=chance.uniform(0.011, 0.028, videos),
        engagement=chance.uniform(0.035, 0.048, videos),
        product_of_ad=of_ad,
        impressions=np.exp(chance.normal(np.log(6000), 0.6, ads)),
        ctr=ctr,
        cpm=1000 * ctr * ctor[of_ad] * follow * price[of_ad] / roas,
        follow=follow,
    )


def ailing(well: World, chance: np.random.Generator) -> World:
    """The same shop with one to five causes drawn upon it."""
    ill = well.copy()
    drawn: dict[tuple[Cause, int], None] = {}
    for cause in chance.choice(list(Cause), size=int(chance.integers(1, 6))):
        rates = rates_of(ill, Cause(cause))
        drawn[Cause(cause), int(chance.integers(0, len(rates)))] = None
    for cause, at in drawn:
        harm = chance.uniform(2.0, 4.0) if cause is Cause.AUDIENCE else chance.uniform(0.12, 0.45)
        rates_of(ill, cause)[at] *= harm
    return attrs.evolve(ill, causes=tuple(drawn))


def rates_of(world: World, cause: Cause) -> Numbers:
    """The rates that a cause harms."""
    return {
        Cause.HOOK: world.ctr,
        Cause.PAGE: world.ctor,
        Cause.CALL: world.view_ctr,
        Cause.AUDIENCE: world.cpm,
        Cause.SILENCE: world.engagement,
    }[cause]


# Which cause a lever mends, of which kind of subject; other levers do next to nothing here.
MENDS: dict[tuple[str, str], Cause] = {
    ("creative.hook", "ad"): Cause.HOOK,
    ("creative.call-to-action", "ad"): Cause.HOOK,
    ("creative.call-to-action", "video"): Cause.CALL,
    ("creative.format", "video"): Cause.CALL,
    ("page.content", "product"): Cause.PAGE,
    ("page.content", "ad"): Cause.PAGE,
    ("page.content", "video"): Cause.PAGE,
    ("ads.audience", "ad"): Cause.AUDIENCE,
    ("creative.format", "ad"): Cause.HOOK,
}
CHEAPER = ("ads.bid", "ads.budget", "ads.edits")  # levers that buy less, and that for less
LARGER = ("offer.basket", "offer.price")


@attrs.frozen(eq=False)
class Effects:
    """How far each cause can be mended, drawn once for a shop, so that every strategy meets the
    same luck. 1 is all the way back to what the rate was before it was harmed. *saved* is by how
    much an ad's impressions get cheaper where less is bid for them, *fewer* how many of them are
    left, *larger* by how much orders grow where a larger basket is offered."""

    well: World
    way: dict[Cause, Numbers]
    drift: float
    saved: Numbers
    fewer: Numbers
    larger: float

    @classmethod
    def drawn(cls, well: World, chance: np.random.Generator) -> "Effects":
        """Two of three attempts succeed, and get somewhere between nowhere and all the way; what is
        not harmed moves a little either way."""
        way = {}
        for cause in Cause:
            many = len(rates_of(well, cause))
            works = chance.random(many) < 2 / 3
            way[cause] = np.where(works, chance.beta(3, 1.5, many), chance.normal(0, 0.05, many))
        ads = len(well.ctr)
        return cls(
            well,
            way,
            float(chance.normal(0, 0.01)),
            chance.uniform(0.05, 0.4, ads),
            chance.uniform(0.4, 0.9, ads),
            float(chance.uniform(0, 0.1)),
        )

    def follow(self, ill: World, lever: str, kind: str, at: list[int]) -> float:
        """What it brings in 30 days to move *lever* on the subjects *at* these places."""
        mended = ill.copy()
        if kind == "ad" and lever in CHEAPER:
            mended.cpm[at] *= 1 - self.saved[at]
            mended.impressions[at] *= self.fewer[at]
        elif kind == "ad" and lever in LARGER:
            mended.follow[at] *= 1 + self.larger  # the same as larger orders from the ad
        cause = MENDS.get((lever, kind))
        if cause is not None:
            self._mend(mended, ill, cause, kind, at)
        return mended.profit() - ill.profit()

    def _mend(self, mended: World, ill: World, cause: Cause, kind: str, at: list[int]) -> None:
        now, was = rates_of(mended, cause), rates_of(self.well, cause)
        for one in dict.fromkeys(self._place(ill, cause, kind, place) for place in at):
            harmed = was[one] != now[one]
            now[one] += self.way[cause][one] * (was[one] - now[one])
            if not harmed:
                now[one] *= 1 + self.drift

    def _place(self, world: World, cause: Cause, kind: str, at: int) -> int:
        if cause is Cause.PAGE and kind == "ad":
            return int(world.product_of_ad[at])
        if cause is Cause.PAGE and kind == "video":
            return int(world.product_of_video[at])
        return at
