"""What holds for every test."""

from hypothesis import settings

# How fast a machine is proves nothing: benchmarks measure, tests do not.
settings.register_profile("project", deadline=None)
settings.load_profile("project")

# Projects of their own: tests/packaging installs them and runs theirs.
collect_ignore = ["plugins"]
