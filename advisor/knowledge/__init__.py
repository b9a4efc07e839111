"""Rule packs and bands, made into one checked set of rules.

The names are listed once, in `__init__.pyi`, and loaded when they are first used: a run needs no
lint of advice, bands and wording.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
