"""The bundled look, as the reports get it."""

from collections.abc import Sequence
from pathlib import Path

import pytest

import advisor_report_plan
from advisor.plugin.hookspecs import Templates


@pytest.fixture(scope="session")
def bundled() -> Sequence[Templates]:
    return advisor_report_plan.advisor_templates()


@pytest.fixture
def own(tmp_path: Path) -> Templates:
    """The user's own folder of templates, empty."""
    folder = tmp_path / "templates"
    folder.mkdir()
    return Templates("own", folder)
