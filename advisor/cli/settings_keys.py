"""The keys of an advisor.toml, with their values and where they come from."""

from pathlib import Path
from typing import Any, get_args

import attrs

from advisor.model import Settings, parse_toml, read_text

BANDS = "bands"  # keyed by metric: told as bands
NOT_SHOWN = "set; not shown, for it may hold a password"
_LISTED = (BANDS, "mute", "source")  # not one value a key


def setting_keys() -> tuple[str, ...]:
    """`shop.id`, `shop.name` … in the order of the file."""
    return tuple(
        f"{section.name}.{key.name}"
        for section in attrs.fields(Settings)
        if section.name not in _LISTED
        for key in attrs.fields(_class_of(section))
    )


def _class_of(section: "attrs.Attribute[Any]") -> Any:
    """The class of a section, also of one that may be left out."""
    classes: list[Any] = [cls for cls in get_args(section.type) if attrs.has(cls)]
    found: Any = classes[0] if classes else section.type
    return found


def value_of(settings: Settings, key: str) -> Any:
    """The value of *key* as the run uses it."""
    section, _, name = key.partition(".")
    value = getattr(getattr(settings, section), name, None)  # a section may be left out
    return NOT_SHOWN if key == "history.url" and value is not None else value


def stands_in(config: Path | None, key: str) -> bool:
    """Whether *key* is written in *config*."""
    if config is None:
        return False
    raw = parse_toml(read_text(config), where=config.name)
    section, _, name = key.partition(".")
    return name in raw.get(section, {})
