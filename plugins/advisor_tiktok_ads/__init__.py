"""TikTok Ads Manager, GMV Max and the Marketing API: their words and their files."""

from collections.abc import Sequence
from importlib.resources import files
from itertools import chain

from advisor import (
    Counts,
    Derived,
    MetricsContext,
    Provider,
    VocabularyFile,
    derive,
    hookimpl,
    vocabulary_file,
)


@hookimpl
def advisor_vocabulary() -> Sequence[VocabularyFile]:
    where = "vocabulary.toml"
    text = (files(__name__) / where).read_text(encoding="utf-8")
    return (vocabulary_file(text, where=f"{__name__}/{where}"),)


@hookimpl
def advisor_metric_providers() -> Sequence[Provider]:
    # Reading needs more than the words do; who only wants the words need not wait for it.
    from advisor_tiktok_ads.provider import providers

    return providers()


@hookimpl(blocks=True)
def advisor_metrics(counts: Counts, context: MetricsContext) -> Sequence[Derived]:
    from advisor_tiktok_ads.creatives import live_creatives
    from advisor_tiktok_ads.drivers import drivers
    from advisor_tiktok_ads.gmv_max_creatives import gmv_max_creatives
    from advisor_tiktok_ads.legacy import ad_types
    from advisor_tiktok_ads.steering import steering
    from advisor_tiktok_ads.without_results import goals, without_results

    frames = (
        drivers(counts),
        steering(counts, context),
        live_creatives(counts),
        gmv_max_creatives(counts),
        ad_types(counts),
        without_results(counts),
        goals(counts),
    )
    return derive(chain.from_iterable(frames))
