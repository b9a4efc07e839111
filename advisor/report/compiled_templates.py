"""Compiled templates, kept beside their sources as Python keeps modules.

Compiling the templates of a plan takes longer than printing it. A folder that says `compiled` has a
`__pycache__`; whoever may write there may write the code of the plugin too. Only a plugin's code
can say so, never an advisor.toml: templates of a shop's own are compiled anew. A file holds a
digest of its source and of the versions of what compiles it, so one that does not fit is not used.
"""

import contextlib
import hashlib
import importlib.util
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from types import CodeType

import jinja2
from jinja2.bccache import Bucket

from advisor.plugin import Templates, own_version

# By file: the digest of a template and its code, which all environments of a process share.
LOADED: dict[str, tuple[str, CodeType]] = {}


class CompiledTemplates(jinja2.BytecodeCache):
    """The compiled templates of those of *themes* that may be kept."""

    def __init__(self, themes: Iterable[Templates]) -> None:
        self._folders = {str(theme.folder) for theme in themes if theme.compiled}

    def get_bucket(
        self, environment: jinja2.Environment, name: str, filename: str | None, source: str
    ) -> Bucket:
        """Where the template *name* is kept: in no file ("") if not by its own name."""
        parts = (own_version(), jinja2.__version__, filename, source)
        digest = hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()
        path = Path(filename or "")
        kept = path.name == name and str(path.parent) in self._folders
        key = importlib.util.cache_from_source(str(path)) if kept else ""
        bucket = Bucket(environment, key, digest)
        self.load_bytecode(bucket)
        return bucket

    def load_bytecode(self, bucket: Bucket) -> None:
        if not bucket.key:
            return
        digest, code = LOADED.get(bucket.key, ("", None))
        if digest != bucket.checksum:
            with contextlib.suppress(OSError, ValueError, EOFError, TypeError):
                bucket.bytecode_from_string(Path(bucket.key).read_bytes())
            self._keep(bucket)
        else:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._keep(bucket)
        if not bucket.key or sys.dont_write_bytecode:
            return
        path = Path(bucket.key)
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"{path.name}.{os.getpid()}")
            part.write_bytes(bucket.bytecode_to_string())
            part.replace(path)

    @staticmethod
    def _keep(bucket: Bucket) -> None:
        if bucket.key and bucket.code is not None:
            LOADED[bucket.key] = bucket.checksum, bucket.code
