"""Every dependency that is declared is used, and every one that is used is declared."""

import ast
import re
import sys
from itertools import chain
from typing import Any

from tests.packaging.conftest import ROOT

IMPORTED_AS = {"durable-rules": "durable", "lazy-loader": "lazy_loader"}
FOR_WORK = ("test", "check")  # extras for those who change the project
SHELVES = ("advisor", "plugins", "rules", "report_templates")
OURS = re.compile(r"advisor(_\w+)?$")
OF_STARLETTE = {"python-multipart"}  # it reads forms with it
OF_DURABLE_RULES = {"durable_rules_engine"}  # its compiled half


def imported() -> set[str]:
    """The top-level modules that the shelves import from elsewhere."""
    found: set[str] = set()
    for shelf in SHELVES:
        for file in (ROOT / shelf).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    found |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.add(node.module.partition(".")[0])
    return {name for name in found if name not in sys.stdlib_module_names and not OURS.match(name)}


def test_what_is_imported_is_what_is_declared(project: dict[str, Any]) -> None:
    extras = project["project"]["optional-dependencies"]
    ours = [requirements for name, requirements in extras.items() if name not in FOR_WORK]
    declared = [*project["project"]["dependencies"], *chain.from_iterable(ours)]
    named = {re.split(r"[<>=!~ \[]", requirement)[0] for requirement in declared}
    expected = {IMPORTED_AS.get(name, name) for name in named - OF_STARLETTE}

    assert imported() - OF_DURABLE_RULES == expected
