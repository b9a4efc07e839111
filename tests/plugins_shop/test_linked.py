"""Whether a video links a product is known where the files name the products of any."""

from collections.abc import Sequence

from advisor.testing import shop
from advisor.testing.assertions import diagnose_shop

VIDEOS = ({"name": "linked", "views": 5_000}, {"name": "bare", "views": 5_000})


def told(links: Sequence[tuple[str, str]]) -> dict[str, str | None]:
    made = shop(
        {"video": VIDEOS, "product": [{"name": "Serum", "product_clicks": 10}]},
        currency="USD",
        links={"video-products": links} if links else {},
    )
    frame = diagnose_shop(made).measured["video"].frame
    if "video.linked" not in frame.columns:
        return {}
    return dict(frame.select("name", "video.linked").iter_rows())


def test_a_video_without_a_product_links_none() -> None:
    assert told([("linked", "Serum")]) == {"linked": "yes", "bare": "no"}


def test_where_no_file_names_products_nothing_is_known() -> None:
    assert told([]) == {}
