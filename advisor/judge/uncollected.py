"""Work without garbage collection, for what makes many small objects that all stay."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Python looks for garbage whenever some hundred objects were made; where all of them are kept
    it finds none, and looks through ever more. Nothing that is freed by its count is kept longer.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
