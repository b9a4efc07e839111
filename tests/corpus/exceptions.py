"""What the corpus knows of rules that it cannot try, or that speak to healthy shops too."""

from collections.abc import Mapping

# Rules that a healthy shop may hear from, and why that is no false alarm.
MAY_SPEAK: Mapping[str, str] = {
    "operator/credit-to-claim": (
        "the platform owes credit for single days below target, which a campaign that does well "
        "has by chance as well: it is money to claim and no illness"
    ),
    "operator/too-few-visits": (
        "it says of a shop without an order that its visits are too few to expect one, which is "
        "true of such a shop however well it would sell"
    ),
}

# Rules without sick shops, and why.
UNCOVERED: Mapping[str, str] = {
    "guide/territory-region": "the corpus has no codes of countries that could be pooled",
    **dict.fromkeys(
        (
            "operator/cards-only",
            "operator/creative-not-clicked",
            "operator/creative-returns-little",
            "operator/creative-weak-hook",
            "operator/creative-weak-middle",
            "operator/creative-without-orders",
            "operator/one-video-carries",
            "operator/orders-without-ad-clicks",
            "operator/product-below-break-even",
            "operator/winner-gets-little",
        ),
        "no shop of the corpus has GMV Max creatives",
    ),
    **dict.fromkeys(
        ("operator/score-below-campaigns", "operator/score-below-staying"),
        "no shop of the corpus has a Shop Performance Score",
    ),
    "operator/link-the-product": "no shop of the corpus says which products a video links",
    "operator/ad-costs-more": "every shop of the corpus knows what its ads sell",
    "operator/dear-conversions": "every shop of the corpus knows what its ads sell",
    "operator/spend-without-conversions": "every shop of the corpus knows what its ads sell",
    "operator/ads-tired-together": "the corpus plants a symptom on one ad, not on several",
    "operator/ctr-low-for-days": "no ad of the corpus changes in its last days alone",
    "operator/poor-information": "no shop of the corpus has TikTok's diagnosis of its products",
    "operator/not-one-sale": "every shop of the corpus sells something",
}

# Rules whose problem may come second in the plan of a shop that has no other, and why.
NOT_FIRST: Mapping[str, str] = {
    "guide/live-applause-without-sales": (
        "a LIVE that sells so much less per view has a broken link, and the plan begins with that"
    ),
    "operator/weak-concept": (
        "it is only said where the return is low too, so that there are two things to mend"
    ),
    "operator/sold-out-before-restock": (
        "its counts do not fit each other: it sells two items a day, of 80 orders, and too few of "
        "those for its clicks, which has a gain that the reorder has not"
    ),
    "operator/creative-fatigue": (
        "what has faded so far is a weak opening by now, and the plan begins with that"
    ),
}
