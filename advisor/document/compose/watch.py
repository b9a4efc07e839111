"""What is nearly known: subjects on which a rule may yet fire, and how much data would tell."""

import math
from collections.abc import Mapping, Sequence

from advisor.diagnosis import Diagnosis
from advisor.document.compose.pools import subject_name
from advisor.document.findings import SubjectInfo
from advisor.document.outcomes import Watch
from advisor.judge import RuleEvaluation, counted_tests, truth_column
from advisor.metrics import Value, days_column, metric_of, value_of
from advisor.model import LEVELS, TRENDS, Against, MetricKind, Resolved, Test, Truth, Varies
from advisor.stats import Z

NO_BAND = Resolved()
LONGEST = 90  # days: what takes longer to tell is too close to call
TOO_CLOSE = 20.0  # times the data there are: more than that is no promise to make


def watch(diagnosis: Diagnosis) -> list[Watch]:
    """Subjects on which a rule may yet fire: the ones with most data first, a few for each rule."""
    lines: list[Watch] = []
    for one in diagnosis.block.unsure.get(diagnosis.id, ()):
        evaluation, values = one.evaluation, one.row
        line, days = _nearly(evaluation, counted_tests(evaluation), values, diagnosis)
        if line:
            key = str(values["key"])
            subject = SubjectInfo(evaluation.kind, key, subject_name(values, evaluation, diagnosis))
            lines.append(Watch(evaluation.rule.id, subject, line, days))
    return lines


def _nearly(
    evaluation: RuleEvaluation,
    tests: Sequence[Test],
    row: Mapping[str, object],
    diagnosis: Diagnosis,
) -> tuple[str, int | None]:
    """About the first test that is not decided: the value, the band, and how much would tell; and
    in how many days that is there."""
    currency, language = diagnosis.business.currency, diagnosis.language
    for test in tests:
        if row.get(truth_column(test)) != int(Truth.UNSURE):
            continue
        metric = metric_of(test.name, diagnosis.vocabulary)
        band = diagnosis.grader.resolve(test.name, evaluation.graded.measured.kind)
        origin = band.edges[0].origin if band.edges else None
        value = value_of(metric, row, origin=origin)
        named = {
            "metric": metric.title,
            "value": value.words(language, currency),
            "range": value.limits(language, currency),
            "target": value.band_words(language, currency),
        }
        banded = bool(test.is_) and test.against is Against.BAND and origin is not None
        if banded and metric.kind is not MetricKind.EXACT:
            named["more"] = promise(test, value, row, diagnosis, band)
            said = language.gettext(
                "{metric} {value} (likely {range}, target {target}): {more}", **named
            )
            days = _days(enough(value, row, test, band), value, row)
            return said, days if (days or 0) <= LONGEST else None
        return _undecided(test, named, value, diagnosis), None
    return "", None


def _undecided(test: Test, named: Mapping[str, str], value: Value, diagnosis: Diagnosis) -> str:
    """What cannot be told of a change, of a limit, or of a comparison with other subjects."""
    language, unit = diagnosis.language, value.metric.unit
    currency = diagnosis.business.currency
    if test.trend == TRENDS[0]:
        return language.gettext(
            "{metric} {value} (likely {range}): too early to tell if it is falling", **named
        )
    if test.trend == TRENDS[2]:
        return language.gettext(
            "{metric} {value} (likely {range}): too early to tell if it is rising", **named
        )
    if test.at_least is not None or test.at_most is not None:
        return language.gettext(
            "{metric} {value} (likely {range}): too early to tell if it is {limit}",
            **named,
            limit=language.band(test.at_least, test.at_most, unit, currency),
        )
    if test.against is Against.PAST:
        return language.gettext(
            "{metric} {value} (likely {range}): too early to tell if it changed", **named
        )
    return language.gettext(
        "{metric} {value} (likely {range}): too early to tell if it differs from the rest", **named
    )


def promise(
    test: Test,
    value: Value,
    row: Mapping[str, object],
    diagnosis: Diagnosis,
    band: Resolved,
) -> str:
    """How many more events would decide *test* of *band*, in words."""
    language = diagnosis.language
    if band.within and _off(value):  # only the rate that its edges are converted at keeps it open
        return language.gettext(
            "it depends on the exchange rate: set usd_rate in [shop] of advisor.toml"
        )
    more = enough(value, row, test, band)
    days = _days(more, value, row)
    if more is None or (days or 0) > LONGEST:
        if not band.setting:
            return language.gettext("too close to call")
        return language.gettext(
            "too close to call; set {setting} in [shop] of advisor.toml to know more",
            setting=band.setting,
        )
    metric = value.metric
    named = metric.events if metric.kind is MetricKind.MONEY else metric.denominator[0]
    unit = metric_of(named or "", diagnosis.vocabulary).unit
    words = {
        "count": language.number(_round_up(more), unit, diagnosis.business.currency),
        "events": diagnosis.vocabulary.counts[(named or "").rstrip("?")].title,
    }
    if days is not None:
        return language.ngettext(
            "about {count} more needed ({events}, {n} day)",
            "about {count} more needed ({events}, {n} days)",
            days,
            **words,
        )
    return language.gettext("about {count} more needed ({events})", **words)


def _off(value: Value) -> bool:
    """Whether all of its interval lies beyond an edge of its band."""
    low, high = value.low, value.high
    above = value.edge_high is not None and low is not None and low > value.edge_high
    return above or (value.edge_low is not None and high is not None and high < value.edge_low)


def _days(more: float | None, value: Value, row: Mapping[str, object]) -> int | None:
    """In how many days there are *more* events, at the present pace."""
    days, n = row.get(days_column(value.metric.id, tuple(row))), value.n
    if more is None or not isinstance(days, float) or days <= 0 or not n:
        return None
    return math.ceil(more / (n / days))


def _round_up(count: float) -> float:
    """Two digits that count: nobody needs 1,283 more clicks."""
    if count < 10:
        return math.ceil(count)
    step = 10 ** (math.floor(math.log10(count)) - 1)
    return float(math.ceil(count / step) * step)


def enough(
    value: Value, row: Mapping[str, object], test: Test, band: Resolved = NO_BAND
) -> float | None:
    """How many more events would decide *test* if the value stays as it is; None where it lies so
    near an edge, or among those that *band* may have, that no number can be promised."""
    low, middle, high = (level in test.is_ for level in LEVELS)
    deciding = {
        "low": value.edge_low if low != middle else None,
        "high": value.edge_high if middle != high else None,
    }
    nearest = [
        _nearest(value.value or 0.0, edge, side, band)
        for side, edge in deciding.items()
        if edge is not None
    ]
    more = [None if edge is None else _enough(value, row, edge) for edge in nearest]
    if not more or None in more:
        return None
    most = max(one for one in more if one is not None)
    return most if 0 < most <= TOO_CLOSE * (value.n or 0.0) else None


def _nearest(value: float, edge: float, side: str, band: Resolved) -> float | None:
    """Of all places where *edge* may be, the nearest to *value*; None where it is among them."""
    inner = [edges.low if side == "low" else edges.high for edges in band.narrow if not edges.of]
    places = [edge, *(place for place in inner if place is not None)]
    low, high = min(places) * (1 - band.within), max(places) * (1 + band.within)
    if low == high or value < low:
        return low
    return high if value > high else None


def _enough(value: Value, row: Mapping[str, object], edge: float) -> float | None:
    """How many more events would tell the value from *edge*; 0 where it is known."""
    metric, n = value.metric, value.n
    if value.value is None or not n or edge <= 0:
        return None
    phi = row.get(f"{metric.id}.phi")
    spread = row.get(f"{metric.id}.cv2")
    noise = float(phi) if isinstance(phi, float) else 1.0
    if metric.kind is MetricKind.PROPORTION:
        gap = value.value - edge
        needed = Z * Z * edge * (1 - edge) * noise / (gap * gap) if gap else math.inf
    elif metric.kind is MetricKind.RATE:
        gap = value.value - edge
        needed = Z * Z * edge * metric.scale * noise / (gap * gap) if gap else math.inf
    else:
        if metric.varies is not Varies.EVENTS:
            noise += float(spread) if isinstance(spread, float) else 1.0
        gap = math.log(value.value / edge) if value.value > 0 else math.inf
        needed = Z * Z * noise / (gap * gap) if gap else math.inf
    return max(needed - n, 0.0)
