"""What holds for every test."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Workers share the cores already. Set before Polars is imported, which reads it once.
os.environ.setdefault("POLARS_MAX_THREADS", "1")

# How fast a machine is proves nothing: benchmarks measure, tests do not.
settings.register_profile("project", deadline=None)
# Many runs of the same tests: what an example more would find is left to the ordinary runs.
settings.register_profile("mutation", deadline=None, max_examples=25, database=None)
# Expensive properties are tried on more examples before a release: see tests/examples_tried.py.
settings.register_profile("release", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "project"))

# Compiled knowledge is kept beside pytest's own cache, and not in the home of who runs the tests.
os.environ["ADVISOR_CACHE_DIR"] = str(Path(__file__).parents[1] / ".pytest_cache" / "knowledge")

# Tests read the example where it lies: a run leaves nothing beside it unless its test asks for it.
os.environ["ADVISOR_HISTORY"] = "off"

# Projects of their own: tests/packaging installs them and runs theirs.
collect_ignore = ["plugins"]

HERE = Path(__file__).parent
# One file a room and the example: what tells within seconds that a change broke the main path.
SMOKE = (
    "test_public.py",
    "end_to_end/test_example.py",
    "ingest/test_combine.py",
    "judge/test_evaluate.py",
    "knowledge/test_rule_file.py",
    "metrics/test_measure.py",
    "model/test_vocabulary.py",
    "plan/test_order.py",
    "plugin/test_registry.py",
    "report/test_json.py",
    "tabular/test_reader.py",
)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave other files unread for `-m smoke`: reading them takes longer than its tests."""
    if config.option.markexpr != "smoke" or collection_path.is_dir():
        return None
    return collection_path.relative_to(HERE).as_posix() not in SMOKE or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the smoke tests."""
    smoke = {HERE / name for name in SMOKE}
    for item in items:
        if item.path in smoke:
            item.add_marker(pytest.mark.smoke)
