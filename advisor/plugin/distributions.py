"""What an installed distribution says of itself: name, version, and the shop-advisor it needs.

Read as plain lines: `importlib.metadata` parses the whole description for each question.
"""

import re

from advisor.model import frozen
from advisor.plugin.installed import Texts, comparable

_HEADERS = re.compile(r"^(Name|Version|Requires-Dist|Project-URL): *(.*?)\s*$", re.MULTILINE)
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*\(?([^;)@]*)\)?\s*(;.*)?$")
_CLAUSE = re.compile(r"^(===|==|!=|~=|>=|<=|>|<)\s*v?([0-9][0-9A-Za-z.+!_-]*?)(\.\*)?$")
_RELEASE = re.compile(r"\d+(?:\.\d+)*")


@frozen
class Described:
    """*needs* are the versions of the host that it asks for, as it writes them (`>=0.1,<2`);
    *documentation* is the address that its project names (`[project.urls] Documentation`)."""

    name: str = ""
    version: str = ""
    needs: str = ""
    documentation: str = ""


def describe(distribution: Texts | None, host: str) -> Described:
    """*distribution* in its own words; all empty where it says nothing. *host* is our name."""
    if distribution is None:
        return Described()
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    found: dict[str, str] = {}
    needs: list[str] = []
    for header in _HEADERS.finditer(re.split(r"\r?\n\r?\n", text, maxsplit=1)[0]):
        key, value = header.groups()
        if key == "Project-URL":
            label, _, address = value.partition(",")
            found.setdefault(label.strip().lower(), address.strip())
            continue
        if key != "Requires-Dist":
            found.setdefault(key, value)
            continue
        required = _REQUIREMENT.match(value)
        if (
            required
            and comparable(required[1]) == comparable(host)
            and "extra" not in (required[3] or "")
        ):
            needs += [part.strip() for part in required[2].split(",") if part.strip()]
    return Described(
        found.get("Name", ""),
        found.get("Version", ""),
        ",".join(needs),
        found.get("documentation", ""),
    )


def meets(version: str, needs: str) -> bool:
    """Whether *version* is one of those that *needs* asks for; what cannot be read forbids nothing.

    Only release numbers are compared (PEP 440): a pre-release counts as its release.
    """
    return all(_holds(_release(version), clause.strip()) for clause in needs.split(",") if clause)


def _holds(own: tuple[int, ...], clause: str) -> bool:
    read = _CLAUSE.match(clause)
    if read is None:
        return True
    operator, wanted, prefix = read[1], _release(read[2]), bool(read[3])
    width = len(wanted) if prefix else max(len(own), len(wanted))
    mine, other = _padded(own, width), _padded(wanted, width)
    if operator == "~=":
        return mine >= other and mine[: len(wanted) - 1] == wanted[:-1]
    return {
        "==": mine == other,
        "===": mine == other,
        "!=": mine != other,
        ">=": mine >= other,
        "<=": mine <= other,
        ">": mine > other,
        "<": mine < other,
    }[operator]


def _release(version: str) -> tuple[int, ...]:
    found = _RELEASE.match(version.rpartition("!")[2].lstrip("v"))
    return tuple(map(int, found[0].split("."))) if found else ()


def _padded(release: tuple[int, ...], width: int) -> tuple[int, ...]:
    return (release + (0,) * width)[:width]
