"""The cases of rules as tests: each `*.cases.toml` a file, each case a test with its own name.

It does nothing unless a project asks, in its settings (`advisor_cases = rules/`) or on the command
line (`--advisor-cases rules/`), or names a case file itself.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from advisor.testing.case_files import CaseFile
    from advisor.testing.cases import Case

_SUFFIX = (
    ".cases.toml"  # advisor.knowledge.pack has it too, and is imported only where it is needed
)
_FOLDERS = pytest.StashKey[tuple[Path, ...]]()


class CaseFailed(Exception):
    """A case that does not end as it says; the message is what to read."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The two ways to ask."""
    text = "folders of rules whose case files are tests"
    parser.addini("advisor_cases", text, type="paths", default=[])
    parser.getgroup("advisor", "shop-advisor").addoption(
        "--advisor-cases", metavar="DIR", action="append", default=[], help=f"{text} (repeatable)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Adds the folders to what is collected, unless the user named files or folders to run."""
    asked = [config.invocation_params.dir / folder for folder in config.getoption("advisor_cases")]
    settled: list[Path] = config.getini("advisor_cases")
    folders = [Path(folder).resolve() for folder in (*asked, *settled)]
    config.stash[_FOLDERS] = tuple(folders)
    missing = [folder for folder in folders if not folder.is_dir()]
    if missing:
        raise pytest.UsageError(f"advisor_cases: no such folder: {missing[0]}")
    named = config.args_source is pytest.Config.ArgsSource.ARGS
    wanted = [folder.resolve() for folder in asked] if named else folders
    there = [
        (config.invocation_params.dir / arg.partition("::")[0]).resolve() for arg in config.args
    ]
    for folder in dict.fromkeys(wanted):
        if not any(folder == one or one in folder.parents for one in there):
            config.args.append(str(folder))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "CaseFileCollector | None":
    """A collector for a case file in one of the folders, or one that the user named."""
    if not file_path.name.endswith(_SUFFIX):
        return None
    folders = parent.config.stash.get(_FOLDERS, ())
    inside = file_path.resolve().parents
    root = next((folder for folder in folders if folder in inside), None)
    if root is None and not parent.session.isinitpath(file_path):
        return None
    made: CaseFileCollector = CaseFileCollector.from_parent(parent, path=file_path)
    made.root = root
    return made


class CaseFileCollector(pytest.File):
    """A case file; its tests are its cases."""

    root: Path | None = None

    def collect(self) -> Iterator["CaseItem"]:
        """A test for each case. A rule or case file with mistakes is an error that tells them."""
        from advisor.errors import AdvisorError
        from advisor.testing.case_files import case_file

        try:
            found = case_file(self.path, self.root)
        except AdvisorError as error:
            raise self.CollectError(str(error)) from None
        text = self.path.read_text(encoding="utf-8")
        for case in found.cases:
            item: CaseItem = CaseItem.from_parent(self, name=case.name)
            item.found, item.case, item.line = found, case, _line(text, case.name)
            yield item


class CaseItem(pytest.Item):
    """One case."""

    found: "CaseFile"
    case: "Case"
    line: int = 0

    def runtest(self) -> None:
        """Fails where the case ends otherwise than it says."""
        said = self.found.failure(self.case)
        if said:
            raise CaseFailed(said)

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: "object | None" = None,  # noqa: ARG002
    ) -> str:
        """What differs and why; of a bug, the traceback."""
        if isinstance(excinfo.value, CaseFailed):
            place = f"{self.path}:{self.line + 1}"
            return f"{self.found.rule.id}: {self.case.name}\n{excinfo.value}\n{place}"
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the case stands."""
        return self.path, self.line, self.name


def _line(text: str, name: str) -> int:
    """The line on which the case begins, from 0; 0 where it is written otherwise."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    header = re.compile(rf"^\[\s*(\"{re.escape(escaped)}\"|'{re.escape(name)}')\s*\]", re.MULTILINE)
    found = header.search(text)
    return text.count("\n", 0, found.start()) if found else 0
