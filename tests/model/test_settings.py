"""An advisor.toml is read strictly: everything that cannot be is named at once."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.errors import AdvisorError, Mistakes
from advisor.knowledge.load import check_names, inactive_reason
from advisor.model.rule import Profile, Rule, Status
from advisor.model.settings import Settings, business_of, find_config, read_settings
from advisor.model.shop import Business
from tests.core import TODAY, WORDS, rule


def settings(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "advisor.toml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


def mistakes(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(Mistakes) as caught:
        check_names(settings(tmp_path, text), WORDS, where="advisor.toml")
    assert caught.value.where == "advisor.toml"
    return list(caught.value.mistakes)


def test_everything_in_the_file_is_in_the_settings(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        """
[shop]
id = "luna"
name = "Luna"
size = "small"
niche = "beauty"
region = "MX"
currency = "MXN"
usd_rate = 0.05
margin = 0.4
[goal]
focus = "ads"
[bands.ctr]
low = 0.02
[rules]
disable = ["weak"]
""",
    )

    check_names(found, WORDS, where="advisor.toml")
    assert business_of(found) == Business(
        "luna", "Luna", "small", "beauty", "MX", "MXN", 0.05, 0.4, "ads", "advisor.toml"
    )
    assert found.bands["ctr"].low == 0.02


ALL_OR_GOODS = "give all of them, or goods alone where settlements tell the rest"
COSTS = (
    "[costs]\ngoods = 0.3\nreferral_fee = 0.06\ncommission = 0.1\nshipping = 0.1\nreturns = 0.04"
)


def test_the_costs_make_the_margin(tmp_path: Path) -> None:
    found = business_of(settings(tmp_path, COSTS))

    assert found.margin == pytest.approx(0.4)
    assert found.margin_origin == "the costs in advisor.toml"


@pytest.mark.parametrize(("more", "besides"), [("", 0.3), ("\nshipping = 0.05", 0.35)])
def test_the_cost_of_goods_alone_waits_for_settlements(
    more: str, besides: float, tmp_path: Path
) -> None:
    found = business_of(settings(tmp_path, f"[costs]\ngoods = 0.3{more}"))

    assert found.margin is None
    assert found.costs_besides == pytest.approx(besides)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (COSTS.replace("0.3", "30"), "costs.goods: 30 is no share of the sales; write 8 % as 0.08"),
        (COSTS.replace("0.3", "0.9"), "costs: they leave -20% of the sales; check each of them"),
        (COSTS + "\n[shop]\nmargin = 0.4", "costs: shop.margin is there too; give one of them"),
        (
            COSTS.replace("returns = 0.04", ""),
            f"costs: returns missing; {ALL_OR_GOODS}",
        ),
        ("[costs]\nshipping = 0.1", "costs.goods: required key 'goods' is missing"),
    ],
)
def test_costs_that_cannot_be_are_named(tmp_path: Path, text: str, expected: str) -> None:
    assert mistakes(tmp_path, text) == [expected]


@pytest.mark.parametrize("growth", ["8", "-0.5", "0.08", "0"])
def test_the_growth_of_the_market_may_be_said(tmp_path: Path, growth: str) -> None:
    assert settings(tmp_path, f"[goal]\nmarket_growth = {growth}").goal.market_growth == float(
        growth
    )


@pytest.mark.parametrize("growth", ["-1", "10"])
def test_a_market_does_not_grow_by_anything(tmp_path: Path, growth: str) -> None:
    assert mistakes(tmp_path, f"[goal]\nmarket_growth = {growth}") == [
        f"goal.market_growth: {growth} cannot be; write 8 % more a year as 0.08"
    ]


def test_the_command_line_wins_over_the_file(tmp_path: Path) -> None:
    found = settings(tmp_path, '[shop]\nsize = "small"\nniche = "beauty"\n[goal]\nfocus = "ads"')

    chosen = business_of(found, size="mid", niche=None, goal="sales")

    assert (chosen.size, chosen.niche, chosen.goal) == ("mid", "beauty", "sales")


def test_an_empty_file_is_a_shop_of_which_nothing_is_known(tmp_path: Path) -> None:
    assert business_of(settings(tmp_path, "")) == Business()


def test_a_file_from_windows_may_begin_with_a_mark(tmp_path: Path) -> None:
    assert settings(tmp_path, '\ufeff[shop]\nsize = "mid"').shop.size == "mid"


def test_all_that_cannot_be_is_named_at_once(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        """
[shop]
size = "smal"
currency = "usd"
usd_rate = -1
margin = 45
region = "Mexico"
[bands.ctr]
[bands.cpc]
low = 3
high = 2
""",
    )

    assert [line.split(":")[0] for line in found] == [
        "shop.size",
        "shop.currency",
        "shop.usd_rate",
        "shop.margin",
        "shop.region",
        "bands.ctr",
        "bands.cpc",
    ]
    assert "did you mean 'small'?" in found[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[shop]\nnich = "x"', "shop: unknown key 'nich'; did you mean 'niche'?"),
        ('[shop]\nniche = "beuty"', "shop.niche: unknown niche 'beuty'; did you mean 'beauty'?"),
        (
            '[rules]\nprofile = "launch"',
            "rules.profile: unknown value 'launch'; known: ",
        ),
        ('[goal]\nfocus = "adds"', "goal.focus: unknown goal 'adds'; did you mean 'ads'?"),
        ("[bands.ctrr]\nlow = 0.1", "bands.ctrr: unknown metric 'ctrr'; did you mean 'ctr'?"),
        ("[bands.ctr]\nlow = 2", "bands.ctr: 2 is no share; write 2 % as 0.02"),
        ("[bands.roas]\nlow = nan", "bands.roas: nan is no number to compare with"),
        ("[bands.roas]\nhigh = inf", "bands.roas: inf is no number to compare with"),
        ('[shop]\nregion = "UK"', "shop.region: 'UK' is no country code; did you mean 'GB'?"),
        ('[shop]\nregion = "EU"', "name the country that the shop sells in, like DE"),
        ("[shop]\nusd_rate = nan", "shop.usd_rate: nan cannot be"),
        ('[shop]\ncurrency = "USD"\nusd_rate = 0.9', "shop.usd_rate: one US dollar is 1 US dollar"),
        ("[shop", "not valid TOML"),
        ("[shop]\nsize = 3", "shop.size"),
        ("[[bands]]\nlow = 2", "bands: expected a table, found a list"),
        ("bands.ctr = 2", "bands['ctr']: expected a table, found a number"),
        ('history = "postgresql://a:secret@b/c"', "history: expected a table, found text"),
    ],
)
def test_a_mistake_says_where_and_what(tmp_path: Path, text: str, says: str) -> None:
    (found,) = mistakes(tmp_path, text)

    assert says in found


def test_a_file_in_another_encoding_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "advisor.toml"
    path.write_bytes("# año".encode("latin-1"))

    with pytest.raises(Mistakes, match="not UTF-8 text"):
        read_settings(path)


@pytest.mark.parametrize(
    ("business", "ten"),
    [
        (Business(currency="USD"), 10.0),
        (Business(currency="MYR", usd_rate=0.2), 2.0),
        (Business(currency="MYR"), None),
        (Business(), None),
    ],
)
def test_money_in_dollars_needs_the_rate(business: Business, ten: float | None) -> None:
    assert business.dollars(10.0) == ten
    assert business.from_dollars(ten) == (None if ten is None else 10.0)


ONE = rule("one")


@pytest.mark.parametrize(
    ("made", "text", "region", "why"),
    [
        (ONE, "", None, ""),
        (ONE, '[rules]\ndisable = ["one"]', None, "disabled in advisor.toml"),
        (ONE, '[rules]\ndisable = ["test/one"]', None, "disabled in advisor.toml"),
        (rule("one", status=Status.DEPRECATED), "", None, "deprecated"),
        (rule("one", profile=Profile.STRICT), "", None, "only in the profile strict"),
        (rule("one", profile=Profile.STRICT), '[rules]\nprofile = "strict"', None, ""),
        (
            rule("one", profile=Profile.STRICT),
            '[rules]\nprofile = "starter"',
            None,
            "only in the profile strict",
        ),
        (ONE, '[rules]\nprofile = "starter"', None, "only in the profile standard or strict"),
        (ONE, '[rules]\nprofile = "strict"', None, ""),
        (rule("one", profile=Profile.STARTER), '[rules]\nprofile = "starter"', None, ""),
        (rule("one", profile=Profile.STARTER), "", None, ""),
        (rule("one", status=Status.EXPERIMENTAL), "", None, ""),
        (rule("one", effective_from=TODAY.replace(day=2)), "", None, "in force from 2026-06-02"),
        (rule("one", effective_from=TODAY, effective_until=TODAY), "", None, ""),
        (
            rule("one", effective_until=TODAY.replace(month=5)),
            "",
            None,
            "in force until 2026-05-01",
        ),
        (rule("one", region=("US", "GB")), "", "GB", ""),
        (rule("one", region=("US", "GB")), "", "MX", "only in US, GB"),
        (rule("one", region=("US",)), "", None, "only in US, and the shop's region is not known"),
        (rule("one", tags=("brand", "drop")), "", None, "only for shops tagged brand or drop"),
        (rule("one", tags=("brand", "own")), "", None, ""),
        (rule("one", tags=("!own",)), "", None, "not for shops tagged own"),
        (rule("one", tags=("!brand",)), "", None, ""),
    ],
)
def test_a_rule_that_does_not_apply_says_why(
    tmp_path: Path, made: Rule, text: str, region: str | None, why: str
) -> None:
    business = Business(region=region, tags=("own", "new"))
    assert inactive_reason(made, settings(tmp_path, text), business, TODAY) == why


def test_an_agency_adds_mutes_and_limits_to_its_shops(tmp_path: Path) -> None:
    (tmp_path / "luna").mkdir()
    (tmp_path / "agency.toml").write_text(
        "[rules.limits]\nlost-orders = 5\nhit-views = 3\n"
        "[[mute]]\nrule = 'low-roas'\nreason = 'by contract'\n"
    )
    text = "[rules.limits]\nhit-views = 4\n[[mute]]\nsubject = 'x'\nreason = 'own'"

    found = settings(tmp_path / "luna", text)

    assert found.rules.limits == {"lost-orders": 5.0, "hit-views": 4.0}
    assert [one.reason for one in found.mute] == ["own", "by contract"]


def test_an_agency_file_with_mistakes_says_so(tmp_path: Path) -> None:
    (tmp_path / "luna").mkdir()
    (tmp_path / "agency.toml").write_text("[[mute]]\nrule = 'low-roas'\nreason = ' '\n")

    with pytest.raises(Mistakes) as caught:
        settings(tmp_path / "luna", "")

    assert caught.value.where == "agency.toml"
    assert caught.value.mistakes == ("mute 1.reason: say why, for people who read it later",)


@pytest.mark.parametrize(
    "make",
    [
        Path.mkdir,
        lambda place: place.symlink_to("nowhere"),
        pytest.param(
            os.mkfifo if hasattr(os, "mkfifo") else Path.mkdir,
            marks=pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes"),
        ),
    ],
    ids=["folder", "broken link", "pipe"],
)
def test_settings_that_are_no_file_are_not_passed_over(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "advisor.toml")
    with pytest.raises(AdvisorError, match="is a folder, a device or a broken link"):
        find_config([tmp_path])
