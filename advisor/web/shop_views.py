"""What the pages show of a shop: its files, its settings, its plan."""

import json
import re
from collections.abc import Mapping
from typing import Any

from advisor.model import Language, Size, lazy_gettext
from advisor.report import left_out
from advisor.web.forms import percent
from advisor.web.rendering import Choices
from advisor.web.runs import ASKED, Options, Runs
from advisor.web.workspace import PLAN

METRIC = re.compile(r"[a-z][a-z0-9-]*\.[a-z][a-z0-9_]*")
_SHOWN_ACTIONS = 50
_SIZES = {
    Size.SMALL: lazy_gettext("Small"),
    Size.MID: lazy_gettext("Medium"),
    Size.ENTERPRISE: lazy_gettext("Large"),
}


class ShopViews:
    """Gathers what a page says of a shop."""

    def __init__(self, runs: Runs, choices: Choices) -> None:
        self._runs = runs
        self._workspace = runs.workspace
        self._choices = choices

    def line(self, shop: str) -> Mapping[str, Any]:
        """What the list of shops says of one."""
        return {
            "id": shop,
            "name": _name(self._workspace.settings(shop), shop),
            "files": len(self._workspace.files(shop)),
            "plan": self.plan(shop),
            "running": _running(self._runs.run(shop)),
        }

    def whole(self, language: Language, shop: str) -> Mapping[str, Any]:
        """What the page of a shop shows in *language*."""
        settings = self._workspace.settings(shop)
        recognized = self._runs.recognized(shop, language.code)
        run = self._runs.run(shop)
        plan_files = self._workspace.plan_files(shop)
        known: dict[str, Any] = {**settings.get("shop", {})}
        known["goal"] = settings.get("goal", {}).get("focus")
        if known.get("margin") is not None:
            known["margin"] = percent(known["margin"])
        proposed = (recognized or {}).get("proposed") or {}
        for file in (recognized or {}).get("files", ()):
            file["skipped"] = left_out(file.get("left_out", {}), language=language)
        return {
            "id": shop,
            "name": _name(settings, shop),
            "files": self._workspace.files(shop),
            "recognized": recognized,
            "known": known,
            "proposed": {k: v for k, v in proposed.items() if v and not known.get(k)},
            "options": self.options(shop),
            "run": run,
            "running": _running(run),
            "plan": self.plan(shop),
            "downloads": [name for name in plan_files if name != ASKED],
            "page": next((name for name in plan_files if name == "plan.html"), None),
            "sizes": {size.value: language.say(title) for size, title in _SIZES.items()},
            "niches": {id_: language.gettext(t) for id_, t in self._choices.niches.items()},
            "goals": {id_: language.gettext(t) for id_, t in self._choices.goals.items()},
            "plan_language": settings.get("report", {}).get("language") or language.code,
        }

    def options(self, shop: str) -> Options:
        """What the plan that is there was asked with."""
        place = self._workspace.plan_files(shop).get(ASKED)
        return Options(**json.loads(place.read_text(encoding="utf-8"))) if place else Options()

    def plan(self, shop: str) -> Mapping[str, Any] | None:
        """What the page tells of the plan, where there is one."""
        place = self._workspace.plan_files(shop).get(PLAN)
        if place is None:
            return None
        document = json.loads(place.read_text(encoding="utf-8"))
        actions = document["plan"]
        measured = {
            f"{finding['subject']['kind']}.{piece['metric']}": piece["title"]
            for finding in document["findings"]
            for piece in finding["evidence"]
        }
        return {
            "first": document["period"]["first"],
            "last": document["period"]["last"],
            "today": document["period"]["today"],
            "count": len(actions),
            **{part: len(document[part]) for part in ("healthy", "watch", "coverage")},
            "actions": actions[:_SHOWN_ACTIONS],
            "total": [money["text"] for money in document["total"] or ()],
            "rules": {one["rule"]: one.get("title") or one["rule"] for one in document["outcomes"]},
            "metrics": {
                key: f"{title} ({key.partition('.')[0]})"
                for key, title in sorted(measured.items())
                if METRIC.fullmatch(key)
            },
        }


def _name(settings: Mapping[str, Any], shop: str) -> str:
    name = settings.get("shop", {}).get("name")
    return name if isinstance(name, str) and name else shop


def _running(run: Any) -> bool:
    return run is not None and run.ended is None
