"""A rule file is data: everything it can say, and every mistake at once."""

from datetime import date
from pathlib import Path

import pytest

from advisor.errors import Mistakes
from advisor.knowledge.pack import load_pack
from advisor.knowledge.references import check_references, resolve_aliases
from advisor.knowledge.rule_file import load_rule
from advisor.model.condition import Against, Quantifier, Related
from advisor.model.condition import Test as Ask
from advisor.model.rule import (
    Action,
    After,
    Origin,
    Part,
    Rule,
    RulePack,
    Severity,
    Status,
    Story,
    Strength,
)
from advisor.model.vocabulary import Vocabulary
from advisor.model.vocabulary_files import merge, vocabulary_file

WORDS = """
subject = [
  { id = "shop", title = "shop", plural = "shops" },
  { id = "group", title = "group", plural = "groups", parent = "shop" },
  { id = "ad", title = "ad", plural = "ads", parent = "group" },
  { id = "video", title = "video", plural = "videos", parent = "shop" },
  { id = "product", title = "product", plural = "products", parent = "shop" },
  { id = "note", title = "note", plural = "notes" },
]
relation = [
  { id = "ad-products", from = "ad", to = "product" },
  { id = "shown", from = "video", to = "product" },
  { id = "tagged", from = "video", to = "product" },
]
count = [
  { id = "clicks", title = "clicks" },
  { id = "impressions", title = "impressions" },
  { id = "stock", title = "stock", unit = "state" },
]
role = [{ id = "creative", title = "who films" }]
lever = [
  { id = "hook", title = "hook", directions = ["change"] },
  { id = "budget", title = "budget", directions = ["raise", "lower"] },
]

[[metric]]
id = "ctr"
title = "CTR"
kind = "proportion"
unit = "share"
numerator = ["clicks"]
denominator = ["impressions"]
definition = "Clicks per impression."
subjects = ["shop", "group", "ad", "product"]

[[metric]]
id = "traffic"
title = "traffic"
kind = "exact"
unit = "number"
numerator = ["clicks"]
definition = "Clicks."

[[symbol]]
id = "ctr.driver"
title = "what moves CTR"
values = ["hook", "audience"]

[[goal]]
id = "ads"
title = "ads"
kpis = ["ctr"]
"""

SHORT = """
id       = "weak"
subject  = "ad"
severity = "medium"

[when]
ctr = "low"

[says]
healthy = "It is fine"
finding = "{ad.name}: {ctr} where {ctr.band} is usual"
why     = "Because."

[[action]]
lever     = "hook"
direction = "change"
do        = "Test an opening"
steps     = ["Cut one"]
owner     = "creative"
effort    = 4
"""

LONG = """
id       = "weak"
subject  = "ad"
goal     = "ads"
severity = "critical"
guide    = ["diag.weak-hook"]
source   = { title = "page", url = "https://example.org", date = 2026-05-01, strength = "weak" }
status   = "experimental"
explains = ["other", "far/away"]
needs    = ["stock"]
profile  = "strict"
story    = { finding = "stalls" }
aliases  = ["feeble"]
region   = "US"
tags     = ["brand", "!made-to-order"]
effective_from  = 2026-01-01
effective_until = 2026-12-31

[limits]
some-stock = 1
few-groups = 2

[when]
ctr          = ["good", "high"]
traffic      = { is = "low", against = "siblings" }
"ctr.driver" = "hook"
stock        = { at-least = "some-stock", at-most = 9 }
[[when.any]]
clicks       = { at-least = 200 }
[[when.any]]
ctr          = { is = "low", against = "past" }
trend        = { traffic = "flat" }
[when.trend]
ctr          = "falling"
[when.before]
ctr          = "good"
traffic      = { at-least = 5 }
[[when.days]]
ctr          = { is = "low", for = "few-groups" }

[with.product.any]
ctr          = "low"
[with.group.all]
ctr          = ["low", "good"]
[with.shop.any]
at-least     = "few-groups"
share        = 0.5
of           = "clicks"
traffic      = { is = "low", against = "past" }

[unless]
impressions  = { at-most = 10 }
[unless.product.none]
stock        = { at-most = 0 }

[after]
finding      = "first"
over         = "ad-products"

[says]
healthy = "It is fine"
finding = "{ad.name} of {group.name}, {product.name}: {ctr} ({ctr.low}, {ctr.high}), {ctr.driver}"
why     = "Because of {ctr.before}, from {ctr.n}."
misleading_when = "It is new."

[[action]]
lever     = "budget"
direction = "lower"
do        = "Spend less"
steps     = ["Open {ad.name}", "Lower it"]
owner     = "ads"
effort    = 0.5
done      = { ctr = ["good", "high"], traffic = "good" }
"""


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    return merge([("test", vocabulary_file(WORDS, where="test"))])


def load_plugins(text: str, words: Vocabulary, where: str = "ads/weak.toml") -> Rule:
    return load_rule(text, pack_id="mine", where=where, vocabulary=words)


def mistakes(text: str, words: Vocabulary, where: str = "ads/weak.toml") -> tuple[str, ...]:
    with pytest.raises(Mistakes) as caught:
        load_plugins(text, words, where)
    assert caught.value.where == where
    return caught.value.mistakes


def test_the_short_form_is_a_rule(words: Vocabulary) -> None:
    rule = load_plugins(SHORT, words)

    assert rule.id == "mine/weak"
    assert rule.file == "ads/weak.toml"
    assert rule.severity is Severity.MEDIUM
    assert rule.status is Status.STABLE
    assert rule.when.tests == (Ask("ctr", ("low",)),)
    assert not rule.unless
    assert rule.actions == (
        Action("hook", "change", "Test an opening", ("Cut one",), "creative", 4.0),
    )


def test_the_long_form_says_everything(words: Vocabulary) -> None:
    rule = load_plugins(LONG, words)

    assert rule.when.tests == (
        Ask("ctr", ("good", "high")),
        Ask("traffic", ("low",), against=Against.SIBLINGS),
        Ask("ctr.driver", ("hook",)),
        Ask("stock", at_least=1.0, at_most=9.0),
        Ask("ctr", trend="falling"),
        Ask("ctr", ("good",), earlier=True),
        Ask("traffic", at_least=5.0, earlier=True),
        Ask("ctr", ("low",), days=2.0),
    )
    assert rule.when.alternatives == (
        (Ask("clicks", at_least=200.0),),
        (Ask("ctr", ("low",), against=Against.PAST), Ask("traffic", trend="flat")),
    )
    assert rule.when.related == (
        Related("ad-products", "product", Quantifier.ANY, (Ask("ctr", ("low",)),)),
        Related("parent", "group", Quantifier.ALL, (Ask("ctr", ("low", "good")),)),
        Related(
            "parent",
            "shop",
            Quantifier.ANY,
            (Ask("traffic", ("low",), against=Against.PAST),),
            at_least=2.0,
            share=0.5,
            of="clicks",
        ),
    )
    assert [one.joins for one in rule.when.related] == [True, False, False]
    assert rule.limits == {"few-groups": 2.0, "some-stock": 1.0}
    assert rule.unless.tests == (Ask("impressions", at_most=10.0),)
    assert rule.unless.related == (
        Related("ad-products", "product", Quantifier.NONE, (Ask("stock", at_most=0.0),)),
    )
    assert rule.after == After(("mine/first",), "ad-products")
    assert rule.explains == ("mine/other", "far/away")
    assert rule.aliases == ("mine/feeble",)
    assert rule.needs == ("stock",)
    assert rule.story == Story(finding=Part.STALLS)
    assert rule.region == ("US",)
    assert rule.tags == ("brand", "!made-to-order")
    assert (rule.effective_from, rule.effective_until) == (date(2026, 1, 1), date(2026, 12, 31))
    assert rule.origin == Origin("page", "https://example.org", "2026-05-01", Strength.WEAK)
    assert rule.actions[0].done == {"ctr": ("good", "high"), "traffic": ("good",)}


def test_a_layer_above_sets_the_limits_that_a_rule_names(words: Vocabulary) -> None:
    rule = load_plugins(LONG, words)

    above = rule.with_limits({"some-stock": 4, "few-groups": 3, "of-others": 9})

    assert above.when.tests[3] == Ask("stock", at_least=4, at_most=9.0)
    assert above.when.related[2].at_least == 3
    assert above.limits == {"few-groups": 3, "some-stock": 4}
    assert rule.with_limits({"of-others": 9}) is rule


def test_the_limits_of_a_pack_stand_above_those_of_its_rules(
    pack: RulePack, tmp_path: Path, words: Vocabulary
) -> None:
    (tmp_path / "weak.toml").write_text(LONG, encoding="utf-8")
    (tmp_path / "limits.toml").write_text("[rules.limits]\nsome-stock = 5\n", encoding="utf-8")

    (rule,) = load_pack(pack, words)

    assert rule.limits == {"few-groups": 2.0, "some-stock": 5.0}


@pytest.mark.parametrize(
    ("subject", "key", "expected"),
    [
        ("ad", "product", ("ad-products", "product")),
        ("ad", "ad-products", ("ad-products", "product")),
        ("product", "ad", ("~ad-products", "ad")),
        ("product", "ad-products", ("~ad-products", "ad")),
        ("product", "~ad-products", ("~ad-products", "ad")),
        ("ad", "shop", ("parent", "shop")),
        ("group", "ad", ("children", "ad")),
        ("group", "children", ("children", "ad")),
        ("video", "shown", ("shown", "product")),
    ],
)
def test_a_kind_or_relation_leads_to_the_one_relation_between(
    words: Vocabulary, subject: str, key: str, expected: tuple[str, str]
) -> None:
    text = SHORT.replace('subject  = "ad"', f'subject = "{subject}"')
    text = text.replace(
        'ctr = "low"',
        f"traffic = {{ at-least = 1 }}\n[with.{key}.any]\nclicks = {{ at-least = 1 }}",
    )
    text = text.replace("{ad.name}: {ctr} where {ctr.band} is usual", "It is so")

    (related,) = load_plugins(text.replace(f"with.{key}", f'with."{key}"'), words).when.related

    assert (related.relation, related.kind) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"medium"', '"medium"\ngoal = "adds"', "goal: unknown goal 'adds'; did you mean 'ads'?"),
        ('"medium"', '"mediun"', "severity: unknown value 'mediun'; did you mean 'medium'?"),
        (
            '"medium"',
            '"medium"\nneeds = ["stocks"]',
            "needs[0]: unknown count 'stocks'; did you mean 'stock'?",
        ),
        (
            "effort    = 4",
            "effort    = 4\nstop_after = { tries = 0 }",
            "action[0].stop_after: tries are from 1 to 20",
        ),
        (
            "effort    = 4",
            'effort    = 4\nstop_after = { tries = 2, verdict = "hurts" }',
            "action[0].stop_after.verdict: unknown value 'hurts'; did you mean 'hurt'?",
        ),
        (
            "effort    = 4",
            'effort    = 4\ntrial = "traffic"\ndone = { traffic = "good" }',
            "action[0].trial: traffic is no share of events that versions can be told by",
        ),
        (
            "effort    = 4",
            'effort    = 4\ntrial = "ctr"',
            "action[0].trial: unknown metric of done 'ctr'",
        ),
        (
            '"medium"',
            '"medium"\nprofile = "strct"',
            "profile: unknown value 'strct'; did you mean 'strict'?",
        ),
        (
            '"medium"',
            '"medium"\nstory = { finding = "stals" }',
            "story.finding: unknown value 'stals'; did you mean 'stalls'?",
        ),
        ('"medium"', '"medium"\nseverty = 1', "unknown key 'severty'; did you mean 'severity'?"),
        (
            '"medium"',
            '"medium"\nregion = "usa"',
            "region[0]: 'usa' is no country code; write two capital letters, like US",
        ),
        (
            '"medium"',
            '"medium"\neffective_from = 2026-02-01\neffective_until = 2026-01-01',
            "effective_until: 2026-01-01 lies before effective_from 2026-02-01",
        ),
        ('"weak"', '"Weak"', "id: 'Weak' is no id; write small letters, digits and hyphens"),
        (
            '"weak"',
            '"strong"',
            "id: 'strong' is not the name of the file; call the file strong.toml",
        ),
        (
            'ctr = "low"',
            'ctrr = "low"',
            "when.ctrr: unknown metric, count or symbol 'ctrr'; did you mean 'ctr'?",
        ),
        (
            'ctr = "low"',
            'ctr = "low"\nstock = { at-least = "some" }',
            "when.stock.at-least: unknown limit 'some'",
        ),
        ("[says]", "[limits]\nsome = 3\n[says]", "limits.some: no condition names it"),
        (
            "[says]",
            '[[when.days]]\nctr = { is = "low", for = 1 }\n[says]',
            "when.days[0].ctr.for: 1 cannot be; write from 2 to 14 days",
        ),
        (
            "[says]",
            '[[when.days]]\nctr = "low"\n[says]',
            "when.days[0].ctr: expected { is = \"low\", for = 3 }, found 'low'",
        ),
        (
            "[says]",
            '[[when.days]]\nctr = { is = "low", for = 3, against = "past" }\n[says]',
            "when.days[0].ctr.against: a day is held against the band alone",
        ),
        (
            "[says]",
            '[[when.days]]\n"ctr.driver" = { is = "hook", for = 3 }\n[says]',
            "when.days[0].ctr.driver: a symbol is not known by day",
        ),
        (
            "[says]",
            '[with.product.all]\nshare = 0.5\nctr = "low"\n[says]',
            "with.product.all: share can be asked of any alone, not of all",
        ),
        (
            "[says]",
            '[with.product.any]\nat-least = 1.5\nctr = "low"\n[says]',
            "with.product.any.at-least: 1.5 is no number of subjects",
        ),
        (
            "[says]",
            '[with.product.any]\nshare = 50\nctr = "low"\n[says]',
            "with.product.any.share: 50 is no share; write half of them as 0.5",
        ),
        (
            "[says]",
            '[with.product.any]\nof = "clicks"\nctr = "low"\n[says]',
            "with.product.any.of: needs a share of it",
        ),
        (
            "[says]",
            "[with.product.any]\nshare = 0.5\n[says]",
            "with.product.any: asks nothing of them",
        ),
        ('ctr = "low"', 'ctr = "lo"', "when.ctr: unknown level 'lo'; did you mean 'low'?"),
        (
            'ctr = "low"',
            'ctr = ["low", "good", "high"]',
            "when.ctr: low, good and high together ask nothing",
        ),
        (
            'ctr = "low"',
            "ctr = 1",
            (
                "when.ctr: expected a level (low, good, high), a list of levels or "
                "{ at-least = …, at-most = … }, found 1"
            ),
        ),
        (
            'ctr = "low"',
            "ctr = {}",
            (
                "when.ctr: asks nothing; expected a level (low, good, high), a list "
                "of levels or { at-least = …, at-most = … }"
            ),
        ),
        (
            'ctr = "low"',
            'ctr = { at_least = 1, is = "low" }',
            "when.ctr: unknown key 'at_least'; did you mean 'at-least'?",
        ),
        (
            'ctr = "low"',
            "ctr = { at-least = 2, at-most = 1 }",
            "when.ctr: at-least 2 lies above at-most 1",
        ),
        (
            'ctr = "low"',
            'ctr = { is = "low", against = "sibling" }',
            "when.ctr.against: unknown comparison 'sibling'; did you mean 'siblings'?",
        ),
        (
            'ctr = "low"',
            'ctr = { at-least = 1, against = "past" }',
            "when.ctr: against needs the level it asks for, in is",
        ),
        (
            'ctr = "low"',
            'stock = "low"',
            "when.stock: a count has no levels; give at-least or at-most",
        ),
        (
            'ctr = "low"',
            '"ctr.driver" = "hok"',
            "when.ctr.driver: unknown value 'hok'; did you mean 'hook'?",
        ),
        (
            'ctr = "low"',
            '"ctr.driver" = { at-least = 1 }',
            "when.ctr.driver: a symbol has values only: hook, audience",
        ),
        (
            'ctr = "low"',
            'trend = { ctr = "sinking" }',
            "when.trend.ctr: unknown trend 'sinking'; did you mean 'rising'?",
        ),
        (
            'ctr = "low"',
            'trend = { stock = "falling" }',
            "when.trend.stock: unknown metric 'stock'; known: ctr, traffic",
        ),
        (
            'ctr = "low"',
            'before = { ctr = { is = "low", against = "past" } }',
            "when.before.ctr: a level in the window before has no against",
        ),
        (
            'ctr = "low"',
            "before = { stock = { at-least = 1 } }",
            "when.before.stock: unknown metric 'stock'; known: ctr, traffic",
        ),
        (
            'ctr = "low"',
            'ctr = "low"\n[[when.any]]\nclicks = { at-least = 1 }',
            "when.any: one alternative is none; write at least two",
        ),
        (
            'ctr = "low"',
            'ctr = "low"\n[with.product.some]\nctr = "low"',
            "with.product: unknown key 'some'; known: all, any, none",
        ),
        (
            'ctr = "low"',
            'ctr = "low"\n[with.produkt.any]\nctr = "low"',
            "with.produkt: unknown kind or relation 'produkt'; did you mean 'product'?",
        ),
        (
            'ctr = "low"',
            'ctr = "low"\n[with.note.any]\nclicks = { at-least = 1 }',
            (
                "with.note: no relation leads from ad over 'note'; "
                "there is: group (parent), shop (parent), product (ad-products)"
            ),
        ),
        (
            'ctr = "low"',
            'ctr = "low"\n[unless]\nctrs = "low"',
            "unless.ctrs: unknown metric, count or symbol 'ctrs'; did you mean 'ctr'?",
        ),
        (
            'ctr = "low"',
            'ctr = "low"\n[unless.video.any]\nctr = "low"',
            (
                "unless.video: no relation leads from ad over 'video'; "
                "there is: group (parent), shop (parent), product (ad-products)"
            ),
        ),
        (
            "{ctr.band}",
            "{ctr.bend}",
            "says.finding: unknown placeholder 'ctr.bend'; did you mean 'ctr.band'?",
        ),
        (
            "{ctr.band}",
            "{{ctr}}",
            (
                "says.finding: a brace that belongs to no placeholder; "
                "write a name in braces, like {ctr}"
            ),
        ),
        (
            '"Cut one"',
            '"Cut {traffic}"',
            (
                "action[0].steps[0]: unknown placeholder 'traffic'; "
                "known: ad.name, ctr, ctr.band, ctr.before, ctr.high, ctr.low, ctr.n, ctr.room, "
                "group.name, shop.name"
            ),
        ),
        (
            '"It is fine"',
            '"{ctr} is fine"',
            "says.healthy: stands without numbers; placeholders belong in finding and why",
        ),
        ('"It is fine"', '" "', "says.healthy: is empty"),
        ('why     = "Because."', "", "says.why: required key 'why' is missing"),
        (
            '"creative"',
            '"creativ"',
            "action[0].owner: unknown role 'creativ'; did you mean 'creative'?",
        ),
        ('"hook"', '"hok"', "action[0].lever: unknown lever 'hok'; did you mean 'hook'?"),
        (
            '"change"',
            '"chnge"',
            "action[0].direction: unknown direction 'chnge'; did you mean 'change'?",
        ),
        ('["Cut one"]', '"Cut one"', "action[0].steps: expected a list, found 'Cut one'"),
        ('["Cut one"]', "[]", "action[0].steps: is empty; write what to do first"),
        (
            "effort    = 4",
            "effort    = 0",
            "action[0].effort: 0 cannot be; write the hours of work, like 4 or 0.5",
        ),
        (
            "effort    = 4",
            'effort    = 4\ndone = { ctrr = "good" }',
            "action[0].done.ctrr: unknown metric 'ctrr'; did you mean 'ctr'?",
        ),
        (
            "effort    = 4",
            'effort    = 4\ndone = { ctr = "god" }',
            "action[0].done.ctr: unknown level 'god'; did you mean 'good'?",
        ),
    ],
)
def test_a_mistake_has_its_place_and_the_nearest_known_name(
    words: Vocabulary, old: str, new: str, expected: str
) -> None:
    assert SHORT.count(old) == 1

    assert mistakes(SHORT.replace(old, new), words, _where(new)) == (expected,)


def _where(new: str) -> str:
    return "ads/Weak.toml" if new == '"Weak"' else "ads/weak.toml"


def test_a_metric_that_the_subject_cannot_have_is_a_mistake(words: Vocabulary) -> None:
    text = SHORT.replace('subject  = "ad"', 'subject = "video"').replace("{ad.name}: ", "")

    assert mistakes(text, words) == (
        "when.ctr: a video has no ctr; it is a metric of: shop, group, ad, product",
    )


def test_a_kind_that_two_relations_lead_to_must_be_named_by_relation(words: Vocabulary) -> None:
    text = SHORT.replace('subject  = "ad"', 'subject = "video"').replace("{ad.name}: {ctr}", "")
    text = text.replace("{ctr.band}", "").replace('ctr = "low"', 'traffic = "low"')
    text = text.replace("[says]", '[with.product.any]\nctr = "low"\n[says]')

    assert mistakes(text, words) == (
        (
            "with.product: 'product' can be several relations: "
            "shown to product, tagged to product; name one"
        ),
    )


def test_the_top_of_the_ladder_has_no_parent_to_be_compared_with(words: Vocabulary) -> None:
    text = SHORT.replace('subject  = "ad"', 'subject = "shop"').replace("{ad.name}: ", "")
    text = text.replace('ctr = "low"', 'ctr = { is = "low", against = "parent" }')

    assert "when.ctr.against: a shop has no parent" in mistakes(text, words)


def test_a_subject_that_is_not_known_is_named(words: Vocabulary) -> None:
    text = SHORT.replace('subject  = "ad"', 'subject = "add"').replace("{ad.name}: ", "")

    assert mistakes(text, words) == ("subject: unknown subject 'add'; did you mean 'ad'?",)


def test_a_rule_without_a_symptom_or_an_action_is_none(words: Vocabulary) -> None:
    text = SHORT[: SHORT.index("[[action]]")].replace('[when]\nctr = "low"\n', "")
    text = text.replace("{ctr} where {ctr.band} is usual", "so")

    assert mistakes(text, words) == (
        "when: is missing; write the symptom that the rule looks for",
        "action: is missing; a rule says what to do, in [[action]]",
    )


def test_all_mistakes_of_a_file_come_at_once(words: Vocabulary) -> None:
    text = SHORT.replace('"medium"', '"urgent"').replace("ctr = ", "ctrr = ").replace('"hook"', "3")

    found = mistakes(text, words)

    assert len(found) == 3
    assert any(line.startswith("severity: unknown value 'urgent'") for line in found)
    assert any(line.startswith("action[0].lever: expected text") for line in found)
    assert any(line.startswith("when.ctrr: unknown metric") for line in found)


@pytest.mark.parametrize("severity", ["", 'severty = "low"', 'urgency = "low"'])
def test_a_missing_or_misspelled_key_hides_no_placeholder_and_no_lever(
    words: Vocabulary, severity: str
) -> None:
    text = SHORT.replace('severity = "medium"', severity).replace("[says]", "[sayz]")
    text = text.replace("finding =", "vorne = 1\nfinding =").replace('"hook"', '"hok"')
    text = text.replace("[[action]]", "[[acton]]").replace('"Test an', '"{ctrr} Test an')

    found = mistakes(text, words)

    for part in ("severity", "'sayz'", "'vorne'", "'acton'", "action[0].lever", "action[0].do"):
        assert any(part in line for line in found), (part, found)


@pytest.fixture
def pack(tmp_path: Path) -> RulePack:
    return RulePack("mine", "my rules", tmp_path)


def test_a_pack_is_every_rule_file_of_its_folder(
    pack: RulePack, tmp_path: Path, words: Vocabulary
) -> None:
    (tmp_path / "ads").mkdir()
    (tmp_path / "ads" / "weak.toml").write_text(SHORT)
    (tmp_path / "ads" / "weak.cases.toml").write_text("no TOML at all")
    (tmp_path / "bands.toml").write_text("no TOML at all")
    (tmp_path / "vocabulary.toml").write_text("no TOML at all")
    (tmp_path / "other.toml").write_text(SHORT.replace('"weak"', '"other"'))

    rules = load_pack(pack, words)

    assert [(rule.id, rule.file) for rule in rules] == [
        ("mine/weak", "ads/weak.toml"),
        ("mine/other", "other.toml"),
    ]


def test_an_id_that_is_there_twice_names_both_files(
    pack: RulePack, tmp_path: Path, words: Vocabulary
) -> None:
    for folder in ("ads", "videos"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "weak.toml").write_text(SHORT)

    with pytest.raises(Mistakes) as caught:
        load_pack(pack, words)

    assert caught.value.mistakes == (
        "the id 'weak' is in two files: ads/weak.toml and videos/weak.toml",
    )


def test_the_mistakes_of_all_files_of_a_pack_come_at_once(
    pack: RulePack, tmp_path: Path, words: Vocabulary
) -> None:
    (tmp_path / "one.toml").write_text("id = ")
    (tmp_path / "weak.toml").write_text(SHORT.replace('"low"', '"lo"'))
    (tmp_path / "wide.toml").write_bytes("id = 'größe'".encode("latin-1"))

    with pytest.raises(Mistakes) as caught:
        load_pack(pack, words)

    assert [line.partition(": ")[0] for line in caught.value.mistakes] == [
        "one.toml",
        "weak.toml",
        "wide.toml",
    ]


def test_references_know_present_and_former_ids(words: Vocabulary) -> None:
    weak = load_plugins(SHORT.replace('"medium"', '"medium"\naliases = ["feeble"]'), words)
    cause = load_plugins(
        SHORT.replace('id       = "weak"', 'id = "cause"\nexplains = ["feeble", "weak"]'),
        words,
        "cause.toml",
    )

    check_references([weak, cause])
    _, resolved = resolve_aliases([weak, cause])

    assert cause.explains == ("mine/feeble", "mine/weak")
    assert resolved.explains == ("mine/weak",)


def test_a_reference_to_no_rule_names_the_nearest(words: Vocabulary) -> None:
    text = SHORT.replace('"medium"', '"medium"\nexplains = "waek"')
    text = text.replace("[says]", '[after]\nfinding = ["far/away"]\n[says]')

    with pytest.raises(Mistakes) as caught:
        check_references([load_plugins(text, words)])

    assert caught.value.mistakes == (
        "mine/weak: after: unknown rule 'far/away'; known: mine/weak",
        "mine/weak: explains: unknown rule 'mine/waek'; did you mean 'mine/weak'?",
    )


def test_a_rule_cannot_explain_itself(words: Vocabulary) -> None:
    rule = load_plugins(SHORT.replace('"medium"', '"medium"\nexplains = "weak"'), words)

    with pytest.raises(Mistakes, match="a rule cannot refer to itself"):
        check_references([rule])


def test_an_alias_that_is_another_rules_id_is_refused(words: Vocabulary) -> None:
    weak = load_plugins(SHORT, words)
    other = load_plugins(
        SHORT.replace('id       = "weak"', 'id       = "other"\naliases = ["weak"]'),
        words,
        "other.toml",
    )

    with pytest.raises(Mistakes, match="the id 'mine/weak' is also that of mine/weak"):
        check_references([weak, other])


def test_what_cannot_be_read_hides_nothing_else(words: Vocabulary) -> None:
    text = SHORT
    for old, new in (
        ('severity = "medium"', 'severity = "midium"'),
        ("effort    = 4", 'effort    = "four"'),
        ('lever     = "hook"', 'lever     = "hok"'),
        ("Test an opening", "Test {ad.nme}"),
        ('ctr = "low"', 'ctrr = "low"'),
    ):
        assert old in text
        text = text.replace(old, new)
    places = [line.partition(":")[0] for line in mistakes(text, words)]
    assert sorted(places) == [
        "action[0].do",
        "action[0].effort",
        "action[0].lever",
        "severity",
        "when.ctrr",
    ]
