"""The plan on a screen."""

import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Literal

import attrs
import pytest
from rich.console import Console

from advisor.document import Document
from advisor.report.terminal import print_terminal
from tests.report import documents


def screen(document: Document, *outputs: Path, width: int = 120, color: bool = False) -> str:
    file = io.StringIO()
    system: Literal["standard"] | None = "standard" if color else None
    console = Console(file=file, width=width, force_terminal=color, color_system=system)
    print_terminal(document, console, outputs)
    return file.getvalue()


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_screen_shows_what_to_do_first_and_why() -> None:
    lines = screen(documents.small(), width=160).splitlines()

    assert lines[0].replace("\u2009", " ") == "Glow Lab, Oct 26 – Nov 22, 2025"
    first = next(line for line in lines if line.lstrip().startswith("1 "))
    assert "Answer both violations and audit all listings" in first
    assert "2 violations in 28 days" in first
    assert "no dollar estimate" in first


def test_no_width_of_the_screen_cuts_a_word() -> None:
    made = documents.small()
    text = "Plancha pro: de rizo a lacio en 5 min 🔥: CTR is good ☀️ but 日本語 is not"
    told = attrs.evolve(made, plan=(attrs.evolve(made.plan[0], do=text), *made.plan[1:]))

    assert [width for width in range(60, 140) if "…" in screen(told, width=width)] == []


def test_the_screen_says_what_the_whole_plan_can_reach() -> None:
    said = "Total opportunity: about $150/month in sales (overlaps counted once)"
    made = documents.small()

    assert said in words(screen(made))
    assert "Total opportunity" not in screen(attrs.evolve(made, plan=made.plan[:1]))


def test_the_screen_counts_what_it_does_not_show() -> None:
    assert (
        "1 check on target, 1 check with not enough data yet, 1 check that needs more exports, "
        "1 data note." in words(screen(documents.small()))
    )


def test_the_screen_says_where_the_reports_are() -> None:
    assert "Written: out/plan.md" in screen(documents.small(), Path("out/plan.md"))


def test_a_file_that_was_not_read_and_the_engine_s_notice_are_on_the_screen() -> None:
    shown = screen(documents.small())

    assert "Not read: photo.csv: not a table: it holds an image" in shown
    assert "durable_rules cannot be imported here." in shown


def test_a_long_plan_is_cut_and_says_so() -> None:
    assert "First 10 of 25." in screen(documents.large())


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    from rich.cells import cell_len

    assert max(map(cell_len, screen(documents.large(), width=width).splitlines())) <= width


def test_without_findings_the_screen_says_so() -> None:
    said = words(screen(documents.quiet()))

    assert "Nothing to do: no problem found." in said


def test_without_anything_judged_the_screen_does_not_call_the_shop_healthy() -> None:
    said = words(screen(documents.empty()))

    assert "Not enough data to check anything yet." in said


def test_numbers_without_any_check_are_not_called_too_little_data() -> None:
    document = attrs.evolve(documents.empty(), kpis=documents.small().kpis)

    assert "no check can be made from them alone" in words(screen(document))


def test_hostile_names_do_not_command_the_terminal() -> None:
    shown = screen(documents.hostile(documents.HOSTILE_NAMES[:10]))

    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", shown
    )


def test_rich_markup_in_names_is_shown_and_not_obeyed() -> None:
    document = attrs.evolve(
        documents.small(),
        shop=attrs.evolve(documents.small().shop, name="[red]stop[/red] [/] :bomb:"),
    )

    shown = screen(document, color=True)
    assert "[red]stop[/red] [/] :bomb:" in shown
    assert "\x1b[31m" not in shown.splitlines()[0]


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", screen(documents.small(), color=True))


def test_reports_are_imported_without_rich() -> None:
    code = "import sys, advisor.report; sys.exit('rich' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
