"""TikTok Studio: the shop's own account. CSV with every cell quoted, or a workbook of texts.

Canonical names: date, views, profile_views, likes, comments, shares (overview, content), followers
(history; the day-to-day difference is computed), viewers, new_viewers, returning_viewers; content:
title, video_id, posted. Audience files map a gender or a territory to its fraction.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

from tests.shapes._cells import Row, Style, number
from tests.shapes._table import Form, Grid, body, columns, csv_bytes, headers
from tests.shapes._xlsx import workbook

_OVERVIEW = """
date monthday | Date
views digits | Video Views
profile_views digits | Profile Views
likes digits | Likes
comments digits | Comments
shares digits | Shares
"""
_VIEWERS = """
date monthday | Date
viewers digits | Total Viewers
new_viewers digits | New Viewers
returning_viewers digits | Returning Viewers
"""
_HISTORY = """
date monthday | Date
followers digits | Followers
difference digits | Difference in followers from previous day
"""
_CONTENT = """
date monthday | Time
title text | Video title
link text | Video link
posted monthday | Post time
likes digits | Total likes
comments digits | Total comments
shares digits | Total shares
views digits | Total views
"""


def _file(grid: Grid, form: Form, sheet: str) -> bytes:
    if form == "xlsx":
        return workbook(grid, sheet=sheet, all_text=True)
    return csv_bytes(grid, bom=True, quote_all=True, final_newline=False)


def _table(lines: str, rows: Sequence[Row], form: Form, sheet: str) -> bytes:
    cols = columns(lines, "en")
    return _file([headers(cols), *body(rows, cols, Style())], form, sheet)


def overview(rows: Sequence[Row], *, form: Form = "csv") -> bytes:
    """The account by day; days have no year."""
    return _table(_OVERVIEW, rows, form, "Overview")


def viewers(rows: Sequence[Row], *, undefined_last: bool = True, form: Form = "csv") -> bytes:
    """Viewers by day; the last row of the real file says `undefined`."""
    cols = columns(_VIEWERS, "en")
    grid = [headers(cols), *body(rows, cols, Style())]
    if undefined_last:
        grid[-1] = [grid[-1][0], *["undefined"] * 3]
    return _file(grid, form, "Viewers")


def follower_history(rows: Sequence[Row], *, form: Form = "csv") -> bytes:
    """Followers by day; the difference printed in a row is the one to the next day."""
    counts = [round(number(row["followers"])) for row in rows]
    steps = [after - before for before, after in pairwise(counts)]
    filled = [{**row, "difference": step} for row, step in zip(rows, [*steps, 0], strict=True)]
    return _table(_HISTORY, filled, form, "FollowerHistory")


def content(rows: Sequence[Row], handle: str, *, form: Form = "csv") -> bytes:
    """Videos with their numbers so far; the id is only in the link."""
    filled: list[Row] = [
        {"link": f"https://www.tiktok.com/@{handle}/video/{row['video_id']}", **row} for row in rows
    ]
    return _table(_CONTENT, filled, form, "Content")


_ACTIVITY = """
date monthday | Date
hour digits | Hour
active_followers digits | Active followers
"""


def follower_activity(rows: Sequence[Row], *, form: Form = "csv") -> bytes:
    """Followers on the app by hour of the last seven days."""
    return _table(_ACTIVITY, rows, form, "FollowerActivity")


def _distribution(header: str, shares: Mapping[str, float], form: Form, sheet: str) -> bytes:
    grid: Grid = [[header, "Distribution"]]
    for name, share in shares.items():
        grid.append([name, f"{share:g}"])
    return _file(grid, form, sheet)


def follower_gender(shares: Mapping[str, float], *, form: Form = "csv") -> bytes:
    return _distribution("Gender", shares, form, "FollowerGender")


def follower_territories(shares: Mapping[str, float], *, form: Form = "csv") -> bytes:
    """Territories by ISO code, and `Others`."""
    return _distribution("Top territories", shares, form, "FollowerTopTerritories")


def folder_name(kind: str, downloaded: date, handle: str) -> str:
    """The name of the download, such as Overview_2026-11-02_1793577600_handle."""
    epoch = (downloaded - date(1970, 1, 1)).days * 86_400
    return f"{kind}_{downloaded:%Y-%m-%d}_{epoch}_{handle}"
