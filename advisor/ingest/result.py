"""What gathering gives: readings, the files that gave none, and the contract of both."""

from advisor.model import ENGLISH, File, Language, Note, Reading, frozen, lazy_gettext

CONFIRM = lazy_gettext("to read it anyway, map its columns: “advisor inspect FILE --map”")
_SHOWN = 10  # headers that a message lists


@frozen
class Unread:
    """A file that gave nothing, and why; *nearest* is the title of what it nearly was, *lacks* the
    headers it would have needed for that."""

    file: File
    reason: str
    nearest: str | None = None
    lacks: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.file.name}: {self.problem()}"

    def problem(self, language: Language = ENGLISH) -> str:
        """Why it gave nothing, and what it was nearest to, in *language*."""
        reason = language.say(self.reason)
        if not self.nearest:
            return reason
        title, hint = language.gettext(self.nearest), language.say(CONFIRM)
        if not self.lacks:
            return language.gettext(
                "{reason}; nearest: {title}; {hint}", reason=reason, title=title, hint=hint
            )
        return language.gettext(
            "{reason}; nearest: {title}, but without {columns}; {hint}",
            reason=reason,
            title=title,
            hint=hint,
            columns=language.listed(self.lacks, _SHOWN),
        )


@frozen(eq=False)
class Gathered:
    """All files: understood, not understood, and what a reader must know about both. *faults*
    has a line for each failure of a provider."""

    readings: tuple[Reading, ...]
    unread: tuple[Unread, ...] = ()
    notes: tuple[Note, ...] = ()
    faults: tuple[str, ...] = ()
