"""TikTok Shop: its words, Seller Center and affiliate exports, the Partner API, violations."""

from collections.abc import Sequence
from itertools import chain

from advisor import Counts, Derived, MetricsContext, Provider, VocabularyFile, derive, hookimpl

# Readers are imported when files are read: who wants the words alone need not wait for them.


@hookimpl
def advisor_vocabulary() -> Sequence[VocabularyFile]:
    from advisor_tiktok_shop.words import vocabulary

    return (vocabulary(),)


@hookimpl
def advisor_metric_providers() -> Sequence[Provider]:
    from advisor_tiktok_shop.provider import providers

    return providers()


@hookimpl(blocks=True)
def advisor_metrics(counts: Counts, context: MetricsContext) -> Sequence[Derived]:
    from advisor_tiktok_shop.applause import applause
    from advisor_tiktok_shop.cadence import cadence
    from advisor_tiktok_shop.duties import duties
    from advisor_tiktok_shop.flagged import flagged_content
    from advisor_tiktok_shop.growth import growths
    from advisor_tiktok_shop.linked import linked
    from advisor_tiktok_shop.live_chain import entry, live_chain
    from advisor_tiktok_shop.milestones import appeals_due, health_room
    from advisor_tiktok_shop.places import buyers_apart
    from advisor_tiktok_shop.shelf import shelf
    from advisor_tiktok_shop.standing import standing
    from advisor_tiktok_shop.unsold import unsold

    frames = (
        flagged_content(counts),
        live_chain(counts),
        entry(counts),
        appeals_due(counts, context.today),
        buyers_apart(counts),
        applause(counts),
        linked(counts),
        standing(counts, context),
        growths(counts, context),
        duties(counts, context.today),
        health_room(counts, context),
        cadence(counts, context),
        shelf(counts),
        unsold(counts),
    )
    return derive(chain.from_iterable(frames))
