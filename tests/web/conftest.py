from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.served import Page, served


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page of its own for each file of tests, entered."""
    pytest.importorskip("uvicorn")
    pytest.importorskip("starlette")
    with served(tmp_path_factory.mktemp("page") / "shops") as running:
        yield running.enter()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "shops"
