"""What a form of the page sends, read within the limits."""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from advisor.errors import Mistakes
from advisor.web.guard import Limits

_TEXTS = ("name", "size", "niche", "region", "currency")
_UPPER = ("region", "currency")


class Form:
    """The form of a request, read within the limits; its files are closed afterwards."""

    def __init__(self, request: Request, limits: Limits) -> None:
        self._request = request
        self._limits = limits
        self._form: FormData | None = None

    async def __aenter__(self) -> FormData:
        limits = self._limits
        try:
            async with asyncio.timeout(limits.seconds):
                self._form = await self._request.form(
                    max_files=limits.files, max_fields=limits.fields, max_part_size=limits.field
                )
        except TimeoutError:
            raise HTTPException(
                408, "The upload took too long. Send fewer files at once."
            ) from None
        return self._form

    async def __aexit__(self, *_: object) -> None:
        if self._form is not None:
            await self._form.close()


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _share(text: str) -> float:
    """`45%`, `45 %`, `45` and `0.45` as 0.45."""
    number = _number(text.removesuffix("%"))
    # Divided as decimals are written, so that what the form shows is saved as it was.
    return round(number / 100, 12) if text.endswith("%") or number > 1 else number


def percent(share: float) -> str:
    """A share as the form shows it: all its digits, as `_share` reads them."""
    return f"{share * 100:.10g}%"


_NUMBERS = {"usd_rate": (_number, "0.055"), "margin": (_share, "45%")}  # how read, an example


def text_of(form: FormData, key: str) -> str:
    """What was written in the field *key*."""
    value = form.get(key)
    return value.strip() if isinstance(value, str) else ""


def settings_in(given: Mapping[str, str]) -> Mapping[str, Mapping[str, Any]]:
    """The settings that a form gives. Raises Mistakes for what is not a number."""
    shop: dict[str, Any] = {
        key: (given[key].upper() if key in _UPPER else given[key]) or None
        for key in _TEXTS
        if key in given
    }
    wrong: list[str] = []
    for key, (read, like) in _NUMBERS.items():
        text = given.get(key)
        if text is None:
            continue
        try:
            shop[key] = read(text) if text else None
        except ValueError:
            wrong.append(f"shop.{key}: {text!r} is not a number (expected: {like})")
    if wrong:
        raise Mistakes(wrong, where="settings")
    goal = {"goal": {"focus": given["goal"] or None}} if "goal" in given else {}
    return {"shop": shop, **goal}
