"""Single changes, each drawn from a chance: of cells, bytes, trees, TOML texts and zips."""

import io
import random
import re
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

from advisor.tabular.kind import CellType

Records = list[list[str]]

CELLS = (
    "", " ", "-", "--", "N/A", "undefined", "null", "0", "-0", "00", "1.234", "1,234", "1.234,56",
    "1 234", "1'234", "1.73E+18", "1e999", "-1e308", "nan", "NaN", "inf", "-Infinity", "9" * 400,
    "-5", "(5)", "5-", "٣٤", "１２", "½", "1e-320", "0x1F", "=1+1", '=HYPERLINK("x")', '"', '""',
    "'", "\n", "\r", "\t", "a\nb", "\ufeff", "\u200b", "\u202e", "é😀", "x" * 5000, "2026-02-30",
    "32/13/2026", "0000-00-00", "9999-12-31", "1899-12-31", "45000", "2026-10-01 25:61", "24:00",
    "2026-W53", "\x00", "\x1b[31m", "100%", "1e5%", "%", "$", "US$1", "€ 1,5", "{{ x }}", "{x}",
    "../../etc", "<b>", "|", "`", "TRUE", "#DIV/0!", "#N/A", "12:34:56", "1h 99m", "Total",
)  # fmt: skip
NUMBERS: Sequence[str] = (
    "0", "1", "2", "3", "0.5", "7", "12", "99.99", "1000", "123456", "1e6", "999999999", "1e12",
    "1e15", "1e-9", "100", "50%", "0.01%", "-1", "-", "",
)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252", "latin-1", "shift_jis", "utf-7")
LINE_ENDS = ("\n", "\r\n", "\r", "\n\r", "\u2028", "\x85")
DELIMITERS = (",", ";", "\t", "|", "^", " ")
SCALARS: Sequence[Any] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, -(2**63) - 1, 10**400, 0.1, -0.0, 1e308,
    1e-320, float("nan"), float("inf"), float("-inf"), "", "x", "1", "1e400", "NaN", "2026-13-01",
    "\x00",    "\ud800", [], {}, [[]], [None], {"": ""}, "9" * 5000,
)  # fmt: skip


def rows_changed(rows: Records, first: int, chance: random.Random, cells: Sequence[str]) -> int:
    """Changes one row from *first* on; gives by how many there are more. A cell that is changed is
    one of *cells*."""
    if len(rows) <= first:
        return 0
    at = chance.randrange(first, len(rows))
    what = chance.choice(("cell", "cell", "cell", "twice", "drop", "short", "long", "blank"))
    if what == "cell" and rows[at]:
        rows[at][chance.randrange(len(rows[at]))] = chance.choice(cells)
    elif what == "twice":
        rows.insert(at, [*rows[at]])
        return 1
    elif what == "drop":
        del rows[at]
        return -1
    elif what == "short":
        rows[at] = rows[at][: chance.randrange(len(rows[at]) + 1)]
    elif what == "long":
        rows[at] += [chance.choice(cells) for _ in range(chance.choice((1, 3, 500)))]
    elif what == "blank":
        rows.insert(at, [""] * len(rows[at]))
        return 1
    return 0


def header_changed(rows: Records, header: int, chance: random.Random) -> None:
    """Changes the header, what stands above it, or whole columns."""
    what = chance.choice(("name", "swap", "double", "lose", "above", "move", "case", "space"))
    if not rows:
        return
    row = rows[min(header, len(rows) - 1)]
    at = chance.randrange(len(row)) if row else 0
    other = chance.randrange(len(row)) if row else 0
    if what == "above":
        rows.insert(chance.randrange(header + 1), [chance.choice(CELLS)] * chance.randrange(4))
    elif not row:
        return
    elif what == "name":
        row[at] = chance.choice(CELLS)
    elif what == "swap":
        row[at], row[other] = row[other], row[at]
    elif what == "double":
        row[at] = row[other]
    elif what == "case":
        row[at] = row[at].swapcase()
    elif what == "space":
        row[at] = f"\u00a0{row[at]}  "
    elif what == "lose":
        for one in rows:
            del one[at : at + 1]
    else:
        for one in rows:
            if at < len(one):
                one.append(one.pop(at))


# What cells of a column are ruined with: what spreadsheets, tools and people make of them.
RUINED: Mapping[CellType, Sequence[str]] = {
    CellType.ID: (
        "", "-", "N/A", "0", "1.73E+18", "1,73E+18", "1.73082997411734E+018", "1730829974117340000",
        "'1730829974117385557", '="1730829974117385557"', "1730829974117385557.0", "#N/A", "12",
        "1,730,829,974,117,385,557", "a b", "1" * 40, "-1730829974117385557", "Total",
    ),
    CellType.DATE: (
        "", "-", "01/10/2026", "13/10/2026", "10/13/2026", "2026-10-01 ~ 2026-10-07", "2026-W40",
        "2026-10", "46296", "20261001", "1 Oct 2026", "2026/10/01 00:00:00", "2030-01-01", "soon",
        "1970-01-01", "0001-01-01", "2026-02-30", "2026-10-01T23:59:59Z", "12:30", "Total",
    ),
    CellType.TEXT: ("", "-", "Total", "Grand total", "0", "x" * 300, "Campaign name", "=A1", "\n"),
}  # fmt: skip
_COUNTS = (
    "", "-", "--", "0", "-1", "1.234", "1,234", "1.234,56", "1,234.56", "1 234", "$5", "5 USD",
    "€ 1,5", "1.5K", "2M", "12%", "0.12", "0.5", "1e12", "1e308", "1e999", "n/a", "<1", "nan",
)  # fmt: skip
_TELLING = (CellType.ID, CellType.DATE, CellType.TEXT)


def column_changed(
    rows: Records, first: int, types: Mapping[int, CellType], chance: random.Random
) -> None:
    """Ruins one column in some of the rows from *first* on; sometimes those rows, or all others,
    also lose what tells a row: its day, id or name. *types* are those of known columns."""
    all_rows = range(first, len(rows))
    if not all_rows or not types:
        return
    some = _some_rows(all_rows, chance)
    at = chance.choice([*types])
    _fill(rows, some, at, _ruined(types[at], chance), chance)
    telling = [other for other, of in types.items() if of in _TELLING and other != at]
    if telling and chance.random() < 0.6:
        other = chance.choice(telling)
        alike = {"same": some, "others": [row for row in all_rows if row not in some]}
        where = alike.get(chance.choice(("same", "others", "some")), _some_rows(all_rows, chance))
        _fill(rows, where, other, _ruined(types[other], chance)[:1], chance)


def _some_rows(rows: Sequence[int], chance: random.Random) -> Sequence[int]:
    """One row, all but one, the first or last of them, every other one, or all."""
    at = chance.randrange(len(rows))
    parts = ((rows[at],), [row for row in rows if row != rows[at]], rows[:at], rows[at:], rows[::2])
    return chance.choice((*parts, rows))


def _ruined(of: CellType, chance: random.Random) -> Sequence[str]:
    cells = RUINED.get(of, _COUNTS) if chance.random() < 0.8 else CELLS
    return [chance.choice(cells) for _ in range(chance.choice((1, 1, 2)))]


def _fill(
    rows: Records, some: Sequence[int], at: int, cells: Sequence[str], chance: random.Random
) -> None:
    for row in some:
        if at < len(rows[row]):
            rows[row][at] = chance.choice(cells)


def text_of(rows: Records, delimiter: str, line_end: str, *, quoted: bool = True) -> str:
    """The rows as text; without *quoted* as they are, whatever is in the cells."""
    special = re.compile(f'[{re.escape(delimiter)}"\\n\\r]')

    def line(row: list[str]) -> str:
        if quoted and special.search("".join(row)):
            return delimiter.join(cell(value) for value in row)
        return delimiter.join(row)

    def cell(value: str) -> str:
        return '"' + value.replace('"', '""') + '"' if special.search(value) else value

    return "".join(line(row) + line_end for row in rows)


def bytes_changed(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """Flips, cuts, repeats, inserts, overwrites or splices."""
    if not data:
        return other[:100]
    at, end = sorted((chance.randrange(len(data)), chance.randrange(len(data) + 1)))
    what = chance.randrange(8)
    if what == 0:
        changed = bytearray(data)
        for _ in range(chance.choice((1, 1, 4, 32))):
            changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        return bytes(changed)
    if what == 1:
        return data[:at]
    if what == 2:
        return data[:at] + data[end:]
    if what == 3:
        return data[:end] + data[at:end] * chance.choice((1, 2, 20)) + data[end:]
    if what == 4:
        return data[:at] + chance.randbytes(chance.choice((1, 8, 300))) + data[at:]
    if what == 5:
        wide = chance.choice((1, 2, 4, 8))
        value = (
            chance.choice((0, 1, 0x7F, 0xFF)) if wide == 1 else chance.choice((0, 2**31 - 1, -1))
        )
        signed = (
            value.to_bytes(wide, "little", signed=value < 0) if wide > 2 or value < 256 else b""
        )
        return data[:at] + signed + data[at + len(signed) :]
    if what == 6:
        return data[:at] + other[chance.randrange(len(other) + 1) :]
    return data[:at] + chance.choice((b"\0", b"\n", b'"', b"\xff\xfe", b"PK\3\4")) + data[at + 1 :]


_MOST_NODES = 5000  # that a change looks at


def tree_changed(tree: Any, chance: random.Random) -> Any:
    """One node of a tree (of JSON or TOML) removed, replaced, repeated, renamed or nested."""
    places = list(islice(_places(tree), _MOST_NODES))
    if not places:
        return chance.choice(SCALARS)
    holder, key = chance.choice(places)
    what = chance.choice(("scalar", "scalar", "drop", "repeat", "rename", "nest", "swap", "alike"))
    if what == "drop":
        del holder[key]
    elif what == "repeat" and isinstance(holder, list):
        if len(places) < _MOST_NODES:  # what is repeated again and again outgrows any memory
            holder += [holder[key]] * chance.choice((1, 2, 50))
    elif what == "rename" and isinstance(holder, dict):
        name = chance.choice(("", "x", str(key).upper(), f"{key}_", "data", "list", "__class__"))
        holder[name] = holder.pop(key)
    elif what == "nest":
        for _ in range(chance.choice((1, 2, 70, 500))):
            holder[key] = [holder[key]] if chance.random() < 0.5 else {"data": holder[key]}
    elif what == "swap":
        other, name = chance.choice(places)
        if other[name] is not holder:
            holder[key] = other[name] if not isinstance(other[name], dict | list) else "x"
    elif what == "alike" and isinstance(holder[key], str):
        holder[key] = chance.choice(CELLS)
    elif what == "alike" and isinstance(holder[key], int | float):
        with suppress(OverflowError):  # of an integer of 400 digits
            holder[key] *= chance.choice((-1, 0, 1e9, 1e300))
    else:
        holder[key] = chance.choice(SCALARS)
    return tree


def _places(tree: Any, depth: int = 0) -> Any:
    if depth > 60:
        return
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield tree, key
            yield from _places(value, depth + 1)
    elif isinstance(tree, list):
        for at, value in enumerate(tree[:50]):
            yield tree, at
            yield from _places(value, depth + 1)


_VALUE = re.compile(r"(?<==)[^\n=]*|(?<=\[)[\w.-]+(?=\])|^[\w-]+(?= =)|\"[^\"\n]*\"", re.MULTILINE)
_TOML = (
    "", '""', '"x"', "1", "-1", "0", "0.5", "1e400", "nan", "inf", "true", "[]", "[[]]", "{}",
    "2026-02-30", "2026-11-02", "07:32:00", "9" * 400, '"{x}"', '"{{ 7 * 7 }}"', '"../../x"',
    '"/etc/passwd"', '"{value:>999999999}"', '"\\u0000"', '"(a+)+$"', "'''a\nb'''", '["x", 1]',
    '"ctr"', "{ metric = 1 }", '"' + "x" * 3000 + '"', "[" * 80 + "]" * 80, '"1..2"', '"é😀"',
)  # fmt: skip


def toml_changed(text: str, chance: random.Random) -> str:
    """A value, key or line of a TOML text exchanged, lost, repeated or moved."""
    if chance.random() < 0.6 and (found := list(_VALUE.finditer(text))):
        one = chance.choice(found)
        new = chance.choice((*_TOML, chance.choice(found)[0]))
        return text[: one.start()] + new + text[one.end() :]
    lines = text.split("\n")
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    what = chance.randrange(4)
    if what == 0:
        del lines[at]
    elif what == 1:
        lines.insert(other, lines[at])
    elif what == 2:
        lines[at], lines[other] = lines[other], lines[at]
    else:
        lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
    return "\n".join(lines)


_XML = re.compile(rb'"[^"<>]*"|>[^<>]+<|<[^<>]*>')
_XML_VALUES = (
    b"", b"0", b"-1", b"1", b"99999999", b"A1", b"XFD1048576", b"A1:XFD1048576", b"ZZZZ9", b"s",
    b"inlineStr", b"e", b"d", b"1e400", b"NaN", b"&amp;", b"&#0;", b"&x;", b"../../x.xml", b"rId99",
    b"x" * 40_000,
)  # fmt: skip


def zip_changed(
    data: bytes, chance: random.Random, inner: Callable[[str, bytes], bytes] | None = None
) -> bytes:
    """A zip with a member changed (by *inner* where it is given), lost, renamed or twice there."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError):
        return data
    if not members:
        return data
    at = chance.randrange(len(members))
    name, content = members[at]
    what = chance.choice(("inner", "inner", "inner", "lose", "name", "twice", "swap", "more"))
    if what == "inner":
        members[at] = (name, inner(name, content) if inner else xml_changed(content, chance))
    elif what == "lose":
        del members[at]
    elif what == "name":
        names = (
            "../../x",
            "/x",
            "",
            "C:\\x",
            "a/" * 300 + "x",
            "\x00",
            name.upper(),
            "manifest.json",
        )
        members[at] = (chance.choice(names) or "x", content)
    elif what == "twice":
        members.append((name, xml_changed(content, chance)))
    elif what == "swap":
        other = chance.randrange(len(members))
        members[at] = (name, members[other][1])
    else:
        members += [(f"{number}/{name}", b"") for number in range(chance.choice((1, 50)))]
    packed = io.BytesIO()
    with (
        warnings.catch_warnings(action="ignore"),  # of names that are twice there
        zipfile.ZipFile(packed, "w", chance.choice((0, zipfile.ZIP_DEFLATED))) as archive,
    ):
        for name, content in members:
            info = zipfile.ZipInfo(name[:60_000])
            info.compress_type = archive.compression
            archive.writestr(info, content)
    return packed.getvalue()


def xml_changed(content: bytes, chance: random.Random) -> bytes:
    """An attribute, text or tag of XML exchanged or lost."""
    found = list(_XML.finditer(content))
    if not found or chance.random() < 0.2:
        return bytes_changed(content, content, chance)
    one = chance.choice(found)
    token = one[0]
    value = chance.choice(_XML_VALUES)
    if token.startswith(b"<"):
        new = chance.choice((b"", token * 2, token.replace(b"</", b"<", 1), token[:-1]))
    elif token.startswith(b'"'):
        new = b'"' + value + b'"'
    else:
        new = b">" + value + b"<"
    return content[: one.start()] + new + content[one.end() :]
