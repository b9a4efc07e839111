"""What loaders put into databases and Parquet is read as what they loaded."""

import io
import json
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from advisor.errors import AdvisorError, NothingReadable
from advisor.ingest.files import find_files
from advisor.ingest.gathering import gather
from advisor.ingest.result import Gathered
from advisor.model.reading import Grain, Reading
from advisor.plugin.hookspecs import ReadContext
from advisor.tabular.containers import databases, postgres
from advisor.tabular.containers.postgres import Address, address_of
from advisor_tiktok_ads import advisor_metric_providers
from tests.fuzz.trial import Made
from tests.postgres import PASSWORD, Server, programs, server

CASES = Path(__file__).parents[1] / "fuzz" / "cases"
TODAY = ReadContext(today=date(2026, 11, 22))
ADS = tuple(f"18700000000000{number:02}" for number in range(30))
DAYS = (date(2026, 11, 1), date(2026, 11, 2))

Tables = Mapping[str, pl.DataFrame]


def ad_days() -> pl.DataFrame:
    """One row an ad and day, the names as the Marketing API has them."""
    rows = [
        {
            "ad_id": int(ad),
            "stat_time_day": datetime(day.year, day.month, day.day),
            "spend": 1.234 + number,
            "impressions": 1000 + number,
            "clicks": 10 + number % 7,
        }
        for number, (ad, day) in enumerate((ad, day) for ad in ADS for day in DAYS)
    ]
    return pl.DataFrame(rows)


COUNTS = ("spend", "impressions", "clicks")
TRUTH = {name: round(float(ad_days()[name].sum()), 6) for name in COUNTS}


def as_json(frame: pl.DataFrame, *columns: str) -> list[str]:
    return [json.dumps(row, default=str) for row in frame.select(columns).to_dicts()]


def airbyte() -> Tables:
    """Destinations of the second version: metrics and dimensions are JSON."""
    days = ad_days()
    texts = days.with_columns(pl.col("spend", "impressions", "clicks").cast(pl.String))
    table = days.select("ad_id", "stat_time_day").with_columns(
        pl.Series("_airbyte_raw_id", [f"r{n}" for n in range(days.height)]),
        pl.Series("metrics", as_json(texts, "spend", "impressions", "clicks")),
        pl.Series("dimensions", as_json(texts, "ad_id", "stat_time_day")),
    )
    whole = days.group_by("ad_id", maintain_order=True).agg(pl.col(COUNTS).sum())
    lifetime = whole.select("ad_id").with_columns(
        pl.Series("_airbyte_raw_id", [f"l{n}" for n in range(whole.height)]),
        pl.Series("metrics", as_json(whole.with_columns(pl.col(COUNTS).cast(pl.String)), *COUNTS)),
        pl.Series("dimensions", as_json(whole, "ad_id")),
    )
    return {"ads_reports_daily": table, "ads_reports_lifetime": lifetime}


def airbyte_raw() -> Tables:
    days = ad_days().with_columns(pl.col("ad_id").cast(pl.String))
    records = [
        json.dumps(
            {
                "metrics": {name: str(row[name]) for name in ("spend", "impressions", "clicks")},
                "dimensions": {"ad_id": row["ad_id"], "stat_time_day": str(row["stat_time_day"])},
            }
        )
        for row in days.to_dicts()
    ]
    return {"_airbyte_raw_ads_reports_daily": pl.DataFrame({"_airbyte_data": records})}


def fivetran() -> Tables:
    """Reports by the hour, in capitals; the history has names and budgets."""
    hours = (
        ad_days()
        .rename({"stat_time_day": "stat_time_hour"})
        .with_columns(
            pl.lit("-").alias("secondary_goal_result"), pl.lit("x").alias("_fivetran_synced")
        )
    )
    half = hours.with_columns(pl.col("spend", "impressions", "clicks") / 2)
    later = half.with_columns(pl.col("stat_time_hour").dt.offset_by("5h"))
    report = pl.concat([half, later])
    history = pl.DataFrame(
        {
            "campaign_id": [1, 1],
            "campaign_name": ["Old", "New"],
            "updated_at": [datetime(2026, 1, 1), datetime(2026, 2, 1)],
            "budget": [10.0, 20.0],
        }
    )
    loud = {name: name.upper() for name in report.columns}
    return {"AD_REPORT_HOURLY": report.rename(loud), "campaign_history": history}


def dbt() -> Tables:
    model = ad_days().with_columns(
        pl.col("stat_time_day").dt.date(),
        pl.lit("").alias("source_relation"),
        (100 * pl.col("clicks") / pl.col("impressions")).alias("daily_ctr"),
    )
    return {"tiktok_ads__ad_report": model.rename({"stat_time_day": "date_day"})}


def singer() -> Tables:
    return {"ad_insights": ad_days().with_columns(pl.lit(1).alias("_sdc_sequence"))}


def dlt() -> Tables:
    extra = pl.lit("1730000000.1").alias("_dlt_load_id"), pl.lit("a/b").alias("_dlt_id")
    return {"custom_ad_id_stat_time_day": ad_days().with_columns(*extra)}


LOADERS: dict[str, Callable[[], Tables]] = {
    "airbyte": airbyte,
    "airbyte_raw": airbyte_raw,
    "fivetran": fivetran,
    "dbt": dbt,
    "singer": singer,
    "dlt": dlt,
}
UNKNOWN = {"customers": pl.DataFrame({"email": ["jane@example.com", "joe@example.com"]})}


def sql_type(dtype: pl.DataType) -> str:
    if dtype.is_integer():
        return "BIGINT"
    if dtype.is_float():
        return "DOUBLE PRECISION"
    if dtype == pl.Date:
        return "DATE"
    return "TIMESTAMP" if isinstance(dtype, pl.Datetime) else "TEXT"


def created(name: str, frame: pl.DataFrame) -> str:
    columns = ", ".join(f'"{c}" {sql_type(dtype)}' for c, dtype in frame.schema.items())
    return f'CREATE TABLE "{name}" ({columns})'


def into_sqlite(folder: Path, tables: Tables) -> Path:
    path = folder / "warehouse.db"
    with closing(sqlite3.connect(path)) as db:
        for name, frame in tables.items():
            db.execute(created(name, frame))
            marks = ", ".join("?" * frame.width)
            texts = frame.with_columns(pl.col(pl.Date, pl.Datetime).cast(pl.String))
            db.executemany(f'INSERT INTO "{name}" VALUES ({marks})', texts.rows())
        db.commit()
    return path


def into_duckdb(folder: Path, tables: Tables) -> Path:
    duckdb = pytest.importorskip("duckdb")
    path = folder / "warehouse.duckdb"
    with closing(duckdb.connect(str(path))) as db:
        for name, frame in tables.items():
            part = folder / "part.bin"
            frame.write_parquet(part)
            db.execute(f"CREATE TABLE \"{name}\" AS SELECT * FROM read_parquet('{part}')")
            part.unlink()
    return path


def into_parquet(folder: Path, tables: Tables) -> Path:
    """A file a table, except that the first is in parts."""
    target = folder / "lake"
    target.mkdir()
    for number, (name, frame) in enumerate(tables.items()):
        if number:
            frame.write_parquet(target / f"{name}.parquet")
            continue
        (target / name).mkdir()
        half = frame.height // 2
        for part, rows in enumerate((frame.head(half), frame.slice(half))):
            rows.write_parquet(target / name / f"part-{part}.parquet")
    return target


CONTAINERS: dict[str, Callable[[Path, Tables], Path]] = {
    "sqlite": into_sqlite,
    "duckdb": into_duckdb,
    "parquet": into_parquet,
}


def read(path: Path | str) -> Gathered:
    return gather([path], advisor_metric_providers(), TODAY)


def sums(reading: Reading) -> dict[str, float]:
    (table,) = reading.tables
    names = [name for name in TRUTH if name in table.counts]
    return {name: round(float(table.frame[name].sum()), 6) for name in names}


def check(gathered: Gathered) -> None:
    """The ads' days are those of the loader, and nothing else was read."""
    by_grain = {
        reading.tables[0].grain: reading
        for reading in gathered.readings
        if reading.tables[0].subject == "ad"
    }
    reading = by_grain[Grain.DAY]
    (table,) = reading.tables
    assert sums(reading) == TRUTH
    assert set(table.frame["key"]) == set(ADS)
    assert set(table.frame["from"]) == set(DAYS)
    if Grain.LIFETIME in by_grain:
        assert sums(by_grain[Grain.LIFETIME]) == TRUTH
    assert "jane@example.com" not in str(
        [t.frame.rows() for r in gathered.readings for t in r.tables]
    )


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("loader", LOADERS)
def test_what_a_loader_wrote_is_what_is_read(tmp_path: Path, loader: str, container: str) -> None:
    path = CONTAINERS[container](tmp_path, {**LOADERS[loader](), **UNKNOWN})

    gathered = read(path)

    check(gathered)
    if loader == "airbyte":
        assert {r.tables[0].grain for r in gathered.readings} == {Grain.DAY, Grain.LIFETIME}


@pytest.mark.parametrize("container", CONTAINERS)
def test_all_loaders_in_one_database_are_told_apart(tmp_path: Path, container: str) -> None:
    tables = {name: frame for loader in LOADERS.values() for name, frame in loader().items()}

    gathered = read(CONTAINERS[container](tmp_path, tables))

    assert len(gathered.readings) == len(tables)
    assert len({reading.file.name for reading in gathered.readings}) == len(tables)


def test_the_newest_name_and_budget_of_a_campaign_are_kept(tmp_path: Path) -> None:
    (history,) = (
        r
        for r in read(into_sqlite(tmp_path, fivetran())).readings
        if r.tables[0].subject == "campaign"
    )

    assert history.tables[0].frame.select("name", "budget").rows() == [("New", 20.0)]


def test_tables_that_nobody_knows_are_named_and_never_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = into_sqlite(tmp_path, {**dbt(), **UNKNOWN})
    asked: list[tuple[str, tuple[str, ...]]] = []
    frame = databases._Sqlite.frame

    def spy(table: databases._Sqlite, columns: list[str], rows: int | None = None) -> pl.DataFrame:
        if rows is None:
            asked.append((table.table, tuple(columns)))
        return frame(table, columns, rows)

    monkeypatch.setattr(databases._Sqlite, "frame", spy)

    gathered = read(path)

    assert {table for table, _ in asked} == {"tiktok_ads__ad_report"}
    assert all("source_relation" not in columns[1:] for _, columns in asked[:1])
    assert [note.text for note in gathered.notes] == [
        "has more tables, which were not recognized: “customers”"
    ]


def test_a_number_in_a_table_is_never_taken_for_a_thousand(tmp_path: Path) -> None:
    days = ad_days().with_columns(pl.lit(1.234).alias("spend"))
    path = into_sqlite(tmp_path, {"ad_insights": days})

    gathered = gather([path], advisor_metric_providers(), ReadContext(TODAY.today, "IDR"))

    assert gathered.readings[0].tables[0].frame["spend"].unique().to_list() == [1.234]


def test_structs_are_read_like_objects(tmp_path: Path) -> None:
    days = ad_days().select(
        pl.struct("spend", "impressions", "clicks").alias("metrics"),
        pl.struct("ad_id", "stat_time_day").alias("dimensions"),
        pl.lit(["a"]).alias("tags"),
    )
    days.write_parquet(tmp_path / "ads_reports_daily.parquet")

    check(read(tmp_path))


def test_parts_in_folders_of_days_are_one_table(tmp_path: Path) -> None:
    lake = tmp_path / "ad_insights"
    for day, rows in ad_days().partition_by("stat_time_day", as_dict=True).items():
        folder = lake / f"stat_time_day={day[0]:%Y-%m-%d}"
        folder.mkdir(parents=True)
        rows.drop("stat_time_day").write_parquet(folder / "0.parquet")
    (lake / "_SUCCESS").touch()

    gathered = read(tmp_path)

    check(gathered)
    assert [reading.file.name for reading in gathered.readings] == ["ad_insights"]


def test_parquet_files_of_different_tables_are_files_of_their_own(tmp_path: Path) -> None:
    for name, frame in {**dbt(), **UNKNOWN}.items():
        frame.write_parquet(tmp_path / f"{name}.parquet")

    assert len(find_files([tmp_path])[0]) == 2


def test_a_database_is_not_changed_by_reading_it(tmp_path: Path) -> None:
    path = into_sqlite(tmp_path, dbt())
    before = path.read_bytes()

    read(path)

    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


BROKEN = {
    "sqlite": b"SQLite format 3\x00" + b"x" * 5000,
    "duckdb": b"12345678DUCK" + b"x" * 5000,
    "parquet": b"PAR1" + b"x" * 5000 + b"PAR1",
}


@pytest.mark.parametrize("container", BROKEN)
def test_a_broken_database_is_one_line(tmp_path: Path, container: str) -> None:
    if container == "duckdb":
        pytest.importorskip("duckdb")
    (tmp_path / "x.db").write_bytes(BROKEN[container])

    with pytest.raises(NothingReadable) as caught:
        read(tmp_path)

    assert "x.db: it cannot be read as a database: " in str(caught.value)


def test_parquet_that_ends_the_process_that_reads_it_costs_itself_alone(tmp_path: Path) -> None:
    case = Made.from_json((CASES / "container-c60867adce.json").read_bytes())
    with zipfile.ZipFile(io.BytesIO(case.files["shop.facts"])) as facts:
        (tmp_path / "crafted.parquet").write_bytes(facts.read("frames/00000.parquet"))
    ad_days().write_parquet(tmp_path / "sound.parquet")

    found = read(tmp_path)

    assert [str(one.file.name) for one in found.unread] == ["crafted.parquet"]
    assert "reading it was stopped: it ran out of its memory of 8192 MiB; copy" in str(
        found.unread[0]
    )
    assert [one.file.name for one in found.readings] == ["sound.parquet"]


def test_a_view_of_duckdb_reads_no_other_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("ad_id,spend\n1870000000000001,5\n")
    path = into_duckdb(tmp_path, {"sound": ad_days()})
    import duckdb

    with closing(duckdb.connect(str(path))) as db:
        db.execute(f"CREATE VIEW thief AS SELECT * FROM read_csv('{secret}')")

    found = read(path)

    assert sums(found.readings[0]) == TRUTH
    assert "file system operations are disabled" in str(found.unread[0])


NUMBERS = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t)"


@pytest.mark.parametrize(
    "rows",
    [
        f"{NUMBERS} SELECT n AS spend FROM t",
        f"{NUMBERS} SELECT NULL AS spend FROM t",
        f"{NUMBERS} SELECT count(*) AS spend FROM t",
        f"{NUMBERS} SELECT hex(zeroblob(50000)) AS spend FROM t",
    ],
)
def test_a_view_of_sqlite_that_does_not_end_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: str
) -> None:
    monkeypatch.setattr(databases, "_LEAST_SIZE", 2**23)
    monkeypatch.setattr(databases, "_LEAST_STEPS", 5_000_000)
    with closing(sqlite3.connect(tmp_path / "x.db")) as db:
        db.execute(f"CREATE VIEW endless AS {rows}")
    (grid,) = databases.sqlite_grids(tmp_path / "x.db", "x.db")

    with pytest.raises(AdvisorError, match=r"x\.db: .* a view or a computed column in it does not"):
        grid.body(0, [0])


@pytest.mark.parametrize("into", [into_sqlite, into_duckdb])
def test_a_database_of_very_many_tables_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, into: Callable[[Path, Tables], Path]
) -> None:
    monkeypatch.setattr(databases, "_MOST_TABLES", 2)
    few = into(tmp_path, {name: ad_days() for name in ("one", "two")})
    grids = databases.sqlite_grids if into is into_sqlite else databases.duckdb_grids
    assert len(grids(few, "x.db")) == 2

    few.unlink()
    many = into(tmp_path, {name: ad_days() for name in ("one", "two", "three")})
    with pytest.raises(AdvisorError, match=r"x\.db: .* more than 2 tables"):
        grids(many, "x.db")


def test_a_cell_of_more_than_a_mebibyte_is_no_cell(tmp_path: Path) -> None:
    long = ad_days().with_columns(note=pl.lit("x" * (2**20 + 1)))
    long.rename({"note": "campaign_name"}).write_parquet(tmp_path / "long.parquet")

    with pytest.raises(NothingReadable, match=r"as a database: a cell has more than 1 MiB; copy"):
        read(tmp_path)


def test_what_a_panic_of_a_reader_says_is_not_told(tmp_path: Path) -> None:
    case = Made.from_json((CASES / "database-3d686c06c2.json").read_bytes())
    (tmp_path / "crafted.parquet").write_bytes(case.files["plain.parquet"])

    with pytest.raises(NothingReadable, match=r"as a database: its content is damaged; copy or"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("package", "needs"), [("duckdb", "shop-advisor[duckdb]"), ("pg8000", "shop-advisor[postgres]")]
)
def test_without_the_extra_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, needs: str
) -> None:
    for module in (package, f"{package}.native"):
        monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / "x.db").write_bytes(BROKEN["duckdb"])
    path = tmp_path / "x.db" if package == "duckdb" else "postgresql://me@localhost/shop"

    with pytest.raises(AdvisorError) as caught:
        read(path)

    assert f"pip install '{needs}'" in str(caught.value)


# ── PostgreSQL ──────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    pytest.importorskip("pg8000")
    home = programs()
    if home is None:
        pytest.skip("no PostgreSQL server is installed here: initdb was not found")
    with server(home) as one:
        yield one


def into_postgres(running: Server, schema: str, tables: Tables) -> str:
    from pg8000.native import Connection

    socket = str(running.folder / ".s.PGSQL.5432")
    connection = Connection("loader", password=PASSWORD, unix_sock=socket, database="postgres")
    with closing(connection) as db:
        db.run("DROP SCHEMA IF EXISTS raw CASCADE")
        db.run("CREATE SCHEMA raw")
        db.run("SET search_path TO raw")
        for name, frame in tables.items():
            db.run(created(name, frame))
            rows = frame.with_columns(pl.col(pl.Datetime).dt.to_string("%Y-%m-%d %H:%M:%S"))
            db.run(
                f'COPY "{name}" FROM STDIN (FORMAT csv)',
                stream=iter([rows.write_csv(include_header=False)]),
            )
        if "ads_reports_daily" in tables:
            for name in ("metrics", "dimensions"):
                db.run(f"ALTER TABLE ads_reports_daily ALTER {name} TYPE jsonb USING {name}::jsonb")
    return running.url()


@pytest.mark.parametrize("loader", LOADERS)
def test_what_a_loader_wrote_into_postgres_is_what_is_read(running: Server, loader: str) -> None:
    gathered = read(into_postgres(running, "raw", {**LOADERS[loader](), **UNKNOWN}))

    check(gathered)
    name = "database postgres on " + str(running.folder)
    table = next(iter(LOADERS[loader]()))
    assert f"{name} > raw.{table}" in [reading.file.name for reading in gathered.readings]


def test_no_password_comes_into_any_output(running: Server, tmp_path: Path) -> None:
    url = into_postgres(running, "raw", dbt())
    wrong = running.url(password="other-s3cret")
    for address in (url, wrong, url.replace("/postgres?", "/none?")):
        done = subprocess.run(
            [sys.executable, "-c", "from advisor.cli import main; main()", "inspect", address],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
        )
        said = done.stdout + done.stderr
        assert "Traceback" not in said
        assert "s3cret" not in said
        assert done.returncode == (0 if address == url else 2)


@pytest.mark.parametrize(
    ("url", "lacks"),
    [
        ("postgresql://", "has no host and no database and no user"),
        ("postgresql://me:pa55@host", "has no database"),
        ("postgresql://me:pa55@host:port/db", "is not valid"),
        ("postgresql://me:pa55@[host/db", "is not valid"),
    ],
)
def test_an_address_that_is_none_is_refused_without_printing_it(
    url: str, lacks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGUSER", raising=False)

    with pytest.raises(AdvisorError) as caught:
        address_of(url)

    assert f"the address of the database {lacks}" in str(caught.value)
    assert "pa55" not in str(caught.value)


def test_an_address_has_its_parts_from_the_url_and_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PGPASSWORD", "p")
    monkeypatch.setenv("PGUSER", "u")

    found = address_of("postgres://h/db?sslmode=require&port=5433")

    assert found == Address("h", 5433, "db", "u", "p", "require")
    assert "'p'" not in repr(found)


def test_a_server_that_is_not_there_is_one_line() -> None:
    with pytest.raises(AdvisorError) as caught:
        postgres.open_postgres("postgresql://me:pa55@127.0.0.1:1/db")

    assert str(caught.value) == (
        "database db on 127.0.0.1: it cannot be reached: connection refused; "
        "check host, port, user and password"
    )
