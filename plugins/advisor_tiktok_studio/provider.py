"""The provider of TikTok Studio's downloads."""

from advisor import ReadContext, Reading
from advisor.tabular import Kind, TabularProvider, load_kinds

_NOT_ADDITIVE = (
    "active_followers",
    "followers",
    "audience_share",
    "viewers",
    "new_viewers",
    "returning_viewers",
)
_ADDS = {"studio-follower-history": ("follower_change",)}


class StudioProvider(TabularProvider):
    """Reads what its kinds describe, and mends what these files print in odd places."""

    def finish(
        self,
        kind: Kind,
        reading: Reading,
        context: ReadContext,  # noqa: ARG002 (the contract)
    ) -> Reading:
        from advisor_tiktok_studio.finish import (
            FINISH,
        )  # needs Polars, which a list of kinds does not

        step = FINISH.get(kind.id)
        return step(reading) if step else reading


def studio_provider() -> StudioProvider:
    """Reads every kind of file that TikTok Studio's analytics page downloads."""
    kinds = load_kinds("advisor_tiktok_studio", platform="tiktok")
    return StudioProvider("tiktok-studio", kinds, not_additive=_NOT_ADDITIVE, adds=_ADDS)
