"""The language of a report: its texts from catalogues, its numbers and dates as its locale writes
them.

A text is looked up by itself, in English (gettext); where a catalogue lacks it, it stays English.
A language is a value that goes from the settings to what makes texts: nothing here is global, so
shops of one run may each have their own.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from gettext import c2py
from typing import Any, TypeVar

import attrs

from advisor.model import numerals
from advisor.model.compiled_form import compiled
from advisor.model.locale_style import DAY_OF_MONTH, FULL_DAY, MONTH, Style, best_locale, style_of
from advisor.model.message import Days, Listed, Message, Quantity, Value, message_from
from advisor.model.record import TRANSLATED, frozen
from advisor.model.text import finite, render
from advisor.model.vocabulary import Unit

T = TypeVar("T")

SOURCE = "en"  # the language that texts are written in
_MANY = 2  # the number that stands for a fraction: "1.5 days"
_CONTEXT = "\x04"  # between a context and its text, as in .mo files


@frozen(eq=False)
class Catalogue:
    """The texts of one language: *texts* by the English one, *plurals* by the English singular,
    with the number of forms that *rule* (C, as gettext has it) chooses from."""

    texts: Mapping[str, str] = attrs.field(factory=dict)
    plurals: Mapping[str, Sequence[str]] = attrs.field(factory=dict)
    rule: str = "n != 1"


def read_catalogue(sources: Sequence[str]) -> Catalogue:
    """The catalogue of PO files, whose text *sources* are; of a text that several have, the first.

    Raises ValueError for what is no PO file.
    """
    parts = compiled("catalogue", sources, lambda: _parts(sources))
    return Catalogue(parts["texts"], parts["plurals"], parts["rule"])


def _parts(sources: Sequence[str]) -> dict[str, Any]:
    from io import BytesIO

    from babel.messages.pofile import PoFileError, read_po

    texts: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    rule = ""
    for source in sources:
        try:
            read = read_po(BytesIO(source.encode()), abort_invalid=True)
        except PoFileError as error:
            raise ValueError(str(error)) from None
        rule = rule or str(read.plural_expr)
        for message in read:
            key = message.id if isinstance(message.id, str) else message.id[0]
            if not key or message.fuzzy:
                continue
            key = f"{message.context}{_CONTEXT}{key}" if message.context else key
            given = message.string or ""
            if isinstance(given, str):
                if given:
                    texts.setdefault(key, given)
            elif all(given) and read.plural_expr == rule:
                plurals.setdefault(key, tuple(given))
    c2py(rule or "n != 1")
    return {"texts": texts, "plurals": plurals, "rule": rule or "n != 1"}


@frozen(eq=False)
class Language:
    """A language as it is written in a region."""

    code: str = SOURCE
    region: str | None = None
    catalogue: Catalogue = attrs.field(factory=Catalogue, repr=False)

    @cached_property
    def style(self) -> Style:
        """How its locale writes numbers and dates."""
        return style_of(best_locale(self.code, self.region))

    @cached_property
    def _form(self) -> Callable[[int], int]:
        return c2py(self.catalogue.rule)

    def gettext(self, text: str, /, **values: object) -> str:
        """*text* in this language, its placeholders (`{name}`) filled with *values*."""
        return self._filled(self.catalogue.texts.get(text, text), values)

    def ngettext(self, one: str, many: str, n: float, /, **values: object) -> str:
        """The form of *one* or *many* for *n* things; `{n}` is the number."""
        return self._filled(self.plural(one, many, n), {"n": n, **values})

    def plural(self, one: str, many: str, n: float, context: str = "") -> str:
        """The form for *n* things, with its placeholders."""
        key = f"{context}{_CONTEXT}{one}" if context else one
        forms = self.catalogue.plurals.get(key)
        if forms is None:
            return one if n == 1 else many
        return forms[self._form(int(n) if float(n).is_integer() else _MANY)]

    def pgettext(self, context: str, text: str, /, **values: object) -> str:
        """*text* as it is said in *context*: the month "May" is not the verb."""
        return self._filled(self.catalogue.texts.get(f"{context}{_CONTEXT}{text}", text), values)

    def say(self, text: str) -> str:
        """*text* in this language where it is a message; other texts stay as they are."""
        if not isinstance(text, Message):
            return text
        found = (
            self.plural(text.template, text.plural, text.number)
            if text.plural
            else self.catalogue.texts.get(text.template, text.template)
        )
        values = {name: self._part(value) for name, value in text.values.items()}
        if text.plural:
            values.setdefault("n", self.printed(text.number))
        return render(found, values)

    def _part(self, value: Value) -> str:
        match value:
            case str():
                return self.say(value)
            case date():
                return self.full_day(value)
            case Days():
                return self.days(value.first, value.last)
            case Quantity():
                return self.number(value.value, value.unit, value.currency)
            case Listed():
                return self.listed(map(self.say, value.names), value.most)
        return self.printed(value)

    def _filled(self, text: str, values: Mapping[str, object]) -> str:
        if not values:
            return text
        return render(text, {name: self.printed(value) for name, value in values.items()})

    def printed(self, value: object) -> str:
        """A value in a sentence: whole numbers with their thousands, days as people write them."""
        if isinstance(value, str):
            return self.say(value)
        if isinstance(value, bool) or not isinstance(value, int | float | date):
            return str(value)
        if isinstance(value, date):
            return self.day(value)
        return self.integer(value) if float(value).is_integer() else self.number(value)

    def number(self, value: float, unit: Unit = Unit.NUMBER, currency: str | None = None) -> str:
        """*value* with its unit: `1.2%`, `$1.50`, `MX$1,234`, `2.4`, `12,345`, `46s`, `20h`."""
        return numerals.number(value, unit, currency, self.style)

    def integer(self, value: float) -> str:
        """*value* without decimals: `12,345`."""
        return numerals.integer(value, self.style)

    def day(self, when: date | str) -> str:
        """A day of this year or so: `Nov 9`."""
        return numerals.day(_date(when), DAY_OF_MONTH, self.style)

    def full_day(self, when: date | str) -> str:
        """A day with its year: `Nov 9, 2026`."""
        return numerals.day(_date(when), FULL_DAY, self.style)

    def month(self, when: date | str) -> str:
        """A month with its year: `Nov 2026`."""
        return numerals.day(_date(when), MONTH, self.style)

    def days(self, first: date | str, last: date | str) -> str:
        """A period: `Oct 4 – 31, 2026`."""
        return numerals.days(_date(first), _date(last), self.style)

    def weekday(self, number: int) -> str:
        """A day of the week by its name; 0 is Monday."""
        return self.style.weekdays[number]

    def short_weekday(self, number: int) -> str:
        """A day of the week in short: `Mon` of 0."""
        return self.style.short_weekdays[number]

    def hours(self, effort: float) -> str:
        """Hours of work: `30 minutes`, `4 hours`, `2 days`, of eight hours each."""
        if effort < 1:
            return self.ngettext("{n} minute", "{n} minutes", round(effort * 60))
        if effort < 16:
            return self.ngettext("{n} hour", "{n} hours", effort)
        return self.ngettext("{n} day", "{n} days", float(f"{effort / 8:.3g}"))

    def span(
        self, low: float | None, high: float | None, unit: Unit, currency: str | None = None
    ) -> str:
        """An interval: `0.3–0.6%`; "more than" and "less than" where one end is not known."""
        return self._from_to(low, high, unit, currency, inclusive=False)

    def band(
        self, low: float | None, high: float | None, unit: Unit, currency: str | None = None
    ) -> str:
        """What is good: `1–3%`, `at least 2`, `at most $1.50`, `0`."""
        return self._from_to(low, high, unit, currency, inclusive=True)

    def _from_to(
        self,
        low: float | None,
        high: float | None,
        unit: Unit,
        currency: str | None,
        *,
        inclusive: bool,
    ) -> str:
        """From *low* to *high*; with one end alone, whether that itself is inside is said."""
        low, high = finite(low), finite(high)
        if low is not None and high is not None:
            return self._range(low, high, unit, currency)
        if low is not None:
            end = self.number(low, unit, currency)
            if inclusive:
                return self.gettext("at least {number}", number=end)
            return self.gettext("more than {number}", number=end)
        if high is not None:
            end = self.number(high, unit, currency)
            if inclusive:
                return self.gettext("at most {number}", number=end)
            return self.gettext("less than {number}", number=end)
        return self.not_known

    @property
    def not_known(self) -> str:
        """What stands for a number that nothing tells."""
        return self.gettext("not known")

    def _range(self, low: float, high: float, unit: Unit, currency: str | None) -> str:
        both = numerals.between(low, high, unit, currency, self.style)
        if both is not None:
            return both
        ends = (self.number(end, unit, currency) for end in (low, high))
        return self.gettext("{low} to {high}", **dict(zip(("low", "high"), ends, strict=True)))

    def level(self, level: str) -> str:
        """A level of a target: low, good or high."""
        match level:
            case "low":
                return self.gettext("low")
            case "high":
                return self.gettext("high")
        return self.gettext("good")

    def listed(self, names: Iterable[str], most: int) -> str:
        """List the first *most* of *names*: `a, b, c and 3 more`."""
        every = list(names)
        shown, more = ", ".join(every[:most]), len(every) - most
        if more <= 0:
            return shown
        return self.ngettext("{names} and {n} more", "{names} and {n} more", more, names=shown)

    def either(self, names: Sequence[str]) -> str:
        """`a`, `a or b`, `a, b or c`."""
        if len(names) < 2:
            return "".join(names)
        return self.gettext("{first} or {last}", first=", ".join(names[:-1]), last=names[-1])

    def all_of(self, names: Sequence[str]) -> str:
        """`a`, `a and b`, `a, b and c`."""
        if len(names) < 2:
            return "".join(names)
        return self.gettext("{first} and {last}", first=", ".join(names[:-1]), last=names[-1])

    def translate(self, knowledge: T) -> T:
        """*knowledge* (an attrs value, or a mapping or tuple of them) with its texts in this
        language: those of fields that are marked so."""
        return _translated(knowledge, self.gettext) if self.catalogue.texts else knowledge


ENGLISH = Language()
"""For what is English everywhere: the command line, errors, pages of the docs."""


def lazy_gettext(text: str, /, **values: Value) -> Message:
    """A message: *text* with its placeholders (`{name}`) filled, in English until a reader's
    language is known."""
    return _message(text, values)


def lazy_ngettext(one: str, many: str, number: float, /, **values: Value) -> Message:
    """A message of *one* or *many* for a *number* of things, which `{n}` prints."""
    return _message(one, values, many, number)


def read_message(data: object) -> str:
    """The text that plain *data* holds (see `message_data`). Raises KeyError, TypeError or
    ValueError for anything else."""
    return message_from(data, _message)


def _message(
    template: str, values: Mapping[str, Value], plural: str = "", number: float = 0
) -> Message:
    message = Message("", template, values, plural, number)
    return Message(ENGLISH.say(message), template, values, plural, number)


def texts_of(knowledge: object) -> list[str]:
    """The texts of *knowledge* that are looked up, in their order."""
    found: list[str] = []

    def collect(text: str) -> str:
        found.append(text)
        return text

    _translated(knowledge, collect)
    return found


def _translated(value: Any, look_up: Callable[[str], str]) -> Any:
    if isinstance(value, tuple):
        return tuple(_translated(member, look_up) for member in value)
    if isinstance(value, Mapping):
        return {key: _translated(member, look_up) for key, member in value.items()}
    changed: dict[str, Any] = {}
    cls: Any = type(value)
    for name, alias, is_text in _fields(cls):
        held = getattr(value, name)
        if not held:
            continue
        if not is_text:
            new = _translated(held, look_up)
        elif isinstance(held, str):
            new = look_up(held)
        else:
            new = tuple(map(look_up, held))
        if new != held:
            changed[alias] = new
    return attrs.evolve(value, **changed) if changed else value


@lru_cache(maxsize=256)
def _fields(cls: Hashable) -> tuple[tuple[str, str, bool], ...]:
    """The fields of *cls* that hold text, or may hold knowledge that does."""
    if not (isinstance(cls, type) and attrs.has(cls)):
        return ()
    found = []
    for field in attrs.fields(cls):
        is_text = field.metadata.items() >= TRANSLATED.items()
        if is_text or field.type not in (str, int, float, bool):
            found.append((field.name, field.alias, is_text))
    return tuple(found)


def _date(when: date | str) -> date:
    if not isinstance(when, str):
        return when
    return date.fromisoformat(when if len(when) > len("2026-11") else f"{when}-01")
