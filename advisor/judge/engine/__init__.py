"""The rules engine: what it is given, what it gives back, and which one is in use.

durable_rules is imported by a process of its own alone, which `choose` starts.
"""

import os
from functools import cache
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from advisor.judge.engine.fenced import FencedEngine
    from advisor.judge.engine.install import Outcome

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
    "engine_in_use",
    "failure",
    "install_engine",
    "notice",
    "stratify",
]


def choose() -> "FencedEngine":
    """The engine of this process: durable_rules where it can be had, else the reference engine,
    which finds the same. It is started here and not waited for."""
    return _engine(os.getpid())


@cache
def _engine(_: int) -> "FencedEngine":
    from advisor.judge.engine.fenced import FencedEngine

    return FencedEngine()


def notice(engine: Engine) -> str | None:
    """One line on how to get durable_rules where *engine* is in use without it; else None."""
    said: str | None = getattr(engine, "notice", None)
    return said


def failure(engine: Engine) -> str | None:
    """One line on how durable_rules failed inside of *engine*; else None."""
    said: str | None = getattr(engine, "failure", None)
    return said


def engine_in_use() -> "Outcome":
    """See `advisor.judge.engine.install.engine_in_use`."""
    from advisor.judge.engine import install

    return install.engine_in_use()


def install_engine() -> "Outcome":
    """See `advisor.judge.engine.install.install_engine`."""
    from advisor.judge.engine import install

    return install.install_engine()
