"""docs/metrics.md and its pages: every metric, by the plugin that declares it; docs/vocabulary.md:
the other words of rules and files."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from advisor.cli.metrics import formula
from advisor.model import Count, Metric, MetricKind, Vocabulary
from advisor.plugin import Registry
from docs.pages.markdown import code, page, table

_INTERVALS = {
    MetricKind.EXACT: "the value itself",
    MetricKind.PROPORTION: "proportion: Wilson",
    MetricKind.RATE: "rate: Poisson, by Byar",
    MetricKind.MONEY: "money ratio: Poisson events with values that vary",
}

_INTRO = """\
A metric is computed from counts. Over several rows it is the ratio of the sums, never the mean of
ratios. A count marked `?` is added where a source has it. A share is a fraction in files (0.02)
and printed as per cent (2 %); money is in the shop's currency. `advisor metrics show ID` says the
same on the command line, with the band that holds for your shop and the exports that give its
counts. How sure a number is: [statistics](statistics.md). What is counted, and of what:
[vocabulary](vocabulary.md).
"""


def render(registry: Registry) -> Mapping[str, str]:
    """Return the pages by their paths in docs/."""
    vocabulary = registry.vocabulary()
    metrics = sorted(vocabulary.metrics.values(), key=lambda metric: metric.id)
    folder, link = _pages(registry), links(registry)
    return {
        "metrics.md": page(
            "Metrics",
            _INTRO,
            table(
                ("Metric", "Title", "Formula in counts", "Better"),
                ((link[m.id], m.title, f"`{formula(m)}`", m.better.value) for m in metrics),
            ),
        ),
        **{
            name: page(
                f"Metrics: {PurePosixPath(name).stem}",
                *(_metric(metric, vocabulary) for metric in metrics if folder[metric.id] == name),
            )
            for name in sorted(set(folder.values()))
        },
        "vocabulary.md": page(
            "Vocabulary",
            "The other words of rules and files. Plugins add their own.\n",
            _subjects(vocabulary),
            _counts(vocabulary),
            _identities(vocabulary),
            _goals(vocabulary),
            _levers(vocabulary),
            _side_by_side(vocabulary),
        ),
    }


def links(registry: Registry) -> Mapping[str, str]:
    """Return for each metric its id as a link, from a page that lies in docs/."""
    return {
        name: f"[`{name}`]({path}#{name.replace('.', '')})"
        for name, path in _pages(registry).items()
    }


def _pages(registry: Registry) -> Mapping[str, str]:
    """Where each metric is described: a page for each plugin, and one for what it computes."""
    return {
        metric.id: f"metrics/{owner}{'-computed' if metric.derived else ''}.md"
        for owner, file in registry.call_all("advisor_vocabulary")
        for metric in file.metric
    }


def _metric(metric: Metric, vocabulary: Vocabulary) -> Iterator[str]:
    yield from (f"## {metric.id}", "")
    yield from (f"**{metric.title}.** {metric.definition}".rstrip(), "")
    yield f"- formula: `{formula(metric)}`"
    yield f"- how sure: {_INTERVALS[metric.kind]}; printed as {metric.unit.value}"
    yield f"- better: {metric.better.value}" + ("" if metric.impact else "; a vanity metric")
    if metric.subjects:
        yield f"- of: {', '.join(vocabulary.subjects[s].title for s in metric.subjects)}"
    goals = [g.title for g in vocabulary.goals.values() if metric.id in g.kpis]
    if goals:
        yield f"- KPI of: {'; '.join(goals)}"
    if metric.guide:
        yield f"- guide: {code(metric.guide)}"
    if metric.caveat:
        yield f"- beware: {metric.caveat}"
    yield ""


def _subjects(vocabulary: Vocabulary) -> Iterator[str]:
    yield from ("## Subjects: what is judged", "")
    yield from table(
        ("Kind", "Title", "Pooled into", "What it is"),
        (
            (f"`{s.id}`", s.title, f"`{s.parent}`" if s.parent else "", s.definition)
            for s in vocabulary.subjects.values()
        ),
    )
    yield from table(
        ("Relation", "From", "To", "What it is"),
        (
            (f"`{r.id}`", f"`{r.from_}`", f"`{r.to}`", r.definition)
            for r in vocabulary.relations.values()
        ),
    )


def _counts(vocabulary: Vocabulary) -> Iterator[str]:
    yield from ("## Counts: what files say", "")
    yield from table(
        ("Count", "Title", "One of it is", "What it is"),
        (
            (f"`{c.id}`", c.title, c.unit.value, _meaning(c))
            for c in sorted(vocabulary.counts.values(), key=lambda count: count.id)
        ),
    )


def _meaning(count: Count) -> str:
    settles = f"The newest {count.matures} days are not settled." if count.matures else ""
    return f"{count.definition} {settles}".strip()


def _identities(vocabulary: Vocabulary) -> Iterator[str]:
    yield from ("## Identities: what must agree", "")
    yield from table(
        ("Identity", "Says", "Tolerance"),
        ((f"`{i.id}`", i.definition, f"{i.tolerance:.0%}") for i in vocabulary.identities.values()),
    )


def _goals(vocabulary: Vocabulary) -> Iterator[str]:
    yield from ("## Goals and niches", "")
    yield from table(
        ("Goal", "Title", "KPIs"),
        ((f"`{g.id}`", g.title, code(g.kpis)) for g in vocabulary.goals.values()),
    )
    yield from table(
        ("Niche", "Title"), ((f"`{n.id}`", n.title) for n in vocabulary.niches.values())
    )


def _levers(vocabulary: Vocabulary) -> Iterator[str]:
    yield from ("## Levers and roles", "")
    yield from table(
        ("Lever", "What it is", "Directions", "Never together", "Moved before"),
        (
            (
                f"`{lever.id}`",
                lever.title,
                ", ".join(
                    f"`{d}` (asks for more money)" if d in lever.spends else f"`{d}`"
                    for d in lever.directions
                ),
                ", ".join(
                    f"`{one}` and `{other}`"
                    for one, other in lever.opposed
                    if {one, other} <= set(lever.directions)
                ),
                code(name.rstrip("?") for name in lever.before),
            )
            for lever in sorted(vocabulary.levers.values(), key=lambda lever: lever.id)
        ),
    )
    yield from table(
        ("Role", "Who it is"), ((f"`{r.id}`", r.title) for r in vocabulary.roles.values())
    )


def _side_by_side(vocabulary: Vocabulary) -> Iterator[str]:
    yield from ("## How totals compare", "")
    yield "The report shows these together, on the days that the files share; none is judged."
    yield ""
    yield from table(
        ("Comparison", "Counts", "What is known to differ"),
        (
            (
                f"`{one.id}`: {one.title}",
                code(dict.fromkeys(side.count for side in (one.total, *one.parts))),
                one.because,
            )
            for one in vocabulary.reconciles.values()
        ),
    )
