"""Make a release: write its folder beside the others, give it its name, and switch to it."""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import RdfFormat, Store, Triple, parse

from urbact_graph.dataset.building import Build, unwritable
from urbact_graph.dataset.fingerprint import fingerprint
from urbact_graph.errors import DatasetError
from urbact_graph.files import write_whole
from urbact_graph.rdf.parsing import parse_turtle
from urbact_graph.release.cooperation import cooperation
from urbact_graph.release.dumps import write_dumps
from urbact_graph.release.keeping import kept
from urbact_graph.release.kept_tables import keep_tables
from urbact_graph.release.process import DumpsProcess
from urbact_graph.release.release import (
    CURRENT_NAME,
    GRAPH_NAME,
    MANIFEST_NAME,
    RELEASES_FOLDER,
    SHAPES_NAME,
    Release,
    current_release,
    manifest,
    release_folders,
)
from urbact_graph.release.stream import STREAM_FOLDER, StreamState, extend_stream
from urbact_graph.sources import GraphSources

# Harvesters that read a file's name in the catalogue download it within the day, and a server
# renews what it serves every hour.
KEEP_SECONDS = 86_400


def make_release(
    build: Build,
    sources: GraphSources,
    build_folder: Path,
    report: Path,
    dumps: DumpsProcess | None = None,
) -> Release:
    """Make the release of ``build`` the current one; ``report``, in Turtle, is its validation's.

    ``dumps`` is writing those of ``build``, where they were begun before.

    Nothing is written if the current release has the very same content. Releases that have not
    been in use for a day are removed when a new one is made. The caller holds the lock on
    ``build_folder`` (``files.alone``).

    Raises:
        DatasetError: the folder cannot be written, or the dataset is another by now.
        SourceError: a shape cannot be read.
    """
    folder = build_folder.resolve()
    try:
        if standing := standing_release(build, sources, folder, report):
            return standing
        release = _write(build, sources, folder, report, dumps)
        _switch(release)
        _remove_unused(folder, release)
    except OSError as error:
        raise unwritable(build_folder, error) from None
    return release


def standing_release(
    build: Build, sources: GraphSources, build_folder: Path, report: Path
) -> Release | None:
    """Return the current release if ``make_release`` would make the very same; raises as it."""
    current = current_release(build_folder.resolve())
    try:
        if current and _has(current, _contents(build, sources, report)):
            state = _extend(current.graph, sources.base, build_folder.resolve())
            if current.stream.read_bytes() == state.as_json():
                return current
    except OSError as error:
        raise unwritable(build_folder, error) from None
    return None


def _contents(build: Build, sources: GraphSources, report: Path) -> dict[str, bytes]:
    """Return the contents of the files that tell a release from others, by name."""
    return {
        GRAPH_NAME: _graph(build),
        SHAPES_NAME: _lines(_shapes(sources)),
        "validation.nt": _lines(
            quad.triple for quad in parse(path=str(report), format=RdfFormat.TURTLE)
        ),
    }


def _graph(build: Build) -> bytes:
    """Return the graph that was built, as the files of the release have its version for ever."""
    content = build.dataset.read_bytes()
    if hashlib.sha256(content).hexdigest() != build.sha256:
        raise DatasetError(
            f"Another process built {build.dataset} again in the meantime; run the command again."
        )
    return content


def _shapes(sources: GraphSources) -> list[Triple]:
    return [
        triple
        for path in sources.shape_files()
        for triple in parse_turtle(sources.read(path), sources.name(path))
    ]


def make_derived(build: Build, sources: GraphSources, folder: Path) -> None:
    """Make what takes seconds to derive from ``build`` and its shapes, and keep it in ``folder``.

    Raises:
        SourceError: a shape cannot be read.
        DatasetError: a table has no room for a value.
    """
    _core_shapes(sources, folder)
    store = Store()
    store.bulk_load(path=str(build.dataset), format=RdfFormat.N_TRIPLES)
    _cooperation(build, sources.base, folder)
    keep_tables(folder, build.sha256, store, sources.base)


def _core_shapes(sources: GraphSources, folder: Path) -> bytes:
    """Return the shapes for validators of SHACL Core."""

    def make() -> bytes:
        # It parses the queries with rdflib, which takes seconds.
        from urbact_graph.validation.core_shapes import core_shapes  # noqa: PLC0415

        return _lines(core_shapes(_shapes(sources), sources.base))

    return kept(folder, "shapes-core.nt", f"{sources.shapes_sha256()} {sources.base}", make)


def _cooperation(build: Build, base: str, folder: Path) -> bytes:
    """Return the layout of the cities that worked together."""

    def make() -> bytes:
        quads = parse(path=str(build.dataset), format=RdfFormat.N_TRIPLES)
        return cooperation((quad.triple for quad in quads), base)

    return kept(folder, "cooperation.json", build.sha256, make)


def _lines(triples: Iterable[Triple]) -> bytes:
    return "".join(f"{triple} .\n" for triple in sorted(set(triples), key=str)).encode()


def _has(release: Release, contents: Mapping[str, bytes]) -> bool:
    """Tell whether ``release`` is whole, made by this code, and holds ``contents``."""
    try:
        dumps = ((release.dumps / file.name, file.bytes) for file in release.files)
        return (
            release.fingerprint == fingerprint()
            and all((release.folder / name).read_bytes() == contents[name] for name in contents)
            and all(file.stat().st_size == size for file, size in dumps)
            and release.stream.exists()
            and release.core_shapes.exists()
        )
    except OSError:
        return False


def _extend(graph: Path, base: str, folder: Path) -> StreamState:
    return extend_stream(graph, base, folder / STREAM_FOLDER, datetime.now(UTC))


def _write(
    build: Build,
    sources: GraphSources,
    folder: Path,
    report: Path,
    dumps: DumpsProcess | None,
) -> Release:
    """Write a new release: to a temporary folder first, with the manifest last, then renamed."""
    place, base = folder / RELEASES_FOLDER, sources.base
    contents = _contents(build, sources, report)
    place.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(prefix=".staged-", dir=place))
    try:
        staged.chmod(0o755)
        for name, content in contents.items():
            (staged / name).write_bytes(content)
        release = Release(staged, build.version, build.sha256, build.modified, (), fingerprint())
        release.core_shapes.write_bytes(_core_shapes(sources, folder))
        release.stream.write_bytes(_extend(release.graph, base, folder).as_json())
        release.cooperation.write_bytes(_cooperation(build, base, folder))
        # Another process may have been writing them up to now.
        if dumps:
            files = dumps.files()
            dumps.folder.rename(release.dumps)
        else:
            files = write_dumps(
                release.graph, build.version, base, release.dumps, build_folder=folder
            )
        (staged / MANIFEST_NAME).write_bytes(manifest(replace(release, files=files)))
        return replace(release, files=files, folder=staged.rename(_free_name(place, build.version)))
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _free_name(place: Path, version: str) -> Path:
    """Return ``place``/``version``, or the first of VERSION.2, VERSION.3, … that is not taken."""
    folder, number = place / version, 1
    while folder.exists():
        number += 1
        folder = place / f"{version}.{number}"
    return folder


def _switch(release: Release) -> None:
    """Have ``current`` lead to ``release``; a reader finds the old one or the new one."""
    current = release.folder.with_name(CURRENT_NAME)
    if current.is_dir() and not current.is_symlink():
        # The build folder was copied by a program that follows links.
        _remove(current)
    link = current.with_name(f".{CURRENT_NAME}")
    link.unlink(missing_ok=True)
    if _is_made(link, release.folder.name):
        link.replace(current)
    else:
        write_whole(current, release.folder.name.encode())


def _is_made(link: Path, target: str) -> bool:
    """Make ``link`` a symbolic link to the folder ``target``, and tell whether that is possible."""
    if os.name == "nt":
        # It takes special rights there, and could not be replaced.
        return False
    try:
        link.symlink_to(target)
    except OSError:
        return False
    return True


def _remove_unused(folder: Path, current: Release) -> None:
    """Remove the releases that nothing has used for a day, and what interrupted calls left."""
    for left in (folder / RELEASES_FOLDER).glob(".*"):
        shutil.rmtree(left, ignore_errors=True)
    oldest = time.time() - KEEP_SECONDS
    for other in release_folders(folder):
        if other != current.folder and other.stat().st_mtime < oldest:
            _remove(other)


def _remove(folder: Path) -> None:
    """Remove a folder of a release: all at once for those who look for it there."""
    shutil.rmtree(folder.rename(folder.with_name(f".removed-{folder.name}")), ignore_errors=True)
