"""Code that keeps the interpreter's lock stops every thread: the run ends, and says where."""

import subprocess
import sys
from textwrap import dedent

HANGS = """
    import re
    from advisor.plugin import guest

    guest._HOPELESS = 0.3

    def backtracks() -> object:
        return re.match(r"(a+)+$", "a" * 64 + "b")

    guest.run(backtracks, 0.2)
    print("the host went on")
"""


def test_a_guest_that_keeps_the_lock_ends_the_run_with_where_it_stands() -> None:
    done = subprocess.run(
        [sys.executable, "-c", dedent(HANGS)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )

    assert done.returncode == 1
    assert "the host went on" not in done.stdout
    assert done.stderr.startswith("Timeout (0:00:00.5")
    assert "in backtracks" in done.stderr


def test_a_guest_that_comes_back_leaves_no_watchdog_behind() -> None:
    quick = dedent(HANGS).replace('"a" * 64 + "b"', '"a"')
    code = f"{quick}\nimport time\ntime.sleep(0.7)\nprint('still there')\n"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )

    assert done.stdout.split("\n")[:2] == ["the host went on", "still there"]
    assert (done.returncode, done.stderr) == (0, "")
