"""What every rule pack promises: see RulePackContract."""

from collections.abc import Sequence

from advisor.errors import AdvisorError
from advisor.knowledge import (
    bands_of,
    check_circles,
    check_references,
    load_pack,
    objections,
    resolve_aliases,
)
from advisor.model import Rule, Settings
from advisor.plugin import Registry
from advisor.testing.case_files import failure
from advisor.testing.case_runner import CaseRunner
from advisor.testing.cases import Case, Outcome, pack_cases
from advisor.testing.contract import Contract, fail_with
from advisor.testing.installed import engine, registry_with
from advisor.testing.rules import PackLike, as_pack, installed


class RulePackContract(Contract):
    """A pack's rules load, and its cases show that each of them fires and does not.

    *pack* is a RulePack or a folder of rule files. *plugins* are modules with hooks that are not
    installed (its bands, its vocabulary).
    """

    pack: PackLike
    plugins: Sequence[object] = ()

    def test_every_rule_loads(self) -> None:
        """No rule file has a mistake, and there is at least one."""
        try:
            rules = self._rules()
        except AdvisorError as error:
            raise AssertionError(str(error)) from None
        fail_with([] if rules else ["there is no rule in it"])

    def test_rules_refer_to_rules_that_are_there(self) -> None:
        """`after` and `explains` name rules of the pack or installed ones, and never in a
        circle."""
        try:
            check_references(self._everyone())
            check_circles(resolve_aliases(self._everyone()))
        except AdvisorError as error:
            raise AssertionError(str(error)) from None

    def test_advice_asks_for_nothing_forbidden(self) -> None:
        """No action asks for what costs the account or breaks the law, or for more money as the
        only way."""
        levers = self._registry().vocabulary().levers
        fail_with([str(found) for found in objections(self._rules(), levers)])

    def test_every_rule_has_cases_that_fire_and_clear(self) -> None:
        """A rule that was never seen to fire, or never to be content, was not tried."""
        cases = self._cases()
        wrong: list[str] = []
        for rule in self._rules():
            ends = {case.outcome for case in cases.get(rule.id, ())}
            for outcome in (Outcome.FIRES, Outcome.CLEAR):
                if outcome not in ends:
                    wrong.append(f"{rule.id}: no case that ends {outcome.value!r}")
        fail_with(wrong)

    def test_every_case_file_has_a_rule(self) -> None:
        """A case file lies beside the rule that it is called by."""
        known = {rule.id for rule in self._rules()}
        fail_with(
            [f"{name}.cases.toml: no such rule" for name in self._cases() if name not in known]
        )

    def test_cases_hold(self) -> None:
        """Every case ends as it says; else with the tree of the rule's conditions."""
        cases, runner = self._cases(), self._runner()
        wrong: list[str] = []
        for rule in runner.rules:
            for case in cases.get(rule.id, ()):
                said = failure(runner, rule, case)
                if said:
                    wrong.append(f"{rule.id}: {case.name}\n{said}")
        fail_with(wrong)

    def _registry(self) -> Registry:
        return registry_with(tuple(self.plugins))

    def _rules(self) -> tuple[Rule, ...]:
        return load_pack(as_pack(self.pack), self._registry().vocabulary())

    def _cases(self) -> dict[str, tuple[Case, ...]]:
        return dict(pack_cases(as_pack(self.pack), vocabulary=self._registry().vocabulary()))

    def _everyone(self) -> list[Rule]:
        """The pack's rules, and those of all other installed packs."""
        own = self._rules()
        mine = as_pack(self.pack).id
        return [*own, *(rule for rule in installed(self._registry()) if rule.pack != mine)]

    def _runner(self) -> CaseRunner:
        registry = self._registry()
        rules = resolve_aliases(self._everyone())
        return CaseRunner(
            registry.vocabulary(), bands_of(Settings(), registry), rules, engine=engine()
        )
