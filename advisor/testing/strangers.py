"""Files of others: what no provider but their own may claim."""

from collections.abc import Iterable, Iterator

from advisor.plugin import Provider
from advisor.testing.samples import Sample

_FILES = {
    "contacts.csv": "first name,last name,street,town\nAda,Byron,St James's Square,London\n",
    "weather.csv": "station;date;temperature\n10;2026-01-01;3,5\n10;2026-01-02;4,0\n",
    "ledger.tsv": "account\tdebit\tcredit\n1000\t5.00\t\n1400\t\t5.00\n",
    "numbers.csv": "1,2,3\n4,5,6\n",
    "songs.json": '[{"title": "Fugue", "bars": 31}, {"title": "Canon", "bars": 28}]',
    "events.jsonl": '{"at": "09:00", "what": "open"}\n{"at": "18:00", "what": "close"}\n',
    "letter.txt": "Dear Ada,\n\nthe engine, it weaves.\n\nYours\n",
}


def strangers(provider: Provider, installed: Iterable[Provider]) -> Iterator[Sample]:
    """Files of trades that are none of ours, and the templates of every other installed
    provider."""
    for name, text in _FILES.items():
        yield Sample(name, text.encode())
    for other in installed:
        if other.name == provider.name:
            continue
        for kind, info in other.kinds.items():
            if info.template:
                line = ",".join(f'"{header}"' for header in info.template)
                empty = "," * (len(info.template) - 1)
                yield Sample(f"{other.name} {kind}.csv", f"{line}\nx{empty}\n".encode())
