"""Where results and facts are kept: a folder, or a store like S3 (`s3://bucket/results`).

A store changes one file at a time, and has no renames. So files of a run have names of their own,
which no other run writes, and count once the manifest names them, which is written last. Polars
reads and writes tables there; obstore (extra `store`) does what else is to be done. Both take their
settings from the environment (`AWS_ACCESS_KEY_ID` …).
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol, TypeVar

import attrs
import polars as pl

from advisor.errors import AdvisorError
from advisor.ingest import PendingSet, write_outputs
from advisor.model import frozen, is_remote, walk

T = TypeVar("T")
_ANSWER = re.compile("<Message>(.*?)</Message>")  # what a store says
_RETRIES = 6  # some seconds
_AT_ONCE = 32  # requests, which mostly wait
_FORGOTTEN = timedelta(days=1)  # in which a run on another machine ends, or never


class Storage(Protocol):
    """Files below an *address*, called by their path from there, with `/`."""

    @property
    def address(self) -> str:
        """Where it is."""

    def check(self) -> None:
        """Raises AdvisorError where nothing can be written for want of a package."""

    def at(self, name: str) -> str:
        """The address of a file, for Polars."""

    def names(self, folder: str) -> list[str]:
        """The files below *folder*, by their path from there, in order."""

    def read(self, name: str) -> bytes:
        """What a file holds. Raises FileNotFoundError where it is not there."""

    def read_all(self, names: Collection[str]) -> Mapping[str, bytes]:
        """What those of the files hold that are there."""

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Writes files; those of a folder change together where it is one."""

    def write_tables(self, tables: Mapping[str, pl.DataFrame]) -> None:
        """Writes tables as Parquet, likewise."""

    def clean(self, folder: str, ours: re.Pattern[str], is_kept: Callable[[str], bool]) -> None:
        """Removes the files below *folder* that have a name of *ours* and are not kept: others are
        somebody else's, who may have had such a folder before. From a store those older than a day,
        as other runs may be about to name the others."""

    def alone(self) -> AbstractContextManager[object]:
        """Keeps others who ask for this from a folder, and waits for them. A store cannot: there
        `replace` finds out."""

    def version(self, name: str) -> Any:
        """What `replace` asks for; None where the file is not there."""

    def replace(self, name: str, content: bytes, version: Any) -> bool:
        """Writes a file that is still of this *version*; gives whether it was. In a folder, where a
        run keeps others out, it always is."""


def open_storage(address: str | Path) -> Storage:
    """What is at *address*."""
    text = str(address)
    return Bucket(text.rstrip("/")) if is_remote(text) else LocalFolder(str(Path(address)))


@frozen
class LocalFolder:
    """A folder of a file system."""

    address: str

    def check(self) -> None:
        """Needs nothing."""

    def at(self, name: str) -> str:
        """The path of a file."""
        return str(Path(self.address, name))

    def names(self, folder: str) -> list[str]:
        """The files below *folder*, without those that a killed run was about to write there."""
        top = Path(self.address, folder)
        found = (Path(place, name).relative_to(top) for place, names in walk(top) for name in names)
        return sorted(
            path.as_posix() for path in found if not any(part[0] == "." for part in path.parts)
        )

    def read(self, name: str) -> bytes:
        """What a file holds."""
        return Path(self.address, name).read_bytes()

    def read_all(self, names: Collection[str]) -> Mapping[str, bytes]:
        """What those of the files hold that are there."""
        return {name: self.read(name) for name in names if Path(self.address, name).is_file()}

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Writes files; those of a folder change together."""
        write_outputs({Path(self.address, name): content for name, content in files.items()})

    def write_tables(self, tables: Mapping[str, pl.DataFrame]) -> None:
        """Writes tables as Parquet, likewise."""
        self.write({name: parquet_bytes(frame) for name, frame in tables.items()})

    def clean(self, folder: str, ours: re.Pattern[str], is_kept: Callable[[str], bool]) -> None:
        """Removes those of *ours* below *folder* that are not kept."""
        for name in self.names(folder):
            if ours.fullmatch(name) and not is_kept(name):
                Path(self.address, folder, name).unlink(missing_ok=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps others out."""
        with PendingSet(Path(self.address)) as turn:
            try:
                yield
            finally:
                turn.discard()

    def version(self, name: str) -> Any:
        """Nothing."""
        del name

    def replace(self, name: str, content: bytes, version: Any) -> bool:
        """Writes a file."""
        del version
        self.write({name: content})
        return True


@frozen
class Bucket:
    """A store like S3, from a folder of a bucket on."""

    address: str
    _clients: list[Any] = attrs.field(factory=list, eq=False, repr=False)

    def check(self) -> None:
        """Needs obstore."""
        self._client()

    def at(self, name: str) -> str:
        """The address of a file."""
        return f"{self.address}/{name}"

    def names(self, folder: str) -> list[str]:
        """The files below *folder*."""
        return sorted(name for name, _ in self._found(folder))

    def read(self, name: str) -> bytes:
        """What a file holds."""
        import obstore

        client = self._client()
        with self._readable_errors(missing=True):
            return bytes(obstore.get(client, name).bytes())

    def read_all(self, names: Collection[str]) -> Mapping[str, bytes]:
        """What those of the files hold that are there."""

        def read(name: str) -> bytes | None:
            try:
                return self.read(name)
            except FileNotFoundError:
                return None

        found = zip(names, self._at_once(read, names), strict=True)
        return {name: content for name, content in found if content is not None}

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Writes files, each whole."""
        import obstore

        client = self._client()

        def write(name: str) -> None:
            content = files[name]
            obstore.put(client, name, content.encode() if isinstance(content, str) else content)

        self._at_once(write, files)

    def write_tables(self, tables: Mapping[str, pl.DataFrame]) -> None:
        """Writes tables as Parquet, likewise."""

        def write(name: str) -> None:
            tables[name].write_parquet(self.at(name), compression="zstd")

        self._at_once(write, tables)

    def clean(self, folder: str, ours: re.Pattern[str], is_kept: Callable[[str], bool]) -> None:
        """Removes those of *ours* below *folder* that are not kept and older than a day."""
        import obstore

        before = datetime.now(UTC) - _FORGOTTEN
        old = [
            f"{folder}/{name}"
            for name, about in self._found(folder)
            if about["last_modified"] < before and ours.fullmatch(name) and not is_kept(name)
        ]
        if old:
            with self._readable_errors():
                obstore.delete(self._client(), old)

    def alone(self) -> AbstractContextManager[object]:
        """Nothing."""
        return nullcontext()

    def version(self, name: str) -> Any:
        """The tag of what a file holds."""
        import obstore

        client = self._client()
        try:
            with self._readable_errors(missing=True):
                about = obstore.head(client, name)
        except FileNotFoundError:
            return None
        return {key: about[key] for key in ("e_tag", "version") if about[key] is not None}

    def replace(self, name: str, content: bytes, version: Any) -> bool:
        """Writes a file that is still of this *version*, as the store tells."""
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        client = self._client()
        with self._readable_errors():
            try:
                obstore.put(client, name, content, mode="create" if version is None else version)
            except (AlreadyExistsError, PreconditionError):
                return self.read(name) == content  # written, but the answer was lost
        return True

    def _at_once(self, act: Callable[[str], T], names: Collection[str]) -> list[T]:
        """What *act* gives for each of *names*; the store is waited for several times at once."""
        if not names:
            return []
        with self._readable_errors(), ThreadPoolExecutor(min(_AT_ONCE, len(names))) as pool:
            return list(pool.map(act, names))

    def _found(self, folder: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        import obstore

        client = self._client()
        with self._readable_errors():
            for part in obstore.list(client, folder):
                for about in part:
                    yield about["path"].removeprefix(f"{folder}/"), about

    def _client(self) -> Any:
        if not self._clients:
            try:
                from obstore.store import from_url
            except ImportError:
                hint = "pip install 'shop-advisor[store]'"
                raise AdvisorError("a store needs obstore", where=self.address, hint=hint) from None
            with self._readable_errors():
                self._clients.append(from_url(self.address, retry_config={"max_retries": _RETRIES}))
        return self._clients[0]

    @contextmanager
    def _readable_errors(self, *, missing: bool = False) -> Iterator[None]:
        """Raises AdvisorError for what the store refuses; with *missing* FileNotFoundError for a
        file that is not there."""
        from obstore.exceptions import BaseError

        try:
            yield
        except (BaseError, OSError, ValueError, pl.exceptions.PolarsError) as error:
            if missing and isinstance(error, FileNotFoundError):
                raise
            answer = _ANSWER.search(str(error))
            reason = answer[1] if answer else str(error).partition("\n")[0]
            raise AdvisorError(f"cannot be used: {reason}", where=self.address) from None


def parquet_bytes(frame: pl.DataFrame) -> bytes:
    """*frame* as a Parquet file."""
    stream = BytesIO()
    frame.write_parquet(stream, compression="zstd")
    return stream.getvalue()
