import json
from pathlib import Path

import pytest

from advisor.pipeline import shop_folders
from tests.cli.conftest import Run
from tests.cli.exports import PROFILE, shop_folder


@pytest.fixture
def shops(tmp_path: Path) -> Path:
    """A good shop, a bad one, and one whose files say nothing."""
    top = tmp_path / "shops"
    shop_folder(top / "a-good", weak=False, profile=PROFILE.replace("corner", "good"))
    shop_folder(top / "b-bad", weak=True, profile=PROFILE.replace("corner", "bad"))
    broken = shop_folder(top / "c-broken")
    (broken / "ads.csv").write_text("nothing,known\n1,2\n", encoding="utf-8")
    (top / "not-a-shop").mkdir()
    return top


def test_each_shop_gets_its_plan_and_the_index_is_worst_first(run: Run, shops: Path) -> None:
    result = run("diagnose", shops)
    assert result.exit_code == 0
    index = json.loads((shops / "index.json").read_text(encoding="utf-8"))
    assert [shop["id"] for shop in index["shops"]] == ["bad", "good"]
    for folder in ("a-good", "b-bad"):
        assert (shops / folder / "plan.md").is_file()
        assert (shops / folder / "plan.json").is_file()
    assert (shops / "index.md").is_file()


def test_a_shop_that_fails_is_one_line_and_the_others_go_on(run: Run, shops: Path) -> None:
    result = run("diagnose", shops)
    assert "No plan for c-broken: " in result.stdout
    index = json.loads((shops / "index.json").read_text(encoding="utf-8"))
    (failed,) = index["failed"]
    assert failed["id"] == "c-broken"
    assert "no file could be read" in failed["problem"]
    assert not (shops / "c-broken" / "plan.md").exists()


def test_what_lies_beside_the_shops_is_said_not_to_be_read(run: Run, shops: Path) -> None:
    (shops / "stray.csv").write_text("a,b\n", encoding="utf-8")
    (shops / "agency.toml").write_text("", encoding="utf-8")
    for _ in range(2):  # the second time our own index lies there too
        told = [line for line in run("diagnose", shops).stdout.splitlines() if "Not read" in line]
        assert [line.split(": ")[1] for line in told] == ["not-a-shop", "stray.csv"]


def test_plans_go_to_a_folder_each_in_o(run: Run, shops: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("diagnose", shops, "-o", out, "--format", "json").exit_code == 0
    assert {path.relative_to(out).as_posix() for path in out.rglob("*.json")} == {
        "index.json",
        "a-good/plan.json",
        "b-bad/plan.json",
    }
    assert not (shops / "index.md").exists()


def test_plans_and_index_of_a_run_that_is_stopped_are_those_before(
    run: Run, shops: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def seen() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in shops.rglob("*.md")}

    run("diagnose", shops)
    before = seen()

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("advisor.portfolio.make_index", stop)
        assert run("diagnose", shops, "--language", "es").exit_code != 0
    assert seen() == before
    assert not list(shops.rglob(".*"))
    run("diagnose", shops, "--language", "es")
    assert all(seen()[path] != content for path, content in before.items())


def test_a_shop_whose_folder_takes_no_plan_costs_itself(run: Run, shops: Path) -> None:
    (shops / "b-bad" / "plan.md").mkdir()
    result = run("diagnose", shops, "--format", "md", "--format", "json")
    assert result.exit_code == 4
    assert "Failed: b-bad: cannot be written: plan.md is a folder" in result.stderr
    assert (shops / "a-good" / "plan.md").is_file()


def test_a_shop_is_judged_as_if_it_were_alone(run: Run, shops: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("diagnose", shops, "-o", out, "--format", "json")
    alone = json.loads(run("diagnose", shops / "b-bad", "--format", "json").stdout)
    assert json.loads((out / "b-bad" / "plan.json").read_text(encoding="utf-8")) == alone


def test_a_second_run_reads_no_plan_as_an_export(run: Run, shops: Path) -> None:
    run("diagnose", shops)
    first = (shops / "b-bad" / "plan.json").read_bytes()
    run("diagnose", shops)
    assert (shops / "b-bad" / "plan.json").read_bytes() == first


def test_fail_on_looks_at_every_shop(run: Run, shops: Path) -> None:
    assert run("diagnose", shops, "--fail-on", "medium", "--quiet").exit_code == 1
    assert run("diagnose", shops, "--fail-on", "high", "--quiet").exit_code == 0


def test_no_plan_at_all_ends_with_3_where_nothing_could_be_read(run: Run, shops: Path) -> None:
    for name in ("a-good", "b-bad"):
        (shops / name / "ads.csv").write_text("nothing,known\n1,2\n", encoding="utf-8")
    result = run("diagnose", shops)
    assert result.exit_code == 3
    assert "no shop could be diagnosed" in result.stderr


def test_no_plan_at_all_ends_with_2_where_a_profile_is_wrong(run: Run, shops: Path) -> None:
    for name in ("a-good", "b-bad"):
        (shops / name / "advisor.toml").write_text("[shop]\nmargin = 45\n", encoding="utf-8")
    assert run("diagnose", shops).exit_code == 2


def test_a_shop_without_an_id_is_called_by_its_folder(run: Run, shops: Path) -> None:
    (shops / "b-bad" / "advisor.toml").write_text('[shop]\ncurrency = "USD"\n', encoding="utf-8")
    run("diagnose", shops, "--quiet")
    index = json.loads((shops / "index.json").read_text(encoding="utf-8"))
    assert {shop["id"] for shop in index["shops"]} == {"b-bad", "good"}


def test_a_shop_with_a_profile_of_its_own_is_one_shop(shops: Path) -> None:
    assert [one.name for one in shop_folders(shops)] == ["a-good", "b-bad", "c-broken"]
    (shops / "advisor.toml").write_text(PROFILE, encoding="utf-8")
    assert shop_folders(shops) == ()
