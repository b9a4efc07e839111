"""The guide contradicts itself: the lint says where, in the numbers that the notes of its bands
tell too."""

from datetime import date

import advisor_rules_guide as guide
from advisor.knowledge.lint_bands import Strain, Verdict, strains
from docs.generate import bundled

(BANDS,) = guide.advisor_benchmarks()
TODAY = date(2026, 6, 1)
CLICKS = "CPP = CPC / purchase rate. CPC $0.50–1.50 and conversion rate"
CHEAP = "good is at most $5 (where order value from ads is below $25): they cannot hold together"
MIDDLE = "good is at most $20 (where order value from ads is from $25 and below $100): together"
SALES = "ROAS = purchase rate x order value / CPC. ROAS"
WATCHED = "GPM = 1,000 x CTR x CTOR x AOV. sales per 1,000 views (watch GPM)"
RATES = (
    "and CTR (per view) 1–3% and click-to-order rate (CTOR) 3–5% hold together only where "
    "AOV (SKU orders) is"
)

ORDERS = "hold together only where order value from ads is"

EXPECTED = [
    ("cannot", "small", f"{CLICKS} 2–4% make CPP $12.50–75.00; {CHEAP}"),
    ("cannot", "mid", f"{CLICKS} 4–6% make CPP $8.33–37.50; {CHEAP}"),
    ("cannot", "enterprise", f"{CLICKS} 5–8% make CPP $6.25–30.00; {CHEAP}"),
    ("cannot", "ecommerce-tech (every size)", f"{CLICKS} 3–6% make CPP $8.33–50.00; {CHEAP}"),
    (
        "only in a corner",
        "small",
        f"{CLICKS} 2–4% make CPP $12.50–75.00; {MIDDLE} they leave $12.50–20.00",
    ),
    (
        "only in a corner",
        "ecommerce-tech (every size)",
        f"{CLICKS} 3–6% make CPP $8.33–50.00; {MIDDLE} they leave $8.33–20.00",
    ),
    ("needs", "small", f"{WATCHED} $10–25 {RATES} $6.67–83.33"),
    ("needs", "mid", f"{WATCHED} $25–50 {RATES} $16.67–166.67"),
    ("needs", "enterprise", f"{WATCHED} at least $50 {RATES} at least $33.33"),
    ("needs", "small", "ROAS at least 2 breaks even only from a margin of 50% on"),
    ("needs", "mid, enterprise", "ROAS at least 3 breaks even only from a margin of 33.3% on"),
    (
        "needs",
        "small",
        f"{SALES} at least 2 and conversion rate 2–4% and CPC $0.50–1.50 {ORDERS} at least $25",
    ),
]


def found() -> tuple[Strain, ...]:
    return strains(BANDS, bundled().vocabulary(), TODAY)


def test_the_guide_s_contradictions_are_found_with_their_numbers() -> None:
    told = [(one.verdict.value, one.where, one.text) for one in found()]

    assert [line for line in EXPECTED if line not in told] == []
    assert [line for line in told if line[0] != "needs"] == EXPECTED[:6]


def test_the_notes_of_the_bands_tell_the_same_numbers() -> None:
    cpc = next(band for band in BANDS.band if band.metric == "cpc")
    roas = next(band for band in BANDS.band if band.metric == "roas")

    assert "$12.50–75" in cpc.note
    assert any("$12.50–75" in one.text for one in found() if one.verdict is Verdict.CANNOT)
    assert "2 breaks even only at a 50% margin" in roas.note
