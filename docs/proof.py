"""Tries the plan on many shops whose truth is known, and keeps what came of it:
`python -m docs.proof` (some minutes); `python -m docs.generate` makes the page from that."""

import json
from pathlib import Path

from docs.generate import bundled
from tests.proof.summary import summary
from tests.proof.trial import trials

RESULTS = Path(__file__).parent / "proof.json"
SHOPS, SEED = 400, 1


def renew() -> None:
    """Tries the plan on new shops."""
    found = summary(trials(bundled(), SHOPS, SEED))
    text = json.dumps({"seed": SEED, **found}, indent=2, ensure_ascii=False)
    RESULTS.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    renew()
