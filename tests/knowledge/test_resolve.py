"""What the shops of a run share of rules is worked out once."""

from datetime import date
from pathlib import Path
from unittest.mock import Mock

import pytest

from advisor.errors import AdvisorError
from advisor.knowledge import Resolver, load_rules
from advisor.model import Request, make_settings
from tests.end_to_end.runs import registry


def test_a_broken_pack_is_read_once_for_all_shops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken.toml").write_text('id = "broken', encoding="utf-8")
    load = Mock(wraps=load_rules)
    monkeypatch.setattr("advisor.knowledge.resolve.load_rules", load)
    resolver = Resolver(registry())
    said = set()
    for shop in ("ash", "birch", "cedar"):
        settings = make_settings({"shop": {"id": shop}})
        with pytest.raises(AdvisorError, match="broken") as raised:
            resolver.resolve(Request((), date(2026, 11, 2), settings, rules=(tmp_path,)))
        said.add(str(raised.value))
    assert len(said) == load.call_count == 1
