"""What every file of bands promises: see BenchmarksContract."""

from collections.abc import Sequence
from datetime import date

from advisor.errors import AdvisorError
from advisor.knowledge import Verdict, strains
from advisor.model import Band, BandFile, Bands, Business, Size, Vocabulary, band_file, check_bands
from advisor.testing.contract import Contract, fail_with
from advisor.testing.installed import registry_with
from advisor.testing.shops import TODAY


class BenchmarksContract(Contract):
    """Bands speak of metrics that are there, hold together, and say who says so.

    *bands* is a BandFile or the TOML text of one. *plugins* are modules with hooks that are not
    installed, whose metrics and niches it uses. *today* is the day that the bands must hold on.
    *contradictions* are bands that cannot hold together and are known to, as the source says both:
    how the sentences about them start in `advisor rules test`.
    """

    bands: BandFile | str
    plugins: Sequence[object] = ()
    today: date = TODAY
    contradictions: Sequence[str] = ()

    def test_names_known_metrics_and_possible_edges(self) -> None:
        """Metrics, subjects, sizes and niches are known; edges are possible, low below high."""
        try:
            check_bands(self._file(), self._words())
        except AdvisorError as error:
            raise AssertionError(str(error)) from None

    def test_identities_can_hold(self) -> None:
        """Good values of all metrics of an identity can be had at once, but for the known
        *contradictions*, and those are there."""
        found = strains(self._file(), self._words(), self.today)
        worst = [strain for strain in found if strain.verdict is Verdict.CANNOT]
        known = tuple(self.contradictions)
        wrong = [str(strain) for strain in worst if not strain.text.startswith(known)]
        for text in known:
            if not any(strain.text.startswith(text) for strain in worst):
                wrong.append(f"is no contradiction (any more): {text}")
        fail_with(wrong)

    def test_says_who_says_so(self) -> None:
        """The file has a title, and every band an origin or the items of a guide that it stands
        for."""
        file = self._file()
        wrong = [] if file.title.strip() else ["the file has no title; reports print it"]
        for at, band in enumerate(file.band, start=1):
            if not band.guide and (band.origin is None or not band.origin.title.strip()):
                wrong.append(f"band {at} ({band.metric}): has no origin")
        fail_with(wrong)

    def test_no_two_bands_speak_of_the_same(self) -> None:
        """Of two bands for one metric in one place, nobody could tell which holds."""
        seen: dict[object, int] = {}
        wrong: list[str] = []
        for at, band in enumerate(self._file().band, start=1):
            first = seen.setdefault((band.metric, band.where), at)
            if first != at:
                wrong.append(f"band {at} ({band.metric}): band {first} holds in the same place")
        fail_with(wrong)

    def test_every_band_holds_somewhere(self) -> None:
        """There is a shop for which each band decides; no other band of the file stands before it
        everywhere."""
        file, words = self._file(), self._words()
        fail_with(
            f"band {at} ({band.metric}): never decides; another band of the file stands before it"
            for at, band in enumerate(file.band, start=1)
            if not _decides(band, file, words, self.today)
        )

    def _file(self) -> BandFile:
        if isinstance(self.bands, BandFile):
            return self.bands
        try:
            return band_file(self.bands, where="bands.toml")
        except AdvisorError as error:
            raise AssertionError(str(error)) from None

    def _words(self) -> Vocabulary:
        return registry_with(tuple(self.plugins)).vocabulary()


def _decides(band: Band, file: BandFile, words: Vocabulary, today: date) -> bool:
    """Whether *band* is used for the shop that it is made for."""
    where = band.where
    day = where.from_ or where.until or today
    metric = words.metrics.get(band.metric)
    kinds = where.subject or (metric.subjects if metric is not None else ()) or ("shop",)
    for size in [where.size] if where.size else [None, *(one.value for one in Size)]:
        business = Business(
            size=size,
            niche=where.niche,
            region=where.region,
            currency="USD",
            margin=0.4 if where.margin else None,
        )
        for kind in kinds:
            tried = Bands((file,)).resolve(band.metric, kind, business, day).tried
            if any(one is band and said == "used" for one, said in tried):
                return True
    return False
