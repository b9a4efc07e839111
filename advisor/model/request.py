"""What one run is asked for."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from advisor.model.record import frozen
from advisor.model.settings import Settings

Progress = Callable[[int, int, str], None]


@frozen
class Request:
    """What the user asked for. *today* is the day of the run; nothing here reads a clock."""

    paths: tuple[str, ...]
    today: date
    settings: Settings = Settings()
    config: Path | None = None
    goal: str | None = None
    size: str | None = None
    niche: str | None = None
    language: str | None = None  # of the report, instead of that of the settings
    first: date | None = None
    last: date | None = None
    month: str | None = None
    rules: tuple[Path, ...] = ()
    history: bool = False  # whether the run is kept, and compared with earlier ones

    @property
    def asks_for_a_period(self) -> bool:
        """Whether the user chose the days, instead of the newest in the data."""
        return any(part is not None for part in (self.first, self.last, self.month))
