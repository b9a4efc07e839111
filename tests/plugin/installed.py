"""Distributions of strangers, as an installer leaves them: a module beside its .dist-info."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import attrs

from tests.cli.exports import TODAY


@attrs.frozen
class Site:
    """A folder of installed distributions."""

    folder: Path

    def install(
        self, name: str, code: str, *, requires: str = "shop-advisor", distribution: str = ""
    ) -> str:
        """Installs the plugin *name*, a module of the same name with *code*."""
        module = name.replace("-", "_")
        (self.folder / module).mkdir(parents=True)
        (self.folder / module / "__init__.py").write_text(dedent(code), encoding="utf-8")
        distribution = distribution or f"advisor-{name}"
        info = self.folder / f"{distribution.replace('-', '_')}-1.2.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n"
            f"Requires-Dist: {requires}\n\nRequires-Dist: shop-advisor>=99 is no header here.\n",
            encoding="utf-8",
        )
        (info / "entry_points.txt").write_text(f"[advisor]\n{name} = {module}\n", encoding="utf-8")
        return module

    def rule(self, module: str, name: str, more: str = "") -> None:
        """Adds a rule to the pack of *module*: a weak hook, found as the bundled one finds it."""
        (self.folder / module / f"{name}.toml").write_text(RULE.format(id=name, more=more))

    def run(self, *words: object, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """`advisor` in a process of its own that finds these distributions."""
        code = "from advisor.cli import main; main(prog_name='advisor')"
        return self._process([code, *_dated(words)], timeout)

    def run_each(self, *commands: tuple[object, ...]) -> list[subprocess.CompletedProcess[str]]:
        """Several commands after each other in one process: starting is what takes the time."""
        asked = [_dated(words) for words in commands]
        done = self._process([EACH, json.dumps(asked)], 120)
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        return [
            subprocess.CompletedProcess(words, *said)
            for words, said in zip(asked, told, strict=True)
        ]

    def _process(self, arguments: list[str], timeout: float) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join(filter(None, (str(self.folder), os.environ.get("PYTHONPATH"))))
        return subprocess.run(
            [sys.executable, "-c", *arguments],
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
            check=False,
            timeout=timeout,
        )


def _dated(words: tuple[object, ...]) -> list[str]:
    day = ["--today", TODAY] if words[0] in ("diagnose", "gather") else []
    return [*map(str, words), *day]


EACH = """
import contextlib, io, json, sys
from advisor.cli import main
told = []
for words in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(words, prog_name="advisor")
        except SystemExit as end:
            told.append([end.code or 0, out.getvalue(), err.getvalue()])
print(json.dumps(told))
"""
RULE = """
id = "{id}"
subject = "ad"
severity = "medium"
{more}
[when]
ctr = {{ at-most = 0.009 }}
[says]
healthy = "Hooks hold"
finding = "{{ad.name}} is not clicked: {{ctr}}"
why = "As our agency sees it."
[[action]]
lever = "creative.hook"
direction = "change"
do = "Ask the agency"
steps = ["Write to us"]
owner = "creative"
effort = 2
"""

PACK = """
from importlib.resources import files
from advisor import RulePack
from advisor import hookimpl

@hookimpl
def advisor_rule_packs():
    return [RulePack("{id}", "The agency's", files(__name__), version="1.2")]
"""

PROVIDER = """
from advisor import KindInfo
from advisor import Match
from advisor import hookimpl

class Own:
    name = "own-files"
    kinds = {{"own": KindInfo("Own file", "here", ("ad",), ("clicks",))}}

    def recognise(self, source):
        {recognise}

    def read(self, source, match, context):
        {read}

@hookimpl
def advisor_metric_providers():
    return [Own()]
"""
CLAIM = 'return [Match("own", 1000)]'


def provider(read: str = "return None", recognise: str = CLAIM) -> str:
    """The code of a plugin with a provider that claims every file; methods as lines of code."""
    return PROVIDER.format(recognise=recognise, read=read)
