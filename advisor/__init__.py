"""shop-advisor: what a plugin author imports.

The names are listed once, in `__init__.pyi`, and loaded when they are first used: `advisor --help`
needs none of them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
