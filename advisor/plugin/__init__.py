"""The hooks that plugins fill, and calling them one by one.

The names are listed once, in `__init__.pyi`, and loaded when they are first used: most runs need no
child processes for plugins.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
