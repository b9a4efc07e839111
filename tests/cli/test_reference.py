"""What the commands say about metrics, plugins and settings."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.exports import PROFILE


def test_metrics_list_has_formulas_in_counts(run: Run) -> None:
    lines = run("metrics", "list").stdout.splitlines()
    assert ["ctr", "CTR", "clicks / impressions"] in [line.split(maxsplit=2) for line in lines]
    assert any(line.startswith("cpm ") and "1,000 x spend / impressions" in line for line in lines)


def test_metrics_list_of_a_goal_has_its_kpis_only(run: Run) -> None:
    told = run("metrics", "list", "--goal", "ads").stdout
    assert "\nroas " in told
    assert "\ncomments " not in told


def test_metrics_show_has_definition_formula_caveat_band_goals_and_exports(run: Run) -> None:
    told = run("metrics", "show", "ctr", "--size", "small").stdout
    assert "formula: clicks / impressions" in told
    assert "beware: " in told
    assert "holds: 1–3%, from the guide" in told
    assert "goals: improve ad efficiency" in told
    assert "export: Ads Manager report (" in told


def test_a_band_that_needs_a_rate_says_so(run: Run) -> None:
    assert "add currency and usd_rate" in run("metrics", "show", "cpc").stdout


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("metrics", "show", "ctrr"), "'ctr'"),
        (("metrics", "list", "--goal", "adz"), "'ads'"),
        (("config", "explain", "shop.sise"), "'shop.size'"),
        (("completion", "bsh"), "'bash'"),
        (("metrics", "lst"), "'list'"),
        (("diagnos",), "'diagnose'"),
    ],
)
def test_an_unknown_name_ends_with_2_and_names_the_nearest(
    run: Run, words: tuple[str, ...], near: str
) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert f"did you mean {near}?" in result.stderr


def test_plugins_list_names_each_plugin_and_where_each_export_is_found(run: Run) -> None:
    told = run("plugins", "list").stdout
    for name in (
        "guide-rules",
        "operator-rules",
        "plan-report",
        "tiktok-ads",
        "tiktok-shop",
        "tiktok-studio",
    ):
        assert f"\n{name} (shop-advisor " in f"\n{told}"
    assert "Video Performance List" in told
    assert "advisor init --templates" in told


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "advisor.toml"
    path.write_text(PROFILE + "[bands.ctr]\nlow = 0.02\n", encoding="utf-8")
    return path


def test_config_explain_says_that_the_shop_s_own_band_won_and_why_others_did_not(
    run: Run, config: Path
) -> None:
    told = run("config", "explain", "ctr", "--config", config).stdout
    assert "holds: at least 2%, from your advisor.toml" in told
    assert "tried: 1–3% [metric.ctr]: a more specific band holds" in told


def test_config_explain_says_which_size_won(run: Run, config: Path) -> None:
    told = run("config", "explain", "roas", "--config", config, "--size", "mid").stdout
    assert "for: size mid, niche not known" in told
    assert "holds: 3–5" in told
    assert "does not hold here (size small)" in told


@pytest.mark.parametrize(
    ("key", "value", "source"),
    [("shop.size", "small", "advisor.toml"), ("shop.margin", "not set", "the default")],
)
def test_config_explain_says_where_a_setting_comes_from(
    run: Run, config: Path, key: str, value: str, source: str
) -> None:
    told = run("config", "explain", key, "--config", config).stdout.splitlines()
    assert told[0] == f"{key}: {value}"
    assert told[1].startswith("  from: ")
    assert told[1].endswith(source)
