"""Commands that read no data do not wait for Polars, or for what only `--isolate` needs."""

import subprocess
import sys

import pytest

SLOW = ("polars._plr", "cattrs", "jinja2", "rich.console", "importlib.metadata")
ISOLATED = ("isolated", "isolation", "messages", "process", "text_folder")
LATE = (*SLOW, *(f"advisor.plugin.{name}" for name in ISOLATED))


@pytest.mark.parametrize("words", [["plugins", "list"], ["rules", "list"]])
def test_lists_are_made_without_polars(words: list[str]) -> None:
    code = (
        "import sys\nfrom advisor.cli import main\n"
        f"try:\n    main({words!r})\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {LATE!r} if name in sys.modules], file=sys.stderr)"
    )
    for _ in range(2):  # the first may have to read the TOML files
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
    assert done.stderr.splitlines()[-1] == "[]"
