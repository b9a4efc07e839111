"""One file alone: what it shows is said, what it does not show is asked for, and nothing else."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from advisor.diagnosis import diagnose
from advisor.document.compose import compose_document
from advisor.report.formats import render
from tests.end_to_end.runs import registry, request

TODAY = date(2026, 10, 2)
CAMPAIGNS = (
    "Campaign ID,Campaign name,Cost,Net Cost,Current budget,SKU orders,Cost per order,"
    "Gross revenue,ROI,Currency\n"
)


def planned(folder: Path, shop: str, **files: str) -> tuple[dict[str, Any], str]:
    """The plan of a shop with these *files*, as plain values and as Markdown."""
    (folder / "advisor.toml").write_text(f"[shop]\n{shop}\n")
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content)
    asked = request(folder, today=TODAY)
    made = render(
        compose_document(diagnose(asked, registry())), ("json", "md"), registry().templates()
    )
    return json.loads(str(made["plan.json"])), str(made["plan.md"])


def test_a_score_alone_is_judged_and_only_where_its_limits_hold(tmp_path: Path) -> None:
    score = "date,measure,score,scale,region,note\n2026-09-20,shop-performance-score,2.1,5,,\n"

    plan, page = planned(tmp_path, 'region = "US"', health=score.replace(",,", ",US,"))

    assert [one["rule"] for one in plan["plan"]] == ["operator/score-below-staying"]
    assert "high enough" not in json.dumps(plan["healthy"])
    assert "12 days old" in page


def test_a_list_of_violations_is_not_old_because_nothing_happened(tmp_path: Path) -> None:
    head = "date,violation_id,type,subject_kind,subject_id,subject_name,status,points,deadline,note"
    appealed = "2026-08-30,V1,Claims,shop,,,appealed,2,2026-10-06,"

    plan, page = planned(tmp_path, 'region = "US"', violations=f"{head}\n{appealed}\n")

    assert plan["period"]["last"] == "2026-10-01"
    assert "days old" not in page
    assert "Appeal these violations" not in page


def test_campaigns_of_gmv_max_are_told_apart(tmp_path: Path) -> None:
    rows = (
        "1840000000000011,Tea,4000,4000,150,420,9.52,19000,4.75,USD\n"
        "1840000000000012,Jar,2200,2200,90,40,55,1400,0.64,USD\n"
    )
    name = "Product campaign data 2026-09-01 - 2026-09-30"

    plan, page = planned(
        tmp_path, 'region = "US"\ncurrency = "USD"\nmargin = 0.4', **{name: CAMPAIGNS + rows}
    )

    assert [one["rule"] for one in plan["plan"]] == ["operator/campaign-below-break-even"]
    assert "Jar: 0.64 GMV Max ROI (break-even: at least 2.5)" in page


def test_what_a_setting_decides_is_asked_for(tmp_path: Path) -> None:
    plan, page = planned(
        tmp_path, 'name = "T"', FollowerTopTerritories="Top territories,Distribution\nPH,0.64\n"
    )

    assert not plan["plan"]
    assert "Nothing to do" not in page
    assert "Add region to \\[shop\\] in advisor.toml: “No foreign country" in page


def test_several_ads_together_are_named_in_the_language_of_the_report(tmp_path: Path) -> None:
    rows = [
        f"C,G,Ad {ad},{date(2026, 9, 4) + timedelta(days=day)},3,200,{3 if day % 3 else 2},EUR"
        for ad in range(4)
        for day in range(28)
    ]
    head = (
        "Campaign name,Ad group name,Ad name,By Day,Cost,Impressions,Clicks (destination),Currency"
    )
    (tmp_path / "advisor.toml").write_text('[report]\nlanguage = "es"\n')
    (tmp_path / "ads.csv").write_text("\n".join([head, *rows]))

    made = compose_document(diagnose(request(tmp_path, today=TODAY), registry()))

    names = {one.subject.name for one in made.watch}
    assert any("4 anuncios" in name for name in names), names
    assert not any(" ads " in name for name in names)
