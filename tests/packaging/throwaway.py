"""An environment for one test: what is installed here, and beside it what the test installs."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import attrs


@attrs.frozen
class Environment:
    """A virtual environment in *folder* that also sees the packages of the running one."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "Environment":
        venv.EnvBuilder(symlinks=os.name != "nt").create(folder)
        made = cls(folder)
        paths = ("purelib", "platlib")
        outer = dict.fromkeys(sysconfig.get_path(name) for name in paths)
        own = made.run("import sysconfig; print(sysconfig.get_path('purelib'))").stdout.strip()
        lines = "".join(f"import site; site.addsitedir({path!r})\n" for path in outer)
        (Path(own) / "outer.pth").write_text(lines, encoding="utf-8")
        return made

    @property
    def python(self) -> Path:
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def install(self, *projects: Path) -> None:
        """Builds *projects* with the hatchling that is here, and installs them; no network."""
        words = ["install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
        pip = [sys.executable, "-m", "pip", "--python", str(self.python)]
        _run([*pip, *words, *map(str, projects)], self.folder)

    def run(self, program: str, *words: str, cwd: Path | None = None) -> "Done":
        """Runs a *program* of Python."""
        return _run([str(self.python), "-c", program, *words], cwd or self.folder)

    def advisor(self, *words: str, cwd: Path | None = None) -> "Done":
        """Runs `advisor`."""
        return self.run("from advisor.cli import main; main()", *words, cwd=cwd)

    def pytest(self, project: Path) -> "Done":
        """Runs a project's own tests."""
        words = [str(self.python), "-m", "pytest", "-p", "no:cacheprovider", "-q"]
        return _run(words, project)


@attrs.frozen
class Done:
    """What a program printed."""

    stdout: str


def _run(words: list[str], cwd: Path) -> Done:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST"))}
    env = {**kept, "PYTHONUTF8": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(
        words, cwd=cwd, env=env, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return Done(done.stdout)
