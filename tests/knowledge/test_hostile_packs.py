"""A pack of rules that is made to break something is one line for each of its files."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from advisor.errors import AdvisorError
from advisor.knowledge import pack
from advisor.knowledge.pack import folder_pack, load_pack
from tests.end_to_end.runs import registry
from tests.fuzz.inputs import rule_files

RULE = rule_files()[0].text


def said(text: str) -> str:
    """A rule with *text* in what it says."""
    return re.sub(r'^(finding *= *"+)', lambda found: found[1] + text, RULE, flags=re.MULTILINE)


HOSTILE: Mapping[str, tuple[str | bytes, str]] = {
    "huge": ("#" * (2**20 + 1), "is larger than 1 MiB"),
    "deep": ("a = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
    "many tables": ("".join(f"[a{'.a' * n}]\n" for n in range(1, 400)), "nested too deeply"),
    "no text": (b"\xff\xfe\x00", "not UTF-8 text"),
    "large number": (f"says = {'9' * 100_000}", ""),
    "format": (said("{x:>999999999}"), "placeholder"),
    "attribute": (said("{x.__class__.__mro__}"), "placeholder"),
    "nested": (said("{{{x}}}"), "a brace that belongs to no placeholder"),
    "hidden": (RULE.replace('id = "', 'id = "\u202e\u200b', 1), "id"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_a_line(tmp_path: Path, name: str) -> None:
    content, told = HOSTILE[name]
    data = content if isinstance(content, bytes) else content.encode()
    (tmp_path / "one.toml").write_bytes(data)
    os.mkfifo(tmp_path / "pipe.toml")

    with pytest.raises(AdvisorError) as caught:
        load_pack(folder_pack(tmp_path), registry().vocabulary())

    text = str(caught.value)
    assert told in text
    assert "pipe.toml: no such file" in text
    assert len(text) < 20_000


def test_a_pack_with_thousands_of_rules_is_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack, "MOST_RULES", 2)
    for number in range(3):
        (tmp_path / f"rule-{number}.toml").write_text(RULE)

    with pytest.raises(AdvisorError, match="3 files of rules; at most 2 are read: make several"):
        load_pack(folder_pack(tmp_path), registry().vocabulary())
