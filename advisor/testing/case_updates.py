"""Rewriting the expected sentences of case files: outcomes, counts and comments stay."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from advisor.errors import Mistakes
from advisor.knowledge import CASES, case_files
from advisor.model import RulePack, parse_toml
from advisor.testing.cases import CaseResult

_HEADER = re.compile(r"^\s*\[.+\]\s*(#.*)?$")
_FINDING = re.compile(r"^(\s*finding\s*=\s*)\S.*?(\s*)$", re.DOTALL)


def changed_sentences(results: Iterable[CaseResult]) -> dict[str, dict[str, str]]:
    """Find the cases that end as expected with another sentence: by rule and name of the case, the
    sentence that was found."""
    found: dict[str, dict[str, str]] = {}
    for result in results:
        judged, case = result.judged, result.case
        if not result.passed and judged.outcome == case.outcome and judged.finding is not None:
            found.setdefault(result.rule.id, {})[case.name] = judged.finding
    return found


def updated_files(
    pack: RulePack, sentences: Mapping[str, Mapping[str, str]]
) -> tuple[dict[Path, str], list[str]]:
    """Write *sentences*, by rule and case, into the case files of *pack*, a folder of the user's.

    Returns the new text of each file that changes; and lines that say how many sentences of which
    file change, and which cases have to be changed by hand.
    """
    files: dict[Path, str] = {}
    lines: list[str] = []
    for where, file in case_files(pack):
        wanted = sentences.get(f"{pack.id}/{file.name.removesuffix(CASES)}")
        if wanted:
            text, left = update_sentences(file.read_bytes().decode("utf-8"), wanted)
            path, count = Path(str(pack.folder)) / where, len(wanted) - len(left)
            if count:
                files[path] = text
                lines.append(
                    f"Updated: {path}: {count} {'sentence' if count == 1 else 'sentences'}"
                )
            lines += [f"{path}: {name!r}: change its finding by hand" for name in left]
    return files, lines


def update_sentences(text: str, sentences: Mapping[str, str]) -> tuple[str, list[str]]:
    """Write *sentences*, by case, into *text*, a case file. Returns the new text, and the names of
    the cases whose sentence is written in a way that is not understood here."""
    left: list[str] = []
    for name, sentence in sentences.items():
        wanted = parse_toml(text, where=name)
        wanted[name]["finding"] = sentence
        changed = _with_finding(text, name, sentence)
        if _parsed(changed) == wanted:
            text = changed
        else:
            left.append(name)
    return text, left


def _with_finding(text: str, name: str, sentence: str) -> str:
    lines = text.splitlines(keepends=True)
    inside = False
    for at, line in enumerate(lines):
        if _HEADER.match(line):
            inside = _parsed(line) == {name: {}}
        elif inside and (found := _FINDING.match(line)):
            value = json.dumps(sentence, ensure_ascii=False)
            lines[at] = f"{found[1]}{value}{found[2]}"
            break
    return "".join(lines)


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return parse_toml(text, where="")
    except Mistakes:
        return None
