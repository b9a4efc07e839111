"""The provider of TikTok Studio's downloads."""

from collections.abc import Callable, Mapping

from advisor import ReadContext, Reading
from advisor.tabular import Kind, TabularProvider, load_kinds
from advisor_tiktok_studio.audience import (
    counted_days,
    gender_segments,
    ids_from_links,
    the_account,
)
from advisor_tiktok_studio.followers import with_change

_NOT_ADDITIVE = (
    "active_followers",
    "followers",
    "audience_share",
    "viewers",
    "new_viewers",
    "returning_viewers",
)
_FINISH: Mapping[str, Callable[[Reading], Reading]] = {
    "studio-content": ids_from_links,
    "studio-follower-activity": the_account,
    "studio-follower-gender": gender_segments,
    "studio-follower-history": with_change,
    "studio-overview": the_account,
    "studio-viewers": counted_days,
}


_ADDS = {"studio-follower-history": ("follower_change",)}


class StudioProvider(TabularProvider):
    """Reads what its kinds describe, and mends what these files print in odd places."""

    def finish(
        self,
        kind: Kind,
        reading: Reading,
        context: ReadContext,  # noqa: ARG002 (the contract)
    ) -> Reading:
        return _FINISH.get(kind.id, _as_it_is)(reading)


def _as_it_is(reading: Reading) -> Reading:
    return reading


def studio_provider() -> StudioProvider:
    """Reads every kind of file that TikTok Studio's analytics page downloads."""
    kinds = load_kinds("advisor_tiktok_studio", platform="tiktok")
    return StudioProvider("tiktok-studio", kinds, not_additive=_NOT_ADDITIVE, adds=_ADDS)
