"""Compiled templates, kept beside the compiled modules of the package."""

import contextlib
import sys
from importlib.util import cache_from_source
from pathlib import Path
from pickle import UnpicklingError

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from urbact_graph.files import write_whole


class CompiledTemplates(BytecodeCache):
    """Keeps compiled templates as Python keeps its modules: to compile all takes a second.

    They stand where Python would keep the compiled modules of ``folder``, if it may write there.
    What was compiled of another text, or by another version of Python or Jinja, is compiled anew.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read the compiled template, if there is one that is whole."""
        with contextlib.suppress(OSError, EOFError, UnpicklingError):
            bucket.bytecode_from_string(self._place(bucket).read_bytes())

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write the compiled template, if it may be written."""
        if not sys.dont_write_bytecode:
            with contextlib.suppress(OSError):
                write_whole(self._place(bucket), bucket.bytecode_to_string())

    def _place(self, bucket: Bucket) -> Path:
        return Path(cache_from_source(str(self._folder / f"template-{bucket.key}.py")))
