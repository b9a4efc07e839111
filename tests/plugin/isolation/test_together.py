"""What a guest says of all its files at once is added, or costs itself alone."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest

from advisor.model.reading import File, Note, Reading
from advisor.plugin.registry import Registry
from tests.plugin.isolation.test_files import Stranger, bundled, read, well
from tests.plugin.isolation.test_hooks import CASES

__all__ = ["bundled"]
NOTE = Note("own", "the other file tells what this one means")


@attrs.define(eq=False)
class Whole(Stranger):
    """A stranger that looks at all its files."""

    on_together: Callable[[Sequence[Reading]], object] = list
    on_read: Any = well

    def together(self, readings: Sequence[Reading]) -> Any:
        return self.on_together(readings)


def files(folder: Path) -> list[Path]:
    paths = [folder / "a.csv", folder / "b.csv"]
    for path in paths:
        path.write_text(f"own,thing\n1,{path.name}\n", encoding="utf-8")
    return paths


def with_note(readings: Sequence[Reading]) -> object:
    return [attrs.evolve(one, notes=(NOTE,)) for one in readings]


def test_a_guest_sees_all_its_files_and_adds_to_them(tmp_path: Path, bundled: Registry) -> None:
    found = read(files(tmp_path), bundled, Whole(on_together=with_note))

    assert [one.notes for one in found.readings] == [(NOTE,), (NOTE,)]
    assert found.faults == ()


def test_a_guest_that_has_nothing_to_say_of_them_is_not_asked(
    tmp_path: Path, bundled: Registry
) -> None:
    found = read(files(tmp_path), bundled, Stranger(well))

    assert len(found.readings) == 2
    assert found.faults == ()


def spoilt(readings: Sequence[Reading]) -> object:
    for one in readings:
        one.tables[0].frame[0, "clicks"] = 99.0
    raise ValueError("after that")


GIVEN: dict[str, tuple[Callable[[Sequence[Reading]], object], str]] = {
    "fewer than it got": (lambda all_: all_[:1], "gave 1 readings back where it got 2"),
    "no readings": (lambda _: ["a", "b"], "gave str back for a Reading"),
    "those of other files": (
        lambda all_: [attrs.evolve(one, file=File(Path("y"), "y", 0, "y")) for one in all_],
        "gave another reading back for that of a.csv",
    ),
    "fewer rows": (
        lambda all_: [attrs.evolve(one, rows=0) for one in all_],
        "gave another reading back for that of a.csv",
    ),
    "no tables": (
        lambda all_: [attrs.evolve(one, tables=None) for one in all_],  # type: ignore[arg-type]
        "tables is None, expected tuple",
    ),
    "nothing, after it spoilt what it was lent": (spoilt, "ValueError: after that"),
}


@pytest.mark.parametrize(("given", "says"), GIVEN.values(), ids=GIVEN)
def test_what_a_guest_gives_back_is_checked_and_what_it_read_stays(
    given: Callable[[Sequence[Reading]], object], says: str, tmp_path: Path, bundled: Registry
) -> None:
    found = read(files(tmp_path), bundled, Whole(on_together=given))

    clicks = [one.tables[0].frame["clicks"] for one in found.readings]
    assert pl.concat(clicks).to_list() == [5.0, 5.0]
    (line,) = found.faults
    assert "all files together: " in line
    assert line.endswith(says)


@pytest.mark.parametrize(("hook", "says"), CASES.values(), ids=CASES)
def test_a_guest_that_fails_on_them_costs_one_line(
    hook: Callable[[], object], says: str, tmp_path: Path, bundled: Registry
) -> None:
    found = read(files(tmp_path), bundled, Whole(on_together=lambda _: hook()))

    assert len(found.readings) == 2
    assert len(found.faults) == 1
