"""Where the page keeps shops."""

import io
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import AdvisorError, Mistakes
from advisor.model import read_settings
from advisor.web.workspace import FORMER, NotThere, Workspace, safe_name


@pytest.fixture
def shops(workspace: Path) -> Iterator[Workspace]:
    found = Workspace(workspace)
    yield found
    found.close()


def file(text: str) -> io.BytesIO:
    return io.BytesIO(text.encode())


@given(st.text())
def test_any_name_is_stored_as_a_plain_visible_file(sent: str) -> None:
    name = safe_name(sent)
    assert name not in {"", ".", ".."}
    assert not name.startswith(".")
    assert not set(name) & set('/\\:*?"<>|\0')
    assert len(name.encode()) <= 240


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("C:\\fakepath\\orders.csv", "orders.csv"),
        ("October/week 1/orders.csv", "orders.csv"),
        ("../../.bashrc", "bashrc"),
        ("ADVISOR.TOML", "ADVISOR.TOML"),
        ("history.db", "uploaded history.db"),
        ("a" * 300 + ".xlsx", "a" * 115 + ".xlsx"),
        (".csv", "csv"),
        ("pedidos año.csv", "pedidos año.csv"),
    ],
)
def test_a_sent_name_becomes(sent: str, stored: str) -> None:
    assert safe_name(sent) == stored


def test_the_folder_is_for_this_user_alone(workspace: Path) -> None:
    Workspace(workspace).close()
    assert stat.S_IMODE(workspace.stat().st_mode) == 0o700


def test_a_folder_that_is_a_shop_is_refused(workspace: Path) -> None:
    workspace.mkdir()
    (workspace / "advisor.toml").touch()
    with pytest.raises(AdvisorError, match="this folder is a shop itself"):
        Workspace(workspace)


def test_shops_of_one_name_are_kept_apart(shops: Workspace) -> None:
    assert [shops.create("Luna") for _ in range(2)] == ["luna", "luna-2"]
    second = read_settings(shops.root / "luna-2" / "advisor.toml").shop
    assert (second.id, second.name) == ("luna-2", "Luna 2")


@pytest.mark.parametrize(("rename", "name"), [(True, "Luna Beauty"), (False, "Mi tienda")])
def test_an_uploaded_advisor_toml_names_a_shop_that_nobody_named(
    shops: Workspace, rename: bool, name: str
) -> None:
    shop = shops.create("Mi tienda")
    shops.add(shop, [("advisor.toml", file('[shop]\nname = "Luna Beauty"\n'))], rename=rename)
    assert shops.settings(shop)["shop"]["name"] == name


def test_what_the_program_keeps_is_no_export(shops: Workspace) -> None:
    shop = shops.create("Luna")
    for name in ("history.db", "history.db-wal", "history.db.lock"):
        (shops.root / shop / name).touch()
    shops.add(shop, [("orders.csv", file("a"))])
    assert [stored.name for stored in shops.files(shop)] == ["orders.csv"]


def test_the_same_file_twice_is_stored_once(shops: Workspace) -> None:
    shop = shops.create("Luna")
    shops.add(shop, [("orders.csv", file("a"))])
    added = shops.add(shop, [("orders.csv", file("a")), ("orders.csv", file("b"))])
    assert added.names == ("orders (2).csv",)
    assert added.repeated == ("orders.csv",)


def test_an_uploaded_advisor_toml_answers_what_nobody_answered(shops: Workspace) -> None:
    shop = shops.create("Luna")
    shops.change_settings(shop, {"shop": {"currency": "USD"}})
    shops.add(shop, [("advisor.toml", file('[shop]\ncurrency = "MXN"\nsize = "small"\n'))])
    settings = shops.settings(shop)["shop"]
    assert (settings["currency"], settings["size"]) == ("USD", "small")


@pytest.mark.parametrize(
    "text",
    [
        '[rules]\npaths = ["/tmp"]\n',
        '[report]\ntemplates = "/tmp"\n',
        '[plugins]\nallow = ["x"]\n',
        '[history]\nurl = "postgresql://example"\n',
    ],
)
def test_an_uploaded_advisor_toml_brings_no_paths_or_addresses(shops: Workspace, text: str) -> None:
    shop = shops.create("Luna")
    before = shops.settings(shop)
    assert not shops.add(shop, [("advisor.toml", file(text))]).settings
    assert shops.settings(shop) == before


def test_answers_that_cannot_be_change_nothing(shops: Workspace) -> None:
    shop = shops.create("Luna")
    with pytest.raises(Mistakes):
        shops.change_settings(shop, {"shop": {"currency": "pesos", "margin": 45}})
    assert "currency" not in shops.settings(shop)["shop"]


def test_comments_in_the_settings_stay(shops: Workspace) -> None:
    shop = shops.create("Luna")
    place = shops.root / shop / "advisor.toml"
    place.write_text(place.read_text() + "# asked the owner\n")
    shops.change_settings(shop, {"shop": {"size": "small"}, "goal": {"focus": "ads"}})
    assert "# asked the owner" in place.read_text()


def test_a_plan_replaces_the_former_one_whole(shops: Workspace) -> None:
    shop = shops.create("Luna")
    for names in (("plan.json", "plan.html"), ("plan.json", "plan.md")):
        with shops.new_plan(shop) as place:
            for name in names:
                (place / name).write_text("{}")
    assert list(shops.plan_files(shop)) == ["plan.json", "plan.md"]


def test_a_run_that_fails_leaves_the_former_plan(shops: Workspace) -> None:
    shop = shops.create("Luna")
    with shops.new_plan(shop) as place:
        (place / "plan.json").write_text("first")
    with suppress(AdvisorError), shops.new_plan(shop) as place:
        (place / "plan.json").write_text("half")
        raise AdvisorError("stopped")
    assert shops.plan_files(shop)["plan.json"].read_text() == "first"
    assert [one.name for one in (shops.root / ".plans").iterdir()] == [shop]


def test_deleting_a_shop_leaves_nothing_of_it(shops: Workspace) -> None:
    shop = shops.create("Luna")
    shops.add(shop, [("orders.csv", file("a"))])
    with shops.new_plan(shop) as place:
        (place / "plan.json").write_text("{}")
    shops.delete(shop)
    assert shops.shops() == ()
    assert [one for one in shops.root.rglob("*") if "luna" in str(one)] == []


def test_what_a_killed_server_left_is_cleared(workspace: Path) -> None:
    first = Workspace(workspace)
    shop = first.create("Luna")
    half = workspace / ".plans" / ".0123"
    half.mkdir()
    (workspace / ".incoming" / "upload").mkdir()
    first.close()
    again = Workspace(workspace)
    assert not half.exists()
    assert not list((workspace / ".incoming").iterdir())
    assert again.shops() == (shop,)
    again.close()


def test_a_server_that_is_killed_between_two_plans_has_one_of_them(workspace: Path) -> None:
    first = Workspace(workspace)
    shop = first.create("Luna")
    with first.new_plan(shop) as place:
        (place / "plan.json").write_text("first")
    plans = workspace / ".plans"
    (plans / shop).rename(plans / f"{FORMER}{shop}")  # as after the first of the two renames
    first.close()
    again = Workspace(workspace)
    assert again.plan_files(shop)["plan.json"].read_text() == "first"
    with again.new_plan(shop) as place:
        (place / "plan.json").write_text("second")
    assert again.plan_files(shop)["plan.json"].read_text() == "second"
    assert [one.name for one in plans.iterdir()] == [shop]
    again.close()


@pytest.mark.parametrize("shop", ["nobody", "..", ".plans", "luna/../luna", ""])
def test_a_shop_that_is_not_listed_is_not_there(shops: Workspace, shop: str) -> None:
    shops.create("Luna")
    with pytest.raises(NotThere):
        shops.folder(shop)


def test_a_link_in_the_folder_is_no_shop(shops: Workspace, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "advisor.toml").touch()
    (shops.root / "linked").symlink_to(elsewhere)
    assert shops.shops() == ()
