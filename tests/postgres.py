"""A PostgreSQL server of our own, from the system's package, for as long as a test needs it."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

PASSWORD = "s3cret&/word"


@attrs.frozen
class Server:
    """Where it listens: a socket in *folder*, and nowhere else."""

    folder: Path
    programs: Path

    def url(self, database: str = "postgres", password: str = PASSWORD) -> str:
        from urllib.parse import quote

        folder = quote(str(self.folder), safe="")
        return f"postgresql://loader:{quote(password, safe='')}@/{database}?host={folder}"


def programs() -> Path | None:
    """The folder of the newest PostgreSQL's programs, None where there is none."""
    found = [Path(name).parent for name in (shutil.which("initdb"),) if name]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: p.parent.name)
    return next((one for one in reversed(found) if (one / "initdb").is_file()), None)


@contextmanager
def server(home: Path) -> Iterator[Server]:
    """A server that asks for a password; it refuses to run as root, so nobody runs it then."""
    short = Path(tempfile.mkdtemp(prefix="pg-"))  # the path of a socket may not be long
    user = _user()
    if user is not None:
        shutil.chown(short, user)
    data, secret = short / "data", short / "secret"
    secret.write_text(PASSWORD)
    if user is not None:
        shutil.chown(secret, user)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(home / program), *arguments],
            user=user,
            check=True,
            capture_output=True,
            cwd=short,
            env={**os.environ, "LC_ALL": "C"},
        )

    try:
        run(
            "initdb",
            "-D",
            str(data),
            "-U",
            "loader",
            "-A",
            "scram-sha-256",
            f"--pwfile={secret}",
            "-E",
            "UTF8",
            "--no-sync",
        )
        options = f"-k {short} -c listen_addresses='' -c fsync=off"
        run("pg_ctl", "-D", str(data), "-o", options, "-l", str(short / "log"), "-w", "start")
        try:
            yield Server(short, home)
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(short, ignore_errors=True)


def _user() -> str | None:
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)
