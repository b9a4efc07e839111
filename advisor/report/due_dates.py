"""plan.ics: when to start each action, and when its test can be read, for any calendar."""

from datetime import UTC, date, datetime, timedelta

from advisor.document import ActionInfo, Document
from advisor.errors import AdvisorError
from advisor.report.escape import clean, clean_lines

_DOMAIN = "shop-advisor"


def render_calendar(document: Document) -> bytes:
    """plan.ics of *document*: an all-day event a due date, another where a test of the action ends.
    Events have stable ids, so that importing a newer plan moves them. Raises AdvisorError where
    icalendar is not installed."""
    try:
        from icalendar import Calendar, Event
    except ImportError:
        hint = "install it: pip install 'shop-advisor[office]'"
        raise AdvisorError("icalendar is missing", where="--format ics", hint=hint) from None
    calendar = Calendar()
    calendar.add("prodid", f"-//{_DOMAIN}//{document.advisor.version}//EN")
    calendar.add("version", "2.0")
    shop = clean(document.shop.name or document.shop.id)
    calendar.add("x-wr-calname", f"Action plan: {shop}")
    made = datetime.fromisoformat(document.period.today).replace(tzinfo=UTC)
    for action in document.plan:
        for what, day, title in _days(action):
            event = Event()
            event.add("uid", f"{document.shop.id}-{action.id}-{what}@{_DOMAIN}")
            event.add("dtstamp", made)
            event.add("dtstart", day)
            event.add("dtend", day + timedelta(days=1))
            event.add("summary", f"{clean(title)} ({shop})")
            event.add("description", clean_lines("\n".join(_description(action))))
            event.add("transp", "TRANSPARENT")
            calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def _days(action: ActionInfo) -> list[tuple[str, date, str]]:
    if not action.due:
        return []
    due = date.fromisoformat(action.due)
    days = [("due", due, f"{action.rank}. {action.do}")]
    if action.trial is not None and action.trial.days is not None:
        end = due + timedelta(days=action.trial.days)
        days.append(("test", end, f"Read the test: {action.do}"))
    return days


def _description(action: ActionInfo) -> list[str]:
    steps = [f"{number}. {step}" for number, step in enumerate(action.steps, start=1)]
    done = [done.text for done in action.done]
    worth = [action.gain.text] if action.gain else []
    return [*steps, *worth, *done]
