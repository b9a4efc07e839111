"""Addresses of the places that exports are downloaded from."""

_EVERYWHERE = {
    "TikTok Ads Manager": "ads.tiktok.com/",
    "TikTok Studio": "tiktok.com/tiktokstudio",
}
_SELLER_CENTER = {"ID": "seller-id.tokopedia.com/"}
_REGIONS = (
    "BR",
    "DE",
    "ES",
    "FR",
    "GB",
    "IE",
    "IT",
    "JP",
    "MX",
    "MY",
    "PH",
    "SG",
    "TH",
    "US",
    "VN",
)
_CODES = {"GB": "uk"}  # where the address has another code than ISO 3166


def link(where: str, region: str | None) -> str:
    """The address (without `https://`) of the place that a path of menus begins with, for a shop of
    *region*; "" where it is not known."""
    place = where.partition(">")[0].strip()
    if place == "Seller Center":
        return seller_center(region)
    if place.startswith("TikTok Ads Manager"):
        place = "TikTok Ads Manager"
    return _EVERYWHERE.get(place, "")


def workplace(kind: str, region: str | None) -> str:
    """The address (without `https://`) where a seller works on a subject of *kind*; "" where it is
    not known."""
    return _EVERYWHERE["TikTok Ads Manager"] if kind in _OF_ADS else seller_center(region)


_OF_ADS = frozenset(("ad", "ad-group", "campaign", "creative"))


def seller_center(region: str | None) -> str:
    """The address (without `https://`) of Seller Center for a shop of *region*; "" where it is not
    known."""
    if region in _SELLER_CENTER:
        return _SELLER_CENTER[region]
    if region not in _REGIONS:
        return ""
    return f"seller-{_CODES.get(region, region.lower())}.tiktok.com/"
