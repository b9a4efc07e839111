"""The engine of a run: durable_rules, or the reference engine where that is not to be had."""

from collections.abc import Iterable, Sequence

from advisor.errors import EngineFailed, EngineUnavailable
from advisor.judge.engine.durable import DurableEngine
from advisor.judge.engine.install import INSTALL
from advisor.judge.engine.program import Clause, Derivation, FindingFact, LinkFact, SubjectFact
from advisor.judge.engine.reference import ReferenceEngine


class FencedEngine:
    """durable_rules decides. Where it cannot be imported (`notice` says so), or was killed, hung or
    crashed (`failure`), the reference engine finds the same from there on."""

    def __init__(self, durable: DurableEngine | None = None) -> None:
        """Starts durable_rules, without waiting for it."""
        self.failure: str | None = None
        self._missing: str | None = None
        self._durable: DurableEngine | None = None
        self._reference = ReferenceEngine()
        try:
            self._durable = durable or DurableEngine()
        except EngineUnavailable as error:
            self._missing = str(error)

    @property
    def name(self) -> str:
        """That of the engine that decides."""
        return self._acting().name

    @property
    def version(self) -> str:
        """That of the engine that decides."""
        return self._acting().version

    @property
    def notice(self) -> str | None:
        """One line on how to get durable_rules where it is missing, with the reason; else None."""
        self._acting()
        if self._missing is None:
            return None
        return (
            f"durable_rules cannot be imported ({self._missing}), so the reference engine is in "
            f"use, which finds the same; with a C compiler, `{INSTALL}` builds it"
        )

    def derive(
        self,
        clauses: Sequence[Clause],
        subjects: Iterable[SubjectFact],
        links: Iterable[LinkFact] = (),
        findings: Iterable[FindingFact] = (),
    ) -> frozenset[Derivation]:
        """See `Engine.derive`."""
        facts = tuple(subjects), tuple(links), tuple(findings)
        if self._durable is not None:
            try:
                return self._durable.derive(clauses, *facts)
            except EngineUnavailable as error:
                self._without(missing=str(error))
            except EngineFailed as error:
                self._without(failure=str(error))
        return self._reference.derive(clauses, *facts)

    def _acting(self) -> DurableEngine | ReferenceEngine:
        if self._durable is not None:
            try:
                self._durable.ready()
            except EngineUnavailable as error:
                self._without(missing=str(error))
            except EngineFailed as error:
                self._without(failure=str(error))
        return self._durable or self._reference

    def _without(self, *, missing: str | None = None, failure: str | None = None) -> None:
        self._durable = None
        self._missing = missing
        if failure is not None:
            self.failure = (
                f"the rules engine durable_rules failed: {failure}; "
                "the reference engine took over, which finds the same"
            )
