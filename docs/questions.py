"""The questions that a pack answers, each with its rules: `questions.toml` at the top of a pack.

[[question]]
id    = 16
asks  = "Are campaigns edited too often?"
rules = ["edited-too-often"]            # of this pack, or another pack's full id
needs = ["campaign-changes"]            # kinds of files beside the usual exports
"""

from collections.abc import Iterable, Iterator

from advisor.errors import Mistakes, unknown
from advisor.knowledge import load_pack
from advisor.model import Rule, RulePack, frozen, parse_toml, structure
from advisor.plugin import Registry

QUESTIONS = "questions.toml"


@frozen
class Question:
    """What somebody asks, and the ids of the rules that answer."""

    id: int
    asks: str
    rules: tuple[str, ...]
    needs: tuple[str, ...] = ()


@frozen
class QuestionFile:
    """A questions.toml."""

    question: tuple[Question, ...]


@frozen
class Answered:
    """A question with its rules; *needs* are kinds of files that somebody reads."""

    question: Question
    rules: tuple[Rule, ...]


def question_file(text: str, *, where: str) -> QuestionFile:
    """Reads a questions.toml; raises Mistakes with everything that is wrong in it."""
    file = structure(parse_toml(text, where=where), QuestionFile, where=where)
    ids = [question.id for question in file.question]
    wrong = [f"question {id_} stands twice" for id_ in sorted({i for i in ids if ids.count(i) > 1})]
    for question in file.question:
        if not question.asks.strip():
            wrong.append(f"question {question.id}: asks nothing")
        if not question.rules:
            wrong.append(f"question {question.id}: no rule answers it")
    if wrong:
        raise Mistakes(wrong, where=where)
    return file


def answers(registry: Registry) -> tuple[Answered, ...]:
    """Every question of every pack with its rules, in the order of the files; raises Mistakes for
    files that cannot be read, and for rules and kinds of files that are not there."""
    vocabulary = registry.vocabulary()
    packs = registry.rule_packs()
    rules = {rule.id: rule for pack in packs for rule in load_pack(pack, vocabulary)}
    kinds = {name for provider in registry.providers() for name in provider.kinds}
    found: list[Answered] = []
    wrong: list[str] = []
    for pack, file in _files(packs):
        for question in file.question:
            ids = [name if "/" in name else f"{pack.id}/{name}" for name in question.rules]
            at = f"{pack.id}/{QUESTIONS}: question {question.id}"
            wrong += [f"{at}: {unknown('rule', id_, rules)}" for id_ in ids if id_ not in rules]
            wrong += [
                f"{at}: {unknown('kind of file', name, kinds)}"
                for name in question.needs
                if name not in kinds
            ]
            found.append(Answered(question, tuple(rules[id_] for id_ in ids if id_ in rules)))
    if wrong:
        raise Mistakes(wrong, where=QUESTIONS)
    return tuple(found)


def _files(packs: Iterable[RulePack]) -> Iterator[tuple[RulePack, QuestionFile]]:
    for pack in packs:
        file = pack.folder / QUESTIONS
        if file.is_file():
            where = f"{pack.id}/{QUESTIONS}"
            yield pack, question_file(file.read_text(encoding="utf-8"), where=where)
