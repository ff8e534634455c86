"""What a build makes: the front end, and a record of when each entity of the graph last changed.

Browsers get web/static, which is bundled of frontend/. An installed package has no git, so the
history that is read in the working copy goes with it as history.json.
"""

import runpy
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_PACKAGE = "urbact_graph"
# The folder of the graph's sources in each kind of distribution.
_PLACES = {"wheel": f"{_PACKAGE}/graph", "sdist": ""}


class BuildHook(BuildHookInterface[Any]):
    """Makes the front end, and adds history.json unless nothing is known of the history."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make web/static; write the record to a temporary folder and include it."""
        self._make_frontend()
        # An editable install reads the working copy itself.
        if version == "editable" or self.target_name not in _PLACES:
            return
        record = _record(Path(self.root))
        if record is None:
            return
        name, content = record
        self._temporary = tempfile.TemporaryDirectory()
        file = Path(self._temporary.name) / name
        file.write_bytes(content)
        place = "/".join(part for part in (_PLACES[self.target_name], name) if part)
        build_data["force_include"][str(file)] = place

    def _make_frontend(self) -> None:
        # The folder of this file is not on the path while a package is built.
        frontend = runpy.run_path(str(Path(self.root) / "frontend_build.py"))
        try:
            frontend["make"](Path(self.root))
        except frontend["FrontendError"] as error:
            self.app.abort(str(error))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - as hatchling calls it
        """Remove the temporary folder."""
        if hasattr(self, "_temporary"):
            self._temporary.cleanup()


def _record(root: Path) -> tuple[str, bytes] | None:
    with _package(root / "src" / _PACKAGE):
        from urbact_graph.history.dates import RECORD_NAME, read_history, record  # noqa: PLC0415
        from urbact_graph.sources import GraphSources  # noqa: PLC0415

        sources = GraphSources(root)
        history = read_history(sources)
        return (RECORD_NAME, record(history, sources)) if history.modified else None


@contextmanager
def _package(folder: Path) -> Iterator[None]:
    """Let the modules of the package be imported, though it is not installed yet.

    The package's own __init__ would fail, since it reads the version that is installed.
    """
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if _is_ours(name)}
    package = ModuleType(_PACKAGE)
    package.__path__ = [str(folder)]
    sys.modules[_PACKAGE] = package
    try:
        yield
    finally:
        for name in [name for name in sys.modules if _is_ours(name)]:
            del sys.modules[name]
        sys.modules.update(before)


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == _PACKAGE
