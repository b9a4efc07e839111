"""docs/questions.md: what sellers and agencies ask, and the rules that answer."""

from collections.abc import Iterator

from advisor.model import Rule
from advisor.plugin import Registry
from docs.pages.markdown import page, table
from docs.questions import answers

_INTRO = """\
What sellers and agencies ask, beyond what the guide says, and the rules that answer it. The table
is `rules/advisor_rules_operator/questions.toml`; a test fails for a question without a rule and for
a rule that is not there. Where numbers are in no export, the question names the list to fill in
(`advisor init FOLDER --templates`); without it the rules end as missing and name it.
"""


def render(registry: Registry) -> str:
    """The page."""
    return page(
        "Questions and the rules that answer them",
        _INTRO,
        table(
            ("", "Question", "Rules", "Beside the usual exports"),
            (
                (
                    str(one.question.id),
                    one.question.asks,
                    ", ".join(f"`{rule.id}`" for rule in one.rules),
                    ", ".join(f"`{name}.csv`" for name in one.question.needs) or "–",
                )
                for one in answers(registry)
            ),
        ),
        "## Who says so, and when not to believe it\n",
        table(
            ("Rule", "Source", "Strength", "Where and when", "When to ignore this"), _rows(registry)
        ),
    )


def _rows(registry: Registry) -> Iterator[tuple[str, ...]]:
    for rule in {rule.id: rule for one in answers(registry) for rule in one.rules}.values():
        origin = rule.origin
        if origin is None:
            continue
        dated = f" ({origin.date})" if origin.date else ""
        title = f"[{origin.title}]({origin.url})" if origin.url else origin.title
        yield (
            f"`{rule.id}`",
            f"{title}{dated}",
            origin.strength.value,
            _holds(rule),
            rule.says.misleading_when or "–",
        )


def _holds(rule: Rule) -> str:
    parts = [", ".join(rule.region)] if rule.region else []
    if rule.effective_from is not None:
        parts.append(f"from {rule.effective_from}")
    if rule.effective_until is not None:
        parts.append(f"until {rule.effective_until}")
    return "; ".join(parts) or "everywhere"
