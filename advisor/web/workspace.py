"""The folder that the page works in: a subfolder a shop, as `advisor diagnose` reads them.

```text
WORKSPACE/
  luna-beauty/          exports, advisor.toml, history.db
  .plans/luna-beauty/   the newest plan, replaced whole
  .incoming/            uploads that are not complete yet
```

No path that a browser sends is ever opened: a shop or a file is found by comparing its name with
what the folder lists. What a run or an upload writes is put in place by a rename, so that a server
that is killed leaves nothing half done.
"""

import contextlib
import os
import re
import shutil
import unicodedata
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, Any

from advisor.errors import AdvisorError, Mistakes
from advisor.model import CONFIG_NAME, frozen, identifier, make_settings, parse_toml

PLANS = ".plans"
INCOMING = ".incoming"
REMOVED = ".removed"
LOCK = ".serving"
FORMER = ".former-"  # before a shop: its plan while the next one takes its place
PLAN = "plan.json"
NAME_LENGTH = 120  # characters of a file's name; file systems take 255 bytes
# What an uploaded advisor.toml may bring: facts about the shop, never paths or addresses.
TAKEN = ("shop", "goal", "costs", "bands")
_PRIVATE = 0o700
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\/]')
_OWN = re.compile(r"(advisor\.toml|history\.db.*)", re.IGNORECASE)


class NotThere(AdvisorError):
    """A shop, file or plan that the workspace does not have."""


@frozen
class StoredFile:
    """An export as it lies in a shop's folder; *size* in bytes."""

    name: str
    size: int


@frozen
class Added:
    """What became of an upload: *names* as they were stored, *repeated* those that were there
    already with the same content, *settings* whether an advisor.toml filled in answers."""

    names: tuple[str, ...]
    repeated: tuple[str, ...] = ()
    settings: bool = False


class Workspace:
    """The shops of one folder."""

    def __init__(self, root: Path) -> None:
        """Makes the folder where it is missing, for this user alone, and clears what a killed
        server left. Raises AdvisorError where it cannot be used."""
        self.root = root
        try:
            if (root / CONFIG_NAME).exists():
                hint = "choose a folder whose subfolders are shops"
                raise AdvisorError("this folder is a shop itself", where=str(root), hint=hint)
            root.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)
            self._lock = _locked(root / LOCK)
            for name in (INCOMING, REMOVED):
                shutil.rmtree(root / name, ignore_errors=True)
            for former in (root / PLANS).glob(f"{FORMER}*"):
                with contextlib.suppress(OSError):  # the newer plan is there
                    former.rename(root / PLANS / former.name.removeprefix(FORMER))
            for plan in (root / PLANS).glob(".*"):
                shutil.rmtree(plan, ignore_errors=True)
            for name in (INCOMING, PLANS):
                (root / name).mkdir(mode=_PRIVATE, exist_ok=True)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            hint = "choose another folder"
            raise AdvisorError(f"cannot be used: {reason}", where=str(root), hint=hint) from None

    def close(self) -> None:
        """Lets another server use the folder."""
        self._lock.close()

    # ── shops ──────────────────────────────────────────────────────────────────────────────────

    def shops(self) -> tuple[str, ...]:
        """The ids of the shops, by name."""
        return tuple(sorted(self._shops()))

    def _shops(self) -> Mapping[str, Path]:
        with os.scandir(self.root) as entries:
            return {
                entry.name: Path(entry.path)
                for entry in entries
                if not entry.name.startswith(".")
                and entry.is_dir(follow_symlinks=False)
                and Path(entry.path, CONFIG_NAME).is_file()
            }

    def folder(self, shop: str) -> Path:
        """Where the exports of *shop* lie. Raises NotThere."""
        found = self._shops().get(shop)
        if found is None:
            raise NotThere("no such shop", where=shop)
        return found

    def create(self, name: str) -> str:
        """A new shop's id, made of its *name*."""
        name = _printable(name)[:NAME_LENGTH] or "My shop"
        wanted = identifier(name)[:60]
        settings = self._document({"shop": {"id": wanted, "name": name}})
        for number in range(1, 10_000):
            shop = wanted if number == 1 else f"{wanted}-{number}"
            settings["shop"]["id"] = shop
            settings["shop"]["name"] = name if number == 1 else f"{name} {number}"
            with self.incoming() as folder:
                made = folder / shop
                made.mkdir(mode=_PRIVATE)
                (made / CONFIG_NAME).write_text(settings.as_string(), encoding="utf-8")
                try:
                    made.rename(self.root / shop)
                except OSError as error:
                    if (self.root / shop).exists():
                        continue
                    raise error from None
            return shop
        raise AdvisorError("there are too many shops of this name", where=name)

    def delete(self, shop: str) -> None:
        """Removes a shop with everything of it: exports, settings, history and plan."""
        folder = self.folder(shop)
        grave = self.root / REMOVED / uuid.uuid4().hex
        grave.mkdir(parents=True, mode=_PRIVATE)
        # In this order: a plan without its shop would be the next one's of that name.
        with contextlib.suppress(FileNotFoundError):
            (self.root / PLANS / shop).rename(grave / "plan")
        folder.rename(grave / "shop")
        shutil.rmtree(grave, ignore_errors=True)

    # ── files ──────────────────────────────────────────────────────────────────────────────────

    def files(self, shop: str) -> tuple[StoredFile, ...]:
        """The exports of *shop*, by name."""
        with os.scandir(self.folder(shop)) as entries:
            return tuple(
                sorted(
                    (
                        StoredFile(entry.name, entry.stat().st_size)
                        for entry in entries
                        if entry.is_file(follow_symlinks=False)
                        and not entry.name.startswith(".")
                        and not _OWN.fullmatch(entry.name)
                    ),
                    key=lambda file: file.name,
                )
            )

    def add(
        self, shop: str, uploads: Sequence[tuple[str, IO[bytes]]], *, rename: bool = False
    ) -> Added:
        """Stores *uploads*, pairs of a name as sent and its bytes, beside what is there. A name
        that is taken by another content gets a number. *rename*: an advisor.toml names the shop."""
        folder = self.folder(shop)
        names: list[str] = []
        repeated: list[str] = []
        taken = False
        for sent, stream in uploads:
            name = safe_name(sent)
            if name.casefold() == CONFIG_NAME:
                taken |= self._take_settings(shop, stream, rename=rename)
                continue
            with self.incoming() as place:
                incoming = place / "file"
                with incoming.open("xb") as stored:
                    shutil.copyfileobj(stream, stored)
                target, same = _place(folder, name, incoming)
                if same:
                    repeated.append(target.name)
                else:
                    incoming.replace(target)
                    names.append(target.name)
        return Added(tuple(names), tuple(repeated), taken)

    def remove_file(self, shop: str, name: str) -> None:
        """Removes one export. Raises NotThere."""
        if name not in {file.name for file in self.files(shop)}:
            raise NotThere("no such file", where=name)
        (self.folder(shop) / name).unlink(missing_ok=True)

    @contextmanager
    def incoming(self) -> Iterator[Path]:
        """A folder for what is not complete yet; it is gone afterwards."""
        place = self.root / INCOMING / uuid.uuid4().hex
        place.mkdir(parents=True, mode=_PRIVATE)
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)

    # ── settings ───────────────────────────────────────────────────────────────────────────────

    def settings(self, shop: str) -> Mapping[str, Any]:
        """The advisor.toml of *shop*, as plain tables."""
        place = self.folder(shop) / CONFIG_NAME
        return parse_toml(place.read_text(encoding="utf-8-sig"), where=CONFIG_NAME)

    def change_settings(self, shop: str, answers: Mapping[str, Mapping[str, Any]]) -> None:
        """Writes *answers* into advisor.toml, by table and key; None takes a key out. What else is
        in the file, comments included, stays. Raises Mistakes with all that cannot be."""
        import tomlkit

        place = self.folder(shop) / CONFIG_NAME
        document = tomlkit.parse(place.read_text(encoding="utf-8-sig"))
        for section, values in answers.items():
            table = document.setdefault(section, tomlkit.table())
            for key, value in values.items():
                if value is None:
                    table.pop(key, None)
                else:
                    table[key] = value
            if not table:
                document.remove(section)
        make_settings(document.unwrap())
        self._write(place, document.as_string())

    def _take_settings(self, shop: str, stream: IO[bytes], *, rename: bool) -> bool:
        """Fills in what an uploaded advisor.toml says of the shop and nobody answered yet."""
        own = self.settings(shop)
        try:
            given = parse_toml(stream.read(2**20).decode("utf-8-sig"), where=CONFIG_NAME)
        except UnicodeDecodeError:
            raise Mistakes(["not UTF-8 text"], where=CONFIG_NAME) from None
        answers: dict[str, dict[str, Any]] = {}
        for section in TAKEN:
            values = given.get(section)
            if isinstance(values, dict):
                known = own.get(section, {})
                answers[section] = {k: v for k, v in values.items() if k not in known}
        shop_table = given.get("shop")
        if rename and isinstance(shop_table, dict) and isinstance(shop_table.get("name"), str):
            answers["shop"]["name"] = shop_table["name"]
        answers = {section: values for section, values in answers.items() if values}
        if answers:
            self.change_settings(shop, answers)
        return bool(answers)

    def _document(self, tables: Mapping[str, Mapping[str, Any]]) -> Any:
        import tomlkit

        document = tomlkit.document()
        for section, values in tables.items():
            table = tomlkit.table()
            for key, value in values.items():
                table[key] = value
            document[section] = table
        return document

    def _write(self, place: Path, text: str) -> None:
        with self.incoming() as folder:
            written = folder / place.name
            written.write_text(text, encoding="utf-8")
            written.replace(place)

    # ── plans ──────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def new_plan(self, shop: str) -> Iterator[Path]:
        """A folder for the outputs of a run; it takes the place of the former plan where the block
        ends well and a plan is in it."""
        self.folder(shop)
        place = self.root / PLANS / f".{uuid.uuid4().hex}"
        place.mkdir(mode=_PRIVATE)
        try:
            yield place
            if (place / PLAN).is_file() and shop in self._shops():
                target = self.root / PLANS / shop
                former = self.root / PLANS / f"{FORMER}{shop}"
                shutil.rmtree(former, ignore_errors=True)
                with contextlib.suppress(FileNotFoundError):
                    target.rename(former)
                place.rename(target)
                shutil.rmtree(former, ignore_errors=True)
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def plan_files(self, shop: str) -> Mapping[str, Path]:
        """What the newest run of *shop* wrote, by name; empty where there was none."""
        self.folder(shop)
        place = self.root / PLANS / shop
        try:
            with os.scandir(place) as entries:
                return {
                    entry.name: Path(entry.path)
                    for entry in sorted(entries, key=lambda entry: entry.name)
                    if entry.is_file(follow_symlinks=False)
                }
        except FileNotFoundError:
            return {}


def safe_name(sent: str) -> str:
    """The name of a file as it may be stored, made of what a browser *sent*: no folders, no control
    characters, nothing hidden, no name that this project gives a meaning to but advisor.toml."""
    last = re.split(r"[\\/]", sent)[-1]
    name = _FORBIDDEN.sub("_", _printable(last)).strip(". ")
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > 10:
        stem, suffix = name, ""
    ending = f".{suffix}" if suffix else ""
    name = stem[: NAME_LENGTH - len(ending)].rstrip(". ") + ending
    while len(name.encode(errors="replace")) > 240:
        stem = name[: len(name) - len(ending)]
        name = stem[:-1] + ending
    if not name or name == ending:
        return f"file{ending}"
    if _OWN.fullmatch(name) and name.casefold() != CONFIG_NAME:
        return f"uploaded {name}"
    return name


def chosen_days(first: str, last: str) -> tuple[date | None, date | None]:
    """The days that a form asks for, either of which may be empty. Raises Mistakes."""
    days: list[date | None] = []
    wrong: list[str] = []
    for text in (first, last):
        try:
            days.append(date.fromisoformat(text) if text else None)
        except ValueError:
            wrong.append(f"{text!r} is not a date (expected: 2026-10-31)")
            days.append(None)
    if not wrong and days[0] and days[1] and days[0] > days[1]:
        wrong.append("the first day is after the last day")
    if wrong:
        raise Mistakes(wrong, where="period")
    return days[0], days[1]


def _printable(text: str) -> str:
    text = unicodedata.normalize("NFC", text.encode(errors="replace").decode())
    return "".join(c for c in text if c.isprintable()).strip()


def _place(folder: Path, name: str, incoming: Path) -> tuple[Path, bool]:
    """Where a file of this *name* belongs, and whether the same content is there already."""
    stem, dot, suffix = name.rpartition(".")
    if not dot:
        stem, suffix = name, ""
    ending = f".{suffix}" if dot else ""
    for number in range(1, 10_000):
        target = folder / (name if number == 1 else f"{stem} ({number}){ending}")
        if not target.exists():
            return target, False
        if _same(target, incoming):
            return target, True
    raise AdvisorError("there are too many files of this name", where=name)


def _same(one: Path, other: Path) -> bool:
    import filecmp

    return one.is_file() and filecmp.cmp(one, other, shallow=False)


def _locked(path: Path) -> IO[bytes]:
    """An open file that no other server can lock as long as it is open."""
    stream = path.open("ab")
    try:
        import fcntl
    except ImportError:  # Windows: two servers are not kept apart
        return stream
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        stream.close()
        hint = "use the page that is open already, or choose another folder"
        raise AdvisorError(
            "another page works in this folder", where=str(path.parent), hint=hint
        ) from None
    return stream
