"""What every provider promises: see ProviderContract."""

from collections.abc import Iterator, Sequence
from datetime import date
from os import PathLike

import polars as pl

from advisor.errors import AdvisorError, unknown
from advisor.model import Table, Vocabulary
from advisor.plugin import Match, Provider, ReadContext, contract_breaks
from advisor.testing.contract import Contract, fail_with
from advisor.testing.installed import registry_with
from advisor.testing.lineage import lineage_breaks
from advisor.testing.privacy import personal_breaks
from advisor.testing.samples import (
    Part,
    Sample,
    blank_rows,
    claims,
    grid_rows,
    header_rows,
    opened,
    read_parts,
    without_a_column,
)
from advisor.testing.strangers import strangers

_TENTHS = 10
_CLOSE = 1e-6
# A panic inside polars is no Exception, and breaks a promise all the same.
_FAILURES = (Exception, pl.exceptions.PanicException)


class ProviderContract(Contract):
    """A provider recognizes its own files and no others, and loses nothing of them.

    *samples* are files that it reads, as paths or `Sample`; at least one of them states `totals`.
    *others* are files that it must refuse, beside those that the contract brings. *plugins* are
    modules with hooks that are not installed (its vocabulary). *context* is what it reads with.
    """

    provider: Provider
    samples: Sequence[Sample | str | PathLike[str]]
    others: Sequence[Sample | str | PathLike[str]] = ()
    plugins: Sequence[object] = ()
    context: ReadContext = ReadContext(date(2026, 1, 29))

    def test_recognizes_its_own_samples(self) -> None:
        """Each sample is claimed by its content, as the kind that its author says."""
        wrong: list[str] = []
        for sample in self._samples():
            with opened(sample) as source:
                found = claims(self.provider, source)
                lacks = [one for one in self.provider.recognise(source) if one.lacks]
            if not found:
                near = f"; it lacks {', '.join(lacks[0].lacks)}" if lacks else ""
                wrong.append(f"{sample.name}: is not recognized{near}")
            elif sample.kind is not None and found[0].kind != sample.kind:
                wrong.append(
                    f"{sample.name}: expected kind {sample.kind!r}, found {found[0].kind!r}"
                )
        fail_with(wrong)

    def test_no_other_provider_claims_its_samples(self) -> None:
        """Of all that are installed, its own claim is the strongest."""
        wrong: list[str] = []
        for sample in self._samples():
            with opened(sample) as source:
                mine = max((one.strength for one in claims(self.provider, source)), default=0)
                for other in self._others_installed():
                    for match in claims(other, source)[:1]:
                        # Of equal claims the name decides, which is nobody's intention.
                        if match.strength >= mine:
                            wrong.append(
                                f"{sample.name}: {other.name} claims it as {match.kind!r} with "
                                f"strength {match.strength}, {self.provider.name} with {mine}"
                            )
        fail_with(wrong)

    def test_refuses_the_files_of_others(self) -> None:
        """Files of other trades, templates of other providers, and *others* are not claimed."""
        wrong: list[str] = []
        given = [Sample.of(other) for other in self.others]
        for sample in (*strangers(self.provider, self._others_installed()), *given):
            try:
                with opened(sample) as source:
                    found = claims(self.provider, source)
            except AdvisorError:
                continue  # the host cannot open it, so nobody is asked
            if found:
                wrong.append(
                    f"{sample.name}: is claimed as {found[0].kind!r} (strength {found[0].strength})"
                )
        fail_with(wrong)

    def test_says_what_it_reads(self) -> None:
        """Kinds have a title and say where the file comes from; what is read was announced, in
        words of the vocabulary."""
        words = self._vocabulary()
        wrong = list(_unannounced(self.provider, words))
        for sample, part in self._parts():
            info = self.provider.kinds.get(part.match.kind)
            if info is None:
                kinds = self.provider.kinds
                wrong.append(f"{sample.name}: {unknown('kind', part.match.kind, kinds)}")
                continue
            for table in part.reading.tables:
                at = f"{sample.name}, kind {part.match.kind}"
                if table.subject not in info.subjects:
                    wrong.append(f"{at}: gives {table.subject!r}, which its subjects leave out")
                wrong += [
                    f"{at}: gives {count!r}, which its counts leave out"
                    for count in table.counts
                    if count not in info.counts
                ]
        fail_with(wrong)

    def test_gives_readings_as_the_host_expects_them(self) -> None:
        """Columns, types and keys of every table are those that `advisor.Reading` describes."""
        fail_with(
            f"{sample.name}: {text}"
            for sample, part in self._parts()
            for text in contract_breaks(part.reading)
        )

    def test_loses_no_row(self) -> None:
        """Rows that were read and rows that were left out, by reason, are all rows."""
        wrong: list[str] = []
        for sample, part in self._parts():
            reading = part.reading
            told = reading.rows + sum(reading.left_out.values())
            left = ", ".join(f"{why}: {n}" for why, n in reading.left_out.items()) or "none"
            said = f"{reading.rows} read, left out {left}"
            if sample.rows is not None:
                if told != sample.rows:
                    wrong.append(f"{sample.name}: has {sample.rows} rows, accounted for: {said}")
                continue
            counted = _counted(part)
            if not counted:
                wrong.append(
                    f"{sample.name}: where its header is cannot be told from the columns of the "
                    "reading; say how many rows it has: Sample(..., rows=...)"
                )
            elif not any(least <= told <= most for least, most in counted):
                wrong.append(
                    f"{sample.name}: has {counted[-1][1]} rows after its header, accounted for: "
                    f"{said}"
                )
        fail_with(wrong)

    def test_totals_agree(self) -> None:
        """Counts add up to what the file, or its source, states: `Sample(..., totals={...})`."""
        samples = self._samples()
        if not any(sample.totals for sample in samples):
            fail_with(["no sample states its totals: Sample(..., totals={'orders': 120})"])
        wrong: list[str] = []
        for sample in samples:
            tables = [table for one in self._read(sample) for table in one.reading.tables]
            for count, expected in sample.totals.items():
                held = [table for table in tables if count in table.counts]
                if not held:
                    wrong.append(f"{sample.name}: no table has {count!r}")
                for table in held:
                    found = float(table.frame[count].sum())
                    if abs(found - expected) > _CLOSE * max(1.0, abs(expected)):
                        wrong.append(
                            f"{sample.name}: {count!r} of every {table.subject} is {found:,.10g}, "
                            f"the file's total is {expected:,.10g}"
                        )
        fail_with(wrong)

    def test_every_number_has_its_row(self) -> None:
        """`_row` is the row of the file that a number stands in, and the host can add `_file`."""
        fail_with(
            f"{sample.name}: {text}"
            for sample, part in self._parts()
            for text in lineage_breaks(part, self._vocabulary())
        )

    def test_leaves_out_personal_data(self) -> None:
        """No mail address or telephone number of the file, and nothing that the samples call
        `personal`, is in a reading."""
        fail_with(
            f"{sample.name}: {text}"
            for sample, part in self._parts()
            for text in personal_breaks(part, sample.personal)
        )

    def test_survives_a_file_that_was_cut_off(self) -> None:
        """At every tenth of its bytes a sample gives a reading or an AdvisorError, nothing else."""
        wrong: list[str] = []
        for sample in self._samples():
            for tenth in range(_TENTHS):
                data = sample.data[: len(sample.data) * tenth // _TENTHS]
                said = self._attempt(sample, data)
                if said:
                    wrong.append(f"{sample.name}, cut off after {tenth} tenths: {said}")
        fail_with(wrong)

    def test_reads_by_content_alone(self) -> None:
        """Under another name, and once more, a sample is claimed and read as the same; one that is
        `named` may be read otherwise then."""
        wrong: list[str] = []
        for sample in self._samples():
            first = self._read(sample)
            for name in (sample.name, "renamed"):
                with opened(sample, name=name) as source:
                    if claims(self.provider, source) != self._claims(sample):
                        wrong.append(f"{sample.name}: is claimed otherwise as {name!r}")
                        continue
                    if sample.named and name != sample.name:
                        continue
                    try:
                        again = read_parts(self.provider, source, self.context)
                    except AdvisorError as error:
                        wrong.append(f"{sample.name}: is refused as {name!r}: {error}")
                        continue
                if len(first) != len(again) or not all(map(_same, first, again)):
                    wrong.append(f"{sample.name}: is read otherwise as {name!r}")
        fail_with(wrong)

    def test_leaves_missing_missing(self) -> None:
        """Where every cell of a column is empty, no count becomes 0 that was not: what a file does
        not say is missing. Tried on samples of delimited text, column by column."""
        wrong: list[str] = []
        for sample, part in self._parts():
            for header, data in without_a_column(sample, part):
                counted = _known(self._attempted(sample, data))
                for count in _known([part]).items() - counted.items():
                    if counted.get(count[0]) == 0 and count[1] != 0:
                        wrong.append(f"{sample.name}: without {header!r}, {count[0]!r} becomes 0")
        fail_with(dict.fromkeys(wrong))

    def _samples(self) -> list[Sample]:
        samples = [Sample.of(sample) for sample in self.samples]
        assert samples, "there are no samples"  # noqa: S101  this is a test
        return samples

    def _parts(self) -> Iterator[tuple[Sample, Part]]:
        """Each reading while its file is open."""
        for sample in self._samples():
            with opened(sample) as source:
                for part in read_parts(self.provider, source, self.context):
                    yield sample, part

    def _claims(self, sample: Sample) -> list[Match]:
        with opened(sample) as source:
            return claims(self.provider, source)

    def _read(self, sample: Sample) -> list[Part]:
        with opened(sample) as source:
            return read_parts(self.provider, source, self.context)

    def _attempt(self, sample: Sample, data: bytes) -> str:
        """What goes wrong with *sample* cut down to *data*; "" where nothing does."""
        try:
            with opened(sample, data=data) as source:
                for part in read_parts(self.provider, source, self.context):
                    broken = contract_breaks(part.reading)
                    if broken:
                        return "; ".join(broken)
        except AdvisorError:
            return ""
        except _FAILURES as error:
            return f"{type(error).__name__}: {error}"
        return ""

    def _attempted(self, sample: Sample, data: bytes) -> list[Part]:
        """What comes of *sample* with other content; nothing where it is refused."""
        try:
            with opened(sample, data=data) as source:
                return read_parts(self.provider, source, self.context)
        except AdvisorError:
            return []

    def _vocabulary(self) -> Vocabulary:
        return registry_with(tuple(self.plugins)).vocabulary()

    def _others_installed(self) -> list[Provider]:
        providers = registry_with(tuple(self.plugins)).providers()
        return [other for other in providers if other.name != self.provider.name]


def _unannounced(provider: Provider, words: Vocabulary) -> Iterator[str]:
    """What is wrong with what a provider says it reads."""
    if not provider.name.strip():
        yield "it has no name"
    if not provider.kinds:
        yield "it announces no kind of file"
    for name, info in provider.kinds.items():
        if not info.title.strip() or not info.where.strip():
            yield f"kind {name}: title and where are for the user, and must not be empty"
        for subject in info.subjects:
            if subject not in words.subjects:
                yield f"kind {name}: {unknown('subject', subject, words.subjects)}"
        for count in info.counts:
            if count not in words.counts:
                yield f"kind {name}: {unknown('count', count, words.counts)}"


def _counted(part: Part) -> list[tuple[int, int]]:
    """How many rows there are below each row that may be the header, without and with blank ones;
    empty where that cannot be told."""
    if part.grid is None:
        return []
    headers = [column.header for column in part.reading.columns]
    found: list[tuple[int, int]] = []
    for at in header_rows(part.grid, headers):
        rows = grid_rows(part.grid, at)
        found.append((rows.height - blank_rows(rows), rows.height))
    return found


def _known(parts: Sequence[Part]) -> dict[str, float]:
    """The sum of every count that has a value, over all tables."""
    sums: dict[str, float] = {}
    for table in (table for part in parts for table in part.reading.tables):
        for count in table.counts:
            if table.frame[count].null_count() < table.frame.height:
                sums[count] = sums.get(count, 0.0) + float(table.frame[count].sum())
    return sums


def _same(one: Part, other: Part) -> bool:
    """Whether two readings differ in the file's name alone."""
    first, second = one.reading, other.reading
    return (
        (first.rows, first.left_out, first.period, first.currency)
        == (second.rows, second.left_out, second.period, second.currency)
        and len(first.tables) == len(second.tables)
        and all(map(_same_table, first.tables, second.tables))
    )


def _same_table(one: Table, other: Table) -> bool:
    about = (one.subject, one.family, one.grain) == (other.subject, other.family, other.grain)
    return about and one.frame.equals(other.frame)
