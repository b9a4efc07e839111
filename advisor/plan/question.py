"""What to ask of a shop where one of its settings decides what holds."""

from advisor.judge import Grader, Match
from advisor.metrics import metric_of
from advisor.model import Test


def question(match: Match, grader: Grader) -> str:
    """Which setting decides whether *match* or a stronger rule holds; "" where none does."""
    own = grader.of_shop(match.shop)
    kind = match.evaluation.graded.measured.kind
    for test in match.rule.unless.own() if match.stronger else ():
        setting = own.setting_of(test, kind)
        if setting:
            return _ask(setting, test, grader, match.shop)
    return ""


def _ask(setting: str, test: Test, grader: Grader, shop: str) -> str:
    """Ask for a *setting* of [shop], which decides *test*."""
    currency = grader.businesses[shop].currency
    wanted = {
        "usd_rate": f"what one {currency} is in US dollars"
        if currency
        else "the currency of your shop, and what one of it is in US dollars",
        "size": "small, mid or enterprise",
        "region": "the country of your shop",
    }
    keys = "currency and usd_rate" if setting == "usd_rate" and not currency else setting
    title = metric_of(test.name, grader.vocabulary).title
    decides = f"{title} is {' or '.join(test.is_)}"
    return f"Set {keys} in [shop] of advisor.toml ({wanted[setting]}): it decides whether {decides}"
