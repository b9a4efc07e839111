"""Compare the plans of two versions: `python .ci/compare_plans.py BEFORE AFTER`.

Both are folders in which `advisor diagnose` wrote a folder a shop. Texts, ids and order must be the
same, numbers within 1e-9 relative. Every difference is a line; exit code 1 where there is any.
"""

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Yield each place where two JSON values differ."""
    numbers = isinstance(before, int | float) and isinstance(after, int | float)
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            if key in before and key in after:
                yield from differences(before[key], after[key], f"{path}.{key}")
            else:
                yield f"{path}.{key}: only {'before' if key in before else 'after'}"
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for at, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differences(old, new, f"{path}[{at}]")
    elif numbers and not isinstance(before, bool):
        if not math.isclose(before, after, rel_tol=1e-9, abs_tol=1e-12):
            yield f"{path}: {before} became {after}"
    elif before != after:
        yield f"{path}: {before!r} became {after!r}"


def main(before: Path, after: Path) -> int:
    """Print how the plans below *after* differ from those below *before*."""
    lines: list[str] = []
    plans = sorted(before.rglob("plan.json"))
    for plan in plans:
        name = plan.relative_to(before)
        other = after / name
        if not other.exists():
            lines.append(f"{name}: no plan any more")
            continue
        texts = (one.read_text(encoding="utf-8") for one in (plan, other))
        lines += [f"{name}{line}" for line in differences(*map(json.loads, texts))]
    print(*lines, f"{len(plans)} plans compared, {len(lines)} differences", sep="\n")
    return 1 if lines or not plans else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
