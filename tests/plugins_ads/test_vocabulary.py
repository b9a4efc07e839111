"""What the words say where TikTok's own names mislead."""

import pytest

from advisor.model.vocabulary import Count, Metric
from advisor.model.vocabulary_files import VocabularyFile
from advisor_tiktok_ads import advisor_vocabulary

GMV_MAX = "gmv_max_"
OF_BOTH = {"target_roi", "daily_budget"}  # what any campaign may be asked for


@pytest.fixture(scope="module")
def words() -> VocabularyFile:
    (only,) = advisor_vocabulary()
    return only


def metric(words: VocabularyFile, name: str) -> Metric:
    return next(metric for metric in words.metric if metric.id == name)


def test_ctr_counts_destination_clicks_per_impression(words: VocabularyFile) -> None:
    ctr = metric(words, "ctr")
    assert (ctr.numerator, ctr.denominator) == (("clicks",), ("impressions",))


def test_what_ads_manager_calls_cvr_is_per_impression(words: VocabularyFile) -> None:
    cvr = metric(words, "impression_conversion")
    assert (cvr.numerator, cvr.denominator) == (("conversions",), ("impressions",))


def test_the_purchase_rate_is_per_click(words: VocabularyFile) -> None:
    rate = metric(words, "cvr")
    assert (rate.numerator, rate.denominator) == (("purchases",), ("clicks",))


def test_metrics_of_gmv_max_use_no_count_of_classic_ads(words: VocabularyFile) -> None:
    mixed = [
        metric.id
        for metric in words.metric
        if len({name.startswith(GMV_MAX) for name in {*metric.counts()} - OF_BOTH}) > 1
    ]
    assert mixed == []


def test_every_metric_is_computed_from_counts_that_are_declared(words: VocabularyFile) -> None:
    declared = {count.id for count in words.count}
    lost = {m.id: set(m.counts()) - declared for m in words.metric if set(m.counts()) - declared}
    assert lost == {}


def test_reach_is_people_and_budget_a_state(words: VocabularyFile) -> None:
    units = {count.id: count.unit for count in words.count}
    assert (units["reach"], units["budget"]) == ("people", "state")


def test_every_count_has_a_title_of_its_own(words: VocabularyFile) -> None:
    titles: dict[str, list[Count]] = {}
    for count in words.count:
        titles.setdefault(count.title, []).append(count)
    assert [title for title, counts in titles.items() if len(counts) > 1] == []
