"""`advisor experiment read`: what the numbers of a test say."""

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.experiment_options import (
    alpha_option,
    cv_option,
    json_option,
)
from advisor.cli.options import config_option, day, paths_argument, period_options, today_option
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from advisor.cli.experiment_versions import ReadOptions, Versions
    from advisor.experiment import Reading
    from advisor.history import ExperimentRow
    from advisor.model import Vocabulary
    from advisor.plugin import Registry


@click.command(short_help="What the numbers of a test say.")
@paths_argument(required=False)
@click.option("--metric", "metric_id", metavar="METRIC", help="What decides: ctr, ctor, roas …")
@click.option("--test", "test_name", metavar="NAME", help="A test that was started, with PATH.")
@click.option(
    "--a",
    metavar="COUNTS",
    help="The current version: 120/8000, for ROAS and its like sales/spend/orders, or its files.",
)
@click.option(
    "--b", metavar="COUNTS", multiple=True, help="Another version; may be given several times."
)
@click.option("--subject-a", metavar="KEY", help="The current version: a subject in PATH.")
@click.option(
    "--subject-b",
    metavar="KEY",
    multiple=True,
    help="Another version: a subject in PATH; may be given several times.",
)
@click.option("--before", metavar="COUNTS", help="The changed version, before the change.")
@click.option("--after", metavar="COUNTS", help="The changed version, after the change.")
@click.option(
    "--control-before", metavar="COUNTS", help="The untouched control, before the change."
)
@click.option("--control-after", metavar="COUNTS", help="The untouched control, after the change.")
@click.option("--subject", metavar="KEY", help="With --changed: the subject that was changed.")
@click.option(
    "--changed", type=day, metavar="YYYY-MM-DD", help="The first day of the change, with PATH."
)
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    metavar="N",
    help="With --changed: so many days before and after; as many as there are, at most 28.",
)
@click.option(
    "--control",
    metavar="KEY",
    multiple=True,
    help="With --changed: an untouched subject; all others of its kind where none is named.",
)
@click.option(
    "--planned",
    metavar="N",
    type=click.FloatRange(1),
    help="The planned number of events per version.",
)
@click.option("--split", metavar="PARTS", help="How versions were to share: 50/50, 80/20.")
@alpha_option
@cv_option
@click.option(
    "--per-day",
    metavar="N",
    type=click.FloatRange(0, min_open=True),
    help="What the chosen version would get in a day, in units of the denominator (impressions of "
    "a CTR, spend of a ROAS), to say what it is worth in 30 days.",
)
@click.option(
    "--worth",
    metavar="MONEY",
    type=click.FloatRange(0, min_open=True),
    help="The money that one of the numerator brings (one click of a CTR).",
)
@json_option
@period_options
@today_option
@config_option
def read(
    *,
    paths: tuple[str, ...],
    metric_id: str | None,
    test_name: str | None,
    a: str | None,
    b: tuple[str, ...],
    subject_a: str | None,
    subject_b: tuple[str, ...],
    before: str | None,
    after: str | None,
    control_before: str | None,
    control_after: str | None,
    subject: str | None,
    changed: date | None,
    days: int | None,
    control: tuple[str, ...],
    planned: float | None,
    split: str | None,
    alpha: str,
    cv: float | None,
    per_day: float | None,
    worth: float | None,
    as_json: bool,
    first: date | None,
    last: date | None,
    month: str | None,
    today: date,
    config: Path | None,
) -> None:
    """Compares versions of a test: the difference with its confidence interval, the verdict,
    and what it is worth in 30 days. A test that has not reached its planned size is too early to
    read, unless the difference is clear even after repeated looks.

    Versions are counts, subjects of one export, or exports of their own. With --before and the
    options like it, or with --changed, a change is compared with what was left untouched.

    \b
    Examples:
      advisor experiment read --metric ctr --a 120/8000 --b 160/8100 --planned 8000
      advisor experiment read --metric aov --a 9300/310 --b 10560/330 --cv 0.8
      advisor experiment read exports/ --metric ctr --subject-a "Logo" --subject-b "Result"
      advisor experiment read --metric ctr --a first/ --b second/
      advisor experiment read exports/ --metric ctr --subject "Logo" --changed 2026-10-15
      advisor experiment read exports/ --test Hooks
    """
    from advisor.cli.experiment_shop import tested
    from advisor.cli.experiment_versions import ReadOptions
    from advisor.cli.screen import readers
    from advisor.experiment import counts
    from advisor.plugin import load_plugins

    registry = load_plugins()
    level = counts.share(alpha, where="--alpha")
    test = None
    if test_name is not None:
        test = _started(test_name, paths, today, config)
        known = {"--metric": metric_id, "--subject-a": subject_a, "--subject-b": subject_b}
        for option, stated in known.items():
            if stated:
                raise AdvisorError("is known of the test", where=option)
        metric_id, planned, level = test.metric, test.planned, test.alpha
        subject_a, subject_b = test.versions[0], test.versions[1:]
        first, last = test.start, min(today, test.due) - timedelta(days=1)
    if metric_id is None:
        raise AdvisorError("say what decides", where="--metric", hint="ctr, ctor, roas …")
    asked = ReadOptions(
        metric=tested(metric_id, registry.vocabulary()),
        paths=paths,
        a=a,
        b=b,
        subject_a=subject_a,
        subject_b=subject_b,
        four={
            "--before": before,
            "--after": after,
            "--control-before": control_before,
            "--control-after": control_after,
        },
        subject=subject,
        changed=changed,
        days=days,
        control=control,
        cv=cv,
        per_day=per_day,
        worth=worth,
        first=first,
        last=last,
        month=month,
        today=today,
        config=config,
    )
    if asked.of_change:
        for option, given in (
            ("--a", a),
            ("--b", b),
            ("--subject-a", subject_a),
            ("--subject-b", subject_b),
            ("--planned", planned),
            ("--split", split),
            ("--from", first),
            ("--to", last),
            ("--month", month),
        ):
            if given:
                raise AdvisorError("says nothing of before and after", where=option)
        lines = _change(asked, level, registry, as_json=as_json)
    else:
        for option, unused in (("--days", days),):
            if unused:
                raise AdvisorError("goes with --changed", where=option)
        lines = _side_by_side(asked, level, planned, split, registry, test, as_json=as_json)
    with readers():
        for line in lines:
            click.echo(line)


def _side_by_side(
    asked: "ReadOptions",
    alpha: float,
    planned: float | None,
    split: str | None,
    registry: "Registry",
    test: "ExperimentRow | None",
    *,
    as_json: bool,
) -> list[str]:
    from advisor.cli.experiment_versions import versions
    from advisor.cli.screen import plain
    from advisor.experiment import counts, data, words
    from advisor.experiment import read as reading_of
    from advisor.model import CountUnit
    from advisor.report import write_json

    vocabulary = registry.vocabulary()
    parts = None
    if split is not None:
        one = vocabulary.counts[asked.metric.denominator[0].rstrip("?")]
        if one.unit is CountUnit.MONEY:
            raise AdvisorError(
                f"{one.title} is given, not shared by chance; there is no split to check",
                where="--split",
            )
        total = 1 + len(asked.b) + len(asked.subject_b)
        parts = counts.parts(split, total, where="--split")
    found = versions(asked, registry)
    if test is not None and planned is None:
        planned = _planned(asked, test, found)
    reading = reading_of(
        asked.metric,
        found.a,
        found.others,
        alpha=alpha,
        planned=planned,
        split=parts,
        pace=found.pace,
    )
    if test is not None and asked.today >= test.due:
        _keep(asked, test, reading)
    if as_json:
        return [write_json(data.reading_data(reading, found.currency)).rstrip("\n")]
    events = counts.deciding(asked.metric, vocabulary)
    lines = [*_table(reading, vocabulary, found.currency), ""]
    for result in reading.results:
        lines += map(plain, words.describe_version(reading, result, events, found.currency))
    for warning in words.warnings(reading, as_ran=found.as_ran and parts is None):
        lines += ["", plain(f"Beware: {warning}")]
    return lines


def _started(
    name: str, paths: tuple[str, ...], today: date, config: Path | None
) -> "ExperimentRow":
    """The test with this *name*, on a day on which there is something to read."""
    from advisor.cli.experiment_register import named_test
    from advisor.cli.history import store_at

    if len(paths) != 1:
        raise AdvisorError("goes with the folder of the shop", where="--test")
    test = named_test(*store_at(paths[0], config), name, where="--test")
    if today <= test.start:
        raise AdvisorError(f"it started on {test.start}: no day is complete yet", where="--test")
    return test


def _planned(asked: "ReadOptions", test: "ExperimentRow", found: "Versions") -> float:
    """How many events a version will have in the end, if they come as they came so far."""
    days = (test.due - test.start).days
    elapsed = min((asked.today - test.start).days, days)
    events = max(arm.rests_on(asked.metric) for arm in (found.a, *found.others))
    return max(events * days / elapsed, 1.0)


def _keep(asked: "ReadOptions", test: "ExperimentRow", reading: "Reading") -> None:
    """Keep what a test said that ran to its end."""
    from advisor.cli.history import store_at

    store, shop = store_at(asked.paths[0], asked.config)
    said = ", ".join(f"{one.name}: {one.verdict.value}" for one in reading.results)
    store.end(shop, test.name, asked.today, said)


def _table(reading: "Reading", vocabulary: "Vocabulary", currency: str | None) -> list[str]:
    from advisor.cli.screen import columns
    from advisor.experiment import counts, limits, words
    from advisor.model import ENGLISH, Unit

    metric = reading.metric
    rows: list[tuple[str, ...]] = []
    for arm in (reading.a, *reading.others):
        at = arm.value(metric)
        low, high = limits(metric, arm, reading.alpha)
        extra = () if counts.of_events(metric) is None else (f"{arm.events or 0:,.0f}",)
        rows.append(
            (
                arm.name,
                f"{arm.top:,.0f}",
                f"{arm.bottom:,.0f}",
                *extra,
                *words.value_and_limits(metric, at, low, high, currency),
            )
        )
    sure = ENGLISH.number(1 - reading.alpha, Unit.SHARE)
    header = (
        "Version",
        *counts.titles(metric, vocabulary),
        metric.title,
        f"{sure} confidence interval",
    )
    return columns(rows, header)


def _change(
    asked: "ReadOptions", alpha: float, registry: "Registry", *, as_json: bool
) -> list[str]:
    from advisor.cli.experiment_versions import change
    from advisor.cli.screen import plain
    from advisor.experiment import before_after, data, words
    from advisor.report import write_json

    found = change(asked, registry)
    effect = before_after(
        asked.metric, found.changed, found.untouched, alpha=alpha, pace=found.pace
    )
    if as_json:
        return [write_json(data.effect_data(effect, found.currency)).rstrip("\n")]
    lines: list[str] = []
    if found.after is not None:
        others = len(found.untouched)
        lines += [
            plain(
                f"{found.name}: {found.after}, against the {found.after.days} days before, and "
                f"{others:,} untouched of its kind"
            ),
            "",
        ]
    lines += map(plain, words.effect(effect, found.name, found.currency))
    return lines
