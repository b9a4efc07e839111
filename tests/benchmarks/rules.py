"""A folder of rules of a user's own, no two alike: each metric against another limit.

python -m tests.benchmarks.rules FOLDER COUNT
advisor portfolio FACTS -o OUT --rules FOLDER
"""

import sys
from pathlib import Path

from tests.plugin.installed import RULE

# A limit far outside the ordinary, so that the time is that of judging and not of findings.
_METRICS = (
    ("ctr", "at-most = {:.6f}", 0.0005),
    ("cvr", "at-most = {:.6f}", 0.0002),
    ("cpc", "at-least = {:.6f}", 8.0),
    ("roas", "at-most = {:.6f}", 0.02),
)


def write_rules(folder: Path, count: int) -> Path:
    """Writes *count* rules on four metrics of ads into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        metric, limit, value = _METRICS[number % len(_METRICS)]
        asked = f"{metric} = {{ {limit.format(value * (1 + number / 10_000))} }}"
        text = RULE.format(id=f"own-{number:04}", more="").replace("{ctr}", f"{{{metric}}}")
        text = text.replace("ctr = { at-most = 0.009 }", asked)
        (folder / f"own-{number:04}.toml").write_text(text, encoding="utf-8")
    return folder


if __name__ == "__main__":
    write_rules(Path(sys.argv[1]), int(sys.argv[2]))
