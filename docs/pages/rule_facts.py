"""What stands beside a rule on its page: where it holds, its data, its limits and an example."""

from collections.abc import Iterator, Mapping, Sequence

from advisor.cli.metrics import formula
from advisor.model import Against, BandFile, Rule, Vocabulary
from advisor.testing.cases import Case, Outcome
from docs.pages.bands import edges, where


def facts(
    rule: Rule,
    cases: Sequence[Case],
    files: Sequence[BandFile],
    vocabulary: Vocabulary,
    link: Mapping[str, str],
) -> Iterator[str]:
    """Lines of a list; *link* leads to each metric."""
    yield from _in_force(rule)
    related = (*rule.when.related, *rule.unless.related)
    names = [test.name for test in rule.own_tests()]
    names += [test.name for one in related for test in one.tests if not one.joins]
    names += [one.of for one in related if one.of is not None]
    for name in dict.fromkeys(names):
        yield from _data(name, vocabulary, link)
    asked = dict.fromkeys(
        test.name for test in rule.own_tests() if test.is_ and test.against is Against.BAND
    )
    for name in asked:
        yield from _limits(name, rule, files, vocabulary)
    fires = next((case for case in cases if case.outcome is Outcome.FIRES), None)
    if fires is not None:
        yield f"- example: {_given(fires)}: “{fires.finding}”"


def _in_force(rule: Rule) -> Iterator[str]:
    parts = [", ".join(rule.region)] if rule.region else []
    parts += [f"from {rule.effective_from}"] if rule.effective_from else []
    parts += [f"until {rule.effective_until}"] if rule.effective_until else []
    if parts:
        yield f"- in force: {' '.join(parts)}"
    if rule.tags:
        tags = (f"not `{tag[1:]}`" if tag[0] == "!" else f"`{tag}`" for tag in rule.tags)
        yield f"- for shops tagged: {', '.join(tags)}"
    if rule.limits:
        limits = (f"`{name}` = {value:g}" for name, value in sorted(rule.limits.items()))
        yield f"- limits (yours go into [`[rules.limits]`](advisor-toml.md)): {', '.join(limits)}"


def _data(name: str, vocabulary: Vocabulary, link: Mapping[str, str]) -> Iterator[str]:
    metric = vocabulary.metrics.get(name)
    if metric is None:
        kind = "symbol" if name in vocabulary.symbols else "count"
        yield f"- data: the {kind} `{name}`"
    elif metric.derived:
        yield f"- data: {link[name]}, {formula(metric)}"
    else:
        yield f"- data: {link[name]} = `{formula(metric)}`"


def _limits(
    name: str, rule: Rule, files: Sequence[BandFile], vocabulary: Vocabulary
) -> Iterator[str]:
    own = [
        f"{edges(band, vocabulary)} ({where(band.where, vocabulary)})"
        for file in files
        for band in file.band
        if band.metric == name
        and (not band.where.subject or rule.subject in band.where.subject)
        and (not band.where.region or not rule.region or band.where.region in rule.region)
    ]
    if own:
        yield f"- good `{name}`: {'; '.join(own)}"


def _given(case: Case) -> str:
    shop = case.business
    told = [word for word in (shop.size, shop.niche, shop.region) if word]
    told += [] if shop.margin is None else [f"margin {shop.margin:g}"]
    numbers = {**case.subject.counts, **{name: three[0] for name, three in case.metrics.items()}}
    told += [f"{name} {value:,g}" for name, value in numbers.items()]
    told += [f"{name} {value}" for name, value in case.symbols.items()]
    return ", ".join(told) or "a shop"
