"""What the build of the package makes beside it: front end, documentation, history, built graph.

Browsers get web/static, which is bundled of frontend/, and web/docs, the site of docs/. An
installed package has no git, so the history that is read in the working copy goes with it as
history.json. A wheel has the graph that is built and validated here, so that its first start need
not do so (dataset/packaged.py).
"""

import runpy
import subprocess
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
    """Makes the front end, and adds what is known of the history, and the graph if it is valid."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make web/static; write the rest to a temporary folder and include it."""
        self._make_frontend()
        # An editable install reads the working copy itself.
        if version == "editable" or self.target_name not in _PLACES:
            return
        self._temporary = tempfile.TemporaryDirectory()
        made = Path(self._temporary.name)
        with (
            self._documentation(),
            _package(Path(self.root) / "src" / _PACKAGE, self.metadata.version),
        ):
            _write_record(Path(self.root), made)
            if self.target_name == "wheel" and (reason := _write_build(Path(self.root), made)):
                self.app.display_warning(f"The first start will build the graph: {reason}")
        for file in made.iterdir():
            place = "/".join(part for part in (_PLACES[self.target_name], file.name) if part)
            build_data["force_include"][str(file)] = place

    def _make_frontend(self) -> None:
        # The folder of this file is not on the path while a package is built.
        frontend = runpy.run_path(str(Path(self.root) / "frontend_build.py"))
        try:
            frontend["make"](Path(self.root))
        except frontend["FrontendError"] as error:
            self.app.abort(str(error))

    @contextmanager
    def _documentation(self) -> Iterator[None]:
        """Make web/docs in another process, while the block runs."""
        command = [sys.executable, "-m", "docs.site"]
        with subprocess.Popen(
            command, cwd=self.root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                yield
            except BaseException:
                process.kill()
                raise
            _, errors = process.communicate()
        if process.returncode:
            # The package is of use without it; what is wrong with a document, `make docs` says too.
            self.app.display_warning(f"There will be no documentation at /docs/: {errors}")

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - as hatchling calls it
        """Remove the temporary folder."""
        if hasattr(self, "_temporary"):
            self._temporary.cleanup()


def _write_record(root: Path, place: Path) -> None:
    """Write history.json to ``place``, unless nothing is known of the history."""
    from urbact_graph.history.dates import RECORD_NAME, read_history, record  # noqa: PLC0415
    from urbact_graph.sources import GraphSources  # noqa: PLC0415

    sources = GraphSources(root)
    history = read_history(sources)
    if history.modified:
        (place / RECORD_NAME).write_bytes(record(history, sources))


def _write_build(root: Path, place: Path) -> str:
    """Build and validate the graph, and write it to a folder in ``place``.

    Return why there is none, as a sentence; empty if there is one.
    """
    # Where pip is kept from installing what a build needs, the package is made all the same.
    try:
        from urbact_graph.dataset.building import DATASET_NAME, build  # noqa: PLC0415
        from urbact_graph.dataset.packaged import pack  # noqa: PLC0415
        from urbact_graph.errors import UrbactGraphError  # noqa: PLC0415
        from urbact_graph.release.making import make_derived  # noqa: PLC0415
        from urbact_graph.release.prepare import validate_build  # noqa: PLC0415
        from urbact_graph.sources import PACKAGED_BUILD, GraphSources  # noqa: PLC0415
    except ImportError as error:
        return f"{error}."
    sources = GraphSources(root)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        try:
            built = build(sources, folder)
            if not validate_build(built, sources, folder).conforms:
                return "it has violations, which `urbact-graph validate` lists."
            make_derived(built, sources, folder)
        except (ImportError, UrbactGraphError) as error:
            return str(error)
        pack(folder, DATASET_NAME, place / PACKAGED_BUILD.name)
    return ""


@contextmanager
def _package(folder: Path, version: str) -> Iterator[None]:
    """Let the modules of the package be imported, though it is not installed yet.

    The package's own __init__ would fail, since it reads the version that is installed.
    """
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if _is_ours(name)}
    package = ModuleType(_PACKAGE)
    package.__path__ = [str(folder)]
    package.__version__ = version  # type: ignore[attr-defined]
    sys.modules[_PACKAGE] = package
    try:
        yield
    finally:
        for name in [name for name in sys.modules if _is_ours(name)]:
            del sys.modules[name]
        sys.modules.update(before)


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == _PACKAGE
