"""A rule file as it is written."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

import attrs

from advisor.model import Action, Origin, Profile, Says, Severity, Status, Story, frozen


@frozen
class AfterTable:
    """`[after]` as it is written."""

    finding: tuple[str, ...]
    over: str | None = None


@frozen
class RuleTable:
    """A rule file as it is written; conditions are read on their own."""

    toml_underscores: ClassVar[bool] = True

    id: str
    subject: str
    severity: Severity
    says: Says
    action: tuple[Action, ...] = ()
    goal: str | None = None
    guide: tuple[str, ...] = ()
    source: Origin | None = None
    status: Status = Status.STABLE
    after: AfterTable | None = None
    explains: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    profile: Profile = Profile.STANDARD
    check: bool = False
    whole: Action | None = None
    aliases: tuple[str, ...] = ()
    overrides: str | None = None
    effective_from: date | None = None
    effective_until: date | None = None
    region: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    limits: Mapping[str, float] = attrs.field(factory=dict)
    story: Story = attrs.field(factory=Story)
