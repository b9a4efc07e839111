"""Our own template for violations: TikTok's pages have no download, so sellers type them in.

Columns: date, violation_id, type, subject_kind (shop, product, video, live), subject_id,
subject_name, status (open, appealed, resolved), points, deadline, note. A file that holds no more
than its header says that there are none.
"""

from collections.abc import Sequence

from tests.shapes._cells import Row, Style
from tests.shapes._table import body, columns, csv_bytes, headers

_LINES = """
date day | date
violation_id id | violation_id
type text | type
subject_kind text | subject_kind
subject_id id | subject_id
subject_name text | subject_name
status text | status
points int | points
deadline day | deadline
note text | note
"""

FILE_NAME = "violations.csv"


def violations(rows: Sequence[Row]) -> bytes:
    cols = columns(_LINES, "en")
    return csv_bytes([headers(cols), *body(rows, cols, Style(missing=""))])
