"""How a rule ends on a subject of a shop; a failing assertion prints the tree of conditions."""

from collections.abc import Mapping, Sequence

from advisor.diagnosis import Diagnosis, diagnose_gathered
from advisor.document import compose_findings
from advisor.errors import AdvisorError, unknown
from advisor.explain import Subject, explain, subjects, tree
from advisor.ingest import Gathered
from advisor.judge import Outcome
from advisor.knowledge import REGION_UNKNOWN, RuleSet, inactive_reason
from advisor.model import Profile, Request, Rule, RulesSection, Settings, business_of, frozen
from advisor.testing.cases import Outcome as Expected
from advisor.testing.installed import engine, registry_with
from advisor.testing.rules import PackLike, RuleLike, find_rule
from advisor.testing.shops import TODAY, Shop, shop

ShopLike = Shop | Mapping[str, object]
_EVERY_RULE = RulesSection(profile=Profile.STRICT)
_SHOWN = 12


@frozen
class Ending:
    """How *rule* (its id) ended on a subject. *finding* is its sentence where it fires; *why* the
    tree of its conditions with the measured values, as lines."""

    rule: str
    kind: str
    key: str
    name: str
    outcome: str
    finding: str | None = None
    why: str = ""


def judged(
    rule: RuleLike,
    where: ShopLike,
    subject: str | None = None,
    *,
    kind: str | None = None,
    pack: PackLike | None = None,
    plugins: Sequence[object] = (),
) -> Ending:
    """How *rule* ends on a subject of the shop *where*.

    *rule* is an id of an installed rule, a path, TOML text, a pack of one rule, or an id with
    *pack*, a pack or a folder. *where* is a Shop, or the row of one subject of the rule's kind.
    *subject* is a name or key; it may be left out where the rule is judged on one subject. *kind*
    says on which kind, where the rule is judged on several. *plugins* are those of `shop`.

    Raises AdvisorError where there is no such rule or subject.
    """
    plugins = where.plugins if isinstance(where, Shop) else tuple(plugins)
    found, loaded = find_rule(rule, pack, registry_with(plugins))
    at = where if isinstance(where, Shop) else _of_one(found, where, plugins)
    inactive = _inactive(found, at)
    if REGION_UNKNOWN in inactive:
        return Ending(found.id, found.subject, "", "", Expected.MISSING.value, why=inactive)
    if inactive:
        return Ending(
            found.id, found.subject, "", "", "not-applicable", why=f"it is inactive: {inactive}"
        )
    diagnosis = diagnose_shop(at, loaded)
    chosen = _chosen(subjects(diagnosis, found.id), found, subject, kind)
    if chosen is None:
        return _not_judged(found, at, subject)
    return _ending(diagnosis, found, chosen)


def assert_fires(
    rule: RuleLike,
    where: ShopLike,
    subject: str | None = None,
    *,
    finding: str | None = None,
    kind: str | None = None,
    pack: PackLike | None = None,
    plugins: Sequence[object] = (),
) -> Ending:
    """Fails unless *rule* fires on the subject (see `judged`); with *finding*, unless its sentence
    is that one, whole."""
    __tracebackhide__ = True
    ending = judged(rule, where, subject, kind=kind, pack=pack, plugins=plugins)
    _expect(Expected.FIRES, ending)
    if finding is not None and ending.finding != finding:
        sentences = f"\n  expected: {finding}\n  found:    {ending.finding}"
        raise AssertionError(f"{ending.rule} says another sentence{sentences}")
    return ending


def assert_clear(
    rule: RuleLike,
    where: ShopLike,
    subject: str | None = None,
    *,
    kind: str | None = None,
    pack: PackLike | None = None,
    plugins: Sequence[object] = (),
) -> Ending:
    """Fails unless *rule* is clear on the subject: its data say that all is well (see `judged`)."""
    __tracebackhide__ = True
    ending = judged(rule, where, subject, kind=kind, pack=pack, plugins=plugins)
    return _expect(Expected.CLEAR, ending)


def assert_unsure(
    rule: RuleLike,
    where: ShopLike,
    subject: str | None = None,
    *,
    kind: str | None = None,
    pack: PackLike | None = None,
    plugins: Sequence[object] = (),
) -> Ending:
    """Fails unless too few data keep *rule* from telling (see `judged`)."""
    __tracebackhide__ = True
    ending = judged(rule, where, subject, kind=kind, pack=pack, plugins=plugins)
    return _expect(Expected.UNSURE, ending)


def assert_missing(
    rule: RuleLike,
    where: ShopLike,
    subject: str | None = None,
    *,
    kind: str | None = None,
    pack: PackLike | None = None,
    plugins: Sequence[object] = (),
) -> Ending:
    """Fails unless *rule* lacks data that no row gives (see `judged`)."""
    __tracebackhide__ = True
    ending = judged(rule, where, subject, kind=kind, pack=pack, plugins=plugins)
    return _expect(Expected.MISSING, ending)


def diagnose_shop(at: Shop, loaded: RuleSet | None = None) -> Diagnosis:
    """The whole diagnosis of a test's shop, by the rules of *loaded* or by all that are
    installed."""
    window = at.window
    request = Request((), at.today, at.settings, first=window.first, last=window.last)
    return diagnose_gathered(
        Gathered(at.readings), request, at.registry, engine=engine(), loaded=loaded
    )


def _of_one(rule: Rule, row: Mapping[str, object], plugins: tuple[object, ...]) -> Shop:
    """A shop of one subject of the rule's kind, on a day on which the rule is in force."""
    today = max(TODAY, rule.effective_from or TODAY)
    return shop({rule.subject: row}, plugins=plugins, today=today)


def _expect(expected: Expected, ending: Ending) -> Ending:
    __tracebackhide__ = True
    if ending.outcome != expected:
        said = f"\n  it says: {ending.finding}" if ending.finding else ""
        raise AssertionError(
            f"expected {expected.value}, found {ending.outcome}{said}\n{ending.why}"
        )
    return ending


def _inactive(rule: Rule, at: Shop) -> str:
    settings = Settings(rules=_EVERY_RULE)
    return inactive_reason(rule, settings, business_of(at.settings), at.today)


def _chosen(
    found: Sequence[Subject], rule: Rule, subject: str | None, kind: str | None
) -> Subject | None:
    """The subject that is meant; None where the rule was judged on none."""
    if kind is not None:
        found = [one for one in found if one.kind == kind]
    if subject is not None:
        named = [one for one in found if subject in (one.key, one.name)]
        if found and not named:
            words = [word for one in found for word in (one.name, one.key)]
            raise AdvisorError(unknown("subject", subject, dict.fromkeys(words)), where=rule.id)
        found = named
    own = [one for one in found if one.kind == rule.subject]
    found = own or list(found)
    if len(found) > 1:
        names = ", ".join(repr(one.name) for one in found[:_SHOWN])
        raise AdvisorError(
            f"it was judged on {len(found)} subjects: {names}",
            where=rule.id,
            hint="name the one that is meant",
        )
    return found[0] if found else None


def _ending(diagnosis: Diagnosis, rule: Rule, chosen: Subject) -> Ending:
    explained = explain(diagnosis, rule.id, chosen.key)
    why = next(one for one in explained if one.kind == chosen.kind)
    said: str | None = None
    if chosen.outcome is Outcome.FIRES:
        told = zip(
            diagnosis.judgement.matches, compose_findings(diagnosis).infos.values(), strict=True
        )
        said = next(
            info.message.text
            for match, info in told
            if (match.rule.id, match.kind, match.key) == (rule.id, chosen.kind, chosen.key)
        )
    return Ending(
        rule=rule.id,
        kind=chosen.kind,
        key=chosen.key,
        name=chosen.name,
        outcome=chosen.outcome.name.lower().replace("_", "-"),
        finding=said,
        why="\n".join(tree(why)),
    )


def _not_judged(rule: Rule, at: Shop, subject: str | None) -> Ending:
    kinds = ", ".join(at.rows) or "nothing"
    why = f"{rule.id} was not judged: no row is a {rule.subject} with counts; the shop has {kinds}"
    return Ending(rule.id, rule.subject, subject or "", subject or "", "missing", why=why)
