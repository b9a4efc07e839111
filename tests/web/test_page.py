"""A shop on the page, by requests."""

import sys
import time
from contextlib import closing
from html import unescape

import pytest

from tests.web.served import EXAMPLE, Answer, Page, form


def finished(page: Page, shop: str) -> Answer:
    """The shop's page once its run has ended and its files are recognized."""
    for _ in range(240):
        answer = page.get(f"/shops/{shop}")
        if 'http-equiv="refresh"' not in answer.text:
            return answer
        time.sleep(0.5)
    raise AssertionError("the run did not end")


def test_a_seller_gets_the_plan_of_the_example(page: Page) -> None:
    files = [("files", one.name, one.read_bytes()) for one in sorted(EXAMPLE.iterdir())]
    created = page.post("/shops", ("name", "Luna Beauty"), *files)
    assert created.status == 303
    shop = created.headers["location"].split("?")[0].rpartition("/")[2]
    known = finished(page, shop)
    assert "all recognized" in known.text
    assert 'value="MXN"' in known.text

    assert page.post(f"/shops/{shop}/plan", ("size", "small"), ("goal", "sales")).status == 303
    done = finished(page, shop)
    assert "Open the plan" in done.text

    assert page.post(f"/shops/{shop}/plan", ("language", "es")).status == 303
    finished(page, shop)
    assert '<html lang="es"' in page.get(f"/shops/{shop}/plan/plan.html").text

    plan = page.get(f"/shops/{shop}/plan/plan.html")
    assert plan.status == 200
    assert "form-action 'none'" in plan.headers["content-security-policy"]
    for name in ("plan.md", "plan.json", "findings.csv"):
        kept = page.get(f"/shops/{shop}/download/{name}")
        assert kept.status == 200
        assert "attachment" in kept.headers["content-disposition"]

    explained = page.get(f"/shops/{shop}/explain?action=2")
    assert "priority" in explained.text
    why_not = page.get(f"/shops/{shop}/why-not?rule=guide/high-cpc")
    assert why_not.status == 200
    what_if = page.get(f"/shops/{shop}/what-if?metric=product.ctor&value=3%25")
    assert what_if.status == 200

    assert page.post(f"/shops/{shop}/delete").status == 422
    assert page.post(f"/shops/{shop}/delete", ("sure", "yes")).status == 303
    assert page.get(f"/shops/{shop}").status == 404


def test_a_file_that_cannot_be_read_is_named_and_costs_itself(page: Page) -> None:
    page.post("/shops", ("name", "Odd"), ("files", "notes.csv", b"a,b\n1,2\n"))
    known = finished(page, "odd")
    assert "none could be read" in known.text
    assert "notes.csv" in known.text
    page.post("/shops/odd/plan", ("name", "Odd"))
    done = finished(page, "odd")
    assert "No new plan was made" in done.text
    assert page.get("/").status == 200


def test_hostile_names_are_text(page: Page) -> None:
    name = "<script>alert(1)</script>"
    page.post("/shops", ("name", name), ("files", "<img src=x onerror=alert(1)>.csv", b"a\n"))
    home = page.get("/").text
    assert "<script>alert" not in home
    assert name in unescape(home)
    shop = finished(page, "script-alert-1-script").text
    assert "<img" not in shop


def test_answers_that_cannot_be_are_all_named_and_stay_in_the_form(page: Page) -> None:
    page.post("/shops", ("name", "Wrong"))
    given = (("currency", "pesos"), ("margin", "much"), ("region", "mexico"))
    answer = page.post("/shops/wrong/settings", *given)
    assert answer.status == 422
    assert 'value="much"' in answer.text
    margin = page.post("/shops/wrong/settings", ("currency", "PESOS"), ("margin", "145"))
    assert margin.status == 422
    assert "currency" in margin.text
    assert "margin" in margin.text


@pytest.mark.parametrize(
    ("written", "kept", "shown"),
    [
        ("45 %", "0.45", "45%"),
        ("45", "0.45", "45%"),
        ("0.45", "0.45", "45%"),
        ("28,7%", "0.287", "28.7%"),
    ],
)
def test_a_margin_is_a_percentage(page: Page, written: str, kept: str, shown: str) -> None:
    page.post("/shops", ("name", "Percent"))
    assert page.post("/shops/percent/settings", ("margin", written)).status == 303
    settings = page.workspace / "percent" / "advisor.toml"
    assert f"margin = {kept}\n" in settings.read_text()
    assert f'name="margin" inputmode="decimal" value="{shown}"' in page.get("/shops/percent").text
    assert page.post("/shops/percent/settings", ("margin", shown)).status == 303
    assert f"margin = {kept}\n" in settings.read_text()


def test_questions_with_values_that_cannot_be_are_refused(page: Page) -> None:
    page.post("/shops", ("name", "Asked"))
    for path in (
        "explain?action=--help",
        "explain?action=",
        "why-not?rule=--config",
        "what-if?metric=--set&value=3",
        "what-if?metric=product.ctor&value=$(id)",
    ):
        assert page.get(f"/shops/asked/{path}").status in {404, 422}, path


def test_a_page_that_is_not_there_says_so(page: Page) -> None:
    answer = page.get("/nowhere")
    assert answer.status == 404
    assert "There is no such page." in answer.text


def test_removing_a_file_needs_its_name(page: Page) -> None:
    page.post("/shops", ("name", "Files"), ("files", "one.csv", b"a\n"))
    assert page.post("/shops/files/files/remove", ("file", "../files/one.csv")).status == 404
    assert page.post("/shops/files/files/remove", ("file", "advisor.toml")).status == 404
    assert page.post("/shops/files/files/remove", ("file", "one.csv")).status == 303
    assert not (page.workspace / "files" / "one.csv").exists()


def test_the_language_of_the_page_is_the_browsers_until_one_is_chosen(page: Page) -> None:
    assert '<html lang="en"' in page.get("/").text
    asked = page.get("/", Accept_Language="pt-PT,pt;q=0.9,en;q=0.8")
    assert '<html lang="pt-BR"' in asked.text
    assert "Suas lojas" in asked.text

    chosen = page.post("/language", ("language", "id"), ("back", "/shops/none"))
    assert (chosen.status, chosen.headers["location"]) == (303, "/shops/none")
    cookie = chosen.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    both = f"{page.cookie}; {cookie.partition(';')[0]}"
    assert "Tokomu" in page.get("/", Cookie=both).text
    for back in ("//evil.example", "https://evil.example", "/shops/a?b=1"):
        elsewhere = page.post("/language", ("language", "xx"), ("back", back))
        assert elsewhere.headers["location"] == "/"
        assert "set-cookie" not in elsewhere.headers


def test_a_rule_has_a_page(page: Page) -> None:
    shown = page.get("/rules/guide/weak-hook")
    assert shown.status == 200
    assert "ctr is low" in unescape(shown.text)
    assert page.get("/rules/guide/--help").status == 404
    assert page.get("/rules/guide/no-such-rule").status == 422


def test_a_shop_that_is_deleted_while_a_file_comes_is_not_there(page: Page) -> None:
    page.post("/shops", ("name", "Twice open"))
    body, kind = form(("files", "late.csv", b"a,b\n1,2\n" * 1000))
    place = "/shops/twice-open"
    with closing(page.connected("POST", f"{place}/files", len(body), Content_Type=kind)) as sending:
        sending.send(body[:100])
        assert page.post(f"{place}/delete", ("sure", "yes")).status == 303
        sending.send(body[100:])
        assert sending.getresponse().status == 404


@pytest.mark.skipif(sys.platform != "linux", reason="sets a limit of another process")
def test_a_full_disk_is_said_on_the_page(page: Page) -> None:
    import resource

    page.post("/shops", ("name", "Full"))
    former = resource.prlimit(page.pid, resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    try:
        answer = page.post("/shops/full/files", ("files", "large.csv", b"a,b\n" * 100_000))
    finally:
        resource.prlimit(page.pid, resource.RLIMIT_FSIZE, former)
    assert answer.status == 422
    assert "cannot be stored: file too large" in answer.text
    assert page.post("/shops/full/files", ("files", "small.csv", b"a,b\n")).status == 303
    assert [one.name for one in (page.workspace / ".incoming").iterdir()] == []
