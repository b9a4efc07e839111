"""The program of a child in which one plugin of others runs, for `--isolate`."""

from typing import TYPE_CHECKING, Any

from advisor.plugin import run_isolated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.plugin import Templates


def _environment(themes: "Sequence[Templates]", suffix: str) -> Any:
    from advisor.report import make_environment  # only where the plugin brings a format

    return make_environment(themes, suffix)


if __name__ == "__main__":
    run_isolated(_environment)
