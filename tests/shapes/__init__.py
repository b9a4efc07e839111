"""Writers of files in the shapes that TikTok's exports really have, for tests and the example.

Every writer takes canonical rows and gives bytes; every family also names its files as TikTok does.
A canonical row maps names to values: dates and times as datetime objects, shares as fractions,
money and counts as numbers, durations in seconds, ids and texts as str. A name that a row leaves
out is written as zero (text: empty), the way the real export writes "nothing happened"; None is
written as the mark that the export uses for "not known".
"""

from tests.shapes._cells import Language, Row, Value
from tests.shapes._table import Form

__all__ = ["Form", "Language", "Row", "Value"]
