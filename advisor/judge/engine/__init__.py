"""The rules engine: what it is given, what it gives back, and which one is in use.

Importing this does not import durable_rules; `choose` does.
"""

from advisor.judge.engine.program import (
    After,
    Clause,
    Derivation,
    Engine,
    FindingFact,
    Join,
    LinkFact,
    Pattern,
    SubjectFact,
)
from advisor.knowledge import stratify

__all__ = [
    "After",
    "Clause",
    "Derivation",
    "Engine",
    "FindingFact",
    "Join",
    "LinkFact",
    "Pattern",
    "SubjectFact",
    "choose",
    "notice",
    "stratify",
]

# Built anew: pip may have kept a wheel that was built without the flags, which 3.13 cannot import.
INSTALL = (
    "CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject "
    "pip install --force-reinstall --no-cache-dir durable-rules"
)


def choose() -> Engine:
    """durable_rules where it can be imported, else the reference engine: the same findings."""
    from advisor.judge.engine.durable import DurableEngine, available
    from advisor.judge.engine.reference import ReferenceEngine

    return DurableEngine() if available() is None else ReferenceEngine()


def notice() -> str | None:
    """One line on how to get durable_rules where it is missing, with the reason; else None."""
    from advisor.judge.engine.durable import available

    reason = available()
    if reason is None:
        return None
    return (
        f"durable_rules cannot be imported ({reason}), so the reference engine is in use, "
        f"which finds the same; with a C compiler, this installs it: {INSTALL}"
    )
