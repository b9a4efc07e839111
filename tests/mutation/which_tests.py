"""Which tests run which lines: a plugin of pytest that writes it down.

`ADVISOR_WHICH_TESTS=FILE pytest -p tests.mutation.which_tests …` writes JSON: the seconds of
processor time that each test took, and the tests that ran each line of each file.
"""

import json
import os
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import coverage
import pytest

from tests.mutation.rooms import MODULES

# A star matches no slash.
SOURCES = [str(Path.cwd() / one) + ("" if one.endswith(".py") else "/*") for one in MODULES]


class WhichTests:
    """Has coverage say for each test what it ran."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seconds: dict[str, float] = {}
        self._coverage = coverage.Coverage(data_file=None, include=SOURCES)
        self._coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Run one test, its fixtures too."""
        self._coverage.switch_context(item.nodeid)
        began = time.process_time()
        try:
            return (yield)
        finally:
            self._seconds[item.nodeid] = time.process_time() - began
            self._coverage.switch_context("")

    def pytest_sessionfinish(self) -> None:
        """Write what was found."""
        self._coverage.stop()
        data = self._coverage.get_data()
        lines = {name: dict(_by_line(data, name)) for name in sorted(data.measured_files())}
        self._path.write_text(json.dumps({"seconds": self._seconds, "lines": lines}))


def _by_line(data: coverage.CoverageData, name: str) -> Iterator[tuple[int, list[str]]]:
    for line, contexts in data.contexts_by_lineno(name).items():
        yield line, sorted(context for context in contexts if context)


def pytest_configure(config: pytest.Config) -> None:
    """Begin before the first test is read, and with it the modules under test."""
    config.pluginmanager.register(WhichTests(Path(os.environ["ADVISOR_WHICH_TESTS"])))
