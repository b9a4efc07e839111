"""Tries weekly plans with and without memory on many shops over six months: `python -m docs.memory`
(about ten minutes) keeps what came of it and writes the page from that."""

import json
from pathlib import Path

from docs.generate import bundled
from docs.pages import memory
from tests.memory.summary import summary, with_plain
from tests.memory.trial import Memory, Program, run

RESULTS = Path(__file__).parent / "memory.json"
PAGE = Path(__file__).parent / "memory-proof.md"
SHOPS, SEED = 240, 2026


if __name__ == "__main__":
    program = Program.of(bundled())
    sellers = {each: list(run(program, SEED, SHOPS, each)) for each in Memory}
    for own in sellers.values():
        with_plain(own)
    text = json.dumps({"seed": SEED, **summary(sellers)}, indent=2, ensure_ascii=False)
    RESULTS.write_text(text + "\n", encoding="utf-8")
    PAGE.write_text(memory.render(), encoding="utf-8", newline="\n")
