"""When a file was downloaded, as its name says it: `product_list_20261102.xlsx`,
`Video Performance List_20261102102130.xlsx`."""

import re
from datetime import datetime

_STAMP = re.compile(r"(?<!\d)(20\d{6})(\d{6})?(?!\d)")


def stamp(name: str) -> datetime | None:
    """The moment in a file's name, which may have folders before it; a day alone is its start.

    None where the name has none, or several: two of them are a period.
    """
    found = _STAMP.findall(re.split(r"[/\\]", name)[-1])
    if len(found) != 1:
        return None
    day, time = found[0]
    try:
        return datetime.strptime(day + (time or "000000"), "%Y%m%d%H%M%S")
    except ValueError:
        return None
