"""TikTok Studio: the analytics of the account that the shop posts with.

Its words are those of TikTok Shop, so it has no vocabulary of its own.
"""

from collections.abc import Sequence
from itertools import chain

from advisor import Counts, Derived, MetricsContext, Provider, derive, hookimpl


@hookimpl
def advisor_metric_providers() -> Sequence[Provider]:
    # Imported when files are read: starting up need not wait for it.
    from advisor_tiktok_studio.provider import studio_provider

    return (studio_provider(),)


@hookimpl(blocks=True)
def advisor_metrics(counts: Counts, context: MetricsContext) -> Sequence[Derived]:
    from advisor_tiktok_studio.followers import follower_growth
    from advisor_tiktok_studio.posting import posting
    from advisor_tiktok_studio.territories import territories, world_regions

    frames = (
        follower_growth(counts),
        territories(counts, context),
        world_regions(counts, context),
        posting(counts, context),
    )
    return derive(chain.from_iterable(frames))
