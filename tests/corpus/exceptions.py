"""What the corpus knows of rules that it cannot try, or that speak to healthy shops too."""

from collections.abc import Mapping

# Rules that a healthy shop may hear from, and why that is no false alarm.
MAY_SPEAK: Mapping[str, str] = {
    "operator/credit-to-claim": (
        "the platform owes credit for single days below target, which a campaign that does well "
        "has by chance as well: it is money to claim and no illness"
    ),
}

# Rules without sick shops, and why.
UNCOVERED: Mapping[str, str] = {}

# Rules whose problem may come second in the plan of a shop that has no other, and why.
NOT_FIRST: Mapping[str, str] = {}
