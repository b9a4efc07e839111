"""Distributions of the project as it lies here, built without a network."""

import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def project() -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def build_wheel(root: Path, into: Path) -> Path:
    return Path(next(WheelBuilder(str(root)).build(directory=str(into), versions=["standard"])))


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel."""
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    built = SdistBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    with tarfile.open(next(built)) as archive:
        # Python 3.11.0 to 3.11.3 know no filters.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(folder / "unpacked")
    return next((folder / "unpacked").iterdir())


def names(wheel: Path) -> set[str]:
    """What is in a wheel beside its metadata."""
    with zipfile.ZipFile(wheel) as archive:
        found = archive.namelist()
    return {name for name in found if ".dist-info/" not in name}
