"""What is done to the readings of single kinds."""

from collections.abc import Callable, Mapping

from advisor import Reading
from advisor_tiktok_studio.audience import (
    counted_days,
    gender_segments,
    ids_from_links,
    the_account,
)
from advisor_tiktok_studio.followers import with_change

FINISH: Mapping[str, Callable[[Reading], Reading]] = {
    "studio-content": ids_from_links,
    "studio-follower-activity": the_account,
    "studio-follower-gender": gender_segments,
    "studio-follower-history": with_change,
    "studio-overview": the_account,
    "studio-viewers": counted_days,
}
