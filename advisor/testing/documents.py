"""Result documents to try a report on: real plans of invented shops, and one of an attacker's."""

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

import attrs

from advisor.diagnosis import Diagnosis
from advisor.document import Document, compose_document
from advisor.ingest import Gathered, Unread
from advisor.model import File, Note
from advisor.testing.assertions import diagnose_shop
from advisor.testing.shops import Shop, shop

HOSTILE_NAMES = (
    "two\nlines\r\n# and a heading",
    "a | cell | more",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '=HYPERLINK("http://evil.example","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+cmd()",
    "\x1b[2J\x1b]0;owned\x07screen",
    "invoice\u202egnp.exe \u2066hidden\u2069",
    "in\u200bvisi\u2060ble",
    "\u200fשלום\u200f עולם",
    "👩‍🚀 launch 🏳️‍🌈 day",
    "{{ 1234 * 5678 }} {% for x in y %}",
    "{ctr} {cpc.band} {0} %s %(name)s",
    "[red]stop[/red] [link=http://evil.example]x[/link]",
    "[click](javascript:alert(1)) ![i](http://evil.example/i.png)",
    "`code` *bold* __strong__ ~~gone~~ \\",
    "- [ ] not a task",
    "\"quoted\" 'twice' }],",
    "&lt;b&gt; &#60;",
    "https://evil.example and www.evil.example",
    "Ein sehr langer Name " * 20,
)
PLAIN_NAMES = tuple(f"name {number}" for number, _ in enumerate(HOSTILE_NAMES))
_MANY = 300


@cache
def documents() -> Mapping[str, Document]:
    """Documents from nothing at all to hundreds of findings, by what they are."""
    return {
        "of no file": _composed(shop()),
        "without findings": _composed(_healthy()),
        "of a small shop": named(("Spring haul", "Curling iron", "Morning routine")),
        "of an unnamed shop without currency": _composed(_weak(("An ad",), currency=None)),
        "with hundreds of findings": named(tuple(f"Ad {number}" for number in range(_MANY))),
    }


@cache
def named(names: tuple[str, ...]) -> Document:
    """The plan of a shop in which everything that has a name has one of *names*: the shop, its
    subjects, its files, and what is said of them."""
    files = [File(Path("file"), n, 1, sha256(n.encode()).hexdigest()) for n in names]
    return _composed(
        _weak(names, name=names[0], currency="USD"),
        unread=[Unread(file, file.name, file.name, (file.name,)) for file in files],
        notes=[Note("name", name, name) for name in names],
    )


def _weak(names: Sequence[str], *, name: str = "", currency: str | None) -> Shop:
    """A shop whose ads are dear and weak, whose products do not sell and whose videos bore."""
    keys = [f"17900{number:08d}" for number, _ in enumerate(names)]
    named = [{"key": key, "name": name} for key, name in zip(keys, names, strict=True)]
    before = {"impressions": 80_000, "clicks": 900, "spend": 700.0}
    ads = [
        {
            **one,
            "campaign": names[0],
            "impressions": 90_000 + at,
            "clicks": 400,
            "spend": 800.0,
            "before": before,
        }
        for at, one in enumerate(named)
    ]
    products = [
        {**one, "product_clicks": 6_000 + at, "sku_orders": 60} for at, one in enumerate(named)
    ]
    rows = {"ad": ads, "product": products[:5]}
    return shop(rows, name=name, size="small", currency=currency)


def _healthy() -> Shop:
    """A shop in which nothing is to be done."""
    ad = {"name": "Good", "impressions": 90_000, "clicks": 1_800, "spend": 1_400.0}
    return shop({"ad": ad}, name="Well", size="small")


def _composed(at: Shop, unread: Sequence[Unread] = (), notes: Sequence[Note] = ()) -> Document:
    diagnosis = diagnose_shop(at)
    id_, block = diagnosis.id, diagnosis.block
    more = Gathered(diagnosis.gathered.readings, tuple(unread), tuple(notes))
    block = attrs.evolve(
        block,
        shops={id_: attrs.evolve(block.shops[id_], gathered=more)},
        notes={id_: (*diagnosis.notes, *notes)},
    )
    return compose_document(Diagnosis(block, id_))
