"""A kind says what it means, or every mistake in it is told at once."""

from pathlib import Path

import pytest

from advisor.errors import Mistakes
from advisor.tabular.kinds import read_kinds
from tests.tabular.making import VIDEOS, kind


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ('["video_id", "views"]', '["video_idd"]', "requires: unknown column 'video_idd'; did you"),
        ('["video_id", "views"]', "[]", "requires: at least one column"),
        ('products = "products"', 'products = "product"', "links.video-products: unknown column"),
        ('name = "title"', 'name = "titel"', "subject 1.name: unknown column 'titel'"),
        ('key = ["video_id"]', 'key = ["id"]', "subject 1.key: unknown column 'id'"),
        ('creator = ["creator"]', 'creator = ["by"]', "subject 1.parents.creator: unknown"),
        ('of = "views"', 'of = "plays"', "columns.finish_rate.of: unknown count 'plays'"),
        ('numerator = ["clicks"]', 'numerator = ["click"]', "columns.ctr.check: unknown count"),
        ('count = "viewers"', "", "columns.viewers: it is neither a count nor a check"),
        ('{ en = ["Viewers"] }', "{}", "columns.viewers.headers: at least one name"),
        ('count = "viewers"', 'count = "viewers"\ngroup = "g"', "columns.viewers.group: unknown"),
        ('count = "viewers"', 'count = "viewers"\noccurrence = 0', "occurrence: it starts at 1"),
        ('["^total"]', '["("]', "totals: '(' is no pattern"),
        ('["^growth"]', '["["]', "not-data.growth: '[' is no pattern"),
        ('grain = "period"', 'grain = "period"\ncontainers = ["pdf"]', "containers: unknown"),
        ('grain = "period"', 'grain = "week"', "grain: unknown value 'week'"),
        (
            'grain = "period"',
            'grain = "period"\npattern-parts.event = "^a"\nnot-used.no = ["(?!<event>)b"]',
            "not-used.no: '(?!<event>)b' has (?! or (?<! and names a part",
        ),
        ('type = "duration"', 'typ = "duration"', "unknown key 'typ'; did you mean 'type'?"),
    ],
)
def test_a_kind_that_cannot_be_meant_is_refused(old: str, new: str, mistake: str) -> None:
    assert old in VIDEOS

    with pytest.raises(Mistakes) as caught:
        kind(VIDEOS.replace(old, new))

    assert any(mistake in line for line in caught.value.mistakes), caught.value.mistakes


def test_all_mistakes_of_all_files_are_told_at_once_with_the_files_name(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(VIDEOS.replace('"^total"', '"("'))
    (tmp_path / "b.toml").write_text(VIDEOS.replace('key = ["video_id"]', 'key = ["x"]'))
    (tmp_path / "c.toml").write_text("id = ")

    with pytest.raises(Mistakes) as caught:
        read_kinds(tmp_path, where="plugin")

    assert [line.split(":")[0] for line in caught.value.mistakes] == ["a.toml", "b.toml", "c.toml"]


def test_two_files_may_not_describe_one_kind(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(VIDEOS)
    (tmp_path / "b.toml").write_text(VIDEOS)

    with pytest.raises(Mistakes, match=r"b\.toml: the kind 'videos' exists already"):
        read_kinds(tmp_path, where="plugin")
