"""The same files on the same day give the same bytes, wherever and however they are read."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pytest

from advisor.document import significant

EXAMPLE = Path(__file__).parents[2] / "examples" / "luna-beauty"
FORMATS = ("md", "html", "json", "csv", "ics", "sarif", "junit", "jsonl")
USUAL = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC", "POLARS_MAX_THREADS": "1"}
# Nothing that is UTF-8, a clock 13 hours ahead, and other hashes.
ODD = {
    "PYTHONHASHSEED": "4711",
    "LC_ALL": "POSIX",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "TZ": "Pacific/Auckland",
    "POLARS_MAX_THREADS": "2",
}


def made(place: Path, environment: Mapping[str, str], exports: Path = EXAMPLE) -> dict[str, bytes]:
    """The outputs of a run in a process of its own."""
    words = [sys.executable, "-P", "-m", "advisor.cli", "diagnose", str(exports)]
    words += ["-o", str(place), "--today", "2026-11-02", "--quiet", "--no-history"]
    words += [word for name in FORMATS for word in ("--format", name)]
    subprocess.run(words, env={**os.environ, **environment}, check=True)
    return {path.name: path.read_bytes() for path in sorted(place.iterdir())}


def test_hashes_clock_locale_and_threads_change_no_byte(tmp_path: Path) -> None:
    assert made(tmp_path / "a", USUAL) == made(tmp_path / "b", ODD)


@pytest.mark.slow
def test_no_combination_of_them_does(tmp_path: Path) -> None:
    usual = made(tmp_path / "usual", USUAL)
    choices = {
        "PYTHONHASHSEED": ("1", "99"),
        "TZ": ("Asia/Kolkata", "America/Los_Angeles"),
        "LC_ALL": ("POSIX", "C.UTF-8", "tr_TR.UTF-8"),
        "POLARS_MAX_THREADS": ("1", "3"),
    }
    for number, values in enumerate(product(*choices.values())):
        environment = dict(zip(choices, values, strict=True))
        assert made(tmp_path / str(number), environment) == usual, environment


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_order_in_which_files_were_written_changes_no_byte(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "luna-beauty"
    folder.mkdir()
    files = [path for path in EXAMPLE.iterdir() if path.is_file()]
    random.Random(seed).shuffle(files)
    for path in files:
        shutil.copy(path, folder)
    assert made(tmp_path / "out", ODD, folder) == made(tmp_path / "usual", USUAL)


@pytest.mark.parametrize(
    ("number", "printed"),
    [
        (0.1 + 0.2, "0.3"),
        (1 / 3, "0.333333333333"),
        (123456789012.25, "123456789012.0"),
        (1e300, "1e+300"),
        (-0.0, "-0.0"),
    ],
)
def test_numbers_have_12_significant_digits(number: float, printed: str) -> None:
    assert repr(significant(number)) == printed
