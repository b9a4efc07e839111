"""What to ask of a shop where one of its settings decides what holds."""

from advisor.judge import Grader, Match, RuleEvaluation
from advisor.metrics import metric_of
from advisor.model import Language, Vocabulary, frozen


@frozen
class Question:
    """A *setting* of [shop] that decides whether *metric* is in *levels*; the *currency* of the
    shop, where it is known."""

    setting: str
    metric: str
    levels: tuple[str, ...]
    currency: str | None

    def text(self, vocabulary: Vocabulary, language: Language) -> str:
        """The question in words."""
        title = metric_of(self.metric, vocabulary).title
        levels = language.either([language.level(level) for level in self.levels])
        named = {"metric": title, "levels": levels, "currency": self.currency or ""}
        if self.setting == "usd_rate" and self.currency:
            return language.gettext(
                "Set usd_rate in [shop] of advisor.toml (what one {currency} is in US dollars): "
                "it decides whether {metric} is {levels}",
                **named,
            )
        if self.setting == "usd_rate":
            return language.gettext(
                "Set currency and usd_rate in [shop] of advisor.toml (your shop's currency, and "
                "what one of it is in US dollars): they decide whether {metric} is {levels}",
                **named,
            )
        if self.setting == "size":
            return language.gettext(
                "Set size in [shop] of advisor.toml (small, mid or enterprise): it decides "
                "whether {metric} is {levels}",
                **named,
            )
        return language.gettext(
            "Set {setting} in [shop] of advisor.toml: it decides whether {metric} is {levels}",
            setting=self.setting,
            **named,
        )


def question(match: Match, grader: Grader) -> Question | None:
    """Which setting decides whether *match* or a stronger rule holds; None where none does."""
    return asked_of(match.evaluation, match.shop, grader) if match.stronger else None


def asked_of(evaluation: RuleEvaluation, shop: str, grader: Grader) -> Question | None:
    """Which setting of *shop* decides whether what keeps a rule from firing is true."""
    own = grader.of_shop(shop)
    kind = evaluation.graded.measured.kind
    for test in evaluation.rule.unless.own():
        setting = own.setting_of(test, kind)
        if setting:
            currency = grader.businesses[shop].currency
            return Question(setting, test.name, test.is_, currency)
    return None
