"""Plugins of others in a child each. Every child is a real one, and every death too."""

import json
import os
import shutil
import signal
from collections.abc import Sequence
from datetime import date
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from textwrap import dedent

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from advisor.diagnosis import Diagnosis, diagnose
from advisor.errors import PluginError
from advisor.model import (
    Container,
    File,
    Grain,
    Note,
    Period,
    Reading,
    Request,
    Table,
    read_settings,
)
from advisor.plugin import (
    MIB,
    Computed,
    Counts,
    Limits,
    MetricsContext,
    Registry,
    isolation,
    load_plugins,
)
from advisor.plugin.hookspecs import Match, ReadContext
from advisor.plugin.messages import Writer, read_message
from tests.cli.exports import TODAY, shop_folder
from tests.plugin.installed import Site
from tests.plugin.test_process import gone

PLUGINS = Path(__file__).parents[1] / "plugins"
EXAMPLE = Path(__file__).parents[2] / "examples" / "luna-beauty"
HEAD = "from advisor import *\nfrom advisor import hookimpl\n"
# Reads files whose first cell is "odd", and does in each place what the test says.
READER = """
import os, time, attrs
from advisor import *

{at_import}

class Odd:
    name = "odd"
    kinds = {{"odd": KindInfo("Odd", "nowhere", ("shop",), ("orders",))}}

    def recognise(self, source):
        {recognise}
        return [Match("odd", 1) for grid in source.grids if grid.head[0][0] == "odd"]

    def read(self, source, match, context):
        {read}
        frame = source.grids[0].body(0, [0, 1])
        import polars as pl
        made = frame.select(
            pl.lit("corner").alias("key"), pl.lit("corner").alias("name"),
            pl.lit(context.today).alias("from"), pl.lit(context.today).alias("to"),
            pl.lit(None, pl.String).alias("currency"),
            pl.col("c1").cast(pl.Float64).alias("orders"), "_row")
        table = Table("shop", "odd", Grain.DAY, made)
        return Reading(source.file, self.name, "odd", "Odd", (table,), frame.height)

@hookimpl
def advisor_metric_providers():
    {providers}
    return [Odd()]

class Loud:
    name = "loud"
    suffix = "txt"

    def render(self, document, environment):
        {render}
        return document["shop"]["id"].upper()

@hookimpl
def advisor_report_formats():
    return [Loud()]
"""
PLACES = ("at_import", "providers", "recognise", "read", "render")
HANGS = 15.0  # seconds: more than importing takes on a busy machine
DEATHS = {
    "hangs": ("while True: time.sleep(1)", "it took longer than 15 s"),
    "leaves": ("os._exit(7)", "it ended with exit code 7"),
    "crashes": ("os.kill(os.getpid(), 11)", "it was killed by SIGSEGV"),
    "takes all memory": (
        "[bytearray(2**24) for _ in iter(int, 1)]",
        "MemoryError",
    ),
}
# Every death everywhere takes a minute; a crash everywhere, and each of them in `read`, tells most.
CASES = [
    pytest.param(place, what, id=f"{place} {what}", marks=() if usual else pytest.mark.slow)
    for place in (*PLACES, "metrics")
    for what in DEATHS
    for usual in [what == "crashes" or place == "read"]
]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")


@pytest.fixture(autouse=True)
def limits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits on time that a test can wait for, where it has to."""
    hangs = "hangs" in request.node.name
    monkeypatch.setattr(isolation, "LIMITS", Limits(HANGS if hangs else 60.0, 2048 * MIB, 16 * MIB))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A shop with an export that we read, and one that the plugin reads."""
    folder = shop_folder(tmp_path / "shop")
    (folder / "odd.csv").write_text("odd,orders\nx,5\nx,7\n")
    return folder


def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **places: str) -> Registry:
    """Ours, and a plugin that does in each place what is said."""
    code = READER.format(**{place: places.get(place, "pass") for place in PLACES})
    return loaded(tmp_path, monkeypatch, code)


def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> Registry:
    (tmp_path / "strange.py").write_text(dedent(code), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    ours = [one for one in entry_points(group="advisor") if one.dist is not None]
    stranger = EntryPoint("strange", "strange", "advisor")
    return load_plugins([*ours, stranger], isolate=True)


def diagnosed(registry: Registry, folder: Path) -> Diagnosis:
    config = folder / "advisor.toml"
    request = Request(
        paths=(str(folder),),
        today=date.fromisoformat(TODAY),
        settings=read_settings(config),
        config=config,
    )
    return diagnose(request, registry)


def test_a_plugin_in_a_child_reads_files(
    tmp_path: Path, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = diagnosed(plugin(tmp_path, monkeypatch), shop)

    (reading,) = [one for one in made.gathered.readings if one.provider == "odd"]
    assert reading.tables[0].frame["orders"].to_list() == [5.0, 7.0]
    assert reading.tables[0].grain is Grain.DAY
    assert not made.gathered.faults


@pytest.mark.parametrize(
    ("place", "what"), [c for c in CASES if c.values[0] in ("at_import", "providers")]
)
def test_a_plugin_that_dies_when_it_is_loaded_is_not_used(
    place: str, what: str, tmp_path: Path, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = DEATHS[what]
    registry = plugin(tmp_path, monkeypatch, **{place: code})

    made = diagnosed(registry, shop)

    (line,) = registry.failures()
    assert line.startswith("plugin strange is not used: ")
    assert said in line
    assert len(made.gathered.readings) == 1
    assert made.judgement.matches


@pytest.mark.parametrize(
    ("place", "what"), [c for c in CASES if c.values[0] in ("recognise", "read")]
)
def test_a_plugin_that_dies_on_a_file_costs_its_files_and_one_line(
    place: str, what: str, tmp_path: Path, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = DEATHS[what]
    registry = plugin(tmp_path, monkeypatch, **{place: code})

    made = diagnosed(registry, shop)

    (line,) = registry.failures()
    assert "odd" in line
    assert said in line
    assert len(made.gathered.readings) == 1
    assert made.judgement.matches


@pytest.mark.parametrize(("place", "what"), [c for c in CASES if c.values[0] == "render"])
def test_a_format_that_dies_raises_one_line(
    place: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = DEATHS[what]
    loud = plugin(tmp_path, monkeypatch, **{place: code}).report_formats()[-1]

    with pytest.raises(PluginError) as caught:
        render(loud, {"shop": {"id": "corner"}})

    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def render(one: object, document: dict[str, object]) -> object:
    from advisor.report import make_environment

    return one.render(document, make_environment((), "txt"))  # type: ignore[attr-defined]


def test_a_format_renders_in_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loud = plugin(tmp_path, monkeypatch).report_formats()[-1]

    assert render(loud, {"shop": {"id": "corner"}}) == "CORNER"


def test_what_a_plugin_starts_ends_with_it(
    tmp_path: Path, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "pid"
    code = (
        "import subprocess, sys; "
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
        f"open({str(own)!r}, 'w').write(str(child.pid)); os._exit(1)"
    )
    diagnosed(plugin(tmp_path, monkeypatch, read=code), shop)

    assert gone(int(own.read_text()))


def test_what_a_file_lacks_is_the_files_fault_and_not_the_plugins(
    tmp_path: Path, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse = "raise AdvisorError('no day in it', where='odd.csv', hint='export it again')"
    registry = plugin(tmp_path, monkeypatch, read=refuse)

    made = diagnosed(registry, shop)

    assert registry.failures() == []
    assert [one.reason for one in made.gathered.unread] == ["no day in it; export it again"]


def test_an_answer_that_is_none_costs_one_line(
    tmp_path: Path, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = plugin(tmp_path, monkeypatch, recognise="return [object()]")

    diagnosed(registry, shop)

    (line,) = registry.failures()
    assert "object cannot be handed to or from a plugin in a child" in line


def test_a_plugin_that_cannot_be_used_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = loaded(tmp_path, monkeypatch, "def advisor_rule_packs(): return []")

    (line,) = registry.failures()
    assert line == (
        "plugin strange is not used: import failed: advisor_rule_packs is not marked; "
        "write @hookimpl above it"
    )


def test_the_run_never_imports_a_plugin_of_others(
    tmp_path: Path, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    diagnosed(plugin(tmp_path, monkeypatch), shop)

    assert "strange" not in sys.modules


def install_all(site: Site) -> None:
    """The three plugins of others, as an installer leaves them."""
    for project in sorted(PLUGINS.glob("advisor-*")):
        (package,) = (project / "src").iterdir()
        shutil.copytree(package, site.folder / package.name)
        info = site.folder / f"{package.name}-1.0.dist-info"
        info.mkdir()
        name = project.name.removeprefix("advisor-")
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project.name}\nVersion: 1\n")
        (info / "entry_points.txt").write_text(f"[advisor]\n{name} = {package.name}\n")


def test_plugins_of_others_bring_the_same_in_a_child(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    site.folder.mkdir()
    install_all(site)
    sample = PLUGINS / "advisor-shopify" / "tests" / "samples" / "total_sales_by_day.csv"
    config = next(PLUGINS.glob("*.toml"))
    command = ("diagnose", EXAMPLE, sample, "--config", config, "--quiet")
    formats = ("--format", "json", "--format", "ledger", "-o")

    plain = site.run(*command, *formats, tmp_path / "plain")
    apart = site.run(*command, *formats, tmp_path / "apart", "--isolate")

    assert (plain.returncode, apart.returncode) == (0, 0), apart.stderr
    assert text(tmp_path / "apart" / "plan.txt") == text(tmp_path / "plain" / "plan.txt")
    whole, isolated = (json.loads(text(tmp_path / o / "plan.json")) for o in ("plain", "apart"))
    assert isolated["findings"] == whole["findings"]
    assert isolated["plan"] == whole["plan"]
    more = [note["text"] for note in isolated["data_notes"] if note not in whole["data_notes"]]
    assert more == ["plugin ledger: its templates are not used, because it runs isolated"]


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_a_crash_ends_the_run_without_isolate_and_costs_a_line_with_it(
    tmp_path: Path, shop: Path
) -> None:
    site = Site(tmp_path / "site")
    site.install("crash", READER.format(**dict.fromkeys(PLACES, "pass") | {"read": "os.abort()"}))

    plain = site.run("diagnose", shop, "--quiet")
    apart = site.run("diagnose", shop, "--quiet", "--isolate")

    assert plain.returncode == -signal.SIGABRT
    assert apart.returncode == 4
    assert len(apart.stderr.splitlines()) == 1
    assert "its process was ended: it was killed by SIGABRT" in apart.stderr


FRAME = pl.DataFrame(
    {"key": ["a", None], "n": [1.5, float("nan")], "day": [date(2026, 1, 2), None]},
    schema={"key": pl.String, "n": pl.Float64, "day": pl.Date},
)


@pytest.mark.parametrize(
    "value",
    [
        None,
        -3.5,
        "ñ\ud800",
        (1, (2, [3, {"a": (None, True)}])),
        frozenset({"b", "a"}),
        {("a", 1): date(2026, 11, 2)},
        Container.XLSX,
        Match("odd", 3, ("x",), None),
        ReadContext(date(2026, 11, 2), "USD"),
        Note("a", "b"),
        File(Path("/a/b"), "b", 5, "0" * 64, 7),
        Period(date(2026, 1, 1), date(2026, 1, 31)),
    ],
    ids=range(12),
)
def test_values_pass_between_the_processes_as_they_are(value: object) -> None:
    assert read_message(Writer().message(value)) == value


def test_a_reading_passes_with_its_frames() -> None:
    file = File(Path("/a/b"), "b", 5, "0" * 64)
    table = Table("ad", "odd", Grain.DAY, FRAME)

    given = read_message(
        Writer().message(Reading(file, "odd", "odd", "Odd", (table,), 2, {"x": 1}))
    )

    assert (given.file, given.rows, given.left_out) == (file, 2, {"x": 1})
    assert_frame_equal(given.tables[0].frame, FRAME)


def forged(value: object) -> bytes:
    head = json.dumps({"value": value, "blobs": []}).encode()
    return len(head).to_bytes(4, "big") + head


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\0\0\0\xffshort",
        b"\x80\x04\x95cposix\nsystem\n",
        forged({"$": "class", "of": "subprocess:Popen", "fields": {"args": "true"}}),
        forged({"$": "class", "of": "advisor.model.toml:parse_toml", "fields": {}}),
        forged({"$": "class", "of": "advisor.model.reading:Period.days", "fields": {}}),
        forged({"$": "class", "of": "advisor.model.reading:Period", "fields": {"firs": 1}}),
        forged({"$": "enum", "of": "advisor.model.reading:Grain", "value": "year"}),
        forged({"$": "frame", "blob": 0}),
        forged({"$": "function", "number": 0}),
        forged({"$": "date", "value": "yesterday"}),
        forged({"no": "tag"}),
        forged({"$": "list", "items": 7}),
    ],
    ids=range(13),
)
def test_what_no_plugin_may_say_is_refused(message: bytes) -> None:
    with pytest.raises(PluginError, match="it gave what is no answer"):
        read_message(message)


def test_two_plugins_of_others_have_a_child_each(
    tmp_path: Path, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone.py").write_text("import os; os._exit(1)")
    code = READER.format(**dict.fromkeys(PLACES, "pass"))
    (tmp_path / "strange.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    points = [EntryPoint(name, name, "advisor") for name in ("gone", "strange")]

    registry = load_plugins([*entry_points(group="advisor"), *points], isolate=True)
    made = diagnosed(registry, shop)

    assert [line.split(":")[0] for line in registry.failures()] == ["plugin gone is not used"]
    assert names(made) == ["odd"]


def names(made: Diagnosis) -> Sequence[str]:
    return [one.provider for one in made.gathered.readings if one.provider == "odd"]


# Computes from the combined counts, whose rows stay on the other side until they are asked for.
COMPUTES = """
import os, time
from advisor import Derived, hookimpl, vocabulary_file

@hookimpl
def advisor_vocabulary():
    return [vocabulary_file(WORDS, where="v")]

@hookimpl{blocks}
def advisor_metrics(counts, context):
    {metrics}
    import polars as pl
    sums = counts.sums("ad", ["clicks"])
    window = context.window
    text = pl.lit(f"{{window.first}} {{context.shops.height}}")
    return [Derived("ad", sums.select("shop", "key", mood=pl.col("clicks").cast(pl.String) + text))]

WORDS = '''
[[symbol]]
id = "mood"
title = "Mood"
values = ["fine"]
definition = "how it feels"
'''
"""


@pytest.mark.parametrize("blocks", ["", "(blocks=True)"])
def test_metrics_are_computed_in_the_child_from_the_counts_of_the_run(
    blocks: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = COMPUTES.format(blocks=blocks, metrics="pass")
    registry = loaded(tmp_path, monkeypatch, code)

    computed = registry.derived(*counted(registry, tmp_path))

    (one,) = [one for one in computed.derived if "mood" in one.frame.columns]
    assert registry.failures() == []
    assert one.frame.select("shop", "key", "mood").rows() == [
        ("corner", "31", "840.02026-10-04 1"),
        ("corner", "32", "5600.02026-10-04 1"),
    ]


@pytest.mark.parametrize(("place", "what"), [c for c in CASES if c.values[0] == "metrics"])
def test_a_plugin_that_dies_in_computing_brings_no_metrics(
    place: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = DEATHS[what]
    registry = loaded(tmp_path, monkeypatch, COMPUTES.format(blocks="", **{place: code}))

    computed = registry.derived(*counted(registry, tmp_path))

    assert not any("mood" in one.frame.columns for one in computed.derived)
    assert said in computed.failures["corner"]["strange"]


def counted(registry: Registry, tmp_path: Path) -> tuple[Counts, MetricsContext]:
    """The counts of a shop of two ads, and what plugins may know beside them."""
    seen: list[tuple[Counts, MetricsContext]] = []

    def derived(_: Registry, counts: Counts, context: MetricsContext) -> Computed:
        seen.append((counts, context))
        return Computed()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Registry, "derived", derived)
        diagnosed(registry, shop_folder(tmp_path / "shop"))
    return seen[0]
