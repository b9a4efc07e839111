"""The shop's advisor.toml: its sections, and reading them with every error at once."""

import math
import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import attrs

from advisor.errors import AdvisorError, Mistakes, unknown
from advisor.model.own_files import read_text
from advisor.model.record import frozen
from advisor.model.rule import Profile
from advisor.model.shop import Business, Size
from advisor.model.time_zones import is_time_zone, time_zones
from advisor.model.toml import parse_toml, structure


@frozen
class ShopSection:
    """[shop] of an advisor.toml. *owner* and *tags* are an agency's own words; some rules hold
    only for shops with a tag, or without one."""

    toml_underscores: ClassVar[bool] = True

    id: str = ""
    name: str = ""
    size: str | None = None
    niche: str | None = None
    region: str | None = None
    timezone: str | None = None
    currency: str | None = None
    usd_rate: float | None = None
    margin: float | None = None
    owner: str | None = None
    tags: tuple[str, ...] = ()


@frozen
class CostsSection:
    """[costs]: what goes off the sales before ads, each as a share of them. A cost that is not
    there is not 0: all are to be given, or only those that no settlement of TikTok's has: the
    goods, and the shipping that the shop pays itself."""

    toml_underscores: ClassVar[bool] = True

    goods: float
    referral_fee: float | None = None
    commission: float | None = None
    shipping: float | None = None
    returns: float | None = None

    @property
    def margin(self) -> float | None:
        """What is left of the sales; None where some costs are for settlements to tell."""
        costs = [share for share in attrs.astuple(self) if share is not None]
        return 1 - sum(costs) if len(costs) == len(attrs.fields(CostsSection)) else None

    @property
    def besides(self) -> float | None:
        """What goes off beside what settlements say; None where all costs are given."""
        return None if self.margin is not None else self.goods + (self.shipping or 0.0)


@frozen
class OrdersSection:
    """[orders]: which orders of the files are the shop's. *channels* are the purchase channels that
    count, as the exports name them; all where there are none."""

    toml_underscores: ClassVar[bool] = True

    channels: tuple[str, ...] = ()


@frozen
class GoalSection:
    """[goal]: what the shop wants most now. *market_growth* is by how much its market grows in a
    year, as a fraction, where the owner knows."""

    toml_underscores: ClassVar[bool] = True

    focus: str | None = None
    market_growth: float | None = None


@frozen
class OwnBand:
    """A band of the shop's own, in the metric's unit (money in the shop's currency)."""

    low: float | None = None
    high: float | None = None


@frozen
class RulesSection:
    """[rules]: folders of the shop's own rules, how much it wants to hear, the rules it does
    without, and its values of the limits that rules name."""

    paths: tuple[str, ...] = ()
    profile: Profile = Profile.STANDARD
    disable: tuple[str, ...] = ()
    limits: Mapping[str, float] = attrs.field(factory=dict)


@frozen
class ReportSection:
    """[report]: how the plan is printed."""

    language: str = "en"
    formats: tuple[str, ...] = ("md", "json")
    templates: str | None = None


@frozen
class PluginsSection:
    """[plugins]: which of them may replace what others brought, and how many seconds each has for a
    file."""

    toml_underscores: ClassVar[bool] = True

    allow: tuple[str, ...] = ()


@frozen
class HistorySection:
    """[history]: whether runs are kept, and the database that keeps them instead of a file beside
    the advisor.toml."""

    enabled: bool = True
    url: str | None = attrs.field(default=None, repr=False)


@frozen
class MuteLimit:
    """What a metric of the subject must be for a mute to hold, in the unit of the metric."""

    at_least: float | None = None
    at_most: float | None = None


@frozen
class MuteSection:
    """[[mute]]: findings that the owner knows of and does not want to hear.

    *rule* (full or short id) and *subject* (key or name) may hold * and ?; what is not given holds
    for all. It holds up to and on the day *until*, and *while_* all of these metrics of the subject
    are within limits. Critical findings stay unless *force* is set.
    """

    reason: str
    rule: str | None = None
    subject: str | None = None
    until: date | None = None
    while_: Mapping[str, MuteLimit] = attrs.field(factory=dict)
    force: bool = False


@frozen
class SourceSection:
    """[[source]]: how to read a file of the shop's own.

    *file* is a name in which * stands for any letters; *key*, *name*, *day* are headers. *columns*
    maps headers to counts (`"Klicks" = "clicks"`), or to ratios of them that check the file
    (`"CTR" = "clicks / impressions"`).
    """

    toml_underscores: ClassVar[bool] = True

    file: str
    columns: Mapping[str, str]
    sheet: str | None = None
    subject: str = "shop"
    key: str | None = None
    name: str | None = None
    day: str | None = None
    currency: str | None = None
    percent: str | None = None
    day_order: str | None = None
    grain: str | None = None
    family: str = "own"


@frozen
class Settings:
    """An advisor.toml."""

    shop: ShopSection = ShopSection()
    costs: CostsSection | None = None
    orders: OrdersSection = OrdersSection()
    goal: GoalSection = GoalSection()
    bands: Mapping[str, OwnBand] = attrs.field(factory=dict)
    rules: RulesSection = RulesSection()
    report: ReportSection = ReportSection()
    plugins: PluginsSection = PluginsSection()
    history: HistorySection = HistorySection()
    mute: tuple[MuteSection, ...] = ()
    source: tuple[SourceSection, ...] = ()


@frozen
class AgencyRules:
    """[rules] of an agency.toml: the agency's values of the limits that rules name."""

    limits: Mapping[str, float] = attrs.field(factory=dict)


@frozen
class Agency:
    """An agency.toml: what holds for each shop whose folder lies beside it. A limit of the shop's
    own advisor.toml stands above it; its mutes come after the shop's."""

    rules: AgencyRules = AgencyRules()
    mute: tuple[MuteSection, ...] = ()


CONFIG_NAME = "advisor.toml"
AGENCY_NAME = "agency.toml"  # beside the folders of an agency's shops
DATABASES = ("postgresql://", "postgres://")  # what their addresses begin with
HISTORY_NAME = "history.db"  # beside it
HISTORY_ID = 0x41445648  # "ADVH": the application_id of that SQLite file
COSTS_ORIGIN = "the costs in advisor.toml"  # where a margin comes from


# Two letters that people write for a country, and no policy would ever be found under.
_NO_COUNTRIES = {
    "EU": "name the country that the shop sells in, like DE",
    "UK": "did you mean 'GB'?",
}


def read_settings(path: Path) -> Settings:
    """Reads an advisor.toml, and the agency.toml above it. Unknown keys and impossible values are
    refused, all at once."""
    where = path.name
    own = make_settings(parse_toml(read_text(path, where=where), where=where), where=where)
    return with_agency(own, agency_text(path.parent))


def named_settings(settings: Settings, folder: str) -> Settings:
    """*settings* of the shop in *folder*, whose name is its id where it has none."""
    if settings.shop.id:
        return settings
    return attrs.evolve(settings, shop=attrs.evolve(settings.shop, id=folder))


def without_folder(settings: Settings) -> Settings:
    """*settings* of a shop whose folder is not there, but facts of it: without its own templates.
    Raises AdvisorError where they name rules of its own, without which the plan would be another
    one."""
    if settings.rules.paths:
        hint = "diagnose its exports, or give the folder with --rules"
        raise AdvisorError("rules.paths: facts hold no rules", where=CONFIG_NAME, hint=hint)
    return attrs.evolve(settings, report=attrs.evolve(settings.report, templates=None))


def agency_file(shop: Path) -> Path | None:
    """The agency.toml beside the folder of a *shop*; None where there is none."""
    place = shop.resolve().parent / AGENCY_NAME
    return place if place.is_file() else None


def agency_text(shop: Path) -> str | None:
    """What the agency.toml beside the folder of a *shop* says; None where there is none. Raises
    AdvisorError where it cannot be read."""
    place = agency_file(shop)
    return None if place is None else read_text(place, where=AGENCY_NAME)


def with_agency(settings: Settings, said: str | None) -> Settings:
    """*settings* of a shop with what its agency's agency.toml, of this text, adds. Raises Mistakes
    with all that is wrong in that."""
    if said is None:
        return settings
    agency = structure(parse_toml(said, where=AGENCY_NAME), Agency, where=AGENCY_NAME)
    wrong = [
        f"mute {number}.{line}"
        for number, one in enumerate(agency.mute, start=1)
        for line in _impossible_mute(one)
    ]
    if wrong:
        raise Mistakes(wrong, where=AGENCY_NAME)
    limits = {**agency.rules.limits, **settings.rules.limits}
    rules = attrs.evolve(settings.rules, limits=limits)
    return attrs.evolve(settings, rules=rules, mute=(*settings.mute, *agency.mute))


def with_mutes(settings: Settings, said: str | None, *, where: str = "mute") -> Settings:
    """*settings* of a shop with the mutes in the text *said*. Raises Mistakes with all that is
    wrong in it."""
    if said is None:
        return settings
    more = make_settings(parse_toml(said, where=where), where=where).mute
    return attrs.evolve(settings, mute=(*settings.mute, *more))


def identifier(name: str) -> str:
    """A short name for folders and indexes, made of a shop's *name*: letters and digits with
    hyphens."""
    words = "".join(c if c.isalnum() else " " for c in name.casefold()).split()
    return "-".join(words) or "shop"


def find_config(folders: Iterable[Path]) -> Path | None:
    """The advisor.toml that lies in one of *folders*. Raises AdvisorError where several do, and
    where one is no file: a plan without the settings would be another one."""
    places = dict.fromkeys(folder.resolve() / CONFIG_NAME for folder in folders)
    found = [place for place in places if os.path.lexists(place)]
    for place in found:
        if not place.is_file():
            hint = "make it a file, or take it away"
            raise AdvisorError(
                "is a folder, a device or a broken link", where=str(place), hint=hint
            )
    if len(found) > 1:
        where = " and ".join(str(one) for one in found[:2])
        raise AdvisorError(
            f"these files belong to two shops: {where}",
            hint="give the folder above them for a plan each, or say which with --config",
        )
    return found[0] if found else None


def make_settings(raw: Mapping[str, Any], *, where: str = CONFIG_NAME) -> Settings:
    """The settings that *raw* holds, the tables of an advisor.toml. Raises Mistakes with all that
    is wrong in them."""
    wrong: list[str] = []
    try:
        settings = structure(raw, Settings, where=where)
    except Mistakes as error:
        wrong += error.mistakes
        settings = _readable(raw)
    wrong += impossible(settings.shop)
    if settings.costs is not None:
        wrong += _impossible_costs(settings.costs, settings.shop)
    if settings.history.url is not None and not settings.history.url.startswith(DATABASES):
        # The address may hold a password: it is never printed.
        wrong.append("history.url: write it as postgresql://user@host:5432/database")
    market = settings.goal.market_growth
    if market is not None and not -1 < market < 10:
        wrong.append(f"goal.market_growth: {market:g} cannot be; write 8 % more a year as 0.08")
    for metric, band in settings.bands.items():
        if band.low is None and band.high is None:
            wrong.append(f"bands.{metric}: give low, high or both")
        elif band.low is not None and band.high is not None and band.low > band.high:
            wrong.append(f"bands.{metric}: low {band.low:g} lies above high {band.high:g}")
    for number, mute in enumerate(settings.mute, start=1):
        wrong += [f"mute {number}.{line}" for line in _impossible_mute(mute)]
    for number, source in enumerate(settings.source, start=1):
        if source.currency is not None and not _is_currency(source.currency):
            at = f"source {number} ({source.file}).currency"
            wrong.append(f"{at}: {_no_currency(source.currency)}")
    if wrong:
        raise Mistakes(wrong, where=where)
    return settings


def _readable(raw: Mapping[str, Any]) -> Settings:
    """What can be read of an advisor.toml with mistakes, so that its values are looked at too."""
    shop, bands = raw.get("shop"), raw.get("bands")
    shop = shop if isinstance(shop, Mapping) else {}
    bands = bands if isinstance(bands, Mapping) else {}
    sound = {key: value for key, value in shop.items() if _fits(ShopSection, {key: value})}
    return Settings(
        shop=structure(sound, ShopSection, where=CONFIG_NAME),
        bands={
            m: structure(b, OwnBand, where=CONFIG_NAME)
            for m, b in bands.items()
            if _fits(OwnBand, b)
        },
    )


def _fits(cls: type[ShopSection | OwnBand], part: Any) -> bool:
    try:
        structure(part, cls, where=CONFIG_NAME)
    except Mistakes:
        return False
    return True


def _impossible_costs(costs: CostsSection, shop: ShopSection) -> list[str]:
    wrong = [
        f"costs.{name}: {share:g} is no share of the sales; write 8 % as 0.08"
        for name, share in attrs.asdict(costs).items()
        if share is not None and not 0 <= share < 1
    ]
    of_settlements = {n: getattr(costs, n) for n in ("referral_fee", "commission", "returns")}
    lacking = [name for name, share in attrs.asdict(costs).items() if share is None]
    if lacking and any(share is not None for share in of_settlements.values()):
        wrong.append(
            f"costs: {', '.join(lacking)} missing; give all of them, or goods alone where "
            "settlements tell the rest"
        )
    left = 1 - math.fsum(share for share in attrs.astuple(costs) if share is not None)
    if not wrong and not 0 < left < 1:
        wrong.append(f"costs: they leave {left:.0%} of the sales; check each of them")
    if shop.margin is not None:
        wrong.append("costs: shop.margin is there too; give one of them")
    return wrong


def _impossible_mute(mute: MuteSection) -> list[str]:
    wrong = []
    if mute.rule is None and mute.subject is None:
        wrong.append("rule: give a rule, a subject or both")
    if not mute.reason.strip():
        wrong.append("reason: say why, for people who read it later")
    for metric, limit in mute.while_.items():
        if limit.at_least is None and limit.at_most is None:
            wrong.append(f"while.{metric}: give at-least, at-most or both")
    return wrong


def _is_currency(code: str) -> bool:
    return len(code) == 3 and code.isascii() and code.isupper()


def _no_currency(code: str) -> str:
    return f"{code!r} is no currency code; write three capital letters, like USD"


def impossible(shop: ShopSection) -> list[str]:
    """What in the shop's own words cannot be."""
    wrong: list[str] = []
    sizes = [size.value for size in Size]
    if shop.size is not None and shop.size not in sizes:
        wrong.append(f"shop.size: {unknown('size', shop.size, sizes)}")
    currency = shop.currency
    if currency is not None and not _is_currency(currency):
        wrong.append(f"shop.currency: {_no_currency(currency)}")
    if shop.usd_rate is not None and not 0 < shop.usd_rate < 1e6:
        wrong.append(
            f"shop.usd_rate: {shop.usd_rate:g} cannot be; "
            "it is what one unit of the currency is in US dollars"
        )
    if currency == "USD" and shop.usd_rate not in (None, 1.0):
        wrong.append(f"shop.usd_rate: one US dollar is 1 US dollar, not {shop.usd_rate:g}")
    if shop.margin is not None and not 0 < shop.margin < 1:
        wrong.append(f"shop.margin: {shop.margin:g} is no share of revenue; write 45 % as 0.45")
    if shop.region is not None and (why := no_country(shop.region)):
        wrong.append(f"shop.region: {why}")
    if shop.timezone is not None and not is_time_zone(shop.timezone):
        wrong.append(
            f"shop.timezone: {unknown('time zone', shop.timezone, time_zones())}, like Asia/Bangkok"
        )
    return wrong


def no_country(code: str) -> str:
    """Why *code* names no country; "" where it may."""
    if not (len(code) == 2 and code.isascii() and code.isupper()):
        return f"{code!r} is no country code; write two capital letters, like US"
    what = _NO_COUNTRIES.get(code)
    return f"{code!r} is no country code; {what}" if what else ""


def business_of(settings: Settings, **chosen: str | None) -> Business:
    """The shop of *settings*, with what the command line chose instead (size, niche, goal)."""
    shop, costs = settings.shop, settings.costs
    stated = shop.margin is not None
    return Business(
        id=shop.id or "shop",
        name=shop.name or shop.id,
        size=chosen.get("size") or shop.size,
        niche=chosen.get("niche") or shop.niche,
        region=shop.region,
        tags=shop.tags,
        currency=shop.currency,
        usd_rate=shop.usd_rate,
        margin=shop.margin if stated or costs is None else costs.margin,
        goal=chosen.get("goal") or settings.goal.focus,
        margin_origin="advisor.toml" if stated else COSTS_ORIGIN if costs and costs.margin else "",
        costs_besides=None if costs is None else costs.besides,
    )
