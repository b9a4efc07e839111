"""The plan of the example shop: the picture in the README, and the whole plan beside the files."""

import io
from datetime import date
from pathlib import Path

import attrs

from advisor.diagnosis import diagnose
from advisor.document import Document, EngineInfo, compose_document
from advisor.errors import AdvisorError
from advisor.model import CONFIG_NAME, Request, read_settings
from advisor.plugin import Registry
from advisor.report import print_terminal, render

ROOT = Path(__file__).parents[2]
SHOP = ROOT / "examples" / "luna-beauty"
TODAY = date(2026, 11, 2)  # the day on which the files were downloaded
WIDTH = 80


def document(registry: Registry) -> Document:
    """The plan of the example. Both engines find the same, so which one did is not part of it."""
    config = SHOP / CONFIG_NAME
    request = Request((str(SHOP),), TODAY, read_settings(config), config)
    made = compose_document(diagnose(request, registry))
    broken = [f"{file.file}: {file.problem}" for file in made.inputs if file.problem]
    if broken:
        raise AdvisorError("; ".join(broken), where=SHOP.name)
    engine = EngineInfo(name="durable_rules", version="2.0.28", notice=None)
    return attrs.evolve(made, advisor=attrs.evolve(made.advisor, engine=engine))


def plan(made: Document, registry: Registry) -> str:
    """The plan as Markdown."""
    return str(render(made, ("md",), registry.templates())["plan.md"])


def picture(made: Document) -> str:
    """The plan as a terminal shows it."""
    from rich.console import Console

    out = io.StringIO()
    print_terminal(made, Console(file=out, width=WIDTH, color_system=None))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"
