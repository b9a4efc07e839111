"""Why, why not, and what if, about one diagnosis."""

from advisor.explain.assumptions import as_if, supposing
from advisor.explain.comparison import compare, lines
from advisor.explain.priority import arithmetic, find_action
from advisor.explain.why import OUTCOMES, Subject, conditions, explain, subjects, tree
from advisor.explain.why_not import explain_why_not, overview, render_why_not

__all__ = [
    "OUTCOMES",
    "Subject",
    "arithmetic",
    "as_if",
    "compare",
    "conditions",
    "explain",
    "explain_why_not",
    "find_action",
    "lines",
    "overview",
    "render_why_not",
    "subjects",
    "supposing",
    "tree",
]
