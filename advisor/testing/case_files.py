"""Case files one by one: the rule beside each, and what its cases come to."""

from functools import cache
from pathlib import Path

from advisor.errors import AdvisorError
from advisor.knowledge import CASES, bands_of, load_rule, resolve_aliases
from advisor.model import Rule, RulePack, Settings, frozen
from advisor.plugin import Registry
from advisor.testing.case_runner import CaseRunner
from advisor.testing.cases import Case, CaseResult, load_cases
from advisor.testing.installed import engine, registry_with
from advisor.testing.rules import as_pack, installed, pack_of, tolerant


@frozen(eq=False)
class CaseFile:
    """A rule, its cases, and what judges them."""

    rule: Rule
    cases: tuple[Case, ...]
    runner: CaseRunner

    def failure(self, case: Case) -> str:
        """What differs from what *case* expects, and the tree of the rule's conditions; "" where
        nothing does."""
        return failure(self.runner, self.rule, case)


def case_file(path: Path, root: Path | None = None) -> CaseFile:
    """The cases at *path*, for the rule that lies beside them.

    The rule's pack is the installed one that the file lies in, else the folder *root*, else the
    file's own. Raises AdvisorError where the rule is not there, or either file has mistakes.
    """
    registry = registry_with()
    pack = pack_of(path, registry) or as_pack(root or path.parent)
    folder = Path(str(pack.folder)).resolve()
    beside = path.with_name(path.name.removesuffix(CASES) + ".toml")
    if not beside.is_file():
        raise AdvisorError(
            f"there is no rule {beside.name} beside it", where=str(path), hint="call both alike"
        )
    vocabulary = registry.vocabulary()
    where = beside.resolve().relative_to(folder).as_posix()
    rule = load_rule(_text(beside), pack_id=pack.id, where=where, vocabulary=vocabulary)
    cases = load_cases(_text(path), str(path), vocabulary=vocabulary)
    runner = _runner(registry, pack.id, str(folder))
    return CaseFile(next((r for r in runner.rules if r.id == rule.id), rule), cases, runner)


def failure(runner: CaseRunner, rule: Rule, case: Case) -> str:
    """What *rule* makes of *case* other than expected, with the tree of its conditions; "" where
    all is as expected."""
    difference = CaseResult(rule, case, runner.judge(rule, case)).difference
    if not difference:
        return ""
    return "\n".join([difference, *runner.tree(rule, case)])


@cache
def _runner(registry: Registry, pack_id: str, folder: str) -> CaseRunner:
    """One runner for all files of a pack: rules may come after each other's findings."""
    own = tolerant(RulePack(pack_id, pack_id, Path(folder)), registry.vocabulary())
    everyone = {rule.id: rule for rule in (*installed(registry), *own)}
    rules = resolve_aliases(everyone.values())
    bands = bands_of(Settings(), registry, [Path(folder)])
    return CaseRunner(registry.vocabulary(), bands, rules, engine=engine())


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise AdvisorError(f"not UTF-8 text: {error.reason}", where=str(path)) from None
