"""Which promises of a contract something breaks, and what is said of it."""

from collections.abc import Mapping
from typing import Any

from advisor.testing import Contract


def broken_promises(contract: type[Contract], given: Mapping[str, Any]) -> dict[str, str]:
    """The message of every promise that is broken, by its name."""
    found: dict[str, str] = {}
    for promise in contract.promises(**given):
        try:
            promise()
        except AssertionError as error:
            found[str(promise)] = str(error)
        except Exception:  # noqa: BLE001  another test's matter
            continue
    return found
