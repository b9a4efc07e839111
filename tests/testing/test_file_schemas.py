"""The schemas that editors use: what is in the package validates, usual mistakes do not."""

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from advisor.testing import file_schemas
from tests.docs.blocks import ROOT, Block, blocks

SCHEMAS = file_schemas.schemas()
PACKS = sorted(
    path
    for folder in ("rules", "plugins", "tests/plugins")
    for path in (ROOT / folder).rglob("*.toml")
)
OURS = ("guide.toml", "questions.toml", "statuses.toml", "milestones.toml", "territories.toml")


def kind(path: Path) -> str | None:
    if path.name in (*OURS, "pyproject.toml", "guests.toml"):
        return None
    if path.name == "vocabulary.toml":
        return "vocabulary"
    if path.parent.name == "kinds":
        return "kind"
    if path.name == "limits.toml":
        return "limits"
    if path.name == "bands.toml":
        return "bands"
    if path.name == "advisor.toml":
        return "advisor-toml"
    return "cases" if path.name.endswith(".cases.toml") else "rule"


def plain(value: Any) -> Any:
    """TOML as an editor hands it to a schema: dates are text."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def problems(text: str, kind: str) -> list[str]:
    validator = jsonschema.Draft202012Validator(SCHEMAS[f"{kind}.schema.json"])
    return [error.json_path for error in validator.iter_errors(plain(tomllib.loads(text)))]


def written() -> Iterator[tuple[Path, str]]:
    for path in [*PACKS, ROOT / "examples" / "luna-beauty" / "advisor.toml"]:
        found = kind(path)
        if found is not None:
            yield path, found


@pytest.mark.parametrize("path", list(file_schemas.schema_texts()), ids=lambda path: path.name)
def test_a_schema_file_is_what_the_classes_are_today(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == file_schemas.schema_texts()[path]


@pytest.mark.parametrize("name", list(SCHEMAS))
def test_a_schema_is_a_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])


def test_every_bundled_file_validates() -> None:
    wrong = {
        str(path.relative_to(ROOT)): found
        for path, kind in written()
        if (found := problems(path.read_text(encoding="utf-8"), kind))
    }

    assert wrong == {}
    assert {f"{kind}.schema.json" for _, kind in written()} | {"agency-toml.schema.json"} == set(
        SCHEMAS
    )


def test_every_fact_is_about_a_key_that_there_is() -> None:
    tables = {"RuleTable": SCHEMAS["rule.schema.json"], "Settings": {}}
    for made in SCHEMAS.values():
        tables |= made.get("$defs", {})
    tables["BandFile"] = SCHEMAS["bands.schema.json"]
    keys = {f"{name}.{key}" for name, made in tables.items() for key in made.get("properties", ())}

    assert set(file_schemas.FACTS) | file_schemas.LISTED <= keys


RULE = (ROOT / "rules/advisor_rules_guide/ads/weak-hook.toml").read_text(encoding="utf-8")
BANDS = 'id = "mine"\ntitle = "Mine"\n[[band]]\nmetric = "ctr"\nlow = 0.01\n'
CASES = '["a case"]\nsubject = { name = "A", clicks = 1 }\noutcome = "clear"\n'
WORDS = '[[metric]]\nid = "x"\ntitle = "X"\nkind = "exact"\nunit = "number"\nnumerator = ["x"]\n'
WORDS += 'definition = "X."\n'
FILE = (ROOT / "plugins/advisor_tiktok_ads/kinds/gmv-max-overview.toml").read_text(encoding="utf-8")
SHOP = '[shop]\nname = "A"\nsize = "small"\n[bands.ctr]\nlow = 0.01\n'


@pytest.mark.parametrize(
    ("kind", "text", "old", "new", "place"),
    [
        ("rule", RULE, '"medium"', '"urgent"', "$.severity"),
        ("rule", RULE, "severity", "severty", "$"),
        ("rule", RULE, '"weak-hook"', '"Weak hook"', "$.id"),
        ("rule", RULE, '= "starter"', '= "beginner"', "$.profile"),
        ("rule", RULE, '"frustrates"', '"annoys"', "$.story.finding"),
        ("rule", RULE, 'ctr = "low"', "ctr = 3", "$.when.ctr"),
        ("rule", RULE, 'ctr = "low"', "ctr = { atleast = 3 }", "$.when.ctr"),
        ("rule", RULE, 'ctr = "low"', 'trend = { ctr = "down" }', "$.when.trend.ctr"),
        ("rule", RULE, "effort    = 6", 'effort = "2 hours"', "$.action[0].effort"),
        ("rule", RULE, '["good", "high"]', '["fine"]', "$.action[0].done.ctr"),
        ("rule", RULE, "[[action]]", "[action]", "$.action"),
        ("rule", RULE, "healthy =", "healthie =", "$.says"),
        ("bands", BANDS, "low = 0.01", 'low = "1 %"', "$.band[0].low"),
        ("bands", BANDS, "low = 0.01", "", "$.band[0]"),
        ("bands", BANDS, "low = 0.01", 'low = 1\nwhere = { size = "big" }', "$.band[0].where.size"),
        ("cases", CASES, '"clear"', '"clean"', "$['a case'].outcome"),
        ("cases", CASES, '"clear"', '"fires"', "$['a case']"),
        ("cases", CASES, "clicks = 1", 'clicks = "1"', "$['a case'].subject.clicks"),
        ("vocabulary", WORDS, '"exact"', '"exactly"', "$.metric[0].kind"),
        ("vocabulary", WORDS, "title", "titel", "$.metric[0]"),
        ("vocabulary", WORDS, '["x"]', '"x"', "$.metric[0].numerator"),
        ("kind", FILE, 'grain = "day"', 'grain = "week"', "$.grain"),
        ("kind", FILE, 'type = "money"', 'type = "dollars"', "$.columns.cost.type"),
        ("kind", FILE, "requires =", "require =", "$"),
        ("advisor-toml", SHOP, '"small"', '"tiny"', "$.shop.size"),
        ("advisor-toml", SHOP, "size =", "sise =", "$.shop"),
        ("advisor-toml", SHOP, "low = 0.01", "", "$.bands.ctr"),
        ("advisor-toml", SHOP, 'name = "A"', "margin = 45", "$.shop.margin"),
        ("advisor-toml", SHOP, 'name = "A"', 'currency = "pesos"', "$.shop.currency"),
    ],
)
def test_a_usual_mistake_does_not_validate(
    kind: str, text: str, old: str, new: str, place: str
) -> None:
    assert old in text
    assert problems(text, kind) == []

    assert place in problems(text.replace(old, new, 1), kind)


@pytest.mark.parametrize("block", list(blocks("toml")), ids=str)
def test_the_examples_of_the_documentation_validate(block: Block) -> None:
    kind = {"": "rule", "advisor.toml": "advisor-toml"}.get(
        block.about, block.about.removesuffix(".toml")
    )
    if f"{kind}.schema.json" not in SCHEMAS:
        pytest.skip(f"{block.about} has no schema")

    assert problems(block.text, kind) == []
