"""A quotation mark that is never closed swallows the rows after it: found and closed."""

import re

from advisor.model import frozen

_BREAKS = 3  # rows in one cell that look like rows of the table: more than a caption has


@frozen(eq=False)
class Closed:
    """Text in which each such mark is closed, or *data* as it was; *rows* (1-based) had one."""

    data: bytes
    rows: tuple[int, ...] = ()


def closed(data: bytes, separator: str, width: int) -> Closed:
    """Closes the quotation marks that swallow rows of a table of *width* columns.

    A cell may well have line breaks. One is taken for unclosed where its own line already has all
    cells of a row, and what follows does too: because the mark that would close it opens another
    cell or never comes, or because line after line has as many cells as the header.
    """
    mark = separator.encode()
    quoted = re.compile(rb"(?:\A|(?<=[\n" + re.escape(mark) + rb']))"(?:[^"\n]|"")*+("|\n|\Z)')
    to_close = re.compile(rb'(?:[^"]|"")*+"')
    parts: list[bytes] = []
    rows: list[int] = []
    done = at = inner = counted = lines = 0
    while (found := quoted.search(data, at)) is not None:
        at = found.end()
        if found[1] == b'"':
            continue
        opened = found.start()
        ending = to_close.match(data, opened + 1)
        last = ending.end() if ending else len(data)
        swallowed = data[opened:last].count(b"\n")
        lines += data.count(b"\n", counted, opened)
        counted = opened
        start = data.rfind(b"\n", 0, opened) + 1
        end = _end_of_line(data, opened)
        line = data[start:end].rstrip(b"\r")
        well = ending is not None and data[last : last + 1] in (mark, b"\r", b"\n", b"")
        held = data[start : _end_of_line(data, last)].split(b"\n")
        if _swallows(held, mark, width, well=well):
            parts += [data[done:start], _whole(line, opened - start, separator, width)]
            done = start + len(line)
            rows.append(lines + 1 - inner)
            at = end
        else:
            inner += swallowed
            at = last
    return Closed(b"".join((*parts, data[done:])), tuple(rows)) if rows else Closed(data)


def _end_of_line(data: bytes, at: int) -> int:
    end = data.find(b"\n", at)
    return len(data) if end < 0 else end


def _swallows(lines: list[bytes], mark: bytes, width: int, *, well: bool) -> bool:
    first, *rest = lines
    if width < 2 or first.count(mark) < width - 1:
        return False
    if not well:
        return not rest or rest[0].count(mark) >= width - 1 or not any(map(bytes.strip, rest))
    between = rest[:-1]
    alike = sum(line.count(mark) == width - 1 for line in between)
    return alike >= _BREAKS and 2 * alike > len(between)


def _whole(line: bytes, opened: int, separator: str, width: int) -> bytes:
    """*line* with the mark closed where the rest of the line fills the other columns."""
    mark = separator.encode()
    before, after = line[:opened], line[opened + 1 :].split(mark)
    quoted = rb"(?:\A|(?<=" + re.escape(mark) + rb'))"(?:[^"]|"")*+"'
    ahead = re.sub(quoted, b"", before).count(mark) + 1
    taken = max(1, ahead + len(after) - width)
    return mark.join((before + b'"' + mark.join(after[:taken]) + b'"', *after[taken:]))
