"""The notebook of the documentation runs, and gives what its page says."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from advisor import AdvisorError, advise
from advisor.advice import ACTIONS, FINDINGS, Advice
from tests.docs.blocks import ROOT, Block, blocks
from tests.end_to_end.runs import document, reports

EXAMPLE = ROOT / "examples" / "luna-beauty"
TODAY = date(2026, 11, 2)


@pytest.fixture(scope="module")
def advice() -> Advice:
    return advise(EXAMPLE, today=TODAY)


@pytest.mark.parametrize("block", [b for b in blocks("python") if b.about == "notebook"], ids=str)
def test_a_notebook_runs(
    block: Block, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    namespace: dict[str, object] = {}

    exec(compile(block.text, str(block), "exec"), namespace)

    assert isinstance(namespace["advice"], Advice)
    assert ("# " in capsys.readouterr().out) == ("print" in block.text)


def test_it_gives_the_texts_that_the_command_writes(advice: Advice) -> None:
    files = reports(document(EXAMPLE))

    assert advice.to_markdown() == files["plan.md"]
    assert advice.to_json() == files["plan.json"]
    assert advice.failures == ()


def test_findings_and_actions_are_frames(advice: Advice) -> None:
    findings, actions = advice.findings, advice.actions

    assert dict(findings.schema) == dict(FINDINGS)
    assert dict(actions.schema) == dict(ACTIONS)
    assert actions["rank"].to_list() == list(range(1, actions.height + 1))
    ids = actions.select(pl.col("findings").explode()).to_series()
    assert set(ids) <= set(findings["id"])


def test_a_shop_without_findings_has_empty_frames_of_the_same_columns(tmp_path: Path) -> None:
    (tmp_path / "ads.csv").write_text(
        "Date,Ad name,Impression,Clicks (Destination),Cost,Currency\n2026-10-30,A,100,1,1,USD\n",
        encoding="utf-8",
    )
    advice = advise(tmp_path, today=TODAY)

    assert dict(advice.actions.schema) == dict(ACTIONS)


def test_settings_may_be_a_mapping_and_their_mistakes_are_told() -> None:
    own = advise(EXAMPLE, settings={"shop": {"id": "mine", "currency": "MXN"}}, today=TODAY)

    assert own.document.shop.id == "mine"
    assert own.document.shop.margin is None
    with pytest.raises(AdvisorError, match="did you mean 'currency'"):
        advise(EXAMPLE, settings={"shop": {"curency": "MXN"}}, today=TODAY)


def test_the_page_names_every_column() -> None:
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")

    assert [name for name in (*FINDINGS, *ACTIONS) if f"`{name}`" not in page] == []
