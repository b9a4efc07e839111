"""Columns of Ads Manager that are known and not used, so that "not known" means something."""

from pathlib import Path

import pytest

from advisor.tabular.header_text import header_text
from advisor.tabular.headers import Recogniser
from advisor.tabular.kinds import load_kinds
from tests.plugins_ads.reads import provider, read

EXPORTS = Path(__file__).parents[3] / "shared" / "real-exports"
KIND = next(k for k in load_kinds("advisor_tiktok_ads") if k.id == "ads-manager-report")
KNOWN = Recogniser(KIND)


@pytest.mark.skipif(not EXPORTS.is_dir(), reason="no real exports beside the project")
@pytest.mark.parametrize("file", sorted(path.name for path in EXPORTS.glob("ads_manager_*")))
def test_every_column_of_a_real_report_is_known(file: str) -> None:
    explain = provider().explain  # type: ignore[attr-defined]
    columns = explain(read(EXPORTS / file))
    assert [column.header for column in columns if not column.means] == []


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("Cost per registration (SKAN)", "iOS SKAN"),
        ("고유 등록당 비용(SKAN)", "iOS SKAN"),
        ("Unique app launches (app)", "app events"),
        ("Day 7 purchase ROAS", "app events"),
        ("7일 차 구매 ROAS", "app events"),
        ("Button clicks (website)", "website events other than purchases"),
        ("Value per page view (website)", "website events other than purchases"),
        ("다운로드당 가치(웹사이트)", "website events other than purchases"),
        ("Leads (offline)", "offline events"),
        ("Cost per conversation (TikTok direct message)", "messages"),
        ("CTA purchase ROAS (website)", "part of the conversions, by view or click"),
        ("Cost per content view (all channels)", "events of all channels combined"),
        ("Form submissions (TikTok)", "from TikTok's own pages"),
        ("Conversions [SAN]", ""),
    ],
)
def test_a_family_of_columns_is_known_with_its_reason(header: str, why: str) -> None:
    found = KNOWN.why_not_used(header)
    assert found is not None
    assert found.startswith(why)


# Events as the platform names them in English: all of them, one, their rate and their value.
EVENTS = """
registrations|registration|registration|registration
purchases|purchase|purchase|purchase
adds to cart|add to cart|add to cart|add to cart
checkouts|checkout|checkout|checkout
content views|content view|content view|content view
payment info adds|payment info add|payment info add|payment info add
adds to wishlist|add to wishlist|add to wishlist|add to wishlist
app launches|app launch|app launch|app launch
tutorials completed|tutorial completed|tutorial completion|tutorial completion
groups created|group created|group creation|group creation
group joins|group join|group joining|group joining
roles created|role created|role creation|role creation
credit spends|credit spend|credit spend|credit spend
levels achieved|level achieved|level achievement|level achievement
achievements unlocked|achievement unlocked|achievement unlocked|unlocked achievement
leads generated|lead generated|lead generation|lead generation
in-app ad clicks|in-app ad click|in-app ad click|in-app ad click
in-app ad impressions|in-app ad impression|in-app ad impression|in-app ad impression
loan applications|loan application|loan application|loan application
loan approvals|loan approval|loan approval|loan approval
loan disbursals|loan disbursal|loan disbursal|loan disbursal
logins|login|login|login
ratings|rating|rating|rating
searches|search|search|search
trials started|trial started|trial start|trial start
subscriptions|subscription|subscription|subscription
page views|page view|page view|page view
button clicks|button click|button click|button click
contacts|contact|contact|contact
orders placed|order placed|orders placed|orders placed
checkouts initiated|checkout initiated|checkout initiation|checkout initiation
payment info added|payment info added|payment info added|add payment info
form submissions|form submitted|form submission|form submission
downloads|download|download|download
engaged sessions|engaged session|engaged session|engaged session
"""
OF_WEBSITES = ("page views", "button clicks", "contacts", "orders placed", "engaged sessions")


def known(header: str) -> bool:
    located = header_text(header).key in KNOWN._keys
    return located or KNOWN.why_not_used(header) is not None


@pytest.mark.parametrize("suffix", ["(app)", "(SKAN)", "(website)"])
def test_every_event_is_known_in_each_of_its_measures(suffix: str) -> None:
    unknown = []
    for line in EVENTS.split("\n"):
        if not line or (suffix != "(website)" and line.startswith(OF_WEBSITES)):
            continue
        many, one, rate, value = line.split("|")
        measures = (
            many,
            f"unique {many}",
            f"cost per {one}",
            f"cost per unique {one}",
            f"unique cost per {one}",
            f"value per {one}",
            f"{rate} rate",
            f"unique {rate} rate",
            f"{value} value",
        )
        names = [f"{measure.capitalize()} {suffix}" for measure in measures]
        names += [f"Unique {rate} rate (%) {suffix}", f"Unique {rate} rate {suffix} (%)"]
        unknown += [name for name in names if not known(name)]
    assert unknown == []


@pytest.mark.parametrize(
    "header",
    [
        "Unique ad impressions",
        "Cost per unique ads impression",
        "Unique ad impression rate (%)",
        "Ads impression ROAS",
        "Day 0 ad revenue ROAS",
        "Day 6 ad revenue",
        "App Installs (SKAN Privacy Withheld)",
        "Total find location",
        "Value per customize product",
        "Schedule rate",
        "Total start trial (website)",
        "Submit application rate (website)",
        "Total application approval value (website)",
        "Purchases ROAS (TikTok)",
        "Unique purchase",
        "Calendar day 0 purchase value",
    ],
)
def test_other_names_of_the_platform_are_known(header: str) -> None:
    assert known(header)


@pytest.mark.parametrize(
    "header",
    [
        "GMV attributed to product cards",
        "GMV atribuido a tarjetas de productos",
        "Refunds (Shop)",
        "Loyalty points (website)",
        "총 환불 금액(웹사이트)",
        "My notes",
    ],
)
def test_what_is_of_no_known_family_is_not_known(header: str) -> None:
    assert KNOWN.why_not_used(header) is None
