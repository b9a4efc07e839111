"""A price as a sum, in words."""

from advisor.model import CountUnit, Language, Metric, Unit, Vocabulary
from advisor.plan.money import Factor, Price, TargetOrigin


def arithmetic(
    price: Price,
    metric: Metric,
    vocabulary: Vocabulary,
    language: Language,
    currency: str | None,
) -> str:
    """A price as a sum, in words."""

    def money(amount: float) -> str:
        return language.number(amount, Unit.MONEY, currency)

    if price.target.origin is TargetOrigin.NOTHING:
        amount = money(price.value.mean * price.volume.mean)
        return language.gettext("{amount} of {what} in 30 days", amount=amount, what=metric.title)
    now, then = (
        language.number(v, metric.unit, currency) for v in (price.value.mean, price.target.value)
    )
    parts = [f"({now} − {then})" if price.target.above else f"({then} − {now})"]
    if metric.denominator:
        counts = [vocabulary.counts[name.rstrip("?")] for name in metric.denominator]
        of = " + ".join(count.title for count in counts)
        spent = counts[0].unit is CountUnit.MONEY
        many = money(price.volume.mean) if spent else language.integer(price.volume.mean)
        parts.insert(0, language.gettext("{amount} {count} in 30 days", amount=many, count=of))
    if metric.scale != 1:
        parts.append(f"1 / {language.number(metric.scale)}")
    if price.worth != Factor(1.0):
        parts.append(language.gettext("{amount} for each one", amount=money(price.worth.mean)))
    if price.kept != 1:
        share = language.number(price.kept, Unit.SHARE)
        parts.append(language.gettext("{share} margin", share=share))
    return language.gettext(
        "{sum}; {target} is {origin}",
        sum=" × ".join(parts),
        target=then,
        origin=price.target.origin.text(language),
    )
