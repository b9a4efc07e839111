"""Who is asking: the shop, and what its advisor.toml says."""

from enum import StrEnum

from advisor.model.record import frozen


class Size(StrEnum):
    """The guide's small, medium (`mid`) and large (`enterprise`)."""

    SMALL = "small"
    MID = "mid"
    ENTERPRISE = "enterprise"


RATE_WITHIN = 0.1  # how far from its average of the year a currency may be: ours


@frozen
class Business:
    """The shop. *usd_rate* is what one unit of its currency is in US dollars, *rate_origin* says in
    words where it is from where the shop does not state it; *margin* is the contribution margin
    before ads, as a share of revenue, and *margin_origin* says in words where it is from.
    *before_goods* is what its settlements leave before ads and cost of goods, *costs_besides* what
    goes off beside them, both as shares of revenue and None where not known."""

    id: str = "shop"
    name: str = ""
    size: str | None = None
    niche: str | None = None
    region: str | None = None
    currency: str | None = None
    usd_rate: float | None = None
    margin: float | None = None
    goal: str | None = None
    margin_origin: str = ""
    rate_origin: str = ""
    costs_besides: float | None = None
    before_goods: float | None = None
    tags: tuple[str, ...] = ()

    @property
    def rate_within(self) -> float:
        """How far off the rate may be, as a share of it; 0 where the shop states it."""
        return RATE_WITHIN if self.rate_origin and self.currency != "USD" else 0.0

    def rate(self) -> float | None:
        """US dollars for one unit of the shop's currency, or None where that is not known."""
        return 1.0 if self.currency == "USD" else self.usd_rate

    def dollars(self, amount: float) -> float | None:
        """*amount* in US dollars."""
        rate = self.rate()
        return None if rate is None else amount * rate

    def from_dollars(self, amount: float | None) -> float | None:
        """*amount* US dollars in the shop's currency; callers make sure that the rate is known."""
        rate = self.rate()
        return None if amount is None or rate is None else amount / rate
