"""The numbers told together: what excites the audience and what frustrates it, where the shop
shines and where it stalls. Each sentence is a finding or a healthy outcome; rules say where it
belongs."""

from collections.abc import Iterable, Iterator, Sequence

from advisor.document.findings import FindingInfo
from advisor.document.outcomes import Healthy, OutcomeCount, StoryLine
from advisor.model import Part, Rule


def story(
    rules: Iterable[Rule],
    findings: Sequence[FindingInfo],
    healthy: Sequence[Healthy],
    outcomes: Sequence[OutcomeCount],
) -> tuple[StoryLine, ...]:
    """The sentences by part; in each, findings as the plan orders them, then what is healthy, worst
    severity first."""
    by_id = {rule.id: rule for rule in rules}
    lines = [*_finding_lines(by_id, findings), *_well(by_id, healthy, outcomes)]
    order = list(Part)
    return tuple(sorted(lines, key=lambda line: order.index(Part(line.part))))


def _finding_lines(rules: dict[str, Rule], findings: Sequence[FindingInfo]) -> Iterator[StoryLine]:
    """One sentence for each rule: its first finding that no other one explains."""
    first: dict[str, FindingInfo] = {}
    subjects: dict[str, int] = {}
    for info in findings:
        if not info.explained_by:
            first.setdefault(info.rule, info)
            subjects[info.rule] = subjects.get(info.rule, 0) + 1
    for id_, info in first.items():
        part = rules[id_].story.finding
        if part is not None:
            kind = info.subject.kind
            yield StoryLine(part.value, info.message.text, id_, info.id, kind, subjects[id_])


def _well(
    rules: dict[str, Rule], healthy: Sequence[Healthy], outcomes: Sequence[OutcomeCount]
) -> Iterator[StoryLine]:
    """What holds on most subjects that have data: praise for a few of many would be a guess."""
    unsure: dict[str, int] = {}
    for count in outcomes:
        unsure[count.rule] = unsure.get(count.rule, 0) + count.unsure
    for item in sorted(healthy, key=lambda item: (rules[item.rule].severity.rank, item.rule)):
        part = rules[item.rule].story.healthy
        if part is not None and item.subjects >= unsure.get(item.rule, 0):
            yield StoryLine(part.value, item.text, item.rule, None, item.kind, item.subjects)
